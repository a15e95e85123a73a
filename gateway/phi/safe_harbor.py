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
    r"transplant(?:ed)?|records? (?:from|at)|encounter|dx'?d|rx'?d|s/p|d/c|lmp|edd|follows? (?:up )?(?:at|with)|care at|brought|arrived|came|attend(?:ed|ing)|suffered|reviewed|discussed|call(?:ed)?)(?!\w)"
)
_PERSON: Final = re.compile(
    r"(?i)\b(?:\d{1,3}[- ]?(?:years?|yrs?|y|months?|mo|weeks?|days?)[- /]?(?:o(?:ld)?)\b|\d{1,3}\s?(?:yo|y/o|y\.o\.)|\d{2}[mf]\b|"
    r"(?:this|the|our|my|a|an) (?:patient|pt|man|woman|boy|girl|infant|newborn|toddler|gentleman|lady|child|baby)\b(?! (?:cohort|population|group|sample|with the|id|record|safety|name|"
    r"chart|database|list|portal))|pt\b|(?:mr|mrs|ms)\b|(?:my|his|her) (?:mother|father|wife|husband|son|daughter|brother|sister)|"
    r"(?<!/)(?<!or )\b(?:he|she|his|her|him)\b(?!/| or )|patient's\b(?! (?:name|mrn|dob)))"
)
_MANY: Final = re.compile(
    r"(?i)\b(?:patients|participants|subjects|adults|children|women|men|people|individuals|cases|cohorts?)\b"
)
_PERSONAL: Final = re.compile(
    r"(?i)/(?:patients?|members?|profile|people|users?|in|p|rec(?:ord)?s?)/[\w.-]*[\d.-]|(?:mrn|ssn|dob|patient_?id|pid)=|portal|mychart|profile|logged in|log-?in|patient (?:session|blog|web ?site|web ?page|page|account|log|ip)"
)
_PUBLIC: Final = re.compile(
    r"(?i)\b(?:guidelines?|recommendations?|publish(?:ed|ing)?|publication|approv(?:ed|al)|fda|ema|cdc|updated?|version|revis(?:ed|ion)|released?|trial|study|"
    r"studies|journal|conference|recall(?:ed)?|label|effective date|as of|today(?:'s)?(?: date)? is|current date|knowledge cutoff|cutoff|copyright|licensed|"
    r"deadline|deploy\w*|commit|changelog|law|act|rule|regulation|edition|meeting|webinar|pandemic|epidemic|launched|withdrawn|announced|issued|posted|accessed|retrieved|"
    r"(?-i:SELECT|WHERE|BETWEEN|INSERT|UPDATE|VALUES))\b"
)
_OWNER: Final = re.compile(
    r"(?i)\b(?:his|her|my|their|pt|mr|mrs|ms|patient's|pt's|for patient|(?:the|this|our) patient (?:logged|login|used|visited|accessed|posted))\b|by the patient\b"
)
_NUMBER: Final = re.compile(r"\d+")
_BESIDE: Final = 24
"""An event at most this many characters before a place or date happened there or then."""
_NEAR: Final = (80, 45)
_WIDE: Final = 300
"""Characters before and after a finding in which a cue is looked for."""


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
    """Whether what stands around an indirect finding speaks of one patient, and of what happened to them.

    The nearer cue before it wins: "guidelines for a man seen on March 3" is about him, "approved on March 3" is not.
    """
    before = text[max(0, hit.start - _NEAR[0]) : hit.start].rpartition("\n")[2]
    after = text[hit.end : hit.end + _NEAR[1]].partition("\n")[0]
    person = _PERSON.search(text, max(0, hit.start - _WIDE), min(len(text), hit.end + _WIDE)) is not None
    if hit.kind in {Kind.URL, Kind.IP}:
        around = before + text[hit.start : hit.end] + after
        return _OWNER.search(around) is not None or _PERSONAL.search(around) is not None
    event, public = _last(_EVENT, before), _last(_PUBLIC, before)
    if public > event:
        return False
    if hit.kind is Kind.AGE or (hit.kind is Kind.FACILITY and person):
        return person
    if event >= 0 or _EVENT.search(after):
        exact = len(_NUMBER.findall(text[hit.start : hit.end])) > 1 or len(before) - event < _BESIDE
        return person or exact or _MANY.search(before) is None
    return person and _PUBLIC.search(after) is None


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
