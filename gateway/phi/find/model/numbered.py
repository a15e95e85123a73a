"""Numbers and days that a model finds and that are nobody's: of a catalogue, a query, a scale, a floor, a course of tablets."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from gateway.phi.find.text.ways import one_of

_BESIDE: Final = 160
_NEAR: Final = 24
"""Characters before a number in which a query's list begins, and a word for what is numbered stands."""
_CATALOGUE: Final = re.compile(
    r"(?i)(?:\b|_)(?:"
    + one_of(
        *(
            "catalog(?:ue)? cat sku item part model version v section chapter table figure form ndc nct doi "
            "pmid eudract loinc snomed cpt icd iso rfc rxnorm unii eudract isrctn ecog-acrin sqlstate http "
            "port"
        ).split(),
        "(?:error|status|exit)(?: code)?",
        *(
            "pp kb patch concepts? lot batch lock seal leaflet item_?ids? effective_time clos(?:es?|ed) "
            "fix(?:es|ed)? resolve[sd]? refs issues? pr"
        ).split(),
        "pull request",
        *"bugs? commit build release lines?".split(),
    )
    + r")(?:[ ._-]{0,2}(?:no|number|ids?|#))?(?: in)?[.:#= (\[\"']{1,6}$|--(?:id|run|run-id|job|build|issue|pr|port|pid)[ =]$"
)
_CODES_OF: Final = re.compile(
    r"(?i)\b\w*(?:item|code|concept|type|class|category|status|unit|ward|dept|department)_?(?:id|cd|no)?s?\s+(?:not\s+)?in\s*\([\d., '\"]*$"
)
"""A list of codes that a query asks for."""


def of_things(value: str, text: str, start: int) -> bool:
    """Whether the number `value`, which stands at `start` of `text`, numbers things: what stands before it says so."""
    line = text.rfind("\n", max(0, start - _BESIDE), start) + 1
    return _HUNK.match(text, line) is not None or _counted(value) or _announced(text, start)


_HUNK: Final = re.compile(r"@@ -\d+(?:,\d+)? \+\d+")
"""The head of a hunk in a diff (GNU diffutils, "Detailed Description of Unified Format")."""


_VARIABLE: Final = re.compile(
    r"(?:^|[\s;(,])(?![\w.]*(?i:id|no\b|num|nr\b|pt|pat|person|mrn|rec|chart|acc|case|user|member|key|hosp|nhs|ssn|dob|client|visit|claim|ref|who|name|tel|phone|zip|code|pin|card|serial|rx|imei|udi|spec|enc|adm))"
    r"[a-z][\w.]{0,20}\s?(?:[+*/-]|:)?=\s?$"
)
"""A number that a program calculates with, whose name is no word for somebody or for what is theirs: `x = 120394`."""


def _announced(text: str, start: int) -> bool:
    """Whether what stands before a number says that it numbers things."""
    near, far = max(0, start - _NEAR), max(0, start - _BESIDE)
    if _VARIABLE.search(text, near, start) is not None:
        return True
    return _CATALOGUE.search(text, near, start) is not None or _CODES_OF.search(text, far, start) is not None


def _counted(value: str) -> bool:
    """`0 1 2 3 4 5`: the steps of a scale."""
    steps = value.split()
    if len(steps) < _SCALE or not all(map(str.isdecimal, steps)):
        return False
    return len({int(after) - int(before) for before, after in pairwise(steps)}) == 1


_SCALE: Final = 4


def no_day(value: str, before: str, after: str) -> bool:
    """Whether what a model took for a day is a new species, a floor, or a time in sevenths, fifty-seconds and twelfths."""
    if value.casefold().startswith("nov") and _TAXON.search(before):
        return True
    if _ORDINAL.fullmatch(value):
        return _STOREY.match(after) is not None
    return _COURSE.fullmatch(value) is not None and (
        value.endswith("/52") or _TAKEN.search(before) is not None or _SINCE.match(after) is not None
    )


_TAXON: Final = re.compile(r"(?i)\b(?:sp|gen|comb|fam|subsp|ord|var)\.? $")
_ORDINAL: Final = re.compile(r"\d{1,3}(?:st|nd|rd|th)")
_STOREY: Final = re.compile(
    r"(?i) (?:floor|storey|story|percentile|centile|century|edition|grade|decile|quartile|generation|line|rib|nerve)\b"
)
_COURSE: Final = re.compile(r"\d{1,2}/(?:7|12|52)")
"""British shorthand: days, months and weeks."""
_TAKEN: Final = re.compile(r"(?i)\b(?:od|bd|tds|qds|om|nocte|prn|for|x|every|r/v|rv|f/u|fu|course|within) $")
_SINCE: Final = re.compile(r"(?i) (?:hx|history|h/o|of|ago|course|post|later|only|then|supply)\b")
