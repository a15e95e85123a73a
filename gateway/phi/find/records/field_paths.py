"""Fields of HL7 v2 that a program names by their path (`msg['PID']['PID.5.1'] = 'MOSS'`, `PID-3: 88213`); text in, hits out.

Interface engines write and log segments so. Which field holds what is told by the standard (HL7 v2.8.2, chapter 3; NK1 and GT1 in
chapters 3 and 6), for the fields that name or number one person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import keys

_CONFIDENCE: Final = 0.96
_FIELDS: Final = {
    "PID": {
        2: Kind.MRN, 3: Kind.MRN, 4: Kind.MRN, 5: Kind.NAME, 6: Kind.NAME, 7: Kind.DATE, 9: Kind.NAME, 11: Kind.ADDRESS, 13: Kind.PHONE, 14: Kind.PHONE,
        18: Kind.ACCOUNT, 19: Kind.SSN, 20: Kind.LICENCE, 21: Kind.MRN, 23: Kind.PLACE, 29: Kind.DATE,
    },
    "NK1": {2: Kind.NAME, 4: Kind.ADDRESS, 5: Kind.PHONE, 6: Kind.PHONE},
    "GT1": {2: Kind.ACCOUNT, 3: Kind.NAME, 4: Kind.NAME, 5: Kind.ADDRESS, 6: Kind.PHONE, 8: Kind.DATE, 12: Kind.SSN},
    "MRG": {1: Kind.MRN, 2: Kind.MRN, 3: Kind.ACCOUNT, 4: Kind.MRN, 7: Kind.NAME},
    "PV1": {19: Kind.OTHER_ID},
    "IN1": {16: Kind.NAME, 18: Kind.DATE, 19: Kind.ADDRESS, 36: Kind.PLAN_MEMBER},
}  # fmt: skip
_PATH: Final = re.compile(
    r"\b(PID|NK1|GT1|MRG|PV1|IN1)[.-](\d{1,2})(?:[.-]\d{1,2}){0,2}(?:\(\d\))?[\"'\])]{0,6}(?:\.text\(\)|\.toString\(\))?\s{0,2}(?:={1,3}|:|=>|->)\s{0,2}"
    r"(?:\"([^\"\n]{1,120})\"|'([^'\n]{1,120})'|([^\s\"',;(){}]{2,80}))"
)
_NO_VALUE: Final = re.compile(
    r"(?:msg|tmp|null|undefined|true|false|None|String|XPN|CX|XAD|XTN|TS|ST)\b|\$\{?\w", re.IGNORECASE
)
"""What such a path is set to in code that holds nobody: another variable, a type."""

_BARE: Final = 5
"""The group of a value without marks of quotation."""


def find(text: str) -> Iterator[Hit]:
    """A hit for each value of a field that is of one person; nothing at once in nearly every text."""
    if not any(name in text for name in _FIELDS):
        return
    for path in _PATH.finditer(text):
        kind = _FIELDS[path[1]].get(int(path[2]))
        group = path.lastindex or _BARE
        value = path[group]
        if kind is Kind.NAME and group == _BARE and "^" not in value:
            continue  # `PID-5: Patient Name` says what the field is
        if kind is None or _NO_VALUE.match(value) or not keys.fits(kind, value):
            continue
        yield Hit(kind, *path.span(group), _CONFIDENCE, Evidence.CUE, patient=True)
