"""Joins ways to write something into one regular expression; knows nothing of what they say."""

from __future__ import annotations

from collections.abc import Iterable


def one_of(*ways: str) -> str:
    """A regular expression for any of these `ways` to write something, which are regular expressions themselves."""
    return "|".join(ways)


def folded(text: str) -> str:
    """`text` in small letters, with every letter that an expression in any case takes for one of `a` to `z` as that one."""
    return text.casefold() if text.isascii() else text.casefold().replace("\u0307", "").replace("ı", "i")


def holds(small: str, words: Iterable[str]) -> bool:
    """Whether one of `words` stands in a text that is `folded`: the quick look before an expression that begins anywhere."""
    return any(word in small for word in words)
