"""Finds again, in every text of a request, numbers and addresses that were found in one; names are the detectors' own.

"MRN 8675309" has its cue, "and what about 8675309?" three turns later has none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.domain import Finding, Kind

MIN_CHARS: Final = 5
"""Shorter ones say too little by themselves: room 12 is not patient 12."""
MANY: Final = 32
"""So many different beginnings, and reading a text once is faster than searching it for each."""
_LEFT_TO_DETECTORS: Final = frozenset({Kind.NAME, Kind.TOKEN, Kind.DATE, Kind.AGE, Kind.PLACE, Kind.FACILITY})
_WORD: Final = re.compile(r"[^\W_]+")


class Known(NamedTuple):
    """What to look for: the kind of each surface, and how long surfaces that begin with a word are, longest first."""

    kinds: Mapping[str, Kind]
    lengths: Mapping[str, Sequence[int]]


def known(found: Iterable[tuple[str, Finding]]) -> Known:
    """What to look for again, out of texts and what was found in each."""
    kinds: dict[str, Kind] = {}
    lengths: dict[str, set[int]] = {}
    for text, finding in found:
        if not finding.counts or finding.kind in _LEFT_TO_DETECTORS:
            continue
        surface = text[finding.start : finding.end].strip()
        word = _WORD.match(surface)
        if word is not None and len(surface) >= MIN_CHARS:
            kinds.setdefault(surface, finding.kind)
            lengths.setdefault(word[0], set()).add(len(surface))
    return Known(kinds, {word: sorted(chars, reverse=True) for word, chars in lengths.items()})


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
    return found


def _places(text: str, words: Collection[str]) -> Iterable[tuple[int, str]]:
    """Where words begin in `text`, in order: these `words`, or all where looking for each would take longer."""
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
