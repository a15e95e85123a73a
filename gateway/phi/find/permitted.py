"""What Safe Harbor lets stand, and what stands where a value would; never says whether a finding is about a patient.

45 CFR 164.514(b)(2)(i): years, states and ages under 90 may stay.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.text.ways import one_of

_YEAR: Final = re.compile(r"'?(?:1[89]|20)\d\ds?$")
_DURATION: Final = re.compile(
    r"(?i)(?:(?:about|nearly|over|last|past|next|the|for|every|each|per|within|first)\s)*(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"twelve|several|few|couple(?: of)?)?[ -]?(?:second|minute|hour|day|night|week|fortnight|month|quarter|year|decade|min|hr|wk|mo|yr)s?(?: ago| earlier| later| prior| old)?$"
)
_CLOCK: Final = re.compile(
    r"(?i)(?:at )?(?:[01]?\d|2[0-4])[:.h]?(?:[0-5]\d)?(?::[0-5]\d)?\s?(?:[ap]\.?m\.?|hours?|hrs|h)?$"
)
_RELATIVE: Final = re.compile(
    "(?i)(?:(?:early|late|mid|last|next|this|past|previous|the)[ -]?)*(?:"
    + one_of(
        *(
            "today yesterday tomorrow tonight morning afternoon evening night week(?:end)? month year spring "
            "summer fall autumn winter monday tuesday wednesday thursday friday saturday sunday mon tue tues wed "
            "thu thur thurs fri sat sun"
        ).split()
    )
    + ")s?$"
)
_WIDE_PLACES: Final = (
    "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky "
    "louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania "
    "tennessee texas utah vermont virginia washington wisconsin wyoming usa us u.s. america england scotland wales canada mexico germany france spain "
    "italy india china japan australia brazil ireland netherlands sweden norway denmark finland poland portugal switzerland austria belgium"
)
_STATES: Final = frozenset(_WIDE_PLACES.split()) | {
    "new hampshire", "new jersey", "new mexico", "new york state", "north carolina", "north dakota", "rhode island", "south carolina",
    "south dakota", "west virginia", "united states", "united kingdom", "puerto rico", "the united states", "the uk", "uk",
}  # fmt: skip
_AGE: Final = re.compile(r"\d{1,3}")


_PLACEHOLDER: Final = re.compile(
    one_of(
        r"[\[<{(*_]{0,3}(?:(?:insert|your|patient|pt|user|client|member|provider|doctor|first|last|middle|full|given|family)[ _-]?){0,3}(?:name|mrn|dob|ssn|id|date|address|phone|e-?mail|facility|hospital|city|string|value)(?:[ _-]?(?:here|\d))?[\]>})*_]{0,3}",
        "(?:MRN|ID|W|PT)?[-#: ]?0{2,}(?:[-/ ]?0+)*",
        r"([xyz?*_#])\1+(?:[-/ ^,]\1+)*",
        "n/?a",
        "tbd",
        "(?:last|first|sur)name(?:[, ^]+(?:last|first|given)name)?",
        "(?:last|first),? ?(?:first|last)",
        "yyyy[-/]?mm[-/]?dd(?:hhmm(?:ss)?)?",
        "mm[-/]dd[-/]yyyy",
        "dd[-/]mm[-/]yyyy",
        "test patient",
        "patient test",
        r"E\dV[\dT]M\d",
    ),
    re.IGNORECASE,
)
"""What stands where a value would: `[PATIENT NAME]`, `LASTNAME^FIRSTNAME`, `000-00-0000`, `YYYYMMDD`; and the sum of a coma scale."""


_TESTED: Final = frozenset("4242 1111 0000 1234 4444 0005 1881 5556 9999".split())
"""The last four digits of the cards that payment services publish for tests, and of no card."""
_LAST_FOUR: Final = re.compile(r"(?i)last[ _-]?(?:4|four)\W{0,6}$")


_TEST_CARDS: Final = frozenset(
    "4242424242424242 4000056655665556 4111111111111111 4012888888881881 5555555555554444 5105105105105100 2223003122003222 378282246310005 371449635398431 "
    "6011111111111117 6011000990139424 30569309025904 3530111333300000 3566002020360505".split()
)
"""What payment services publish for tests; one is nobody's where the text says that it is for that."""
_NOBODYS: Final = re.compile(r"\(?555\)?[-. ]{0,2}555[-. ]?5555|(\d)\1{2}-\1{2}-\1{4}")
"""Numbers of nobody: the area code 555 is not given, and no SSN is one digit nine times."""
_SAMPLE: Final = re.compile(
    r"(?:123-45-6789|\(?555\)?[-. ]{0,2}123[-. ]?4567|\(?123\)?[-. ]{0,2}456[-. ]?7890|123456789|1234567890?|987-65-4321|\(?555\)?[-. ]{0,2}0?1\d\d[-. ]?\d{4}|\(?555\)?[-. ]{0,2}555[-. ]?5555|078-05-1120)"
)
"""Digits in order, as only examples have them; they are one where the text says so right before or behind."""
_EXAMPLE_BEFORE: Final = re.compile(
    r"(?i)(?:\b(?:e\.?g\.?|i\.e\.|for example|for instance|examples?|sample|dummy|fake|placeholder|such as|like|looks? like|format(?:ted)?(?: is| as| of|:)?|pattern|mask|test)\b[^\w\n]{0,6}(?:(?:is|as|ssn|phone|number|value|card|a|an|the|in|with)\b[^\w\n]{0,4}){0,3}|\bplaceholder\s?=\s?[\"'{]{1,2})$"
)
_EXAMPLE_BEHIND: Final = re.compile(
    r"(?i)[\"'`]?[ ,(]{0,2}(?:for example|for instance|e\.g\.|\(?(?:an |as an )?example\b|format\b|style\b|is (?:an? )?(?:example|placeholder|dummy|fake))"
)
_NUMBERS: Final = frozenset({Kind.SSN, Kind.PHONE, Kind.FAX, Kind.OTHER_ID, Kind.CARD, Kind.NAME})
_EXAMPLE_CHARS: Final = 48


