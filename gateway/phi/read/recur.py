"""Repeats a found number or address wherever it recurs in the request; names are repeated by the detectors themselves.

"MRN 8675309" has its cue, "and what about 8675309?" three turns later has none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.domain import Finding, Kind

MIN_CHARS: Final = 5
"""Shorter values are not repeated: they recur by chance (room 12 is not patient 12)."""
MANY: Final = 32
"""Above this many first words one pass over the text is faster than one `str.find` for each."""
_LEFT_TO_DETECTORS: Final = frozenset({Kind.NAME, Kind.TOKEN, Kind.DATE, Kind.AGE, Kind.PLACE, Kind.FACILITY})
_WORD: Final = re.compile(r"[^\W_]+")


_NUMBER: Final = re.compile(r"(?<![^\W_])\d(?:[ \u00a0\u202f.,/-]?\d){4,}(?![^\W_])")
"""A number of five digits or more, however its digits are grouped."""
_MIN_DIGITS: Final = 6
"""Digits from which a number grouped in another way is still the same number and no other."""


class Known(NamedTuple):
    """What to look for: the kind of each surface, how long surfaces that begin with a word are, longest first, and the
    kind of each number by its digits alone.
    """

    kinds: Mapping[str, Kind]
    lengths: Mapping[str, Sequence[int]]
    numbers: Mapping[str, Kind]


def known(found: Iterable[tuple[str, Finding]]) -> Known:
    """What to look for again, out of texts and what was found in each."""
    kinds: dict[str, Kind] = {}
    lengths: dict[str, set[int]] = {}
    numbers: dict[str, Kind] = {}
    for text, finding in found:
        if not finding.counts or finding.kind in _LEFT_TO_DETECTORS:
            continue
        surface = text[finding.start : finding.end].strip()
        word = _WORD.match(surface)
        if word is not None and len(surface) >= MIN_CHARS:
            kinds.setdefault(surface, finding.kind)
            lengths.setdefault(word[0], set()).add(len(surface))
            if _NUMBER.fullmatch(surface) and sum(map(str.isdigit, surface)) >= _MIN_DIGITS:
                numbers.setdefault(_digits(surface), finding.kind)
    return Known(kinds, {word: sorted(chars, reverse=True) for word, chars in lengths.items()}, numbers)


def _digits(surface: str) -> str:
    return "".join([char for char in surface if char.isdecimal()])


def find(text: str, wanted: Known, there: Sequence[Finding]) -> list[Finding]:
    """Where `wanted` stand in `text` as words of their own; not within what was found `there`, in order, already."""
    found: list[Finding] = []
    passed = 0
    for start, word in _places(text, wanted.lengths):
        for chars in wanted.lengths.get(word, ()):
            end = start + chars
            kind = wanted.kinds.get(text[start:end])
            if kind is None or end > len(text) or text[end : end + 1].isalnum():
                continue
            while passed < len(there) and there[passed].end <= start:
                passed += 1
            if passed == len(there) or not there[passed].start <= start < end <= there[passed].end:
                found.append(Finding(kind, start, end))
            break
    if wanted.numbers:
        taken = (*there, *found)
        found.extend(_regrouped(text, wanted.numbers, taken))
    return found


def _regrouped(text: str, numbers: Mapping[str, Kind], taken: Sequence[Finding]) -> Iterable[Finding]:
    """`8 675 309` in a text, where another says that 8675309 is somebody's."""
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        kind = numbers.get(_digits(match[0]))
        if kind is None:
            continue
        if not any(one.start < end and start < one.end for one in taken):
            yield Finding(kind, start, end)


def _places(text: str, words: Collection[str]) -> Iterable[tuple[int, str]]:
    """Where words begin in `text`, in order: only these `words`, or all words where one pass is faster."""
    if len(words) > MANY:
        return ((word.start(), word[0]) for word in _WORD.finditer(text))
    places: list[tuple[int, str]] = []
    for word in words:
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
                places.append((start, word))
            start = text.find(word, end)
    return sorted(places)
