"""What is answered to a question, and who is spoken to or of by name: what only the talk around a value tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.rules.cue import identifies
from gateway.phi.find.talk import aloud, dates, names, places, questions, said, spelled
from gateway.phi.find.talk.aloud import Word
from gateway.phi.find.talk.turns import Turn

_LEAST_DIGITS: Final = 3
_REPLIES: Final = 2
"""Turns after a question in which the answer may stand, if the first only asks back."""
_REPEATS: Final = 40
_LONGEST: Final = 400
"""Characters of a turn beyond which nobody asks for a value in it or is called by name: what follows is no answer."""
_ANSWER: Final = 240
_HOUSE_WORDS: Final = 5
_INSIDE: Final = frozenset(("of", "the", "and", "'"))
_AT_WORDS: Final = "at in to from with near of by the it was that's it's over out up um uh er erm mm oh ah well so yeah yes i we they he she went go am is are registered seen done there"
_AT: Final = frozenset(_AT_WORDS.split())


def answers(text: str, talk: Sequence[Turn], asking: Iterable[int]) -> Iterator[Hit]:
    """What is said where a value is asked for, by the turns `asking`: in the rest of the turn, and in the next."""
    for at in asking:
        turn = talk[at]
        question = _folded(text, turn)
        place = questions.place_asked(question)
        if place is not None:
            for reply in (turn._replace(start=turn.start + place), *talk[at + 1 : at + 2]):
                yield from _house(text, _begun(reply))
        for kind, end in dict(questions.asked(question)).items():
            yield from _values(kind, text, turn._replace(start=turn.start + end))
            yield from _answer(kind, text, talk[at + 1 : at + 1 + _REPLIES])


def _folded(text: str, turn: Turn) -> str:
    """A turn casefolded, or nothing where that would move its characters or the turn is too long for a question."""
    said_there = text[turn.start : turn.end].casefold()
    return said_there if len(said_there) == turn.end - turn.start <= _LONGEST else ""


def _begun(turn: Turn) -> Turn:
    return turn._replace(end=min(turn.end, turn.start + _ANSWER))


def _answer(kind: Kind, text: str, replies: Iterable[Turn]) -> Iterator[Hit]:
    for reply in map(_begun, replies):
        found = list(_values(kind, text, reply))
        if kind is Kind.NAME:
            heard = aloud.words(text, reply.start, reply.end, split=False)
            name = names.answered(heard, text)
            if name is not None:
                found.append(Hit(Kind.NAME, *name, said.CONFIDENCE, Evidence.CUE, True))
        elif kind is Kind.ADDRESS:
            found += _home(text, reply)
        yield from found
        if found or len(text[reply.start : reply.end].strip()) >= _REPEATS:
            return


def _values(kind: Kind, text: str, where: Turn) -> Iterator[Hit]:
    """The values of a kind that show by themselves in what is said at `where`, also in the question's own turn."""
    heard = aloud.words(text, where.start, where.end)
    spans: Iterable[tuple[int, int]]
    match kind:
        case Kind.NAME:
            for spelling in spelled.spellings(heard, text):
                yield from said.named(heard, spelling)
            return
        case Kind.DATE:
            spans = [(day.start, day.end) for day in dates.days(heard)]
        case Kind.ADDRESS:
            homes = [spot for spot in places.addresses(heard, text) if spot.way]
            spans = [(spot.start, said.with_town(heard, spot.end, text)) for spot in homes]
            yield from _values(Kind.ZIP, text, where)
        case Kind.ZIP:
            spans = [(spot.start, spot.end) for spot in (*places.postcodes(heard), *places.zipped(heard))]
        case Kind.EMAIL:
            spans = [(mail.start, mail.end) for mail in spelled.mails(heard)]
        case _:
            numbers = [one for one in aloud.characters(heard) if sum(map(str.isdigit, one.text)) >= _LEAST_DIGITS]
            spans = [(one.start, one.end) for one in numbers if said.in_words(text, one)]
            spans += [
                found.span() for found in _WRITTEN.finditer(text, where.start, where.end) if _is_number(text, found)
            ]
    for span in spans:
        yield Hit(kind, *span, said.CONFIDENCE, Evidence.CUE, True)


_WRITTEN: Final = re.compile(r"(?<![\w/.-])(?:[A-Z]{1,5}[-/ ]?)?\d[\dA-Z]*(?:[-/. ]\d[\dA-Z]*){0,6}(?![\w/]|[.,]\d)")
_WRITTEN_DIGITS: Final = 4


def _is_number(text: str, found: re.Match[str]) -> bool:
    """Whether what is written in an answer is a number of somebody, and no day, dose or year."""
    return identifies(
        found[0], text[: found.start()][-20:], text[found.end() :][:20], digits=_WRITTEN_DIGITS, weak=True
    )


def _home(text: str, reply: Turn) -> Iterator[Hit]:
    """The first number and name of an answer, with or without a word for a way."""
    heard = aloud.words(text, reply.start, reply.end)
    for spot in places.addresses(heard, text):
        yield Hit(Kind.ADDRESS, spot.start, said.with_town(heard, spot.end, text), said.CONFIDENCE, Evidence.CUE, True)
        return


def _house(text: str, where: Turn) -> Iterator[Hit]:
    """The town or the house that an answer names, after "in" or "at"."""
    heard = aloud.words(text, where.start, where.end, split=False)
    at = 0
    while at < len(heard) and (heard[at].text in _AT or not heard[at].text[0].isalpha()):
        at += 1
    last, known = at, False
    while last < min(len(heard), at + _HOUSE_WORDS) and _of_a_house(heard[last], first=last == at):
        known = known or _knows(heard[last], text)
        last += 1
    if known:
        yield Hit(Kind.FACILITY, heard[at].start, heard[last - 1].end, said.CONFIDENCE, Evidence.SHAPE, True)


def _of_a_house(word: Word, *, first: bool) -> bool:
    return (word.text in _INSIDE and not first) or (word.text[0].isalpha() and word.text not in names.PLAIN)


def _knows(word: Word, text: str) -> bool:
    """Whether a word is of a place or a house: by a list, or because none knows it."""
    marks = set(lexicon.words().get(word.text, lexicon.ORDINARY if word.text in _INSIDE else ""))
    return bool(marks & lexicon.PLACE) or not marks or (text[word.start].isupper() and bool(marks & lexicon.FAMILY))


def called(text: str, talk: Iterable[Turn]) -> Iterator[Hit]:
    """Who is spoken to or of by name."""
    for turn in talk:
        folded = _folded(text, turn)
        if not folded:
            continue
        heard = aloud.words(text, turn.start, turn.end, split=False)
        for opening, end, ending in questions.openings(folded):
            at = next((index for index, word in enumerate(heard) if word.start >= turn.start + end), len(heard))
            while at < len(heard) and heard[at].text in names.TITLES:
                at += 1
            if at < len(heard) and heard[at].text == "the":
                continue  # and a thing
            for found in names.name(heard, at, text, asked=opening.asked, known=opening.known):
                if ending is None or ending.match(folded, found[1] - turn.start):
                    yield Hit(Kind.NAME, *found, said.CONFIDENCE, Evidence.SHAPE, True)
                    break
