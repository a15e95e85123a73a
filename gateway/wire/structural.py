"""Which fields of a dialect are structure and what they may say; whatever they say beyond that is unknown, not text.

A field's place is its path with every list index written `*`. A structural value is never scanned and never rewritten:
it must match its pattern in full, or the request holds something unreadable (law 4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gateway.domain import Path

Place = tuple[str, ...]
Structural = Mapping[Place, re.Pattern[str]]

IDENTIFIER = re.compile(r"[a-zA-Z0-9_-]{1,128}")
"""Ids and function names. A pattern this wide can hold a number that identifies someone: scan those that a caller sets
freely (function names, tool-use ids) like text as well."""
SIGNATURE = re.compile(r"[A-Za-z0-9+/=_-]*")
"""Anthropic signs its thinking blocks in base64; a changed one is refused."""


def place(path: Path) -> Place:
    """`("messages", 3, "role")` → `("messages", "*", "role")`."""
    return tuple("*" if isinstance(step, int) else step for step in path)


def one_of(words: Iterable[str]) -> re.Pattern[str]:
    """A closed set as a pattern."""
    return re.compile("|".join(re.escape(word) for word in sorted(words)))
