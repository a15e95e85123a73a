"""Dates more exact than a year, and ages over 89, as Safe Harbor means them; knows formats, not what happened on a day."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.cues import TAIL
from gateway.phi.rules import Evidence, Rule

_MONTH: Final = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?\.?|july?\.?|aug(?:ust|\.)?|sep(?:t(?:ember)?)?\.?|oct(?:ober|\.)?|"
    r"nov(?:ember|\.)?|dec(?:ember|\.)?|januar|februar|marz|mai|juni|juli|oktober|dezember|janvier|fevrier|avril|juin|juillet|aout|"
    r"septembre|octobre|novembre|decembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre)"
)
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_WEEKDAY: Final = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
_YEAR: Final = r"(?:(?:18|19|20)\d\d|'\d\d)"
_YY: Final = r"(?:(?:18|19|20)\d\d|'?\d\d)"
_ORDINAL: Final = (
    r"(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|thirteenth|"
    r"fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_SPOKEN_YEAR: Final = (
    r"(?:nineteen|twenty|two thousand)(?:[- ](?:and|hundred|oh|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    r"nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine)){0,3}"
)
_CLOCK: Final = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_NOT_A_DATE: Final = re.compile(
    r"(?i)\s?(?:mg|mcg|ml|mm|cm|kg|g\b|%|units?|pain|/10|scale|score|patients?|participants?|people|times|mice|cases|tablets?|of\b|tabs?\b|cups?)"
)
_PREPOSITION: Final = re.compile(
    r"(?i)(?:\bon|since|dated?|until|till|before|after|by|from|between|and|through|thru|to|around|approx\w*|circa|ca\.?|of|seen|visit|admit\w*|"
    r"discharg\w*|adm|d/c|dc|due|dob|born|birthday|lmp|edd|surgery|procedure|exam|scan|mri|ct|eval\w*|appt|appointment|f/u|follow-?up|labs?|"
    r"drawn|collected|last|next|here|dx'?d|rx'?d)[\s:#(]*(?:the |about )?$"
)


def _numeric(value: str, before: str, after: str) -> float:
    parts = [int(part) for part in re.findall(r"\d+", value)[:3]]
    if (
        before[-1:].isdigit()
        or re.match(r"[-/.]?\d", after)
        or (before[-1:] in {"-", "/", "."} and before[-2:-1].isdigit())
    ):
        return 0.0
    year_first = len(re.split(r"\D", value)[0]) == 4
    first, second = (parts[1], parts[2] if len(parts) > 2 else 1) if year_first else (parts[0], parts[1])
    if not (1 <= first <= 31 and 1 <= second <= 31 and (first <= 12 or second <= 12)):
        return 0.0
    if "." in value and len(parts) == 3 and len(re.split(r"\D", value)[2]) == 2 and not _PREPOSITION.search(before):
        return 0.0
    return 0.0 if _NOT_A_DATE.match(after) else 0.95


_GOES_ON: Final = re.compile(r"[-/.]?\d|[a-z%]")
_MEASURED: Final = re.compile(
    r"(?i)(?:pain|score|scale|rated?|bp|vision|acuity|strength|reflex\w*|gcs|pressure|out|apgars?|grade|ratio)[\w\s:]{0,12}$"
)


def _day_only(value: str, before: str, after: str) -> float:
    """`3/14`: a date only after a preposition, never a ratio, score or dose."""
    month, day = map(int, value.split("/"))
    if not (1 <= month <= 12 and 1 <= day <= 31) or (day == 10 and month < 11) or _GOES_ON.match(after):
        return 0.0
    if _PREPOSITION.search(before) is None or _NOT_A_DATE.match(after) or _MEASURED.search(before):
        return 0.0
    return 0.75


def _named(value: str, before: str, after: str) -> float:
    if _NOT_A_DATE.match(after) and not re.search(r"(?:18|19|20)\d\d", value):
        return 0.0
    if before[-1:].isdigit() or (before[-1:] in {"/", "."} and before[-2:-1].isdigit()):
        return 0.0
    month = re.search(r"[A-Za-z]+", re.sub(r"(?i)\d(?:st|nd|rd|th)|\b(?:of|the)\b", "", value))
    word = month.group() if month else ""
    verb_like = len(re.findall(r"\d+", value)) < 2 and word in {
        "may",
        "march",
        "mar",
        "dec",
        "sep",
        "MAR",
        "OCT",
        "SEP",
        "may.",
        "second",
    }
    if verb_like and not re.search(r"\d(?:st|nd|rd|th)|(?:19|20)\d\d|'\d\d", value) and not _PREPOSITION.search(before):
        return 0.0
    return 0.95


def _compact(value: str, before: str, after: str) -> float:  # noqa: ARG001
    month, day = int(value[4:6]), int(value[6:8])
    return 0.97 if 1 <= month <= 12 and 1 <= day <= 31 and value[:2] in {"18", "19", "20"} else 0.0


_DATE_CUE: Final = (
    r"d\.?o\.?b\.?|b\.|birth ?dates?|dates? of (?:birth|death|service|admission|discharge|visit|surgery|exam|procedure|onset|injury|accident)|born|"
    r"d\.?o\.?[dsa]\.?|birthday|geb(?:\.|oren|urtsdatum)|ne\(?e\)? le|fecha de nacimiento|data di nascita|deceased|expired|died|death date|"
    r"admission date|discharge date|admit date|service date|visit date|adm(?:itted)?|discharged|lmp|edd|edc"
)
_ANY_DATE_CUE: Final = r"dated?|datum|fecha|timestamp"


def _cued_date(value: str, before: str, after: str) -> float:
    if re.fullmatch(r"\d{8}(?:\d{4,6})?", value):
        return _compact(value, before, after)
    if re.fullmatch(r"\d{6}", value):
        month, day = int(value[:2]), int(value[2:4])
        return 0.9 if 1 <= month <= 31 and 1 <= day <= 31 else 0.0
    return 0.98


_AGE_UNIT: Final = (
    r"[- ]?(?:years?|yrs?|y)[- ]?(?:olds?|o\b|of age)|\s?(?:y\.?\s?/?\s?o\.?\b|yrs?\b|years?\b)|[- ]year[- ]olds?"
)
_OLD: Final = r"(?:9\d|1[0-2]\d)"
_SPOKEN_AGE: Final = (
    r"(?:ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?:[- ](?:and[- ])?(?:one|two|three|four|five|six|seven"
    r"|eight|nine|ten))?)"
)


def _age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    generic = re.search(
        r"(?i)(?:patients|adults|people|individuals|women|men|over|under|than|>|<|>=|<=|to|above|below|for|last|past|over the|within|after)\W*$",
        before,
    )
    return 0.5 if generic else 0.95


def _patient_age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return (
        0.0
        if re.search(r"(?i)(?:over|under|than|[<>]=?|to|above|below|last|past|first|within|after|-)\s*$", before)
        else 0.97
    )


def _stated_age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.85 if re.match(r"(?: and\b|[,.;!?)]|\s*$| years| yo\b| now\b| with\b| who\b)(?!\d)", after) else 0.0


_D: Final = rf"{_DAY}"
_NAMED: Final = (
    rf"(?:{_WEEKDAY},? )?{_MONTH}[\s.,/-]{{0,2}}{_D},?[\s,/-]{{1,3}}(?:of )?{_YY}"  # March 3rd, 2021
    rf"|(?:{_WEEKDAY},? )?{_D}[\s./-]{{0,2}}(?:day of |of )?{_MONTH}[\s.,/-]{{0,3}}{_YY}"  # 3 March 2021, 03MAR2021, 3-Mar-21
    rf"|(?:{_WEEKDAY},? )?{_MONTH}[\s.-]{{1,2}}{_D}"  # March 3
    rf"|{_D}[\s-](?:of )?{_MONTH}"  # 3rd of March
    rf"|{_MONTH}[\s,.-]{{1,2}}(?:of )?{_YEAR}"  # March 2021
    rf"|{_YEAR}[\s-]{_MONTH}[\s-]{_D}"  # 2021 Mar 03
)
_SPOKEN: Final = (
    rf"{_MONTH} (?:the )?(?:{_ORDINAL}),?(?: (?:of )?(?:{_YEAR}|{_SPOKEN_YEAR}))?|(?:the )?(?:{_ORDINAL})(?: day)?(?: of)? {_MONTH},?(?: (?:{_YEAR}|{_SPOKEN_YEAR}))?"
    rf"|{_MONTH} {_SPOKEN_YEAR}"
)
_SLASHED: Final = r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})"
_ISO: Final = rf"(?:18|19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_CLOCK}"

RULES: Final[tuple[Rule, ...]] = (
    Rule(Kind.DATE, rf"(?:^|[^\w.])({_ISO})", 0.97, judge=_numeric),
    Rule(Kind.DATE, rf"(?:^|[^\w.+/-])((?:{_SLASHED}))(?:\b|T)", 0.95, judge=_numeric),
    Rule(Kind.DATE, r"(?:^|[^\w./-])(\d{1,2}/\d{1,2})\b", 0.75, judge=_day_only),
    Rule(Kind.DATE, r"(?:^|[^\w./-])((?:0?[1-9]|1[0-2])/(?:19|20)\d\d)\b", 0.8, judge=lambda value, before, after: 0.8),  # noqa: ARG005
    Rule(Kind.DATE, rf"(?i:(?:^|[^\w])({_NAMED})\b)", judge=_named),
    Rule(Kind.DATE, rf"(?i:(?:^|[^\w])({_SPOKEN})\b)", judge=_named),
    Rule(
        Kind.DATE,
        rf"(?i:\b(?:{_DATE_CUE}){TAIL}({_ISO}|{_SLASHED}|{_NAMED}|{_SPOKEN}|\d{{8}}(?:\d{{4,6}})?|\d{{6}}|\d{{1,2}}[\s/]\d{{1,2}}[\s/]\d{{2,4}})\b)",
        0.98,
        Evidence.CUE,
        _cued_date,
        patient=True,
    ),
    Rule(Kind.DATE, rf"(?i:\b(?:{_ANY_DATE_CUE})[\s:=\"']{{1,4}}(\d{{8}})\b)", 0.9, judge=_compact),
    Rule(Kind.DATE, r"\b((?:19|20)\d{6}T?\d{4,6}(?:\.\d{1,6})?(?:Z|[+-]\d{4})?)\b", 0.8, judge=_compact),
    Rule(Kind.AGE, rf"(?i:(?:^|[^\w.])({_OLD}(?:{_AGE_UNIT})))", judge=_age, patient=True),
    Rule(
        Kind.AGE, rf"(?i:(?:^|[^\w.])({_SPOKEN_AGE}[- ](?:years?|yrs?)[- ](?:old|of age))\b)", judge=_age, patient=True
    ),
    Rule(
        Kind.AGE,
        rf"(?i:\b(?:age(?:/(?:sex|gender))?[ds]?|turn(?:ed|ing|s)?|(?:is|was) (?:now )?aged)\b(?: of| is| was| at| now|:)?[\s:=]{{0,3}}({_OLD}|{_SPOKEN_AGE})(?:y|yo|yrs?)?\b)",
        judge=_age,
        patient=True,
    ),
    Rule(
        Kind.AGE,
        rf"(?i:\b(?:patient|pt|she|he|mother|father|mom|dad|grand(?:mother|father|ma|pa)|wife|husband|lady|woman|man|gentleman|who|aunt|uncle)(?: is|'s| was| just turned| turned)"
        rf"(?: now| already| currently| only| about| almost)? ({_OLD}))\b",
        judge=_stated_age,
        patient=True,
    ),
    Rule(
        Kind.AGE,
        rf"(?:^|[^\w.])({_OLD}\s?(?:yo|y\.o\.|y/o|YO|Y/O)?\s?-?(?:[MF]|male|female|man|woman|gentleman|lady))\b",
        judge=_patient_age,
        patient=True,
    ),
    Rule(
        Kind.AGE,
        r"(?i:\b(nonagenarian|centenarian|(?:in )?(?:his|her|their) (?:early |mid |late |mid-|late-|early-)?(?:90s|nineties|100s)))\b",
        0.9,
        patient=True,
    ),
)
