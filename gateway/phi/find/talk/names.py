"""Names as they are said in a talk: after a greeting, in the answer to who somebody is; also all in small letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.phi.find import lexicon
from gateway.phi.find.rules.persons import person, strange
from gateway.phi.find.talk.aloud import NUMBERS, Word

_OTHER: Final = frozenset({lexicon.DRUG, lexicon.TERM, lexicon.BODY, lexicon.EPONYM, lexicon.REGION})
_KIN_WORDS: Final = (
    "partner wife husband son daughter mother father mum mom dad mam sister brother niece nephew aunt auntie uncle cousin granny gran grandma grandad grandpa grandmother "
    "grandfather grandson granddaughter friend neighbour neighbor carer fiance fiancee boyfriend girlfriend stepson stepdaughter stepmother stepfather in-law twin baby boy girl "
    "little big elder older younger eldest youngest flatmate roommate colleague boss key worker support social lad lass ex better half"
)
_TITLES_WORDS: Final = "mr mrs ms miss mx dr doctor prof professor nurse sister matron reverend father rev sir madam dame lady lord captain sergeant"
KIN: Final = frozenset(_KIN_WORDS.split())
TITLES: Final = frozenset(_TITLES_WORDS.split())
_PREAMBLE_WORDS: Final = (
    "um uh er erm uhm ehm ah eh hmm hm mm oh well so yeah yes yep yup okay ok right sure sorry it's its it is my name's name that's thats that this here i'm im i am we're "
    "the full first last surname family given maiden middle hi hello hey called call me they there would be spelled speaking to with of course certainly no problem thanks thank "
    "you please just only actually like sort know mean let see think still now and but both was were has been he's she's he she his her our your you're on"
)
_PREAMBLE: Final = (frozenset(_PREAMBLE_WORDS.split()) | KIN | TITLES) - {"sister"}
_PLAIN_WORDS: Final = (
    "a an and or but if so as at by for from in into of off on onto out over to up with without about after before since until till than then there here where when while what who "
    "whom whose which why how i me my mine we us our ours you your yours he him his she her hers it its they them their theirs this that these those is am are was were be been "
    "being have has had having do does did doing done can could will would shall should may might must not no nor yes yeah yep ok okay right well just very too also again still "
    "already always never ever only even much many more most some any all both each every few little lot one two three same other another such own go going goes went gone come "
    "comes coming came get gets got getting give gives gave given take takes took taken make makes made put puts see sees saw seen look looks looked feel feels felt know knows "
    "knew think thinks thought say says said tell tells told ask asks asked want wants wanted need needs needed like likes liked let lets try tries tried keep keeps kept call calls "
    "called seem seems speaking spelled spell today tomorrow yesterday tonight morning afternoon evening night day week month year time times now soon later back down away around "
    "good better best bad worse fine great lovely brilliant perfect nice sorry please thanks thank cheers bye hello hi hey hiya welcome sure course um uh er erm hmm mm mhm oh ah "
    "nobody somebody anybody everyone everybody none nothing something anything everything myself yourself himself herself old new doctor patient sir madam ma'am mate love dear darling "
    "i'm i've i'll i'd you're you've you'll we're we've we'll they're it's that's there's what's who's where's how's let's don't doesn't didn't can't won't isn't wasn't haven't "
    "thats whats hows whos dont cant wont im ive ill id youre hes shes its lets because though although maybe perhaps probably really quite actually alright everyone folks guys team "
    "live lives living alone pain tablets medicine form file card record records system number date birth address phone email post code name names surname first last full "
    "phew ouch ow ooh wow gosh blimey crikey righto cor aha haha oops whoops tut yay yup nope nah aye knackered ta mhm uh-huh "
    "monday tuesday wednesday thursday friday saturday sunday january february november december "
    "true correct wrong exactly absolutely definitely certainly indeed basically anyway anyways honestly obviously"
)
PLAIN: Final = frozenset(_PLAIN_WORDS.split())
"""What is said beside names and is none, though some are called so."""
_PARTICLES: Final = frozenset(
    "de da do dos das del della di du la le van von der den ter ten te bin ibn bint abu al el ben ap ab mac mc ó o ní nic ui st san af av zu dela lo ou y e an the".split()
) - {"the", "e", "an"}
_INNER: Final = frozenset(("a", "an"))
_SONS: Final = frozenset(("mac", "nic", "ó", "ní", "ui"))
"""Before an article that is part of the name: "Mac an Iomaire"."""
_INITIAL: Final = 1
_MOST: Final = 4
_SHORTEST: Final = 3
_DERIVED: Final = re.compile(
    r"(?:ing|ed|ly|ish|able|ness|less|ful|ment|tion|sion|ism|ous|itis|osis|emia|aemia|ology|scopy|ectomy|gram|pril|olol|statin|azole|cillin|mab|nib|ide|ine)$"
)
"""Endings of words that no list knows and that are no names."""


def answered(heard: Sequence[Word], text: str) -> tuple[int, int] | None:
    """[start, end) of the name with which an answer to "what is your name" begins, after what people say before it."""
    at = 0
    while (
        at < len(heard)
        and (heard[at].text in _PREAMBLE or not heard[at].text[0].isalpha())
        and not _large(heard, at, text)
    ):
        at += 1
    while at < len(heard) and heard[at].text in TITLES | KIN | _PREAMBLE:
        at += 1
    return next(iter(name(heard, at, text, asked=True)), None)


def name(heard: Sequence[Word], at: int, text: str, *, asked: bool, known: bool = False) -> Sequence[tuple[int, int]]:
    """[start, end) of what may be the name that begins with the word at `at`, the longest first.

    If it was `asked` for, a word that is a name besides will do; only `known` names, and no word that no list knows will.
    """
    found: list[tuple[int, int]] = []
    sure, large = False, _writes_large(text, heard)
    for last in range(at, min(len(heard), at + _MOST)):
        word = heard[last]
        if last > at and text[heard[last - 1].end : word.start].strip(" .-'") and len(heard[last - 1].text) > _INITIAL:
            break
        owner = word.text.endswith("'s")
        if owner:
            word = word._replace(text=word.text[:-2], end=word.end - 2)
        joins = _joins(heard, last, first=last == at)
        if not joins and not _may(word, text, asked=asked, large=large):
            break
        strange = not lexicon.words().get(word.text) and not (large and text[word.start].isupper())
        sure = sure or (not joins and _is(word, text, asked=asked, large=large) and not (known and strange))
        if sure and not joins:
            found.append((heard[at].start, word.end))
        if owner or (last + 1 < len(heard) and heard[last + 1].text in {".", ","} and len(word.text) > _INITIAL):
            break
    return found[::-1]


def _joins(heard: Sequence[Word], at: int, *, first: bool) -> bool:
    """Whether a word belongs to the name that follows: "de", "van", "bin", and "an" in "Mac an Iomaire"."""
    word = heard[at].text
    particle = word in _PARTICLES or (word in _INNER and not first and heard[at - 1].text in _SONS)
    return particle and at + 1 < len(heard) and heard[at + 1].text[0].isalpha() and heard[at + 1].text not in PLAIN


def _writes_large(text: str, heard: Sequence[Word]) -> bool:
    """Whether the writer of these words uses capitals at all."""
    return any(
        text[word.start].isupper() for word in heard if word.text[0].isalpha() and word.text.partition("'")[0] != "i"
    )


def _large(heard: Sequence[Word], at: int, text: str) -> bool:
    """Whether a word within a sentence is written large, as a name is."""
    return (
        at > 0 and text[heard[at].start].isupper() and heard[at].text not in PLAIN and heard[at].text not in _PREAMBLE
    )


def _may(word: Word, text: str, *, asked: bool, large: bool) -> bool:
    if not word.text[0].isalpha() or word.text in PLAIN:
        return False
    if large and not text[word.start].isupper():
        return False
    marks = lexicon.marks(word.text)
    if marks & _OTHER and not marks & lexicon.PEOPLE:
        return False
    if asked:
        return bool(marks & (lexicon.PEOPLE | lexicon.PLACE)) or not marks
    return strong(word.text) or bool(marks & (lexicon.PEOPLE | lexicon.PLACE)) or (large and not marks)


def _is(word: Word, text: str, *, asked: bool, large: bool) -> bool:
    marks = lexicon.marks(word.text)
    people = bool(marks & lexicon.PEOPLE) or (bool(marks & lexicon.PLACE) and lexicon.ORDINARY not in marks)
    if asked:
        return people or (not marks and _unknown(word.text))
    return strong(word.text) or (large and text[word.start].isupper() and people)


def strong(word: str) -> bool:
    """A word that is a name and little else, or that no list knows and that is built like none of everyday speech."""
    pieces = word.split("-")
    return (
        word[0].isalpha()
        and word not in NUMBERS
        and any((person(piece) and len(piece) > 2) or _unknown(piece) for piece in pieces)
        and any(piece not in PLAIN for piece in pieces)
    )


def _unknown(word: str) -> bool:
    return len(word) >= _SHORTEST and not lexicon.words().get(word) and strange(word) and _DERIVED.search(word) is None
