"""Finds names, places, dates and ids by their context with a small linear CRF trained here; knows no rule and no checksum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import Final

import pycrfsuite

from gateway.domain import Finding, Kind
from gateway.phi import lexicon, veto
from gateway.phi.features import Describer, Tokens, tokens

NAME, PLACE, DATE, ID, OUTSIDE = "N", "L", "D", "I", "O"
LABELS: Final = {NAME: Kind.NAME, PLACE: Kind.PLACE, DATE: Kind.DATE, ID: Kind.OTHER_ID}

_TITLE_WORDS: Final = "dr drs mr mrs ms mx miss prof professor doctor nurse sr sra srta mme rev sgt capt rn np pa"
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_FACILITY: Final = re.compile(
    r"(?i)\b(?:hosp(?:ital)?s?|clinics?|cent(?:er|re)|ctr|medical|med|health(?:care)?|institute|infirmary|memorial|general|hospice|rehab|"
    r"university|pavilion|surgery|care|nursing|pharmacy|laboratory|associates|dialysis|practice|sinai|hopkins|mayo|kaiser)\b"
)
_IDENTIFIER: Final = re.compile(r"\s*[a-z_]*\s*")
"""A key or a single word in lower case tells nothing by itself: `birthdate`, `query`."""
_SEQUENCE: Final = 300
"""Tokens to a sequence, so that memory does not grow with the text."""


class Tagger:
    """A trained model. Finding costs about 1 ms/KB; not to be used from two threads at once."""

    def __init__(self, model: bytes, *, outside: float = 0.5) -> None:
        self._bytes = model  # python-crfsuite reads from this memory and keeps no reference to it
        self._model = pycrfsuite.Tagger()
        self._model.open_inmemory(model)
        self._describe = Describer(lexicon.words())
        self._outside = outside

    @classmethod
    def shipped(cls) -> Tagger:
        """The model that comes with the package."""
        return cls(resources.files("gateway.phi").joinpath("model", "tagger.crfsuite").read_bytes())

    def find(self, text: str) -> list[Finding]:
        """Findings of `text` in order, not overlapping; `confidence` is the model's own probability."""
        if _IDENTIFIER.fullmatch(text):
            return []
        cut = tokens(text)
        found: list[Finding] = []
        for start, end in sequences(cut):
            found.extend(self._spans(text, cut, start, end))
        return veto.spared(found, text)

    def _spans(self, text: str, cut: Tokens, begin: int, stop: int) -> Iterator[Finding]:
        self._model.set(self._describe.features(cut, begin, stop))
        for label, first, last in runs(self._model.tag(), self._outside_odds, self._outside):
            kind = LABELS[label]
            start, end = cut.starts[begin + first], cut.end(begin + last)
            if kind is Kind.NAME:
                start = cut.starts[_with_title(cut.words, begin + first)]
            if kind is Kind.PLACE and _FACILITY.search(text, start, end):
                kind = Kind.FACILITY
            yield Finding(kind, start, end, round(1 - min(self._outside_odds(at) for at in range(first, last + 1)), 3))

    def _outside_odds(self, at: int) -> float:
        return float(self._model.marginal(OUTSIDE, at))


def _with_title(words: Sequence[str], at: int) -> int:
    """The token with which a name that starts at `at` begins when its title is a part of it: "Dr. Weber"."""
    before = at - 2 if at > 1 and words[at - 1] == "." else at - 1
    return before if before >= 0 and words[before].casefold() in _TITLES else at


def sequences(cut: Tokens) -> Iterator[tuple[int, int]]:
    """Tokens [start, end) to be tagged together: up to a line's or a sentence's end, at the latest after `_SEQUENCE` tokens."""
    words, breaks = cut.words, cut.breaks
    start = 0
    for at in range(_SEQUENCE // 2, len(words)):
        long = at - start
        if long >= _SEQUENCE or (long > _SEQUENCE // 2 and (at in breaks or words[at - 1] == ".")):
            yield start, at
            start = at
    if start < len(words):
        yield start, len(words)


def runs(labels: Sequence[str], odds: Callable[[int], float], outside: float) -> Iterator[tuple[str, int, int]]:
    """(label, first, last) of each run of one label; a neighbour of a run whose `odds` of being outside are low joins it."""
    current, first = "", 0
    for at, label in enumerate(labels):
        kind = label[2:]
        if not kind:
            if not current:
                continue
            kind = current if odds(at) < outside else ""
        begins = label[0] == "B" or kind != current
        if current and begins:
            yield current, first, at - 1
        if begins:
            current, first = kind, at
    if current:
        yield current, first, len(labels) - 1
