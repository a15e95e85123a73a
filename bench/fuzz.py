"""Tries the fuzz targets for as long as one likes: `make fuzz MINUTES=30`.

    python bench/fuzz.py --minutes 30 [FURTHER ARGUMENTS OF PYTEST]

Runs every property of the places that read what others write, round after round, each with another seed and many examples.
Stops at the first that fails, and prints it with its example: that becomes an `@example` of the test, and stays.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGETS = (
    "tests/safety/test_fuzz.py",  # bodies to facts and to what leaves, streams, dialects, offsets, restorer, both loaders
    "tests/wire",  # every dialect, its schema, and the framing
    "tests/phi/find/text",
    "tests/phi/read",
    "tests/phi/replace",
    "tests/config/test_load.py",
    "tests/policy",
    "tests/test_document.py",
)
OVER_HTTP = "tests/contract/test_openapi.py"
EXAMPLES = 400
"""Of each property in each round."""


def rounds(minutes: float, more: list[str]) -> int:
    """Run until the time is up; the exit status of the round that failed, or 0."""
    end = time.monotonic() + minutes * 60
    number = 0
    while time.monotonic() < end:
        number += 1
        seed = random.SystemRandom().getrandbits(32)
        command = [
            *(sys.executable, "-m", "pytest", "-n", "2", "-m", "hypothesis", f"--hypothesis-seed={seed}"),
            *TARGETS,
        ]
        environ = {**os.environ, "HYPOTHESIS_PROFILE": "fuzz", "FUZZ_EXAMPLES": str(EXAMPLES)}
        print(f"round {number}, seed {seed}, {max(0, end - time.monotonic()) / 60:.0f} minutes left", flush=True)
        if status := _bounded([*command, *more], environ, end):
            return status
        if time.monotonic() < end:
            over_http = [sys.executable, "-m", "pytest", OVER_HTTP, *more]
            if status := _bounded(over_http, {**environ, "OPENAPI_EXAMPLES": str(EXAMPLES // 10)}, end):
                return status
    print(f"{number} rounds, nothing found")
    return 0


def _bounded(command: list[str], environ: dict[str, str], end: float) -> int:
    """Its exit status; 0 where the time was up before it ended."""
    with subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True) as process:
        try:
            return process.wait(max(1.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 15)
            return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    options, more = parser.parse_known_args()
    return rounds(options.minutes, more)


if __name__ == "__main__":
    sys.exit(main())
