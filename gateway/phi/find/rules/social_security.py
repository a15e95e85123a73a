"""Numbers of the US social security: whole, masked, and the last four that people tell instead."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.rules import checksums
from gateway.phi.find.rules.cue import VALUE, announced, identifies
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of


def _ssn(value: str, before: str, after: str) -> float:
    if re.match(r"[-./]?\d", after) or (before[-1:] in {".", "-", "/"} and before[-2:-1].isalnum()):
        return 0.0
    valid = checksums.ssn(value)
    return (0.95 if valid else 0.75) if "-" in value else (0.75 if valid else 0.0)


_SSN_CUE: Final = one_of(
    r"(?:l(?:ast)?[\s_-]?(?:4|four)[\s_-]?)?(?:ssn|social(?:[\s_-]?security)?)[\s_-]?(?:l(?:ast)?[\s_-]?)?(?:4|four|end(?:ing)?|suffix|tail)\b",
    r"l(?:ast)?[\s_-]?(?:4|four)[\s_-]?(?:ssn|social)",
    *r"s\.?s\.?n\.? ss\s?#".split(),
    r"\bss(?: ?(?:number|num|no))\b",
    "social security",
    r"soc(?:ial)?\.? ?sec(?:urity)?",
    r"social(?: #| number| no\b)?",
    r"\bitin\b",
    "tax ?(?:payer )?id",
    r"\btin\b",
)
_SSN_VALUE: Final = r"[\dx*]{3}[-. /]{0,3}[\dx*]{2}[-. /]{0,3}\d{4}|\d{4,9}|" + VALUE

RULES: Final[tuple[Rule, ...]] = (
    announced(
        Kind.SSN,
        _SSN_CUE,
        _SSN_VALUE,
        lambda v, b, a: 0.99 if sum(c.isdigit() for c in v) >= 4 and identifies(v, b, a, digits=4) else 0.0,
        hits=(
            "{'ssn': '«912-04-1234»",
            "ssn [«SSN_234567abcd»",
            "ssn_last4=«8745»",
            "ssn4: «8745»",
            "L4SSN «8745»",
            "his SSN ends with «8745»",
        ),
        misses=("SSN 912-**04**-1234",),
    ),
    Rule(
        Kind.SSN,
        r"(?:^|[^\w.-])(\d{3}-\d{2}-\d{4}(?:-?[A-Z]\d?)?)\b",
        judge=_ssn,
        hits=("«987-65-4320»", "«880-41-7765»"),
        misses=("612-34-56789",),
    ),
    Rule(
        Kind.SSN, r"(?:^|[^\w.-])(\d{3} \d{2} \d{4})\b", judge=_ssn, hits=("«552 09 8841»",), misses=("552 09 88411",)
    ),
    Rule(Kind.SSN, r"(?i:(?:^|[^\w.-])([x*]{3}-[x*]{2}-\d{4}))\b", 0.9, hits=("«xxx-xx-4418»",)),
)
