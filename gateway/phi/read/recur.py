"""Repeats a found number or address wherever it recurs in the request; names are repeated by the detectors themselves.

"MRN 8675309" has its cue, "and what about 8675309?" three turns later has none, nor has `ODY3NTMwOQ==`: what is known is
also found in the forms that programs write (`forms`), there with full names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.domain import Finding, Kind
from gateway.phi.read import forms, spellings
from gateway.phi.read.spellings import Spellings

MIN_CHARS: Final = 5
"""Shorter values are not repeated: they recur by chance (room 12 is not patient 12)."""
MANY: Final = 32
"""Above this many first words one pass over the text is faster than one `str.find` for each."""
_LEFT_TO_DETECTORS: Final = frozenset({Kind.NAME, Kind.TOKEN, Kind.DATE, Kind.AGE, Kind.PLACE, Kind.FACILITY})
_WORD: Final = re.compile(r"[^\W_]+")


_NUMBER: Final = re.compile(r"(?<!\d)\d(?:[ \u00a0\u202f.,/-]?\d){4,}(?!\d)")
"""A number of five digits or more, however its digits are grouped; letters beside it may make it a part of an id."""
_FULL_NAME: Final = re.compile(r"[^\W\d_][^\d_]+[\s,.'-][^\d_]*[^\W\d_]")
_MIN_NAME: Final = 8
"""Characters of a full name that is looked for in what is encoded."""
_MIN_DIGITS: Final = 6
"""Digits from which a number grouped in another way is still the same number and no other."""


class Known(NamedTuple):
    """What to look for: the kind of each surface, how long surfaces that begin with a word are, longest first, the kind of
    each number by its digits alone, full names by their first word, which are looked for only where something is encoded, and
    what names and days are in second spellings.
    """

    kinds: Mapping[str, Kind]
    lengths: Mapping[str, Sequence[int]]
    numbers: Mapping[str, Kind]
    names: Mapping[str, Sequence[str]] = MappingProxyType({})
    spelled: Spellings = Spellings()

    @property
    def any(self) -> bool:
        return bool(self.kinds or self.names or self.spelled.any)


def known(found: Iterable[tuple[str, Finding]]) -> Known:
    """What to look for again, out of texts and what was found in each."""
    kinds: dict[str, Kind] = {}
    lengths: dict[str, set[int]] = {}
    numbers: dict[str, Kind] = {}
    names: dict[str, list[str]] = {}
    full: dict[str, None] = {}
    days: dict[str, None] = {}
    for text, finding in found:
        if not finding.counts:
            continue
        surface = text[finding.start : finding.end].strip()
        if finding.kind is Kind.NAME and len(surface) >= _MIN_NAME and _FULL_NAME.fullmatch(surface):
            name = surface.casefold()
            names.setdefault(_WORD.findall(name)[0], []).append(name)
            full[name] = None
        if finding.kind is Kind.DATE:
            days[surface] = None
        if finding.kind in _LEFT_TO_DETECTORS:
            continue
        word = _WORD.match(surface)
        if word is not None and len(surface) >= MIN_CHARS:
            kinds.setdefault(surface, finding.kind)
            lengths.setdefault(word[0], set()).add(len(surface))
            if _NUMBER.fullmatch(surface) and sum(map(str.isdigit, surface)) >= _MIN_DIGITS:
                numbers.setdefault(_digits(surface), finding.kind)
    spelled = spellings.of(full, days)
    return Known(kinds, {word: sorted(chars, reverse=True) for word, chars in lengths.items()}, numbers, names, spelled)


def _digits(surface: str) -> str:
    return "".join([char for char in surface if char.isdecimal()])


def find(text: str, wanted: Known, there: Sequence[Finding]) -> list[Finding]:
    """Where `wanted` stand in `text` as words of their own, or in another form; not within what was found `there`, in order,
    already.
    """
    if not wanted.any:
        return []
    found = _plain(text, wanted, there)
    taken = (*there, *found)
    for start, end, said in forms.said(text):
        again = _plain(said, wanted, ())
        kind = again[0].kind if again else _named(said, wanted.names)
        if kind is not None and not any(one.start <= start and end <= one.end for one in taken):
            found.append(Finding(kind, start, end))
    for kind, start, end in spellings.find(text, wanted.spelled) if wanted.spelled.any else ():
        if not any(one.start <= start and end <= one.end for one in taken):
            found.append(Finding(kind, start, end))
    return found


def _named(said: str, names: Mapping[str, Sequence[str]]) -> Kind | None:
    """Whether a full name stands in a text."""
    folded = said.casefold() if names else ""
    for word in _WORD.finditer(folded):
        if any(folded.startswith(name, word.start()) for name in names.get(word[0], ())):
            return Kind.NAME
    return None


def _plain(text: str, wanted: Known, there: Sequence[Finding]) -> list[Finding]:
    """Where `wanted` stand in `text` as it is."""
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
