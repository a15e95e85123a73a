"""Shorthand and measures that a model takes for a name or a day: `YoY`, `abdo SNT`, "the 9th centile"; hits in, verdicts out."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Hit

_MIXED: Final = re.compile(r"[A-Z]{1,2}[a-z]{1,2}[A-Z]{1,2}")
"""`YoY`, `LoS`, `NoF`; `McD` is nobody's whole name either."""
_LETTERS: Final = re.compile(r"[A-Z]{2,4}")
_SMALL: Final = re.compile(r"[a-z]{2,}")
_RANKED: Final = re.compile(r"(?i)\b(?:per)?centiles?\b|\b(?:deciles?|quartiles?|quintiles?|tertiles?)\b")
_DAY: Final = re.compile(r"(?i)\d{4}|\d[/.-]\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_AFTER: Final = 24
_OFTEN: Final = lexicon.GIVEN | {"F"}
"""Marks of words that people are often called."""
_AROUND: Final = 80
_SEVERAL: Final = 2


def is_one(hit: Hit, text: str) -> bool:
    """Whether a hit that only its context told is shorthand, or a rank among measures."""
    if hit.kind is Kind.DATE:
        return (
            _RANKED.search(text, hit.start, hit.end + _AFTER) is not None
            and _DAY.search(text, hit.start, hit.end) is None
        )
    if hit.kind is not Kind.NAME:
        return False
    words = text[hit.start : hit.end].split()
    return all(_MIXED.fullmatch(word) for word in words) or _abbreviated(words, hit, text)


def _abbreviated(words: list[str], hit: Hit, text: str) -> bool:
    """Whether a name is capitals that nobody is called, in a line of small letters with more of the kind."""
    capitals = [word for word in words if _LETTERS.fullmatch(word)]
    if not capitals or any(lexicon.marks(word.casefold()) & _OFTEN for word in words):
        return False
    if not all(lexicon.marks(word) & lexicon.ELSE for word in words if word not in capitals):
        return False
    low = max(text.rfind("\n", 0, hit.start) + 1, hit.start - _AROUND)
    line = f"{text[low : hit.start]} {text[hit.end : hit.end + _AROUND].partition(chr(10))[0]}"
    others = set(re.findall(r"\b[A-Z]{2,4}\b", line))
    return len(others) >= _SEVERAL and len(_SMALL.findall(line)) >= _SEVERAL
