"""Days as people say them: "the ninth of the third, uh, sixty-four", "twelve slash four slash eighty one"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gateway.phi.find.talk.aloud import MONTHS, PAUSES, TEENS, TENS, UNITS, Word, in_order, ordinal, pair


class Day(NamedTuple):
    """A day said in characters [start, end); one that is not `certain` is only three numbers, or has no year."""

    start: int
    end: int
    certain: bool


_BETWEEN: Final = PAUSES | frozenset((",", ".", "-", "–", "…", "\n", "of", "the", "day", "in", "year", "a", "'"))
_SLASHES: Final = frozenset(("slash", "stroke", "dash", "hyphen", "/", "point", "dot"))
_MOST_BETWEEN: Final = 4
_CENTURIES: Final = frozenset(("eighteen", "nineteen", "twenty"))
_DAYS, _MONTHS = 31, 12


def days(heard: Sequence[Word]) -> Iterator[Day]:
    """The days in `heard`, in order, not overlapping."""
    for at, (last, certain) in in_order(heard, lambda at: _day(heard, at)):
        yield Day(heard[at].start, heard[last - 1].end, certain)


def _day(heard: Sequence[Word], at: int) -> tuple[int, bool] | None:
    word = heard[at].text
    if word in MONTHS and (len(word) > 3 or word == "may"):
        return _month_first(heard, at)
    if word in _FEASTS:
        following = heard[at + 1].text if at + 1 < len(heard) else ""
        said = at > 0 and heard[at - 1].text in _ON
        return (at + 2, said) if following in {"day", "eve"} else None
    if word in _WEEKDAYS:
        return _weekday_first(heard, at)
    if word in _CENTURIES and (told := _year_first(heard, at)) is not None:
        return told
    first = ordinal(heard, at)
    if first is not None and first[0] <= _DAYS:
        return _day_first(heard, *first, begun=at)
    number = pair(heard, at)
    return _numbers(heard, *number) if number is not None and 1 <= number[0] <= _DAYS else None


_FEASTS: Final = frozenset("boxing christmas thanksgiving valentine's independence labor labour memorial".split())
_WEEKDAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())


def _weekday_first(heard: Sequence[Word], at: int) -> tuple[int, bool] | None:
    """A day of the week with its number: "sunday the twelfth", "friday, the sixth of june"."""
    place = _past(heard, at + 1)[0]
    number = ordinal(heard, place)
    if number is None or number[0] > _DAYS:
        return None
    rest = _day_first(heard, *number, begun=place)
    return (rest[0] if rest is not None else number[1]), True


def _year_first(heard: Sequence[Word], at: int) -> tuple[int, bool] | None:
    """The year first, with its century: "nineteen thirty-six, first of august"."""
    year = _year(heard, at) if _whole(heard, at) else None
    if year is None:
        return None
    place = _past(heard, year)[0]
    if place < len(heard) and heard[place].text in MONTHS and len(heard[place].text) > 3:
        rest = _month_first(heard, place)
        return (rest[0] if rest is not None else place + 1), True
    number = ordinal(heard, place)
    if number is None:
        return None
    rest = _day_first(heard, *number, begun=place)
    return (rest[0], True) if rest is not None else None


def _month_first(heard: Sequence[Word], at: int) -> tuple[int, bool] | None:
    """The month first: "march third, nineteen fifty two", "march the third"."""
    day = ordinal(heard, _past(heard, at + 1)[0]) or pair(heard, _past(heard, at + 1)[0])
    if day is None or not 1 <= day[0] <= _DAYS:
        return None
    year = _year(heard, _past(heard, day[1])[0])
    plain = heard[at + 1].text.isdecimal() or day[1] - at < 3  # "march 3": the rules of written days see to that
    sure = heard[at].text not in _VERBS or (at > 0 and heard[at - 1].text in _ON)
    return (year, True) if year is not None else None if plain and heard[at + 1].text.isdecimal() else (day[1], sure)


def _day_first(heard: Sequence[Word], day: int, at: int, *, begun: int) -> tuple[int, bool] | None:
    """The day first: "third of march", "the ninth of the third sixty four"; a day and nothing more is none."""
    place, slashed = _past(heard, at)
    if place >= len(heard):
        return None
    month = MONTHS.get(heard[place].text)
    if month is not None:
        year = _year(heard, _past(heard, place + 1)[0])
        return (year, True) if year is not None else (place + 1, True)
    number = ordinal(heard, place) or (pair(heard, place) if slashed or _of(heard, at) else None)
    if number is None or not (1 <= number[0] <= _MONTHS or day <= _MONTHS) or number[0] > _DAYS:
        return None
    year = _year(heard, _past(heard, number[1])[0])
    if year is not None:
        return year, True
    if not _of(heard, at):
        return None
    rest = heard[number[1]].text if number[1] < len(heard) else ""
    told = rest in _GOES_ON or any(word.text in _ON for word in heard[max(0, begun - 2) : begun])
    return number[1], number[0] <= _MONTHS and told


def _of(heard: Sequence[Word], at: int) -> bool:
    return any(word.text == "of" for word in heard[at : at + _MOST_BETWEEN])


def _numbers(heard: Sequence[Word], day: int, at: int) -> tuple[int, bool] | None:
    """Three numbers: "nine three sixty-four", with or without a word for the stroke between."""
    place, slashed = _past(heard, at)
    if place < len(heard) and heard[place].text in MONTHS:
        year = _year(heard, _past(heard, place + 1)[0])
        if year is not None:
            return year, True
        return (place + 1, True) if heard[place].text not in _VERBS and not heard[at - 1].text.isdecimal() else None
    second = pair(heard, place)
    if second is None or not 1 <= second[0] <= _DAYS or (second[0] > _MONTHS and day > _MONTHS):
        return None
    place, again = _past(heard, second[1])
    year = _year(heard, place)
    if year is None or all(word.text.isdecimal() for word in heard[at - 1 : year] if word.text[0].isalnum()):
        return None
    return year, (slashed and again) or _whole(heard, place)


_VERBS: Final = frozenset(("may", "march", "mar", "sun"))
"""Months that are verbs too."""
_ON: Final = frozenset("on since from until till by before after for was".split())
_GOES_ON: Final = frozenset("at for i and or in then uh um er to from by she he we they it so yes that".split())
"""What follows a day that was said, where "the third of the fifth group" goes on."""


def _past(heard: Sequence[Word], at: int) -> tuple[int, bool]:
    """The place after what may stand between two parts of a day, and whether a stroke was said."""
    last, slashed = min(len(heard), at + _MOST_BETWEEN), False
    while at < last and (heard[at].text in _BETWEEN or heard[at].text in _SLASHES):
        slashed = slashed or heard[at].text in _SLASHES
        at += 1
    return at, slashed


def _whole(heard: Sequence[Word], at: int) -> bool:
    """Whether the year at `at` is said with its century."""
    word = heard[at].text
    following = heard[at + 1].text if at + 1 < len(heard) else ""
    if word.isdecimal():
        return len(word) == 4
    return following == "thousand" or (
        word in _CENTURIES and (following in TENS or following in TEENS or following == "hundred")
    )


def _year(heard: Sequence[Word], at: int) -> int | None:
    """The place after a year at `at`: "nineteen sixty four", "two thousand and nine", "oh oh", "64"."""
    if at >= len(heard):
        return None
    word = heard[at].text
    following = heard[at + 1].text if at + 1 < len(heard) else ""
    if word.isdecimal():
        return at + 1 if len(word) == 2 or (len(word) == 4 and word[:2] in {"18", "19", "20"}) else None
    if (word == "two" and following == "thousand") or (word in _CENTURIES and following == "hundred"):
        joined = at + 2 < len(heard) and heard[at + 2].text == "and"
        rest = pair(heard, at + 3 if joined else at + 2)
        return rest[1] if rest is not None else at + 2
    if word in _CENTURIES:
        return _of_a_century(heard, at)
    if word in UNITS:  # "oh nine", "six four", "oh oh"
        return at + 2 if following in UNITS else None
    last = pair(heard, at)
    return last[1] if last is not None else None


def _of_a_century(heard: Sequence[Word], at: int) -> int | None:
    """The place after "nineteen sixty four", also with a pause within, "nineteen oh four", "twenty twenty", "twenty four"."""
    place = _past(heard, at + 1)[0]
    following = heard[place].text if place < len(heard) else ""
    rest = pair(heard, place)
    if rest is not None and following in TENS:
        return rest[1]
    if place == at + 1 and rest is not None and (following in TEENS or UNITS.get(following) == 0):
        return rest[1]
    last = pair(heard, at)
    return last[1] if last is not None else None
