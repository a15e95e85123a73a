"""Debian's `promtool`: what Prometheus itself says of rules, metrics and configurations."""

from __future__ import annotations

import shutil
import subprocess


def promtool(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    binary = shutil.which("promtool")
    assert binary, "promtool is missing: apt-get install --no-install-recommends prometheus"
    return subprocess.run([binary, *arguments], input=given, capture_output=True, text=True, check=False, timeout=60)
