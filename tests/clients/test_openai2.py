"""OpenAI's Python SDK of the major version before: the same tests, run again with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OLDER = Path(sys.prefix) / "openai2"
"""Where `make` unpacks it: no environment holds two versions of one package."""


def test_the_older_major_version_passes_the_tests_of_the_newer():
    if not (OLDER / "openai").is_dir():
        pytest.fail("The older openai is not installed. Run `make test`, or `make .venv/openai2/.installed`.")
    environment = os.environ | {"PYTHONPATH": str(OLDER)}
    told = [sys.executable, "-c", "import openai; print(openai.__version__)"]
    assert subprocess.run(told, env=environment, capture_output=True, text=True, check=True).stdout.startswith("2.")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        HERE / "test_openai.py",
    ]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:]
