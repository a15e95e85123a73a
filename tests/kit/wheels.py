"""Wheels that hold nothing but what an installer asks before it installs: a name, a version, requirements, extras."""

from __future__ import annotations

import re
import zipfile
from hashlib import sha256
from pathlib import Path


def hollow(metadata: str, folder: Path, *, later: str = "") -> str:
    """Write a wheel of METADATA and no code, with `later` behind its version; its SHA-256."""
    metadata = re.sub(r"(?m)^(Version: .+)$", rf"\g<1>{later}", metadata, count=1)
    name, version = (re.search(rf"(?m)^{field}: (.+)$", metadata)[1] for field in ("Name", "Version"))
    stem = f"{re.sub(r'[-_.]+', '_', name)}-{version}"
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{stem}.dist-info/METADATA", metadata)
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return sha256(wheel.read_bytes()).hexdigest()


def metadata_of(wheel: Path) -> str:
    """The METADATA of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        return archive.read(name).decode()
