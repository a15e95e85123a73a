"""Answers in a few small words, and values that are asked for and told in parts over several turns; no model, no carriers.

"Last 4 of SSN?" "It is 3176." "Date of birth?" "March." "Which day?" "The 4th." What is told counts only for what was asked, and
only while nothing else is spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gateway.domain import Kind
from gateway.phi.find.talk import questions
from gateway.phi.find.text.ways import one_of

MOST: Final = 9
"""Turns from the question to the last part of what is told."""
LONGEST: Final = 240
"""Characters of a turn that asks, from its end, and of one that tells."""
_ASKS: Final = re.compile(
    r"(?i)[?:]\W*$|\bplease\W*$|^\W*(?:and|what about|how about|now)\b|\b(?:need|tell|give|confirm|enter|type|provide|state|verify|say|share|send)\b[^.?!]*[.…]?$"
)
_BIRTH: Final = re.compile(
    r"\b(?:date of (?:your |his |her |their |the patient's )?birth|birth[ -]?(?:day|date|month|year)|d\.?o\.?b\b\.?|born|(?:month|day|year) of birth)"
)
_OLD: Final = re.compile(
    r"\bhow old(?: (?:are you(?:, (?:mr\w*\.? |ms\.? )?[\w'’-]+)?|is (?:he|she|the (?:patient|pt|child|mother|father|client|resident|woman|man)|your \w+|mr\w*\.? \w+|ms\.? \w+)|am i|was (?:he|she)))?\W*$|"
    r"(?:^|[.?!,;:] ?|\b(?:his|her|your|their|patient'?s?|pt'?s?|current|what|the|and|is|your) )age(?: of (?:the )?(?:patient|pt|client|resident))?(?:,? please)?\W*$"
)
_NUMBERS: Final = {
    Kind.SSN: (4, 9),
    Kind.MRN: (4, 12),
    Kind.PHONE: (7, 15),
    Kind.PLAN_MEMBER: (5, 15),
    Kind.OTHER_ID: (5, 16),
}
"""Digits of the shortest value that is told for a kind, and of the longest."""
_SMALL: Final = frozenset(
    (
        "it it's its is was are be would should that that's thats this these those the a an my mine his her hers their your our he she she's he's they i i'm im you we "
        "and then so ok okay yes yeah yep no um uh er well sure right just only think believe guess about around almost nearly now in on at of for with to from "
        "starts start starting begins begin beginning ends end ending goes go first last middle second third next rest remaining part bit half digits digit numbers number "
        "four three two one day month year area code here here's there maybe probably let me see check exactly actually please thanks thank sir madam "
        "years year's old turning turned turn turns born st nd rd th o'clock ma'am which what more anything else again say got it hold sorry hm hmm"
    ).split()
)
"""Words that say nothing beside what they tell: a turn of those, with a value or without one, goes on with the same thing."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d{1,2}(?:st|nd|rd|th)\b|\d+(?:[ \t./-]{1,2}\d+)*")
_MONTHS: Final = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_MONTH: Final = re.compile(rf"(?i){one_of(*_MONTHS)}")
_OLDEST: Final = range(90, 131)


class Part(NamedTuple):
    """What one turn tells of a value: characters [start, end) of the turn `turn`, counted from the question."""

    kind: Kind
    turn: int
    start: int
    end: int


def asks(said: str) -> bool:
    """Whether a turn ends by asking for a value of a person that may be told in parts."""
    return any(_asked(said))


def told(turns: Sequence[str]) -> Iterator[Part]:
    """What the turns after the first tell of what the first asks for."""
    for kind in _asked(turns[0]):
        parts = _told(kind, turns[1:MOST])
        if kind is Kind.AGE:
            yield from (part for part in parts[:1] if turns[part.turn][part.start : part.end].isdigit())
            if not parts and len(turns) > 1 and (old := _IN_WORDS.match(turns[1])) is not None:
                yield Part(kind, 1, *old.span(1))
        elif kind is Kind.DATE:
            yield from parts
        else:
            least, most = _NUMBERS[kind]
            digits = sum(sum(map(str.isdigit, turns[part.turn][part.start : part.end])) for part in parts)
            if least <= digits <= most:
                yield from parts


_IN_WORDS: Final = re.compile(
    r"(?i)\W*(?:(?:um|uh|er|erm|oh|well|so|i am|i'm|she's|he's|she is|he is|just|only|nearly|almost|about|now)\b\W*){0,4}"
    r"(ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: and (?:one|two|three|four|five|six|seven))?)\b(?! ?(?:percent|kilos?|pounds?|days|weeks))"
)
"""How old somebody over 89 says that they are."""


def _asked(said: str) -> Iterator[Kind]:
    end = said[-LONGEST:].strip()
    if _ASKS.search(end) is None and not end.casefold().startswith("last"):
        return
    end = end.casefold()
    if _BIRTH.search(end):
        yield Kind.DATE
    if _OLD.search(end):
        yield Kind.AGE
    yield from dict.fromkeys(kind for kind, _ in questions.asked(end) if kind in _NUMBERS)


def _told(kind: Kind, turns: Sequence[str]) -> list[Part]:
    """The parts of one value in order, up to the turn that speaks of something else."""
    parts: list[Part] = []
    for at, turn in enumerate(turns, 1):
        if len(turn) > LONGEST:
            break
        words = list(_WORD.finditer(turn))
        values = [word for word in words if _tells(kind, word[0])]
        others = [word for word in words if word not in values]
        if any(word[0].casefold().replace("’", "'") not in _SMALL for word in others) and not _goes_on(turn, values):
            break
        parts.extend(Part(kind, at, *word.span()) for word in values)
    return parts


def _goes_on(turn: str, values: Sequence[object]) -> bool:
    """Whether a turn without a value asks for the rest of it."""
    return not values and len(turn) <= _SHORT and turn.rstrip().endswith("?")


_SHORT: Final = 60


def _tells(kind: Kind, word: str) -> bool:
    if kind is Kind.DATE:
        day = word.rstrip("stndrh")
        return (
            (day.isdigit() and len(day) < 3 and 0 < int(day) < 32)
            or _MONTH.fullmatch(word) is not None
            or (len(word) > 4 and word[:1].isdigit())
        )
    if kind is Kind.AGE:
        return word.isdigit() and len(word) < 4 and int(word) in _OLDEST
    return sum(map(str.isdigit, word)) > 1
