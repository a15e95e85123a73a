"""What Safe Harbor lets stand, and when a date, place or age is about a patient; never looks for identifiers itself.

45 CFR 164.514(b)(2)(i): years, states and ages under 90 may stay. An indirect finding counts beside a direct one or a
patient cue; the date of a guideline does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.domain import DIRECT, Kind
from gateway.phi.rules import Hit

_YEAR: Final = re.compile(r"'?(?:1[89]|20)\d\ds?$")
_DURATION: Final = re.compile(
    r"(?i)(?:(?:about|nearly|over|last|past|next|the|for|every|each|per|within|first)\s)*(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"twelve|several|few|couple(?: of)?)?[ -]?(?:second|minute|hour|day|night|week|fortnight|month|quarter|year|decade|min|hr|wk|mo|yr)s?(?: ago| earlier| later| prior| old)?$"
)
_CLOCK: Final = re.compile(
    r"(?i)(?:at )?(?:[01]?\d|2[0-4])[:.h]?(?:[0-5]\d)?(?::[0-5]\d)?\s?(?:[ap]\.?m\.?|hours?|hrs|h)?$"
)
_RELATIVE: Final = re.compile(
    r"(?i)(?:(?:early|late|mid|last|next|this|past|previous|the)[ -]?)*(?:today|yesterday|tomorrow|tonight|morning|afternoon|evening|night|week(?:end)?|month|"
    r"year|spring|summer|fall|autumn|winter|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)s?$"
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

_EVENT: Final = re.compile(
    r"(?i)\b(?:admit(?:ted|s)?|admission|re-?admitted|discharg(?:ed|e)|seen|treated|evaluated|diagnosed|presented|presenting|presents|visit(?:ed|s)?|"
    r"hospitali[sz]ed|underwent|undergone|operated|referred|transferred|examined|born|died|death|deceased|expired|passed away|dob|d\.o\.b|birth(?:day|date)?|"
    r"consulted|followed|scheduled|appointment|appt|checked in|check-?up|follow(?:ed)?[ -]?up|last seen|had (?:an?|her|his|the)|was (?:an?|started|given|"
    r"prescribed|told|found|sent|put|placed)|started on|prescribed|lives?|living|resid(?:es?|ing|ent)|works? (?:at|for)|employed|from our|in our|at our|"
    r"our (?:clinic|hospital|patient|office|practice)|my (?:patient|mother|father|wife|husband|son|daughter|clinic|hospital)|this (?:patient|pt|man|woman|"
    r"gentleman|lady|boy|girl|child)|the (?:patient|pt)\b(?! (?:cohort|population|group|sample|database|list|id|record|safety|name))|patient's|pt'?s|pt\b|(?:his|her) (?:last|first|next|mri|ct|surgery|labs?|visit|scan|records?|notes?|"
    r"chart|procedure|doctor|pcp|insurance|contact|phone|email|address)|he\b|she\b|collected|drawn|resulted|procedure|surgery|operation|biopsy|"
    r"transplant(?:ed)?|records? (?:from|at)|encounter|dx'?d|rx'?d|s/p|d/c|lmp|edd|follows? (?:up )?(?:at|with)|care at|brought|arrived|came|call(?:ed)?)(?!\w)"
)
_PERSON: Final = re.compile(
    r"(?i)\b(?:\d{1,3}[- ]?(?:years?|yrs?|y)[- /]?(?:o(?:ld)?)\b|\d{1,3}\s?(?:yo|y/o|y\.o\.|[mf])\b|patient\b|pt\b|mr\.?|mrs\.?|ms\.?|male|female|man|woman|boy|girl|"
    r"infant|newborn|toddler|gentleman|lady|mother|father|daughter|son\b|wife|husband|his|her|he|she|my)\b"
)
_PERSONAL: Final = re.compile(
    r"(?i)/(?:patients?|members?|profile|people|users?|in|p|rec(?:ord)?s?)/|(?:mrn|ssn|dob|patient_?id|pid)=|portal|mychart|profile|logged in|log-?in"
)
_PUBLIC: Final = re.compile(
    r"(?i)\b(?:guidelines?|recommendations?|publish(?:ed|ing)?|publication|approv(?:ed|al)|fda|ema|cdc|who|updated?|version|revis(?:ed|ion)|released?|trial|study|"
    r"studies|journal|conference|recall(?:ed)?|label|effective date|as of|today(?:'s)?(?: date)? is|current date|knowledge cutoff|cutoff|copyright|licensed|"
    r"deadline|deploy\w*|commit|changelog|law|act|rule|regulation|edition|meeting|webinar|pandemic|epidemic|launched|withdrawn|announced|issued|posted|accessed|retrieved)\b"
)
_BEHIND: Final = 110
_AHEAD: Final = 60
_SENTENCE: Final = re.compile(r"[.!?]\s+(?=[A-Z])|\n\s*\n|\n")


def permitted(hit: Hit, text: str) -> bool:
    """Whether Safe Harbor lets this stand: a bare year, a duration, a clock time, a state, an age under 90."""
    value = text[hit.start : hit.end].strip(" .,;:()'\"")
    match hit.kind:
        case Kind.DATE:
            return any(pattern.match(value) for pattern in (_YEAR, _CLOCK, _RELATIVE, _DURATION))
        case Kind.AGE:
            number = _AGE.search(value)
            return number is not None and int(number.group()) < 90 and "90s" not in value
        case Kind.PLACE:
            return value.casefold() in _STATES
        case _:
            return False


def counted(hits: Sequence[Hit], text: str, *, defined: bool = False) -> list[bool]:
    """For each hit whether it counts: direct ones always, indirect ones beside a direct one or a cue for a patient.

    What is `defined` in a tool speaks of patients in general ("fetch a patient by …"), which is no cue.
    """
    if any(hit.kind in DIRECT for hit in hits):
        return [True] * len(hits)
    if defined:
        return [False] * len(hits)
    about = [hit.patient or _about_a_patient(hit, text) for hit in hits]
    return [True] * len(hits) if any(about) else about


def _about_a_patient(hit: Hit, text: str) -> bool:
    start, end = _sentence(hit, text)
    around = text[start:end]
    before = text[start : hit.start]
    if hit.kind in {Kind.URL, Kind.IP}:
        return _PERSON.search(around) is not None or _PERSONAL.search(around) is not None
    person = _PERSON.search(around) is not None
    if _PUBLIC.search(before) and not person:
        return False
    if hit.kind is Kind.FACILITY and person:
        return True
    if _EVENT.search(around) is None:
        return False
    return person or hit.kind in {Kind.FACILITY, Kind.DATE, Kind.PLACE, Kind.ZIP}


def _sentence(hit: Hit, text: str) -> tuple[int, int]:
    start, end = max(0, hit.start - _BEHIND), min(len(text), hit.end + _AHEAD)
    for stop in _SENTENCE.finditer(text, start, hit.start):
        start = stop.end()
    stop_after = _SENTENCE.search(text, hit.end, end)
    return start, stop_after.start() if stop_after else end
