"""Where servers say their version, and which versions are known to do wrong in silence; pure: asks nobody.

Wire facts: Ollama's `/api/version` and vLLM's `/version` answer `{"version": "0.33.0"}`, llama.cpp's `/props` has
`build_info` ("b6123-abc"). LM Studio and mlx_lm say none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

Number: TypeAlias = tuple[int, ...]
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,3}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What versions before `mended` do, and where it was reported."""

    mended: Number
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """`path` of a GET, counted from the root of the server, how its answer is read, and what is known of old ones."""

    path: str
    read: Callable[[object], str]
    flaws: tuple[Flaw, ...] = ()

    def warnings(self, version: str) -> list[str]:
        """What is known to be wrong with `version`; nothing where it cannot be read."""
        known = number(version)
        return [flaw.what for flaw in self.flaws if known and known < flaw.mended]


def number(version: str) -> Number:
    """The number in a version, empty where there is none."""
    found = _NUMBER.search(version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def _field(name: str) -> Callable[[object], str]:
    def read(tree: object) -> str:
        value = tree.get(name) if isinstance(tree, dict) else None
        return value[:40] if isinstance(value, str) and value.isascii() and value.isprintable() else ""

    return read


OLLAMA: Final = Versions(
    path="/api/version",
    read=_field("version"),
    flaws=(
        Flaw((0, 21), "gives parallel tool calls one index (ollama#15457); the gateway tells them apart by their ids"),
        Flaw((0, 32, 6), "streams role and finish otherwise than OpenAI; the gateway mends it, other clients may not"),
    ),
)
VLLM: Final = Versions(path="/version", read=_field("version"))
LLAMA_CPP: Final = Versions(path="/props", read=_field("build_info"))
