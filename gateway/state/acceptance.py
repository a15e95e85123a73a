"""Which configurations wait, which were accepted and are not used yet, and which stays until then: files beside the record."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ACCEPTED: Final = "accepted-wider"
WAITS: Final = "waiting-wider"
KEPT: Final = "kept-config.json"
_HASH: Final = re.compile(r"[0-9a-f]{16}")


def accept(state_dir: Path, named: str) -> None:
    """Note that the configuration of this hash may take effect, once, in the place of any other. Raises `OSError`."""
    _write(state_dir / ACCEPTED, named)


def use(state_dir: Path, named: str) -> bool:
    """Whether the configuration of this hash was accepted; it is used up by that."""
    path = state_dir / ACCEPTED
    try:
        said = path.read_text(encoding="ascii").strip()
        if said != named or not is_hash(said):
            return False
        path.unlink()
    except (OSError, ValueError):
        return False
    return True


def wait(state_dir: Path, named: str) -> None:
    """Note that the configuration of this hash waits, in the place of any other; "": that none does."""
    with contextlib.suppress(OSError):  # where nothing can be written, nothing can be accepted either
        if named:
            _write(state_dir / WAITS, named)
        else:
            (state_dir / WAITS).unlink()


def waiting(state_dir: Path) -> str:
    """The hash of the configuration that waits; "" where none does."""
    try:
        said = (state_dir / WAITS).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return said if is_hash(said) else ""


def is_hash(text: str) -> bool:
    """Whether this is what can be accepted."""
    return _HASH.fullmatch(text) is not None


def keep(state_dir: Path, *, config: str, rules: Mapping[str, str], tests: Mapping[str, str]) -> None:
    """Keep the texts of the configuration in force, so that a start can go on with it. Raises `OSError`."""
    _write(state_dir / KEPT, json.dumps({"config": config, "rules": dict(rules), "tests": dict(tests)}))


def forget(state_dir: Path) -> None:
    """Keep none: nothing waits for anybody any more."""
    with contextlib.suppress(OSError):
        (state_dir / KEPT).unlink()


def kept(state_dir: Path) -> tuple[str, Mapping[str, str], Mapping[str, str]] | None:
    """Configuration, rules and tests that were kept; None where there are none."""
    try:
        tree = json.loads((state_dir / KEPT).read_text(encoding="utf-8"))
        return str(tree["config"]), dict(tree["rules"]), dict(tree["tests"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, text: str) -> None:
    """In the place of what was there, at once, for nobody else to read."""
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
