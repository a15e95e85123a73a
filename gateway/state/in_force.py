"""Says beside the record what a running gateway works with, for commands in other processes; holds no secret."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "in-force.json"
STATUS = "status.json"


@dataclass(frozen=True, slots=True)
class InForceNote:
    """The `reading`th configuration of process `pid`, what became of it, and the policy in force as its canonical text.
    `own_words` are those of the administrator, `standing` all that says where requests may go, as canonical texts too.

    `said` is what an administrator is told about it, line by line. `tells`: the process takes SIGUSR1 for the question how
    it is; one that does not would end by it. `url` is where its first listener is called from this machine.
    """

    pid: int
    reading: int
    ok: bool
    said: tuple[str, ...]
    policy_text: str
    own_words: str = ""
    standing: str = ""
    tells: bool = False
    url: str = ""


def write(state_dir: Path, note: InForceNote) -> None:
    """Take the place of the note before, at once. Raises `OSError`."""
    _put(state_dir / FILE, asdict(note))


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
            bool(tree.get("tells", False)),
            str(tree.get("url", "")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_status(state_dir: Path, *, number: int, tree: Mapping[str, object]) -> None:
    """How the gateway is, for the `number`th time that somebody asked. Raises `OSError`."""
    _put(state_dir / STATUS, {"pid": os.getpid(), "number": number, "status": tree})


def hindrance(state_dir: Path) -> str:
    """Why no status can be written there, in words of the system; empty where it can. Tried beside it, in a file of our own."""
    if (state_dir / STATUS).with_suffix(".part").is_dir():
        return os.strerror(errno.EISDIR)
    room = state_dir / f"room-{os.getpid()}.json"
    try:
        _put(room, {"room": "." * 8192})
    except OSError as error:
        return error.strerror or type(error).__name__
    finally:
        for left in (room, room.with_suffix(".part")):
            with contextlib.suppress(OSError):
                left.unlink()
    return ""


def read_status(state_dir: Path, *, pid: int) -> tuple[int, Mapping[str, object]]:
    """What process `pid` said last of how it is, and for the how many-th time; (0, {}) where it never did."""
    try:
        tree = json.loads((state_dir / STATUS).read_text(encoding="utf-8"))
        return (int(tree["number"]), dict(tree["status"])) if tree["pid"] == pid else (0, {})
    except (OSError, ValueError, KeyError, TypeError):
        return 0, {}


def _put(path: Path, tree: Mapping[str, object]) -> None:
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(tree, file)
    part.replace(path)
