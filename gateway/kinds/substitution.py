"""Whether the model that a reply names is the one that was asked for; pure, and in favour of whoever answered."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

_INSTANCE: Final = re.compile(r"(?::[0-9]+|:latest|@[a-z0-9_]+|\.gguf)$")
_BORDER: Final = re.compile(r"[-_.:/ ]")


class Substitution(Enum):
    """What it means where a reply names another model than was asked for."""

    UNTOLD = auto()  # nothing: the server repeats what it was asked, or has its own names for versions
    TOLD = auto()  # it has one model, which answers to every name: the caller is told
    WRONG = auto()  # it has many, and took another one: that is no answer


def another(asked: str, answered: object) -> bool:
    """Whether `answered` names another model than `asked`.

    Makers, paths, number of the instance, quantisation and case are left aside, and a name that begins like the other
    and goes on after a border is the same one said in full (`qwen3-4b`, `qwen/qwen3-4b-instruct:2`).
    """
    if not isinstance(answered, str) or not answered:
        return False
    one, other = _bare(asked), _bare(answered)
    short, long = sorted((one, other), key=len)
    return not (long.startswith(short) and (len(short) == len(long) or bool(_BORDER.match(long[len(short)]))))


def _bare(name: str) -> str:
    bare = name.strip().lower().rpartition("/")[2]
    while (shorter := _INSTANCE.sub("", bare)) != bare:
        bare = shorter
    return bare
