"""People in the paths of files and addresses: what stands under `/patients/`, and what a listing of it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit

_FOLDERS: Final = r"(?:patients?|pts|residents|inpatients?|outpatients?|mrns?)"
"""Folders in which people stand; `people`, `clients` and `charts` are as often those of programs."""
_RESOURCES: Final = r"(?:patients?|pts|clients|residents|members|subscribers|persons?|people|charts?|inpatients?|outpatients?|encounters?|mrns?|accessions?|specimens?|admissions?|visits?|episodes?|pt|ehr|emr|mychart|records?|cases?|p|(?:patient|medical|health)[-_]?(?:charts?|records?|details?|profiles?|files?|summary|view))"
GATE: Final = rf"(?i)[\\/]{_RESOURCES}\b"
_UNDER: Final = re.compile(rf"(?i)[\\/]{_FOLDERS}[\\/]([\w.%+-]{{3,80}}(?:(?-i: [A-Z][\w.-]{{1,40}}))?)")
_NUMBER_OF: Final = r"(?:(?:ids?|mrn|by-id|by-mrn|view|show|open|detail)[\\/])?((?:[A-Za-z]{1,4}[-_]?)?\d{6,12})(?:\.(?i:json|xml|html?|pdf|txt|csv|dcm|tiff?|php|aspx?))?(?![\w-])"
_CHARTED: Final = re.compile(
    r"(?i)[\\/](?:patients?|pts?|residents?|inpatients?|outpatients?|mrns?|charts?|ehr|emr|mychart|(?:patient|medical|health)[-_]?(?:charts?|records?|details?|profiles?|files?|summary|view))[\\/]"
    + _NUMBER_OF
)
"""Under what only people in care have."""
_KEPT: Final = re.compile(
    r"(?i)[\\/](?:people|persons?|members?|clients?|subscribers?|records?|cases?|p)[\\/]" + _NUMBER_OF
)
"""Under what others number too, where no host says whose it is."""
_HOST: Final = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]{1,9}:|\w[\w-]*(?:\.\w[\w-]*)+)[\\/]")
_OF_CARE: Final = re.compile(r"(?i)ehr|emr|chart|clinic|hospital|health|care|patient|medic|epic")
_LEAST: Final = 7
_COUNTED: Final = re.compile(
    r"(?i)[\\/](?:encounters?|accessions?|specimens?|admissions?|visits?|episodes?)[\\/](?!(?:19|20)\d\d-)([A-Za-z]{0,4}-?\d[\d-]{4,30}\d)(?![\w.-])"
)
"""Under what is a matter of care only: a number of somebody's."""
_LISTED: Final = re.compile(
    rf"(?im)^[ \t>$#%]*(?:[\w@:~.-]{{1,40}}[$#%] ?)?(?:ls|dir|find|tree|gci|get-childitem)\b[^\n|;&]{{0,120}}[\\/]{_FOLDERS}[\\/]?(?:[\"' ][^\n|;&]{{0,60}})?\n"
)
_ENTRY: Final = re.compile(r"(?<![\w./\\-])[\w.-]{3,80}(?![\w\\])")
_LINES: Final = 40
"""Lines of a listing that are looked at."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ASKED: Final = re.compile(
    rf"(?i)[\\/]{_RESOURCES}(?:[\\/][\w.-]{{0,40}}){{0,3}}\?(?:[^\s\"'<>?#]{{0,200}}?&)?"
    r"(?:_?ids?|q|query|search|term|identifiers?|ref|reference|number|num|no|uid|pid|keys?|value|filter|code)=((?:[^\s\"'<>&#=]{0,40}[|:,])?[A-Za-z]{0,4}-?\d[\d,-]{3,60}\d)(?![\w-])"
)
_MOST_WORDS: Final = 3


def find(text: str) -> Iterator[Hit]:
    """Names in what stands under a folder of people, and numbers that an address of such a folder is asked for."""
    for number in _numbers(text):
        yield Hit(Kind.OTHER_ID, *number, 0.95, Evidence.CUE, patient=True)
    for under in _UNDER.finditer(text):
        yield from _named(text, *under.span(1))
    for listing in _LISTED.finditer(text):
        end = listing.end()
        for _ in range(_LINES):
            newline = text.find("\n", end)
            end = newline + 1 if newline >= 0 else len(text)
            if newline < 0:
                break
        for entry in _ENTRY.finditer(text, listing.end(), end):
            yield from _named(text, *entry.span())


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of what people in care are numbered by, in addresses and paths."""
    for pattern in (_ASKED, _COUNTED):
        yield from (found.span(1) for found in pattern.finditer(text))
    for charted in _CHARTED.finditer(text):
        if not _DAY.fullmatch(charted[1]):
            yield charted.span(1)
    for kept in _KEPT.finditer(text):
        if sum(map(str.isdigit, kept[1])) >= _LEAST and not _DAY.fullmatch(kept[1]) and _at_home(text, kept.start()):
            yield kept.span(1)


