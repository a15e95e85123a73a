"""Which pieces of the published vocabulary stay: those of Latin letters, digits and marks; other scripts are unknown anyway."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def kept(published: Sequence[str]) -> list[int]:
    """Rows that stay, the marks first."""
    marks = [published.index(mark) for mark in _MARKS]
    return marks + [row for row, piece in enumerate(published) if piece not in _MARKS and _latin(piece)]


def _latin(piece: str) -> bool:
    bare = piece.removeprefix("##")
    if len(bare) > 1 and bare[0] == "[" and bare[-1] == "]":
        return False
    return all(
        char.isascii() or unicodedata.name(char, "").startswith("LATIN SMALL") or char in "–—‘’“”•…°µ·×±≥≤→€£§©®™½¼¾²³¹"
        for char in bare
    )
