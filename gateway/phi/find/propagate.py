"""Repeats names found in one text in all other texts of a request; decides nothing about what a name is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.phi.find import lexicon
from gateway.phi.find.model import veto

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_COMMON_WORDS: Final = (
    "dr mr mrs ms miss prof doctor nurse sir the and of de la van von der del da di al el bin md "
    "rn np pa do phd jr sr ii iii patient pt "
    "may will mark grace hope joy faith bill rose art white black brown green young long king june april august case "
    "day hand"
)
_TOO_COMMON: Final = frozenset(_COMMON_WORDS.split())


def words(text: str) -> frozenset[str]:
    """The distinct casefolded words of a normalised text."""
    return frozenset(_WORD.findall(text.casefold()))


def parts(names: Iterable[str]) -> frozenset[str]:
    """The casefolded words of found names by which a person is recognised again; common words are left out."""
    return frozenset(
        word for name in names for word in _WORD.findall(name.casefold()) if len(word) > 2 and word not in _TOO_COMMON
    )


def find(text: str, known: frozenset[str]) -> list[tuple[int, int]]:
    """Where words of `known` stand in a normalised text: [start, end) of each, in order."""
    if not known:
        return []
    lower = text.casefold()
    if len(lower) != len(text):  # "ß" and a few more grow: fold what keeps its place
        lower = "".join([folded if len(folded := char.casefold()) == 1 else char for char in text])
    return [match.span() for match in _WORD.finditer(lower) if match.group() in known and _named(*match.span(), text)]


def _named(start: int, end: int, text: str) -> bool:
    """Whether a word that is a name elsewhere may be one here: "Rose", not "rose"; "Wilson", not "Wilson's disease"."""
    word = text[start:end]
    if word.islower() and lexicon.is_ordinary(word):
        return False
    return not veto.medical(word.casefold(), text, end)