def _at_home(text: str, at: int) -> bool:
    """Whether what stands before a path names no host, or one of care: `zenodo.org/records/10012345` is anybody's."""
    head = text[max(0, at - _HEAD) : at + 1]
    word = head[max(map(head.rfind, " \n\t\"'`(<=")) + 1 :]
    return _HOST.match(word) is None or _OF_CARE.search(word) is not None


_HEAD: Final = 200
_DAY: Final = re.compile(r"(?:19|20)\d\d[01]\d[0-3]\d")


def _named(text: str, start: int, end: int) -> Iterator[Hit]:
    """A file or folder that is called after a person: two words or three, and one of them a name and hardly anything else."""
    words = _person(text, start, end)
    if words:
        yield Hit(Kind.NAME, words[0].start(), words[-1].end(), 0.9, Evidence.CUE, patient=True)
        for number in _NUMBER.finditer(text, words[-1].end(), end):
            yield Hit(Kind.OTHER_ID, *number.span(), 0.9, Evidence.CUE, patient=True)


def is_person(file: str) -> bool:
    """Whether the name of a file or folder is a given name and another word that may be a family's."""
    words = _person(file, 0, len(file))
    return any(lexicon.marks(word[0].casefold()) & lexicon.GIVEN for word in words)


def _person(text: str, start: int, end: int) -> list[re.Match[str]]:
    """The words of a person's name that such a name consists of, or none."""
    words = [word for word in _WORD.finditer(text, start, end) if len(word[0]) > 1]
    if words and words[-1][0].casefold() in _PROGRAMS:
        return []
    while words and words[-1][0].casefold() in _FILES:
        words.pop()
    said = [word[0].casefold() for word in words]
    named = 1 < len(words) <= _MOST_WORDS and any(map(_is_name, said)) and all(map(_may_be_name, said))
    return words if named else []


_NUMBER: Final = re.compile(r"\d{5,12}")


def _is_name(word: str) -> bool:
    marks = lexicon.marks(word)
    return len(word) > 2 and bool(marks & lexicon.PEOPLE)


def _may_be_name(word: str) -> bool:
    """Whether a word beside a name may be the other half: a name too, or in no list; `test` and `export` are words."""
    marks = lexicon.marks(word)
    return word not in _FILES and (bool(marks & lexicon.PEOPLE) or not marks)


_PROGRAMS: Final = frozenset(
    "py ts tsx js jsx mjs go java rb rs cs cpp hpp vue sql yml yaml toml css scss sh ipynb php kt swift proto svelte ejs hbs tpl".split()
)
"""Endings of files of programs, which are called after what they do."""
_FILES: Final = frozenset(
    "notes note report reports ct mri xray scan lab labs pdf docx txt csv json dcm jpg png xml md doc test data py js ts html index import export tmp final copy".split()
)
