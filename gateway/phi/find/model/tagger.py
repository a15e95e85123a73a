"""Finds names, places, dates and ids by their context with a small linear CRF trained here; knows no rule and no checksum."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Final

import pycrfsuite

from gateway.domain import Finding, Kind
from gateway.phi.find import lexicon
from gateway.phi.find.model import veto
from gateway.phi.find.model.attributes import attributes
from gateway.phi.find.model.features import Describer, Tokens, tokens
from gateway.phi.find.text.ways import one_of

NAME, PLACE, DATE, ID, OUTSIDE = "N", "L", "D", "I", "O"
LABELS: Final = {NAME: Kind.NAME, PLACE: Kind.PLACE, DATE: Kind.DATE, ID: Kind.OTHER_ID}

_TITLE_WORDS: Final = "dr drs mr mrs ms mx miss prof professor doctor nurse sr sra srta mme rev sgt capt rn np pa"
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_FACILITY: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        *(
            "hosp(?:ital)?s? clinics? cent(?:er|re) ctr medical med health(?:care)? institute infirmary memorial "
            "general hospice rehab university pavilion surgery care nursing pharmacy laboratory associates "
            "dialysis practice sinai hopkins mayo kaiser"
        ).split()
    )
    + r")\b"
)
_IDENTIFIER: Final = re.compile(r"\s*[a-z_]*\s*")
"""A key or a single word in lower case tells nothing by itself: `birthdate`, `query`."""
_SURE: Final = 0.97
"""Probability of being nothing under which a token is worth another look."""
_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SEQUENCE: Final = 300
"""Tokens to a sequence, so that memory does not grow with the text."""


class Tagger:
    """A trained model. Finding costs 1 to 1.5 ms/KB; not to be used from two threads at once."""

    def __init__(self, model: bytes, *, outside: float = 0.65) -> None:
        self._bytes = model  # python-crfsuite reads from this memory and keeps no reference to it
        self._model = pycrfsuite.Tagger()
        self._model.open_inmemory(model)
        self._describe = Describer(lexicon.words(), known=attributes(model))
        self._outside = outside
        self._doubts: list[tuple[int, int]] = []

    @classmethod
    def shipped(cls) -> Tagger:
        """The model that comes with the package."""
        return cls(resources.files("gateway.phi.find.model").joinpath("tagger.crfsuite").read_bytes())

    def find(self, text: str) -> list[Finding]:
        """Findings of `text` in order, not overlapping; `confidence` is the model's own probability."""
        self._doubts = []
        if _IDENTIFIER.fullmatch(text):
            return []
        cut = tokens(text)
        found: list[Finding] = []
        for start, end in sequences(cut):
            found.extend(self._spans(text, cut, start, end))
        return veto.spared(found, text)

    def doubts(self) -> list[tuple[int, int]]:
        """Words of the last `find` that may be a name, of which it was not sure that nothing is there, and found nothing."""
        return self._doubts

    def _spans(self, text: str, cut: Tokens, begin: int, stop: int) -> Iterator[Finding]:
        self._model.set(self._describe.features(cut, begin, stop))
        likeliest = self._model.tag()  # before any marginal: crfsuite keeps both in one table
        odds = [self._model.marginal(OUTSIDE, at) for at in range(stop - begin)]
        for at, odd in enumerate(odds):
            if self._outside <= odd < _SURE and _may_be_named(cut.words[begin + at]):
                self._doubts.append((cut.starts[begin + at], cut.end(begin + at)))
        if min(odds) >= self._outside:
            return
        labels = self._labels(likeliest, odds)
        done = 0
        for label, first, last in runs(labels):
            kind = LABELS[label]
            start, end = cut.starts[begin + first], cut.end(begin + last)
            if kind is Kind.NAME:
                low, high = _completed(cut, labels, begin, first, last)
                low = max(done, min(low, _with_title(cut.words, begin + first) - begin))
                start, end = cut.starts[begin + low], cut.end(begin + high)
                done = high + 1
            if kind is Kind.PLACE and _FACILITY.search(text, start, end):
                kind = Kind.FACILITY
            yield Finding(kind, start, end, round(1 - min(odds[first : last + 1]), 3))

    def _labels(self, likeliest: Sequence[str], odds: Sequence[float]) -> list[str]:
        """The likeliest labels, but what is inside is told by its `odds` of being outside: a miss costs more than an alarm."""
        labels: list[str] = []
        kind = ""
        for at, label in enumerate(likeliest):
            if odds[at] >= self._outside:
                labels.append(OUTSIDE)
            elif label != OUTSIDE:
                labels.append(label)
            else:
                labels.append(f"I-{kind}" if kind else f"B-{self._likeliest(at)}")
            kind = labels[-1][2:]
        return labels

    def _likeliest(self, at: int) -> str:
        return max(
            LABELS, key=lambda label: self._model.marginal(f"B-{label}", at) + self._model.marginal(f"I-{label}", at)
        )


def _may_be_named(word: str) -> bool:
    """Whether somebody may be called so: no sign, number or path, and nothing that means something but a given name."""
    if len(word) < 2 or not (word.isalpha() or _LETTERS.fullmatch(word)):
        return False
    marks = lexicon.marks(word.casefold())
    return not marks & _ELSE or (word[0].isupper() and bool(marks & lexicon.GIVEN))


def _with_title(words: Sequence[str], at: int) -> int:
    """The token with which a name that starts at `at` begins when its title is a part of it: "Dr. Weber"."""
    before = at - 2 if at > 1 and words[at - 1] == "." else at - 1
    return before if before >= 0 and words[before].casefold() in _TITLES else at


def _completed(cut: Tokens, labels: Sequence[str], begin: int, first: int, last: int) -> tuple[int, int]:
    """A name with what is joined to it ("Girard-Bah"), and a lone given name with the capitalised word after it."""
    words = cut.words

    def capital(at: int) -> bool:
        return 0 <= at < len(labels) and labels[at] == OUTSIDE and words[begin + at][:1].isupper()

    def joined(at: int) -> bool:
        return (
            words[begin + at] == "-"
            and cut.end(begin + at - 1) == cut.starts[begin + at] == cut.starts[begin + at + 1] - 1
        )

    while capital(last + 2) and joined(last + 1):
        last += 2
    while capital(first - 2) and joined(first - 1):
        first -= 2
    if first == last and capital(last + 1) and cut.starts[begin + last + 1] == cut.end(begin + last) + 1:
        given, family = words[begin + first].casefold(), words[begin + last + 1]
        unlisted = family.casefold() not in _TITLES and not _ELSE & lexicon.marks(family.casefold())
        if unlisted and family[1:].islower() and lexicon.GIVEN & lexicon.marks(given):
            last += 1
    return first, last


_ELSE: Final = frozenset({lexicon.ORDINARY, lexicon.DRUG, lexicon.TERM, lexicon.BODY, lexicon.REGION})


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


def runs(labels: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """(kind, first, last) of each run of labels of one kind; `B-` begins another."""
    current, first = "", 0
    for at, label in enumerate(labels):
        kind = label[2:]
        begins = label[0] == "B" or kind != current
        if current and begins:
            yield current, first, at - 1
        if begins:
            current, first = kind, at
    if current:
        yield current, first, len(labels) - 1
