"""What names that developers give (of tools, of schemas) and ids of calls say of a person; one word in, hits out.

Rules for identifiers in texts are in `rules/`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Final

from gateway.domain import Carrier, Kind, Part
from gateway.phi.find import lexicon, strange
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.model import measures

GIVEN_BY_DEVELOPERS: Final = frozenset({Carrier.TOOL_DEFINITION, Carrier.NAME})
_ONE_WORD: Final = re.compile(r"[\w.:@+/#$-]{5,160}", re.ASCII)
_NAME: Final = re.compile(r"(?<![A-Za-z0-9])([A-Z][a-z]{2,20})[_.-]([A-Z][a-z]{2,20})(?![A-Za-z0-9])")
_WORDS: Final = re.compile(r"[A-Z]?[a-z]{3,20}|[A-Z]{3,20}")
_LEAST_UNKNOWN: Final = 5
"""Letters of the shortest word on no list that may be a surname: shorter ones are mostly abbreviations."""
_SSN: Final = re.compile(r"(?<!\d)(?!000|666|9)\d{3}([-_.])(?!00)\d\d\1(?!0000)\d{4}(?!\d)")
_MAIL: Final = re.compile(
    r"(?i)[a-z0-9][a-z0-9.+-]{0,63}(?:@|_at_)[a-z0-9-]{1,63}(?:[._][a-z0-9-]{1,63}){0,4}[._][a-z]{2,24}"
)
_LONG_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])\d{9,11}(?![0-9A-Za-z])")
_INSTANT: Final = re.compile(r"1[5-9]\d{8}")
"""Seconds since 1970, as versions and runs are numbered."""


def one_word(text: str) -> bool:
    """Whether a text is one word, as names and ids are."""
    return _ONE_WORD.fullmatch(text) is not None


def names(word: str) -> Iterator[Hit]:
    """A given name and another that may be a family's: `lookup_Ingeborg_Tveit`; `Search_Google_Maps` is nobody."""
    if not one_word(word):
        return
    at = 0
    while found := _NAME.search(word, at):
        at = found.start(2)
        given, family = (lexicon.marks(found[side].casefold()) for side in (1, 2))
        first = given & lexicon.GIVEN and (lexicon.ORDINARY not in given or family & lexicon.PEOPLE)
        if (
            first
            and (family & lexicon.PEOPLE or not family)
            and not (lexicon.ORDINARY in given and lexicon.ORDINARY in family)
        ):
            yield Hit(Kind.NAME, found.start(), found.end(), 0.9, Evidence.CUE, patient=True)


def unlisted(word: str) -> Iterator[Hit]:
    """Two capitalised words that no list has, or one beside a long number: `call_Tveit_8821304`, `Skarsgaard_Ulvhild`."""
    pieces = list(_PIECES.finditer(word)) if one_word(word) else []
    for first, second in pairwise(pieces):
        if second.start() - first.end() != 1:
            continue
        strange = [
            _UNLISTED.fullmatch(one[0]) is not None and not lexicon.marks(one[0].casefold()) for one in (first, second)
        ]
        numbered = [_NUMBERED.fullmatch(one[0]) is not None for one in (first, second)]
        if all(strange):
            yield Hit(Kind.NAME, first.start(), second.end(), 0.8, Evidence.CUE, patient=True)
        elif any(strange) and any(numbered):
            for one, is_name in zip((first, second), strange, strict=True):
                kind = Kind.NAME if is_name else Kind.OTHER_ID
                yield Hit(kind, one.start(), one.end(), 0.8, Evidence.CUE, patient=True)


_PIECES: Final = re.compile(r"[A-Za-z0-9]+")
_UNLISTED: Final = re.compile(r"[A-Z][a-z]{4,20}")
_NUMBERED: Final = re.compile(r"(?!20[0-3]\d[01]\d)(?!1[5-9]\d{8})\d{7,11}")
"""A number as people have one: no day of this century and no instant, by which versions and runs are called."""


def _however_written(word: str) -> Iterator[Hit]:
    """The same in small letters or in one word, where both are called so and nothing else is: `lookup_ingeborg_tveit`."""
    pieces = list(_WORDS.finditer(word))
    for first, second in pairwise(pieces):
        if second.start() - first.end() > 1 or word[first.end() : second.start()].isdigit():
            continue
        marks = lexicon.marks(first[0].casefold()), lexicon.marks(second[0].casefold())
        if _called(word, first.start(), marks):
            yield Hit(Kind.NAME, first.start(), second.end(), 0.9, Evidence.CUE, patient=True)
            continue
        if any(mark - lexicon.PEOPLE for mark in marks):
            continue
        given = [bool(mark & lexicon.GIVEN) for mark in marks]
        if any(given) and all(
            mark or len(piece[0]) >= _LEAST_UNKNOWN for mark, piece in zip(marks, (first, second), strict=True)
        ):
            yield Hit(Kind.NAME, first.start(), second.end(), 0.9, Evidence.CUE, patient=True)


