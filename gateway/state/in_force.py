"""Says beside the record what a running gateway works with, for commands in other processes; holds no secret."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "in-force.json"


@dataclass(frozen=True, slots=True)
class InForceNote:
    """The `reading`th configuration of process `pid`, what became of it, and the policy in force as its canonical text.
    `own_words` are those of the administrator, `standing` all that says where requests may go, as canonical texts too.

    `said` is what an administrator is told about it, line by line.
    """

    pid: int
    reading: int
    ok: bool
    said: tuple[str, ...]
    policy_text: str
    own_words: str = ""
    standing: str = ""


def write(state_dir: Path, note: InForceNote) -> None:
    """Take the place of the note before, at once. Raises `OSError`."""
    path = state_dir / FILE
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(note), file)
    part.replace(path)


def read(state_dir: Path) -> InForceNote | None:
    """The note of the gateway that ran here last; None where there is none that can be read."""
    try:
        tree = json.loads((state_dir / FILE).read_text(encoding="utf-8"))
        return InForceNote(
            int(tree["pid"]),
            int(tree["reading"]),
            bool(tree["ok"]),
            tuple(tree["said"]),
            str(tree["policy_text"]),
            str(tree.get("own_words", "")),
            str(tree.get("standing", "")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
