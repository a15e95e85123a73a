"""A text that remembers what was made of the whole of it, for passes that each ask the same; finds nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self, TypeVar, cast

T = TypeVar("T")


class Told(str):
    """The text of one look at a passage. It is a text like any other; `once` keeps with it what was made of it."""

    __slots__ = ("made",)
    made: dict[tuple[object, ...], object]

    def __new__(cls, text: str) -> Self:
        told = super().__new__(cls, text)
        told.made = {}
        return told


def once(make: Callable[..., T], text: str, *more: object) -> T:
    """`make(text, *more)`, which is made of a text that is `Told` only the first time. Nobody may change what is made."""
    if not isinstance(text, Told):
        return make(text, *more)
    key = (make, *more)
    if key not in text.made:
        text.made[key] = make(text, *more)
    return cast("T", text.made[key])
