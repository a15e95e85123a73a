"""People in commands, in names of documents and in what programs complain of: `PATIENT=…`, `grep -i …`, `charts/…_….pdf`; text in, hits out.

A word there is somebody's where no list has it and it says no task (`strange`), or two of them stand as a name does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon, strange
from gateway.phi.find.hit import Evidence, Hit

_CARE: Final = re.compile(
    r"(?i)(?<![a-z])(?:adt|hl7|oru|orm|mirth|patients?|pts?|charts?|notes?|wards?|labs?|results?|letters?|discharges?|admissions?|pacs|dicom|dcm|scans?|ris|e[hm]rs?|"
    r"epic|cerner|clinics?|handover|mrns?|beds?|biops(?:y|ies)|referrals?|consults?|census|theatre|appointments?|appts?|surname|dob)(?![a-z])"
)
"""What says that people in care are looked for or kept there."""
_ASSIGNED: Final = re.compile(
    r"\b(?:[A-Za-z]{1,12}_){0,3}(?i:patient|pt|resident|surname|last_?name|family_?name|patient_?name|next_of_kin)(?:_(?i:name))?=[\"']?([A-Za-z]{3,24}(?:[_. -][A-Za-z]{3,24})?)(?![\w$(/-])"
)
_GIVEN: Final = re.compile(
    r"(?i)(?:(?<![\w-])--?(?:patient|pt|resident|subject|member|client|person|surname|last[_-]?name)(?:[_-]?name)?(?:=|[ \t]+)"
    r"|(?<![a-z\d])(?:patient|pt|resident|next_of_kin|(?<=-e )(?:subject|member|client|person))(?:_?name)?=)"
    r"[\"']?([A-Za-z]{3,48}(?:(?:[_.-]|,? )[A-Za-z]{3,24})?)(?![\w$(/-])"
)
"""What a command is told of whom: `--patient 'Maria Lopez'`, `PATIENT=…`, `-e SUBJECT=…`."""
_SEARCHED: Final = re.compile(
    r"(?i)\b(?:[efz]?grep|rg|ag|ack|awk|findstr|sls|select-string|locate|find [^\n|;]{0,60}-i?name)[ \t]+(?:-{1,2}[\w=-]{1,20}[ \t]+){0,4}[\"'/*.^\\]{0,4}([A-Za-z]{5,24}(?:[_.-][A-Za-z]{3,24})?)(?![\w(])"
)
_ASKED: Final = re.compile(
    r"(?i)(?:[?&]|\b)(?:family|given|surname|last_?name|first_?name|lname|fname|ln|fn|sn)(?:=|\s?(?:=|like|ilike)\s?'%?)([A-Za-z]{4,24})\b"
)
"""What a resource of people, or a row of theirs, is asked by."""
_BENEATH: Final = re.compile(
    r"(?i)(?<![\w.-])(?:people|persons?|clients?|members?|charts?|scans?|letters|reports|results|labs|notes|images|pacs|dicom|xrays?|referrals?|discharges?|consents?|photos)[\\/]([\w.%+-]{7,80})"
)
"""Folders of people and of what is written of them; programs have such too, so only who is called as nothing else is."""
_DOCUMENT: Final = re.compile(
    r"(?i)(?<![\w.%+-])([\w%+-]{5,80})\.(?:pdf|dcm|docx?|odt|rtf|jpe?g|png|tiff?|hl7|heic|wav|mp3|m4a|mp4|xlsx?|pages|eml|msg)\b"
)
"""A document, a picture or a recording, which is called after whom it is of."""
_STUDY: Final = re.compile(
    r"(?i)[\\/]([\w%+-]{7,60})[\\/](?:[\w%+-]{0,40}[\d_%+-])?(?:mammogra[a-z]*|echo(?:cardiogram)?|e[ck]g|mri|ct|x-?rays?|ultrasound|labs?|biops[a-z]*|scans?|charts?|"
    r"discharge[a-z]*|consents?|referrals?|patholog[a-z]*|histolog[a-z]*|dexa|colonoscopy|endoscopy|prescriptions?)(?![a-z])[\w%+-]{0,40}"
    r"\.(?:pdf|dcm|docx?|odt|rtf|jpe?g|png|tiff?|hl7|heic|wav|mp3|m4a|mp4|xlsx?|txt)\b"
)
"""A folder in which somebody's study or letter is, wherever that stands: `s3://exports/…/maria_lopez/echo.mp4`."""
_MISSING: Final = re.compile(
    r"\b(?:KeyError|NoSuchKey|not found|missing key|no such (?:key|file|patient))\b[^\n\w'\"]{0,4}['\"]([\w.-]{5,80})['\"]"
)
"""What a program did not find: the key is what somebody is kept under."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]{2,24}|[A-Z]{3,24}(?![a-z])")
_PROGRAM: Final = re.compile(
    r"(?i)\.(?:py|tsx?|jsx?|mjs|go|java|rb|rs|cs|cpp|hpp|vue|sql|ya?ml|toml|s?css|sh|ipynb|php|kt|swift|proto|tpl|html?)$"
)
_END: Final = re.compile(r"[\n;|]|&&")
"""Where a command ends."""
_AROUND: Final = 80
_GAP: Final = 2
"""Characters between the two words of a name: `Lopez, Maria`."""


def find(text: str) -> list[Hit]:
    """Names in commands and paths; nothing in any other text."""
    hits: list[Hit] = []
    if "=" in text:
        hits += _alone(text, _ASSIGNED, needs_care=False)
    if "-" in text:
        hits += _alone(text, _GIVEN, needs_care=False)
    for pattern in (_ASKED, _SEARCHED):
        hits += _alone(text, pattern, needs_care=True)
    if "/" in text or "\\" in text:
        hits += _named(text, _BENEATH)
    if "." in text:
        hits += _named(text, _DOCUMENT)
        hits += [hit for hit in _alone(text, _DOCUMENT, needs_care=True) if text[hit.end] == "."]
    hits += _named(text, _MISSING)
    hits += [hit for pattern in (_GIVEN, _STUDY) for hit in _named(text, pattern, strange.may_be_called)]
    return hits


def _alone(text: str, pattern: re.Pattern[str], *, needs_care: bool) -> Iterator[Hit]:
    """A word that is nothing but somebody's name; with `needs_care`, where something of care stands around."""
    for found in pattern.finditer(text):
        words = re.findall(r"[a-z]+", found[1].casefold())
        if not words or not all(map(_is_somebodys, words)) or re.fullmatch(r"[A-Za-z_. -]+", found[1]) is None:
            continue
        if needs_care and not _of_care(text, found):
            continue
        yield Hit(Kind.NAME, *found.span(1), 0.9, Evidence.CUE, patient=True)


def _is_somebodys(word: str) -> bool:
    """Whether families are called so and nothing else is, or the word is on no list."""
    return strange.is_strange(word) or (strange.is_named(word) and not lexicon.is_ordinary(word))


def _of_care(text: str, found: re.Match[str]) -> bool:
    """Whether the command, but for the word itself, speaks of care."""
    before = _END.split(text[max(0, found.start() - _AROUND) : found.start(1)])[-1]
    after = _END.split(text[found.end(1) : found.end() + _AROUND], maxsplit=1)[0]
    return _CARE.search(before) is not None or _CARE.search(after) is not None


def _named(
    text: str, pattern: re.Pattern[str], are_named: Callable[[str, str], bool] = strange.are_named
) -> Iterator[Hit]:
    """Two words side by side that are somebody's name and hardly anything else; `ingress_nginx` is nobody."""
    for found in pattern.finditer(text):
        if _PROGRAM.search(found[1]):
            continue
        for first, second in pairwise(_WORD.finditer(text, *found.span(1))):
            if second.start() - first.end() <= _GAP and are_named(first[0].casefold(), second[0].casefold()):
                yield Hit(Kind.NAME, first.start(), second.end(), 0.9, Evidence.CUE, patient=True)
