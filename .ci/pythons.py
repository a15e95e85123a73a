"""Runs the quick tests under the other Pythons that we promise, as far as they are on this machine.

Each has an environment of its own below `.venv`, with the packages that these tests import, pinned and hashed as in
`requirements-dev.lock`; models, SDKs and linters are left out, so that two Pythons take about two minutes. A Python that
is not here is named at the end: nobody shall believe that it was tried.

    python .ci/pythons.py TEST_PATH…
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.12", "3.13")
LOCK = ROOT / "requirements-dev.lock"
FOLDER = ROOT / ".venv" / "pythons"
LEFT_OUT = re.compile(
    r"(?:anthropic|boto|editables|fastuuid|google-(?!re2)|hatchling|hf|httpx2|huggingface|jiter|langchain|langgraph|langsmith"
    r"|litellm|librt|mypy|numpy|ollama|onnx|openai|protobuf|promql|ruff|tiktoken|tokenizers|types|xllamacpp)[a-z0-9-]*"
)
"""What only other tests need: most of the bytes of an installation."""


def interpreter(version: str) -> Path | None:
    """The newest Python `version` of this machine that makes environments: on the path, or one of pyenv's."""
    on_path = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = [Path(on_path)] if on_path else []
    found += sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
    for python in found:
        if subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def requirements(lock: str) -> str:
    """The lock without what is left out, hashes included."""
    entries = re.split(r"\n(?=\S)", lock.strip())
    return "\n".join(entry for entry in entries if not LEFT_OUT.fullmatch(re.split(r"[\[=]", entry, maxsplit=1)[0]))


def environment(version: str, python: Path) -> Path:
    """The interpreter of an environment that holds what the lock says now."""
    folder = FOLDER / version
    wanted, installed = requirements(LOCK.read_text(encoding="utf-8")), folder / "requirements.txt"
    made = folder / "bin" / "python"
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        listed = folder / "wanted.txt"
        listed.write_text(wanted, encoding="utf-8")
        pip = [
            made,
            "-m",
            "pip",
            "--quiet",
            "--disable-pip-version-check",
            "install",
            "--no-compile",
            "--no-deps",
            "--require-hashes",
        ]
        subprocess.run([*pip, "--requirement", listed], check=True)
        listed.rename(installed)
    return made


def main(tests: list[str]) -> int:
    failed, absent = [], []
    for version in PYTHONS:
        python = interpreter(version)
        if python is None:
            absent.append(version)
            continue
        print(f"Python {version}", flush=True)
        quick = {**os.environ, "HYPOTHESIS_PROFILE": "quick", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [environment(version, python), "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", *tests]
        if subprocess.run(command, cwd=ROOT, env=quick, check=False).returncode != 0:
            failed.append(version)
    if absent:
        print(f"NOT TRIED: Python {', '.join(absent)}, which this machine does not have (pyenv install {absent[0]})")
    if failed:
        print(f"The quick tests fail under Python {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
