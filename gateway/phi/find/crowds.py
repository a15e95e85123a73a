"""Texts of many people and of nobody: a cohort, a month of admissions, falls on a ward; text in, verdict out.

A day or a town in one is of the count and not of a person: "1,204 adults discharged in October 2015". What a date of birth's cue or
the field of a record says stays somebody's, and one sign of one person in the text ends the reading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.registers import speaks_of_one
from gateway.phi.find.text.told import once
from gateway.phi.find.text.ways import one_of

_COUNTED: Final = re.compile(
    r"(?i)\bn ?= ?\d{2,}|\b(?:\d{1,3}(?:,\d{3})+|\d{2,}|all|both) (?:[\w-]+ ){0,2}(?:"
    + one_of(
        *(
            "patients adults participants subjects people women men children infants individuals cases deaths admissions discharges attendances visits "
            "falls births episodes encounters referrals infections readmissions volunteers controls respondents employees nurses residents pregnancies "
            "operations procedures stays appointments beds households members enrollees"
        ).split()
    )
    + r")\b(?! ?(?:old|ago))"
)
"""A count of people, or of what happened to many."""
_PERSON: Final = r"(?:wo)?man|lady|gentleman|boy|girl|mother|father|widow(?:er)?|toddler|baby|newborn|infant|twin|porter|nurse|patient|resident|child"
_SINGLED: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        r"(?:except|but|only|bar|save|and) (?:for )?one\b(?! of)",
        r"one of (?:them|these|those)\b",
        r"(?:apart from|except for|including) (?:my|our|the|flat|room|house|no\.?|number|a|an)\b[\w ’']{1,30}, (?:adm|was|diagnosed|who)",
        r"(?:patient|case) zero",
        r"the (?:one|only|sole|index|last|next|first|second|third|fourth|fifth|other|older|elder|younger|youngest|oldest|positive) (?:one|who|case|death|patient|visit|fall|resident|employee|positive|"
        + _PERSON
        + r")\b(?! (?:half|group|cohort|arm|wave|visit|in\b|out\b|(?:was |were )?(?:enrol|recruit|follow|random|includ)))",
        r"the (?:only|sole|one) [\w-]+ was",
        r"the (?:older|elder|younger|youngest|oldest)\b,",
        r"the one (?:who|that|with|positive|started|admitted|seen)",
        r"(?:one|a single) (?:still ?birth|death|birth|fall|case|infection|admission|readmission|ended|died|was|fell|had)\b(?! (?:per|in \d))",
        r"the (?:" + _PERSON + r") (?:who|from|in|at|with|of the)\b",
        r"to an? (?:" + _PERSON + r") (?:from|of|in|aged)\b",
        r"an? (?:" + _PERSON + r") (?:from|of \d|aged \d)",
        r"(?:participant|subject|case|volunteer|resident|household) (?:no\.? ?)?[a-z]?\d{1,4}(?=,| (?:withdrew|had|has|was|is|died|fell|came|reported|presented))",
        r"(?-i:P)\d{1,3}, an?\b",
        r"no\. ?\d{1,4} (?:had|has|was|is)\b",
        r"last (?:visit|admission|fall|case|death)\b[^.\n]{0,24}\d",
        r"twin (?-i:[AB1-2])\b",
        r"(?:gentleman|lady) (?:in|with)\b",
        r"the (?:\d{1,2}[:.]\d\d) (?:slot|appointment|one)\b",
    )
    + r")|(?m:^|[.;:!?] )(?:first|second|third|fourth|fifth|last|next)(?: (?:one|case|death|patient|up))?:"
    r"|(?:\d{4}-\d\d-\d\d|\d\d?[/.]\d\d?[/.]\d{2,4}),? ?\(?[MF]\b"
    r"|(?:^|[\s(])(?:#?\d{1,2}[).:]) ?(?:seen|admitted|discharged|transferred|died|fell|born|adm|dob)\b",
)
"""One who is singled out of many, and of whom what follows then speaks."""
_DAY: Final = r"(?:\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}(?: \d{4})?|[A-Z][a-z]{2,8} \d{1,2}(?:, \d{4})?)"
_COURSE: Final = re.compile(
    r"[:,;(] ?(?:adm|[Aa]dmitted|[Dd]iagnosed|[Tt]ransferred|[Oo]perated|[Dd]ischarged|[Dd]ied|[Mm]oved in|[Ss]een|[Oo]nset)(?: (?:to|from|in) [\w ’']{1,20}?)? (?:on )?"
    + _DAY
    + r"\b(?![\d/.-]*\d| \d{4})(?! ?(?:to|and|or|-|–|through|until)\b)"
)
"""A clause of its own that says on what day somebody was admitted, and not between which days many were."""
_BORN: Final = re.compile(r"(?i)\b(?:dob|d\.o\.b\.?|born|birth(?:day|date)?)\b[^\n]{0,24}$")
_CUE: Final = 40
_WHEN_OR_WHERE: Final = frozenset({Kind.DATE, Kind.PLACE, Kind.FACILITY, Kind.ZIP})


def many(text: str) -> bool:
    """Whether a text counts people, and speaks of none of them."""
    return _COUNTED.search(text) is not None and not _of_one_of_them(text) and not speaks_of_one(text)


def _of_one_of_them(text: str) -> bool:
    return _SINGLED.search(text) is not None or _COURSE.search(text) is not None


def of_many(hits: Sequence[Hit], text: str) -> list[Hit]:
    """`hits` without what a cue said of days and places that are of many: "adults discharged Oct 2015"."""
    if not any(_may(hit, text) for hit in hits) or not once(many, text):
        return list(hits)
    return [hit._replace(patient=False, evidence=Evidence.SHAPE) if _may(hit, text) else hit for hit in hits]


def _may(hit: Hit, text: str) -> bool:
    if hit.kind not in _WHEN_OR_WHERE or not hit.patient or hit.evidence is Evidence.FIELD:
        return False
    return hit.kind is not Kind.DATE or _BORN.search(text, max(0, hit.start - _CUE), hit.start) is None
