"""Says whether `make clients` has passed with the wire and the programs as they are; `--passed` writes down that it has.

Real programs are three gigabytes and six minutes, so CI runs them where what they show may have changed: the files of
`gateway/wire`, `gateway/api` and `tests/clients`, whose hash stands in `tests/clients/programs/passed.sha256` since they
passed last.

    python3 .ci/clients.py            exit status 0: they have passed as they are, 1: run them
    python3 .ci/clients.py --passed   they have
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOWN_BY = ("gateway/wire", "gateway/api", "tests/clients")
WRITTEN = Path("tests/clients/programs/passed.sha256")


def fingerprint(root: Path) -> str:
    """SHA-256, in hex, of the names and bytes of all files under `SHOWN_BY` that Git knows, but for the one it is written to."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *SHOWN_BY]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    digest = hashlib.sha256()
    for name in sorted(filter(None, listed.split("\0"))):
        path = root / name
        if name != str(WRITTEN) and path.is_file():
            digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main(arguments: list[str], root: Path = ROOT) -> int:
    now, written = fingerprint(root), root / WRITTEN
    if arguments == ["--passed"]:
        written.write_text(f"{now}\n", encoding="ascii")
        return 0
    return int(not written.is_file() or written.read_text(encoding="ascii").strip() != now)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
