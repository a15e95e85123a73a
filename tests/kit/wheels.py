"""Wheels that hold nothing but what an installer asks before it installs: a name, a version, requirements, extras."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from importlib.metadata import Distribution
from pathlib import Path


def hollow(distribution: Distribution, folder: Path) -> str:
    """Write a wheel with an installed distribution's own METADATA and no code; its SHA-256."""
    name = distribution.name.replace("-", "_").replace(".", "_")
    info = f"{name}-{distribution.version}.dist-info"
    wheel = folder / f"{name}-{distribution.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{info}/METADATA", distribution.read_text("METADATA"))
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return sha256(wheel.read_bytes()).hexdigest()
