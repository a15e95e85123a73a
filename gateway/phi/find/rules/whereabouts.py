"""Where somebody is as maps say it: coordinates, plus codes and three words; counts with a word for a person or a home beside it."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import Rule

_PERSON: Final = re.compile(
    r"(?i)\b(?:patients?|pt|she|he|her|his|their|mother|father|resident|client|caller|member|lives?|living|stays?|home|house|residence|resides|flat|pick(?:ed)? up|address|found at|sleeps?)\b"
)
_SAID: Final = re.compile(r"(?i)\bplus[ -]?codes?[\s:=]{1,3}(?:is )?$")
_PAIR: Final = r"[-+]?\d{1,2}\.\d{4,8}(?: ?[NS])?[,;]? ?[-+]?1?\d{1,2}\.\d{4,8}(?: ?[EW]\b)?"
_DEGREES: Final = r"\d{1,2}\? ?\d{1,2}['?] ?\d{1,2}(?:\.\d{1,4})?(?:\"|''|\?)? ?[NS][,; ]{1,3}\d{1,3}\? ?\d{1,2}['?] ?\d{1,2}(?:\.\d{1,4})?(?:\"|''|\?)? ?[EW]"
_PLUS: Final = r"(?:[23456789CFGHJMPQRVWX]{4}){1,2}\+[23456789CFGHJMPQRVWX]{2,3}"


def _of_somebody(value: str, before: str, after: str) -> float:
    """Beside a person or a home; points of a plane and weather have coordinates too."""
    if not any(char.isdigit() for char in value):
        return 0.0
    if _SAID.search(before):
        return 0.9
    return 0.9 if any(_PERSON.search(side.rpartition("\n")[2]) for side in (before, after.partition("\n")[0])) else 0.0


RULES: Final = (
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w.+-])({_PAIR})(?:$|[^\w.])",
        judge=_of_somebody,
        patient=True,
        hits=("home: «47.606209,-122.332069»", "she is at «47.6062, -122.3321» now"),
        misses=("centroids 1.23456,2.34567", "lives for 47.6, 12.3"),
    ),
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w.])({_DEGREES})",
        judge=_of_somebody,
        patient=True,
        hits=("pick up the patient at «47?36'22.3\"N 122?19'55.5\"W»",),
        misses=("the summit is at 47?36'22.3\"N 122?19'55.5\"W",),
    ),
    Rule(
        Kind.ADDRESS,
        rf"(?:^|[^\w+])({_PLUS})(?:$|[^\w+])",
        judge=_of_somebody,
        patient=True,
        hits=("her house is «84VVJM4Q+XX»", "plus code «JM4Q+X8» is her home"),
        misses=("the sum 2345+67 of it",),
    ),
    Rule(
        Kind.ADDRESS,
        rf"(?i:\bgeo:|\bmaps?\b[^\s<>\"']{{0,60}}[?&@=/,])({_PAIR})",
        evidence=Evidence.CUE,
        patient=True,
        hits=("geo:«47.606209,-122.332069»", "https://maps.google.com/?q=«47.606209,-122.332069»"),
    ),
    Rule(
        Kind.ADDRESS,
        r"(?:^|[^\w:/])///([a-z]{3,18}\.[a-z]{3,18}\.[a-z]{3,18})\b",
        patient=True,
        hits=("come to ///«filled.count.soap» now",),
    ),
)
