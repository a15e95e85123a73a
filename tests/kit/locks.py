"""The lock files, and what they pin."""

from __future__ import annotations

import re

from tests.kit.source import ROOT

LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-presidio.lock",
    "requirements-replicas.lock",
    "requirements-meters.lock",
)
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,-]+\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)


def pins(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for match in PIN.finditer(text):
        found.setdefault(match["name"], set()).add(match["version"])
    return found
