"""Numbers that are told piece by piece, and names letter by letter: `mrn starts 867`, `and ends 5309`, `name: b r a n d`."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_NUMBER: Final = one_of(
    "mrn",
    "ssn",
    "social",
    r"(?:nhs|hospital|patient|chart|record|account|member|policy|medicare|insurance|phone|mobile|card)(?: (?:number|no\.?|id))",
)
_PIECE: Final = (
    r"(?:(?:it )?(?:starts?|begins?|ends?|finishes|continues|goes on)(?: with| in| at| by)?|(?:the )?(?:first|last|middle|second|other|next|rest)(?: (?:half|part|bit|digits|two|three|four|five|six|three digits|four digits))*"
    r"(?: (?:is|are|of it))?)"
)
_DIGITS: Final = r"\d[\d -]{1,8}\d"


def _told(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """Whether it is a whole message of three digits at least; a port starts with fewer, and a version has a dot."""
    return 0.85 if sum(map(str.isdigit, value)) > 2 and re.match(r"\s*[.!]?\s*$", after) else 0.0


RULES: Final = (
    Rule(
        Kind.OTHER_ID,
        rf"(?i:\b(?:{_NUMBER})[ :,]{{1,3}}{_PIECE}[ :=]{{1,3}}({_DIGITS}))\b",
        0.9,
        Evidence.CUE,
        patient=True,
        hits=("mrn starts «867»", "her NHS number first half «943 47»", "hospital number begins with «4471»"),
        misses=("port starts 80", "mrn starts here"),
    ),
    Rule(
        Kind.OTHER_ID,
        rf"^(?i:(?:and |then |now |ok,? )?{_PIECE}[ :=]{{1,3}}({_DIGITS})\b)",
        0.85,
        Evidence.CUE,
        _told,
        patient=True,
        hits=("and ends «5309»", "second half «65919»", "the last four «8417»"),
        misses=("and ends 80", "starts 2019 with a bang", "ends 3.12"),
    ),
    Rule(
        Kind.NAME,
        r"(?i:\b(?:(?:sur|last |first |family |given )?name|patient|called|spelt|spelled)\b[^\n.;]{0,24}?[ :=\"'(]((?:[a-z][ .-]){3,23}[a-z]))\b",
        0.9,
        Evidence.CUE,
        patient=True,
        hits=("name of the patient «s k a r s g»", "surname is «T-V-E-I-T»"),
        misses=("patient a b c", "name: abc"),
    ),
)
