"""Whether a text is in a language the engine knows (English, and the scripts of its rules); says so, finds nothing."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import UnknownReason

_KNOWN: Final = frozenset[UnknownReason]()
_UNKNOWN: Final = frozenset({UnknownReason.LANGUAGE})
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_NOT_LATIN: Final = re.compile(
    r"[\u0370-\u1dff\u2c00-\ua71f\ua800-\ufaff\ufb13-\ufdff\ufe70-\ufefc\U00010000-\U0003ffff]"
)
_FEW: Final = 4
"""Letters of another script that a text may quote (a Greek symbol, one word)."""
_SHORT: Final = 4
_DIFFERENT: Final = 3
"""Function words, and different ones, needed before a text in Latin script is called foreign."""
_SAMPLE: Final = 24_000

_ENGLISH_WORDS: Final = (
    "the of and to in is are was were for with on at by an be this that it as from or have has had not but which what who he she they his her their we "
    "you i my your our its there can will would should could may do does did been being if than then into out up about after before when where how no "
    "any all please patient"
)
_OTHER_WORDS: Final = (
    # German
    "der die das und ist nicht ein eine einen einem einer mit auf für fur von zu dem des im am bei wird wurde hat sich auch nach aus wie ich er sie wir "
    # French
    "le la les et est une du dans pour qui que pas sur avec au aux ce cette il elle nous vous été ete sont par son sa ses depuis chez "
    # Spanish
    "el los las un y en por con para del al se lo como pero sus esta está fue ha hace años anos desde "
    # Italian
    "gli di che è non per sono della dei nel nella alla dal ed anni stato questa "
    # Portuguese
    "da dos das em é um uma não nao mais foi tem sua seu pelo pela "
    # Dutch
    "het een ik te dat hij zij niet met op voor werd heeft naar bij ook uit zijn "
    # Nordic
    "och att det som på är av för med till har inte om ett jag ikke og er han hun var "
    # Polish, Czech
    "się nie jest na że oraz przez jak od po są pacjent ve je byl byla "
    # Turkish, Indonesian, Vietnamese, Swahili, Tagalog
    "bir bu için ile olarak yang untuk dengan pada adalah tidak của và là có không được trong na ya wa kwa ni ang mga"
)
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_OTHERS: Final = frozenset(_OTHER_WORDS.split()) - _ENGLISH


def unknown(text: str, words: frozenset[str]) -> frozenset[UnknownReason]:
    """`language` when a good part of `text` is in a script or a language that the engine does not know, else nothing.

    `words` are the casefolded words of two letters and more in `text`.
    """
    sample = text if len(text) <= _SAMPLE else text[: _SAMPLE // 2] + " " + text[-_SAMPLE // 2 :]
    if not sample.isascii():
        foreign = len(_NOT_LATIN.findall(sample))
        if foreign > _FEW and foreign * 8 > sum(map(str.isalpha, sample)):
            return _UNKNOWN
        if foreign > _MANY:
            return _UNKNOWN
    if len(words & _OTHERS) < _DIFFERENT:
        return _KNOWN
    for paragraph in _PARAGRAPH.split(sample):
        if len(paragraph) > _LEAST and _foreign(paragraph):
            return _UNKNOWN
    return _KNOWN


_MANY: Final = 40
"""Letters of another script that are a sentence, however long the rest is."""
_LEAST: Final = 24
_PARAGRAPH: Final = re.compile(r"\n+")


def _foreign(text: str) -> bool:
    found = _LETTERS.findall(text.lower())
    other = [word for word in found if word in _OTHERS]
    if len(other) < _SHORT or len(set(other)) < _DIFFERENT:
        return False
    english = sum(word in _ENGLISH for word in found)
    return 2 * len(other) > 3 * english and len(other) * 8 > len(found)
