"""Which formats the pictures of a request have, by their first bytes and in any dialect; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.domain import JSON

_SIGNS: Final = {"UklGR": "webp", "R0lGOD": "gif", "iVBORw0KGgo": "png", "/9j/": "jpeg", "Qk": "bmp"}
"""How base64 of a file of each format begins."""
_ATTACHED: Final = frozenset({"images", "data", "url", "image_url"})
"""Under which names pictures stand; a text that only begins like one is a text."""


def formats(value: JSON) -> frozenset[str]:
    """The formats of all pictures within `value` that are sent along, in lower case."""
    return frozenset(_found(value))


def pictures(value: JSON) -> tuple[int, int]:
    """How many pictures there are within `value`, and how many bytes their base64 takes."""
    found = list(_pictures(value))
    return len(found), sum(found)


def _pictures(value: JSON, key: str = "") -> Iterator[int]:
    if isinstance(value, str):
        if key in _ATTACHED:
            base64 = value.partition(";base64,")[2] if value.startswith("data:") else value
            if any(map(base64.startswith, _SIGNS)):
                yield len(base64)
    elif isinstance(value, list):
        for item in value:
            yield from _pictures(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _pictures(item, name)


def _found(value: JSON, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith("data:image/") or key in {"images", "data"}:
            yield from _of(value.partition(";base64,")[2] if value.startswith("data:") else value)
    elif isinstance(value, list):
        for item in value:
            yield from _found(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _found(item, name)


def _of(base64: str) -> Iterator[str]:
    yield from (name for sign, name in _SIGNS.items() if base64.startswith(sign))
