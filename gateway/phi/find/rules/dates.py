"""Dates more exact than a year, as Safe Harbor means them; knows how people write a day, not what happened on it."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.cue import TAIL
from gateway.phi.find.rules.days import NOT_A_DATE, NUMBERS, month_and_day, placed, tied
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_MONTH: Final = (
    "(?:"
    + one_of(
        *(
            r"jan(?:uary|uar[ij]?|vier|v\.?|eiro|\.)? feb(?:ruary|ruar[ij]?|brero|braio|\.)? "
            r"mar(?:ch|zo|co|ts|s|\.)? apr(?:il[ei]?|\.)? may[o]? jun[eiy]?\.? jul[eiy]?\.? "
            r"aug(?:ust(?:us|i)?|\.)? sep(?:t(?:ember|embre)?|tiembre)?\.? oct(?:ober|obre|ubre|\.)? "
            r"nov(?:ember|embre|iembre|embro|\.)? dec(?:ember|embre|\.)? marz mrz mrt maart mai maio maj mei "
            r"okt(?:ober)? dez(?:ember|embro)? desember fev(?:rier|ereiro|r)?\.? avr(?:il)?\.? juin "
            r"juil(?:let)?\.? aout ene(?:ro)? abr(?:il)? junio julio junho julho agosto setembro outubro diciembre "
            "dic gennaio maggio giugno luglio settembre ottobre dicembre janu?rary janaury januray febuary "
            "feburary febrary februrary marhc apirl agust augst septmber setember sepember septemeber ocotber "
            "octobr octuber novmber novemeber noverber decmber decemeber"
        ).split()
    )
    + ")"
)
"""Months of western Europe and America, short and whole, and as they are often mistyped in English."""
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_WEEKDAY: Final = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
_YEAR: Final = r"(?:(?:18|19|20)\d\d|'\d\d)"
_YY: Final = r"(?:(?:18|19|20)\d\d|'?\d\d)"
_ORDINAL: Final = one_of(
    "(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)",
    *(
        "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
        "nineteenth twentieth thirtieth"
    ).split(),
)
_SPOKEN_YEAR: Final = (
    "(?:nineteen|twenty|two thousand)(?:[- ](?:"
    + one_of(
        *(
            "and hundred oh ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
            "twenty thirty forty fifty sixty seventy eighty ninety one two three four five six seven eight nine"
        ).split()
    )
    + ")){0,3}"
)
_CLOCK: Final = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_MORE_DIGITS: Final = re.compile(r"[-/.]?\d")


def _numeric(value: str, before: str, after: str) -> float:
    numbers = NUMBERS.findall(value)[:3]
    if (
        before[-1:].isdigit()
        or _MORE_DIGITS.match(after)
        or (before[-1:] in {"-", "/", "."} and before[-2:-1].isdigit())
    ):
        return 0.0
    first, second = map(int, (*numbers, "1")[1:3]) if len(numbers[0]) == 4 else (int(numbers[0]), int(numbers[1]))
    if not (1 <= first <= 31 and 1 <= second <= 31 and (first <= 12 or second <= 12)):
        return 0.0
    if "." in value and len(numbers) == 3 and len(numbers[2]) == 2 and not placed(before):
        return 0.0
    return 0.0 if NOT_A_DATE.match(after) else 0.95


def _range(value: str, before: str, after: str) -> float:
    """`11/29-11/30/2023`: one or both ends with a year."""
    if before[-1:].isdigit() or re.match(r"[-/.]?\d", after):
        return 0.0
    ends = re.findall(
        r"(\d{1,2})[/.](\d{1,2})", re.sub(r"[/.]\d{4}\b|(?<=\d[/.]\d\d[/.])\d\d\b|(?<=\d[/.]\d[/.])\d\d\b", "", value)
    )
    if "/" in value and len(NUMBERS.findall(value)) == 4 and not tied(before, after):
        return 0.0
    return 0.93 if ends and all(month_and_day("/".join(end)) for end in ends) else 0.0


_CENTURY: Final = re.compile(r"(?:18|19|20)\d\d")
_NOT_THE_MONTH: Final = re.compile(r"(?i)\d(?:st|nd|rd|th)|\b(?:of|the)\b")
_FIRST_WORD: Final = re.compile(r"[A-Za-z]+")
_SURELY: Final = re.compile(r"\d(?:st|nd|rd|th)|(?:19|20)\d\d|'\d\d|(?i:nineteen|two thousand)")
_OTHERWISE: Final = frozenset({"may", "march", "mar", "dec", "sep", "MAR", "OCT", "SEP", "may.", "second"})
"""Months that are other words as well."""


def _named(value: str, before: str, after: str) -> float:
    if NOT_A_DATE.match(after) and not _CENTURY.search(value):
        return 0.0
    if before[-1:].isdigit() or (before[-1:] in {"/", "."} and before[-2:-1].isdigit()):
        return 0.0
    month = _FIRST_WORD.search(_NOT_THE_MONTH.sub("", value))
    if month is None or month.group() not in _OTHERWISE or len(NUMBERS.findall(value)) > 1:
        return 0.95
    return 0.95 if _SURELY.search(value) or placed(before) else 0.0


def _birthday(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.0 if NOT_A_DATE.match(after) else 0.85


def _compact(value: str, before: str, after: str) -> float:  # noqa: ARG001
    month, day = int(value[4:6]), int(value[6:8])
    return 0.97 if 1 <= month <= 12 and 1 <= day <= 31 and value[:2] in {"18", "19", "20"} else 0.0


_DATE_CUE: Final = one_of(
    r"d\.?o\.?b\.?",
    r"b\.",
    "birth ?dates?",
    "dates? of (?:birth|death|service|admission|discharge|visit|surgery|exam|procedure|onset|injury|accident)",
    *r"born d\.?o\.?[dsa]\.? birthday geb(?:\.|oren|urtsdatum)".split(),
    r"ne\(?e\)? le",
    "fecha de nacimiento",
    "data di nascita",
    "deceased",
    "expired",
    "died",
    "death date",
    "admission date",
    "discharge date",
    "admit date",
    "service date",
    "visit date",
    *"adm(?:itted)? discharged lmp edd edc".split(),
)
_ANY_DATE_CUE: Final = r"dated?|datum|fecha|timestamp"


_LAPSED: Final = re.compile(
    r"(?i)\b(?:certificates?|certs?|tokens?|licen[cs]es?|passwords?|sessions?|trials?|contracts?|warranty|keys?|domains?|leases?|subscriptions?|cards?|cookies?|"
    r"offers?|stock|batch|lot|vaccines?|insurance|policy|polic(?:y|ies)|cover|codes?|links?) (?:has |have |had )?(?:already )?expired(?: on| at| in|:)?\W{0,3}$"
)
"""What runs out and is nobody: "Certificate expired on"."""


def _cued_date(value: str, before: str, after: str) -> float:
    if _LAPSED.search(before):
        return 0.0
    if re.fullmatch(r"\d{8}(?:\d{4,6})?", value):
        return _compact(value, before, after)
    if re.fullmatch(r"\d{6}", value):
        month, day = int(value[:2]), int(value[2:4])
        return 0.9 if 1 <= month <= 31 and 1 <= day <= 31 else 0.0
    return 0.98


_D: Final = rf"{_DAY}"
_NAMED: Final = (
    rf"(?:{_WEEKDAY},? )?{_MONTH}[\s.,/-]{{0,2}}{_D},?[\s,/-]{{1,3}}(?:of )?{_YY}"  # March 3rd, 2021
    rf"|(?:{_WEEKDAY},? )?{_D}[\s./-]{{0,2}}(?:day of |of )?{_MONTH}[\s.,/-]{{0,3}}{_YY}"  # 3 March 2021, 03MAR2021, 3-Mar-21
    rf"|(?:{_WEEKDAY},? )?{_MONTH}[\s.-]{{1,2}}{_D}"  # March 3
    rf"|(?:{_WEEKDAY},? (?:the )?)?{_D}[\s-](?:of |de |di |do )?{_MONTH}"  # 3rd of March
    rf"|{_MONTH}[\s,.-]{{1,2}}(?:of )?{_YEAR}"  # March 2021
    rf"|{_YEAR}[\s-]{_MONTH}[\s-]{_D}"  # 2021 Mar 03
)
_SPOKEN: Final = (
    rf"{_MONTH} (?:the )?(?:{_ORDINAL}),?(?: (?:of )?(?:{_YEAR}|{_SPOKEN_YEAR}))?|(?:the )?(?:{_ORDINAL})(?: day)?(?: of)? {_MONTH},?(?: (?:{_YEAR}|{_SPOKEN_YEAR}))?"
    rf"|{_MONTH} {_SPOKEN_YEAR}"
)
_UNITS: Final = "one|two|three|four|five|six|seven|eight|nine"
_TEENS: Final = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_SPOKEN_NUMERIC: Final = (
    rf"(?:(?:oh|zero) )?(?:{_UNITS}|ten|eleven|twelve),? (?:(?:oh|zero) )?(?:{_UNITS}|{_TEENS}|(?:twenty|thirty)(?:[- ](?:{_UNITS}))?),? "
    rf"(?:(?:nineteen|twenty)[- ](?:(?:oh|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ](?:{_UNITS})|{_TEENS}|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    rf"|two thousand(?: and)?(?: (?:{_UNITS}|{_TEENS}))?|(?:forty|fifty|sixty|seventy|eighty|ninety)[- ](?:{_UNITS}))"
)
"""`nine twelve eighty-four`: how people say their birthday."""
_SLASHED: Final = r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})"
_ISO: Final = rf"(?:18|19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_CLOCK}"

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.DATE,
        rf"(?:^|[^\w.])({_ISO})",
        0.97,
        judge=_numeric,
        hits=("DOB «1999.06.30»", "«2023-08-21T14:05:00+02:00»"),
        misses=("2021.03.04",),
    ),
    Rule(
        Kind.DATE,
        rf"(?:^|[^\w.+/-])((?:{_SLASHED}))(?:\b|T)",
        0.95,
        judge=_numeric,
        hits=("clinic «04.12.24»", "born «5.9.44»"),
        misses=("cert 10/20/23-12/18/23",),
    ),
    Rule(
        Kind.DATE,
        r"(?:^|[^\w./-])((?:0?[1-9]|1[0-2])/(?:19|20)\d\d)\b",
        0.8,
        hits=("«11/2026»", "«03/2021»"),
        misses=("3/4 of a tablet",),
    ),
    Rule(
        Kind.DATE,
        rf"(?:^|[^\w./-])((?:{_SLASHED}|\d{{1,2}}/\d{{1,2}})\s?-\s?(?:{_SLASHED}|\d{{1,2}}/\d{{1,2}}))(?:$|[^\w/-])",
        0.93,
        judge=_range,
        hits=("Admitted «2/28-3/4»", "out «1/8-1/12»"),
        misses=("taper 1/2-3/4 tab",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b({_SPOKEN_NUMERIC}))\b",
        0.85,
        judge=_birthday,
        hits=("«three four nineteen fifty two»", "«eight eleven seventy-nine»"),
        misses=("three four five",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:(?:^|[^\w])({_NAMED})\b)",
        judge=_named,
        hits=("in theatre on «Thursday 9 July»", "«Thursday, March 4, 2021»", "«23rd of January 2022»"),
        misses=("you may 2 times",),
    ),
    Rule(
        Kind.DATE,
        r"\b(?:date|datetime|Date|Timestamp|LocalDate\.of|make_date|DATE|Date\.new)\(((?:18|19|20)\d\d, ?(?:0?[1-9]|1[0-2]), ?(?:0?[1-9]|[12]\d|3[01]))\b",
        0.9,
        hits=("dob=date(«1939, 5, 21»)", "DATE(«1948,2,19»)"),
        misses=("date(2024, 13, 1)", "size(1939, 5, 21)"),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:(?:^|[^\w])({_SPOKEN})\b)",
        judge=_named,
        hits=("since «the second of December»", "«the twenty second of january»"),
        misses=("since unknown",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b(?:{_DATE_CUE}){TAIL}({_ISO}|{_SLASHED}|{_NAMED}|{_SPOKEN}|\d{{8}}(?:\d{{4,6}})?|\d{{6}}|\d{{1,2}}[\s/]\d{{1,2}}[\s/]\d{{2,4}})\b)",
        0.98,
        Evidence.CUE,
        _cued_date,
        patient=True,
        hits=("birth date, «6 December 1978»",),
        misses=("dob unknown",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b(?:{_ANY_DATE_CUE})[\s:=\"']{{1,4}}(\d{{8}})\b)",
        0.9,
        judge=_compact,
        hits=("date: «20240716»",),
        misses=("date: 2024",),
    ),
    Rule(
        Kind.DATE,
        r"\b((?:19|20)\d{6}T?\d{4,6}(?:\.\d{1,6})?(?:Z|[+-]\d{4})?)\b",
        0.8,
        judge=_compact,
        hits=("«20231107091422»", "«20231117083012»"),
        misses=("20239907091422",),
    ),
    Rule(
        Kind.DATE,
        r"\b((?:[12]?\d|3[01])(?:st|nd|rd|th) (?i:inst|ult|prox)\b\.?)",
        0.85,
        hits=("admitted «3rd inst.»", "seen on the «14th ult»"),
        misses=("the 3rd instance", "14th ultrasound"),
    ),
)
