"""Who takes part in a talk by the name beside a message, and who stands in the id of a call; one word in, hits out.

What developers call an agent or a step says what it does; what is left over is what somebody is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import assistants, lexicon, strange
from gateway.phi.find.hit import Evidence, Hit

SPEAKER: Final = "speaker"
"""The cue of a name beside a message."""
_PIECE: Final = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")
_APART: Final = re.compile(r"[_.\-]+")
_LISTED: Final = 3
_LONG: Final = 6
_DAY: Final = r"(?:19\d\d|20[01]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_OF_THIS_TIME: Final = re.compile(r"20[2-3]\d[01]\d[0-3]\d|1[5-9]\d{8}|1[5-9]\d{11}")
"""A day of these years and an instant, by which runs and sessions are called."""
_YEAR: Final = re.compile(r"19[2-9]\d|200\d")


def speaks(name: str) -> Iterator[Hit]:
    """The name beside a message as a whole, where it may be somebody's: `Brandvold`, `ottilie_brandvold`, `p19610314`."""
    pieces = _PIECE.findall(name)
    words = [piece.casefold() for piece in pieces if piece.isalpha()]
    numbers = [piece for piece in pieces if piece.isdigit()]
    if any(len(number) >= _LONG and not _OF_THIS_TIME.fullmatch(number) for number in numbers):
        yield Hit(Kind.OTHER_ID, 0, len(name), 0.9, Evidence.CUE, patient=True)
    elif any(map(_is_somebodys, words)) or (
        any(map(_YEAR.fullmatch, numbers))
        and any(not lexicon.marks(word) and word not in strange.ROLES for word in words)
    ):
        yield Hit(Kind.NAME, 0, len(name), 0.9, Evidence.CUE, patient=True)


def _is_somebodys(word: str) -> bool:
    """Whether a word is a name and hardly anything else, or one that no list knows and that says no task."""
    if word in strange.ROLES or assistants.is_product(word):
        return False
    return (len(word) >= _LISTED and strange.is_named(word)) or strange.is_strange(word)


def called(text: str) -> Iterator[Hit]:
    """Who stands in an id that is made of words: `Garcia.Maria`, `call_ottilie_brandvold`, `call_garcia`, `p19610314`; a number of somebody's alone."""
    if _NUMBERED.fullmatch(text) and not _OF_THIS_TIME.fullmatch(text):
        yield Hit(Kind.OTHER_ID, 0, len(text), 0.9, Evidence.CUE, patient=True)
    if (dialled := _DIALLED.fullmatch(text)) and not _OF_THIS_TIME.fullmatch(dialled[1]):
        yield Hit(Kind.PHONE, *dialled.span(1), 0.9, Evidence.CUE, patient=True)
    if _BORN.fullmatch(text):
        yield Hit(Kind.DATE, 0, len(text), 0.9, Evidence.CUE, patient=True)
    pieces = _APART.split(text)
    if any(_WORDED.fullmatch(piece) is None for piece in pieces):
        return
    if len(pieces) > 1 and pieces[0].casefold() in _CALLS:
        pieces = pieces[1:]
    words = [piece.rstrip("0123456789").casefold() for piece in pieces]
    alone = len(words) == 1 and len(words[0]) > _LISTED and strange.is_named(words[0])
    if alone or any(strange.are_named(*two) for two in pairwise(words)):
        yield Hit(Kind.NAME, text.casefold().index(words[0]), len(text), 0.9, Evidence.CUE, patient=True)


def stored(text: str) -> Iterator[Hit]:
    """Who a branch or what stands in a store is called after: `hotfix/joan-pettigrew-allergy`, `s3://scans/pettigrew_joan/`."""
    if "/" not in text:
        return
    for place in _PLACE.finditer(text):
        for first, second in pairwise(_LETTERS.finditer(text, place.start(1), place.end(1))):
            words = [first[0].casefold(), second[0].casefold()]
            if second.start() - first.end() <= 1 and all(map(strange.is_named, words)) and strange.are_named(*words):
                yield Hit(Kind.NAME, first.start(), second.end(), 0.9, Evidence.CUE, patient=True)


_PLACE: Final = re.compile(
    r"(?i)(?:\b(?:s3a?|gs|az|abfss?|wasbs?|minio|r2|b2)://|(?:^|[\s:\"'(=])(?:feature|feat|fix|bugfix|hotfix|chore|task|wip|release|patch|support|users?)/)([^\s\"'<>]{3,200})"
)
_LETTERS: Final = re.compile(r"[A-Z]?[a-z]{2,24}|[A-Z]{3,24}")


_WORDED: Final = re.compile(r"[A-Z]?[a-z]{2,24}\d{0,2}|[A-Z]{3,24}")
_CALLS: Final = frozenset("call toolu tool fc msg id run req step item task turn ref".split())
"""What ids of calls begin with."""
_NUMBERED: Final = re.compile(r"\d{7,8}|(?:[a-z]{2,8}[_-])?0\d{8}")
"""As people have them; programs count from one, or make nine digits at random, the first of them no zero."""
_DIALLED: Final = re.compile(r"(?:[a-z]{2,8}[_-])?\+?(1?[2-9]\d\d[2-9]\d{6})")
_BORN: Final = re.compile(rf"[A-Za-z]{{0,3}}[_-]?{_DAY}")
