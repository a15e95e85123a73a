"""Reads what software writes (ids, settings, signatures) for numbers and addresses of people; asks no model.

An id made at random must pass. So a finding needs a shape with its separators, check digits, or a word that announces it
("mrn-8675309"); a bare run of digits is no finding here, as it is none in a text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from gateway.domain import DIRECT, Detection, Finding, Kind, Passage
from gateway.phi.find import identifiers, participants
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.merge import merge
from gateway.phi.find.records import keys
from gateway.phi.find.rules import catalogue
from gateway.phi.find.text.normalise import normalise

_UUID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
_TELLING: Final = re.compile(
    r"@|\d[\d -]{7,}\d|\d{3}[ .)-]{1,2}\d{2,4}[ .-]\d{4}|(?<![0-9A-Za-z])[A-HJ-NPR-Z0-9]{17}(?![0-9A-Za-z])"
)
"""What a shape or check digits may be about; all else costs no more than this search."""
_ANNOUNCED: Final = re.compile(
    r"(?<![0-9A-Za-z])([A-Za-z]{2,}(?:[_. -][A-Za-z]{2,}){0,3}?)[_.:=# /-]{0,2}([A-Za-z]{0,2}\d[\d -]{2,}\d)(?![0-9A-Za-z])"
)
"""A word or some, and a number of at least five digits right behind: `ssn-912-34-5678`, `patient_id=8675309`."""
_JOINT: Final = re.compile(r"_|(?<=[A-Za-z])[-.:](?=\d)")
"""What joins a word of an id to the number behind it."""
_LEAST_DIGITS: Final = 5
_AROUND: Final = 48
_PERSONS: Final = {"patient": "patient id", "pt": "patient id", "pid": "patient id", "account": "account number"}
"""Words that announce nothing in a table of data, and everything before a number within an id."""
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def look(text: str) -> Detection:
    """What one such text says: findings in order, not overlapping."""
    hits = _hits(text) or _decoded(text)
    if not hits:
        return Detection()
    return Detection(tuple(Finding(hit.kind, hit.start, hit.end, hit.confidence) for hit in merge(hits, text)))


def _hits(text: str) -> list[Hit]:
    bare = _UUID.sub(lambda found: "u" * len(found[0]), text) if "-" in text else text
    words = [
        *identifiers.names(bare),
        *identifiers.unlisted(bare),
        *participants.called(bare),
        *identifiers.mails(bare),
    ]
    return [*announced(bare), *_shaped(bare), *words]


def announced(text: str) -> Iterator[Hit]:
    """Numbers of at least five digits behind a word of the same id that says what they are."""
    for match in _ANNOUNCED.finditer(text):
        words, value = match[1], match[2]
        if sum(char.isdigit() for char in value) >= _LEAST_DIGITS:
            cue = _PERSONS.get(words.casefold(), words)
            yield from (
                hit._replace(start=match.start(2), end=match.end(2)) for hit in keys.whole(value, Passage(value, cue))
            )


def _shaped(text: str) -> Iterator[Hit]:
    done = 0
    for match in _TELLING.finditer(text):
        if match.start() < done:
            continue
        start, done = max(0, match.start() - _AROUND), match.end() + _AROUND
        folded = normalise(_JOINT.sub(" ", text[start:done]))
        for hit in catalogue.find(folded):
            if hit.kind in DIRECT and hit.evidence in {Evidence.SHAPE, Evidence.CHECKED}:
                first, last = folded.origin(hit.start, hit.end)
                if hit.kind is Kind.EMAIL or _is_number(text[start + first : start + last]):
                    yield hit._replace(start=start + first, end=start + last)


def hanging(text: str) -> Iterator[Hit]:
    """Numbers with a shape that hang on a word, or whose groups hang together: `send_to_078-05-1120`, `943_476_5919_scan`."""
    if "_" not in text:
        return
    for run in _HANGING.finditer(text):
        value = run[0]
        hangs = "_" in value or "_" in (text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1])
        if not hangs or _LITERAL.fullmatch(value) or ("_" in value and not _GROUPS.fullmatch(value)):
            continue
        for hit in catalogue.find(normalise(value.replace("_", " "))):
            if hit.kind in _SHAPED and hit.evidence in {Evidence.SHAPE, Evidence.CHECKED}:
                yield hit._replace(start=run.start() + hit.start, end=run.start() + hit.end, patient=True)


_HANGING: Final = re.compile(r"(?<![A-Za-z0-9.-])[+(]?\d[\d ()_.-]{7,24}\d(?![A-Za-z0-9])")
_LITERAL: Final = re.compile(
    r"\d{1,3}(?:_\d{3})+|[\d_]*_20[0-3]\d[_-]?[01]\d[_-]?[0-3]\d[\d_-]*|20[0-3]\d[_-]?[01]\d[_-]?[0-3]\d[\d_-]*"
)
"""A number as programs write one, and days with a time."""
_GROUPS: Final = re.compile(r"[2-9]\d\d_[2-9]\d\d_\d{4}|\d{3}_\d\d_\d{4}")
_SHAPED: Final = frozenset({Kind.SSN, Kind.PHONE, Kind.CARD, Kind.NATIONAL_ID, Kind.FAX})


def _is_number(surface: str) -> bool:
    """Whether half of it is digits: what is made at random has one in six or, in hexadecimal, shorter runs."""
    digits = sum(char.isdigit() for char in surface)
    return 2 * digits >= sum(char.isalnum() for char in surface)


def decoded(text: str) -> str:
    """The text that another stands for as base64: no signature and no id made at random is one."""
    if _ENCODED.fullmatch(text) is None:
        return ""
    try:
        raw = base64.urlsafe_b64decode(
            text.rstrip("=").replace("+", "-").replace("/", "_") + "=" * (-len(text.rstrip("=")) % 4)
        )
        said = raw.decode()
    except (binascii.Error, ValueError):  # what is no UTF-8 is a `ValueError` too
        return ""
    return said if all(char.isprintable() or char in "\t\n\r" for char in said) else ""


def _decoded(text: str) -> list[Hit]:
    """The whole text as one hit, where it is base64 of a text that says something."""
    said = decoded(text)
    hits = [hit for hit in catalogue.find(normalise(said)) if hit.kind in DIRECT] if said else []
    return [hits[0]._replace(start=0, end=len(text))] if hits else []