def _called(word: str, at: int, marks: tuple[Collection[str], Collection[str]]) -> bool:
    """Whether a given name and a family's stand together, in any order: `chart_maria_gonzalez`, `notes_for_john_smith`.

    Where both are words or places as well (`grace_page`), what stands before has to speak of a person.
    """
    if not any(_GIVEN in marks[one] and _FAMILY in marks[1 - one] for one in (0, 1)):
        return False
    plain = all(lexicon.ELSE & set(mark) for mark in marks)
    return not plain or _OF_ONE.search(word, 0, at) is not None


_GIVEN: Final = "G"
_FAMILY: Final = "F"
_OF_ONE: Final = re.compile(
    r"(?i)(?:^|_|-|\b)(?:patients?|pt|for|of|mrs?|ms|miss|charts?|letters?|notes?|records?|results?|labs?|consult|summary)[_-]$"
)
_STYLED: Final = re.compile(r"(?i)(?:(?<=_)|(?<=-)|^)(?:mrs|mr|miss|bed[_-]?\d{1,2})[_-]([a-z]{4,20})(?![a-z0-9])")
"""`letter_mrs_brandvold`, `bed_4_brandvold`."""
_PERSONS: Final = re.compile(r"(?i)(?:(?<=_)|(?<=-)|^)patient[_-]([a-z]{5,20})[_-]([a-z]{5,20})(?![a-z0-9])")
_BIRTH: Final = re.compile(r"(?<![0-9])(?:19|20)\d\d([_-]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?![0-9])")


def _styled(word: str) -> Iterator[Hit]:
    """Who stands behind a word for one person, where no list has them: `mrs_brandvold`, `patient_ottilie_brandvold`."""
    for found in _STYLED.finditer(word):
        if not lexicon.ELSE & lexicon.marks(found[1].casefold()):
            yield Hit(Kind.NAME, *found.span(1), 0.85, Evidence.CUE, patient=True)
    for found in _PERSONS.finditer(word):
        if not lexicon.marks(found[1].casefold()) and not lexicon.marks(found[2].casefold()):
            yield Hit(Kind.NAME, found.start(1), found.end(2), 0.85, Evidence.CUE, patient=True)


def _strangers(word: str) -> Iterator[Hit]:
    """Two words side by side that no list has and that say no task, or one of them and a given name, however joined.

    What developers say of a person may stand between them: `lookup_ottilie_brandvold_dob`, `brandvold_chart_ottilie`.
    """
    pieces = [one for one in _LETTERS.finditer(word) if one[0].casefold() not in _SAID_OF_ONE]
    for first, second in pairwise(pieces):
        between = word[first.end() : second.start()]
        if "." in between or "/" in between or not _JOINED.fullmatch(between):
            continue
        if strange.are_named(first[0].casefold(), second[0].casefold()):
            yield Hit(Kind.NAME, first.start(), second.end(), 0.85, Evidence.CUE, patient=True)


_LETTERS: Final = re.compile(r"[A-Z]?[a-z]{2,24}|[A-Z]{3,24}(?![a-z])")
_JOINED: Final = re.compile(r"[_-]{0,2}(?:[A-Za-z]{2,12}[_-]{0,2})?")
_SAID_OF_ONE: Final = frozenset(
    "chart charts dob labs lab notes note patient pt mrn results result letter summary records record id age sex bed".split()
)


def mails(word: str) -> Iterator[Hit]:
    """Addresses of mail, also with words for their marks: `maria_garcia_at_example_org`."""
    if "@" in word or "_at_" in word:
        yield from (Hit(Kind.EMAIL, *found.span(), 0.95, Evidence.CUE, patient=True) for found in _MAIL.finditer(word))


def find(word: str, carrier: Carrier, part: Part = Part.TEXT) -> list[Hit]:
    """What identifies by its shape in a name that a developer gave, or in a key: nothing else has reason to stand there."""
    if not one_word(word) or (carrier not in GIVEN_BY_DEVELOPERS and part is not Part.KEY):
        return []
    hits = [*names(word), *unlisted(word), *_however_written(word), *_styled(word), *_strangers(word)]
    if hits:
        hits += [Hit(Kind.DATE, *found.span(), 0.9, Evidence.CUE, patient=True) for found in _BIRTH.finditer(word)]
    hits += [Hit(Kind.SSN, *found.span(), 0.95, Evidence.CUE, patient=True) for found in _SSN.finditer(word)]
    hits += mails(word)
    hits += [
        Hit(Kind.OTHER_ID, *found.span(), 0.9, Evidence.CUE, patient=True)
        for found in _LONG_NUMBER.finditer(word)
        if _INSTANT.fullmatch(found[0]) is None and found[0] not in measures.BOUNDS
    ]
    return hits
