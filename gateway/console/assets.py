"""The files that the pages need, from here and from nowhere else, each under an address that changes with its content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent / "static"
PREFIX: Final = "/console/static/"
KINDS: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    """One file, as it is sent."""

    kind: str
    content: bytes
    tag: str


@cache
def assets() -> dict[str, Asset]:
    """All of them by name, read once."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in KINDS:
            content = path.read_bytes()
            found[path.name] = Asset(KINDS[path.suffix], content, hashlib.sha256(content).hexdigest()[:12])
    return found


def address(name: str) -> str:
    """Where a page finds the file."""
    return f"{PREFIX}{name}?v={assets()[name].tag}"
