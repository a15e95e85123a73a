"""Second spellings of what is known: a name run together or letter by letter, a day in other figures; finds nothing new.

`h e d w i g o r l o w s k a`, `OrlowskaHedwigNotes.docx` beside Hedwig Orlowska, `3.4.61` beside 03/04/1961.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gateway.domain import Kind

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_LETTERS: Final = re.compile(r"[^\W\d_]{6,}")
_SPACED: Final = re.compile(r"(?<![^\W_])[^\W\d_](?:[ \t._*~-]{1,3}[^\W\d_]){4,}(?![^\W_])")
_BETWEEN: Final = re.compile(r"[\W\d_]+")
_DAY: Final = re.compile(
    r"(?<![\w.,/-])(?:\d{1,2}([./ -])\d{1,2}\1(?:(?:1[89]|20)\d\d|\d\d)|(?:1[89]|20)\d\d([./ -])\d{1,2}\2\d{1,2})(?![\w/-]|\.\d)"
)
_COMPACT: Final = re.compile(
    r"(?<![\w.,/+-])(?:(?:1[89]|20)\d\d[01]\d[0-3]\d|[0-3]\d[0-3]\d(?:(?:1[89]|20)?\d\d))(?![\w/-]|\.\d)"
)
_NAMED_MONTH: Final = re.compile(r"(?i)(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORTEST: Final = 6
"""Letters of a name run together that are looked for; fewer are a word of something else."""
_WITHIN: Final = 8
"""Letters from which it is looked for within a longer word."""
_PARTS: Final = 4
"""Words of the longest name whose spellings are made."""
_MOST: Final = 64
"""Names whose spellings are looked for within words; beyond, only whole words are compared."""

Day = tuple[int, int, int]
"""Year of the century, and two numbers of which either may be the month, in order of size."""


class Spellings(NamedTuple):
    """Of known names what they are run together, of known days what is the same in all ways to write them."""

    names: frozenset[str] = frozenset()
    days: frozenset[Day] = frozenset()
    within: re.Pattern[str] | None = None

    @property
    def any(self) -> bool:
        return bool(self.names or self.days)


def of(names: Iterable[str], days: Iterable[str]) -> Spellings:
    """The spellings of names and days that were found."""
    together: set[str] = set()
    for count, name in enumerate(names):
        if count < _MOST:
            together.update(_together(name))
    told = frozenset(day for said in days for day in _days(said))
    longer = sorted((name for name in together if len(name) >= _WITHIN), key=lambda name: (-len(name), name))
    within = re.compile("|".join(map(re.escape, longer))) if longer else None
    return Spellings(frozenset(together), told, within)


def _together(name: str) -> Iterator[str]:
    """`hedwigorlowska`, `orlowskahedwig`, `horlowska`: how accounts and files are called."""
    words = [word.casefold() for word in _WORD.findall(name)]
    if not 1 < len(words) <= _PARTS:
        return
    first, last = words[0], words[-1]
    made = ("".join(words), "".join(reversed(words)), first + last, last + first, first[0] + last, last + first[0])
    yield from (one for one in made if len(one) >= _SHORTEST and one not in words)


def find(text: str, wanted: Spellings) -> Iterator[tuple[Kind, int, int]]:
    """Where a spelling of `wanted` stands in a text."""
    if wanted.names:
        yield from _named(text, wanted)
    if wanted.days and any(map(str.isdigit, text)):
        for found in (*_DAY.finditer(text), *_COMPACT.finditer(text)):
            if not wanted.days.isdisjoint(_days(found[0])):
                yield (Kind.DATE, *found.span())


def _named(text: str, wanted: Spellings) -> Iterator[tuple[Kind, int, int]]:
    whole = text.casefold()
    runs = _LETTERS.finditer(text) if any(name in whole for name in wanted.names) else ()
    for run in runs:
        folded = run[0].casefold()
        if len(folded) != len(run[0]):
            continue
        if folded in wanted.names:
            yield (Kind.NAME, *run.span())
        elif wanted.within is not None and len(folded) > _WITHIN:
            for one in wanted.within.finditer(folded):
                yield Kind.NAME, run.start() + one.start(), run.start() + one.end()
    for run in _SPACED.finditer(text):
        said = _BETWEEN.sub("", run[0]).casefold()
        if any(name in said for name in wanted.names):
            yield (Kind.NAME, *run.span())


def _days(said: str) -> Iterator[Day]:
    """The days that a text may say, as what is the same whatever comes first."""
    month = _NAMED_MONTH.search(said)
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    if month is not None and len(numbers) > 1:
        numbers.insert(1, _MONTHS.index(month[1].casefold()) + 1)
    if len(numbers) == 1:
        yield from _compact(said)
        return
    if len(numbers) < _FIGURES:
        return
    first, second, third = numbers[:_FIGURES]
    year, one, other = (first, second, third) if first > _LAST_DAY else (third, first, second)
    yield from _day(year, one, other)


def _compact(said: str) -> Iterator[Day]:
    digits = re.sub(r"\D", "", said)
    if len(digits) == len("19610304"):
        yield from _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        yield from _day(int(digits[4:]), int(digits[:2]), int(digits[2:4]))
    elif len(digits) == len("030461"):
        yield from _day(int(digits[4:]), int(digits[:2]), int(digits[2:4]))


def _day(year: int, one: int, other: int) -> Iterator[Day]:
    if 0 < min(one, other) <= _LAST_MONTH and max(one, other) <= _LAST_DAY:
        yield year % 100, min(one, other), max(one, other)


_FIGURES: Final = 3
_LAST_DAY: Final = 31
_LAST_MONTH: Final = 12