def _shown(hit: Hit, value: str, text: str) -> bool:
    """Whether a number is there to show what one looks like, and is nobody's."""
    if hit.kind not in _NUMBERS or any(map(str.isalpha, value)):
        return False
    bare = value.lstrip("(")
    if _NOBODYS.fullmatch(bare):
        return True
    if _SAMPLE.fullmatch(bare) is None and re.sub(r"\D", "", value) not in _TEST_CARDS:
        return False
    before = text[max(0, hit.start - _EXAMPLE_CHARS) : hit.start].rstrip("(")
    return _EXAMPLE_BEFORE.search(before) is not None or _EXAMPLE_BEHIND.match(text, hit.end) is not None


def permitted(hit: Hit, text: str) -> bool:
    """Whether this may stand: Safe Harbor allows a bare year, a duration, a state, an age under 90; and a placeholder."""
    value = text[hit.start : hit.end].strip(" .,;:()'\"")
    if hit.evidence is Evidence.FIELD:
        return hit.kind is Kind.DATE and _YEAR.match(value) is not None
    if _PLACEHOLDER.fullmatch(value) or _shown(hit, value, text):
        return True
    match hit.kind:
        case Kind.DATE:
            if hit.evidence is not Evidence.CONTEXT and value.casefold() == "the second":
                return False  # of a month, and no measure of time
            return any(pattern.match(value) for pattern in (_YEAR, _RELATIVE, _DURATION)) or _told_by_a_clock(
                hit, value
            )
        case Kind.AGE:
            number = _AGE.search(value)
            return number is not None and int(number.group()) < 90 and "90s" not in value
        case Kind.OTHER_ID:
            return (
                hit.evidence is Evidence.CUE and value in _TESTED and _LAST_FOUR.search(text[: hit.start]) is not None
            )
        case Kind.PLACE:
            return all(part.strip() in _STATES for part in value.casefold().split(","))
        case _:
            return False


_DAY_AND_MONTH: Final = re.compile(r"\d\d\.(?:0[1-9]|1[0-2])$")


def _told_by_a_clock(hit: Hit, value: str) -> bool:
    """An hour; but what a rule calls a date is one: `17.05` may be either."""
    if hit.evidence is Evidence.CUE and hit.patient and value.isdigit():
        return False  # the day or the month of a birth
    return _CLOCK.match(value) is not None and (hit.evidence is Evidence.CONTEXT or not _DAY_AND_MONTH.match(value))
