"""Dates of birth as programs write them: arguments of a date, parts under names of their own, seconds since 1970."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_BIRTH: Final = r"(?:dob|d_o_b|birth(?:[_ ]?(?:date|day|dt|time|year))?|born(?:[_ ]?(?:on|at|date))?|date[_ ]?of[_ ]?birth|bday|geburtsdatum|geboren|naissance|nacimiento|nascita)"
_CALLED: Final = rf"(?:(?:\b|_)(?i:{_BIRTH})|[a-z](?:Dob|DOB|Birth(?:Date|Day|date|day)?|DateOfBirth|Born))"
_NAMED: Final = rf"{_CALLED}(?:[_A-Z\d]\w{{0,12}})?"
"""A name with the word in it: `patientDob`, `setBirthDate`, `dob_1`."""
_MONTH: Final = one_of(
    *"jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august september october november december".split()
)
_YEAR: Final = r"(?:year\s{0,2}[:=]\s{0,2})?(?:1[89]|20)\d\d"
_MONTH_NUMBER: Final = (
    rf"(?:month(?:value|index)?\s{{0,2}}[:=]\s{{0,2}})?(?:[A-Za-z]{{1,9}}(?:\.|::))?(?:\d{{1,2}}|{_MONTH})"
)
_DAY: Final = r"(?:day\s{0,2}[:=]\s{0,2})?\d{1,2}"
_COMMA: Final = r"\s{0,3}[,;]\s{0,3}"
_ARGUMENTS: Final = rf"{_YEAR}{_COMMA}{_MONTH_NUMBER}{_COMMA}{_DAY}|{_DAY}{_COMMA}{_MONTH_NUMBER}{_COMMA}{_YEAR}"
_ASSIGNED: Final = r"[\"'\])]{0,3}\s{0,3}(?::=|=>|->|[:=(,]|\bis\b)?\s{0,3}"
_CALL: Final = r"(?:(?:new|await|return|some)[\s(]\s{0,3})?(?:[A-Za-z_][\w.:<>!]{0,40})?\s?[(\[{]\s{0,3}"
_LATEST: Final = 4_102_444_800_000


def _dated(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """Whether a day and a month can be among the arguments."""
    numbers = [int(number) for number in re.findall(r"\d+", value)]
    small = [number for number in numbers if number < 100]
    return 0.97 if all(number <= 31 for number in small) else 0.0


def _since(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.97 if abs(int(value)) <= _LATEST and re.match(r"[\w.]", after) is None else 0.0


def _part(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.97 if not value.isdigit() or 1 <= int(value) <= 31 else 0.0


_FORM: Final = r"[ \t]{0,3}(?:[(\[{][dmy][dmy /.|_-]{4,24}[)\]}])?[ \t:=._]{0,8}?"
"""What a form says of how to write a day, and what leads to it."""


def _formed(value: str, before: str, after: str) -> float:  # noqa: ARG001
    first, *_ = re.findall(r"\d+", value)
    second = re.findall(r"\d+", value)[1]
    return 0.97 if int(first) <= 31 and (int(second) <= 31 or len(second) > 2) else 0.0


_SERIAL: Final = r"\d{5}(?:\.\d{1,8})?"
"""Days since 1900, as sheets count them."""
_SHORT: Final = r"(?:1[89]|20)\d\d[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])"


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.DATE,
        rf"(?i:(?:^|[^a-z0-9])(?:bd|bdt|bdate|b_d|gebdat)[\"']?\s{{0,2}}[:=]\s{{0,2}}[\"']?({_SHORT})(?:$|[^\d]))",
        0.95,
        Evidence.CUE,
        patient=True,
        hits=('{"bd":«19580314»}', "bd=«1958-03-14»"),
        misses=('{"bd":5}', "aspirin bd 19580314"),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:{_BIRTH}|admitted|admission|discharged?|seen|died)\b[ \t:=(]{{1,4}}(?i:(?:excel|serial|date|number|\(|\)|:|=|on| ){{1,6}})?({_SERIAL})(?i:\s?\(?\s?(?:excel|serial|as a number))",
        0.95,
        Evidence.CUE,
        patient=True,
        hits=("admitted «45992.5» (Excel)", "DOB «23445» (excel serial)"),
        misses=("admitted 45992 patients", "admitted 12 (Excel)"),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:{_BIRTH}|admission date|discharge date)\b[ \t]?(?i:\((?:excel|serial)[a-z ]{{0,12}}\)|(?:excel )?serial(?: number)?)[ \t:=]{{1,3}}({_SERIAL})\b",
        0.95,
        Evidence.CUE,
        patient=True,
        hits=("Date of birth (serial): «23445»", "dob serial «23445»"),
        misses=("serial 23445", "dob format (serial): yes"),
    ),
    Rule(
        Kind.DATE,
        rf"{_NAMED}\b(?i:{_ASSIGNED}{_CALL}({_ARGUMENTS})\s{{0,3}}[,;)\]}}])",
        0.97,
        Evidence.CUE,
        _dated,
        patient=True,
        hits=(
            "const dob = new Date(«1961, 2, 4»);",
            "dob = date(«1961,3,4»)",
            "'dob': datetime.date(«1961, 3, 4»)",
            "patient.setBirthDate(LocalDate.of(«1961, 3, 4»))",
            "birthDate = LocalDate.of(«1961, Month.MARCH, 4»)",
            "born := time.Date(«1961, time.March, 4», 0, 0)",
            "date_of_birth: NaiveDate::from_ymd(«1961, 3, 4»)",
            '"dob":[«1961,3,4»]',
            "birth_date=date(«year=1961, month=3, day=4»)",
            "patientDob = Date.UTC(«1961, 2, 4»)",
        ),
        misses=("const start = new Date(1961, 2, 4);", "dob = parse(row, 3, 4)", "born = (1961, 45, 90)"),
    ),
    Rule(
        Kind.DATE,
        rf"{_CALLED}(?i:[ _.-]?(?:month|day|mm|dd)(?:[ _-]?of[ _-]?month|[ _-]?(?:value|number|num|name))?[\"'\]]{{0,2}}\s{{0,3}}[:=]\s{{0,3}}[\"']?(\d{{1,2}}|{_MONTH})\b)",
        0.97,
        Evidence.CUE,
        _part,
        patient=True,
        hits=("dob_month = «3»", "dob_day: «4»", "birth.month: «March»", "BIRTH_DD=«04»"),
        misses=("birth_month_format: 3", "dob_day = 45", "month = 3"),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b{_BIRTH}\s{{0,2}}[:=]\s{{0,20}}((?:(?:year|month|day)\s{{0,2}}[:=]\s{{0,2}}(?:\d{{1,4}}|{_MONTH})[\s,;]{{1,20}}){{2}}(?:year|month|day)\s{{0,2}}[:=]\s{{0,2}}(?:\d{{1,4}}|{_MONTH})))\b",
        0.97,
        Evidence.CUE,
        patient=True,
        hits=("birth:\n  «year: 1961\n  month: 3\n  day: 4»", "born: «day=4, month=March, year=1961»"),
        misses=("start:\n  year: 1961\n  month: 3\n  day: 4",),
    ),
    Rule(
        Kind.DATE,
        rf"{_CALLED}(?i:(?:[ _-]?(?:ms|millis(?:econds)?|epoch|unix|ts|timestamp|seconds|secs?|utc)){{0,3}}(?:\s?\((?:epoch|unix|ms|s|seconds|millis|epoch ms|ms since epoch)\))?[\"'\]]{{0,2}}\s{{0,3}}[:=]{{1,2}}>?\s{{0,3}}[\"']?(-?\d{{7,13}})\b)",
        0.97,
        Evidence.CUE,
        _since,
        patient=True,
        hits=("dob_ms = «-278640000000»", "birthDateEpoch: «-278640000»", "dob (epoch): «1278640000»"),
        misses=("start_ms = -278640000000",),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b{_BIRTH}{_FORM}(_{{0,8}}\d{{1,2}}_{{0,8}}\s?[/.-]\s?_{{0,8}}(?:\d{{1,2}}|{_MONTH})_{{0,8}}\s?[/.-]\s?_{{0,8}}\d{{2,4}}_{{0,8}}))",
        0.97,
        Evidence.CUE,
        _formed,
        patient=True,
        hits=(
            "DOB «__05__/_30_/__1962__»",
            "Date of birth (dd/mm/yyyy): «14 / 03 / 1962»",
            "Born on: «__14.03.62»",
            "DOB (D D M M Y Y Y Y) «_14_-_MAR_-_1962_»",
        ),
        misses=("DOB __/__/____", "due __05__/_30_/__1962__", "DOB 45/77/1962"),
    ),
    Rule(
        Kind.DATE,
        rf"(?i:\b{_BIRTH}{_FORM}(\d(?:[ _|]{{1,4}}\d){{5,7}})(?:[^\d]|$))",
        0.97,
        Evidence.CUE,
        patient=True,
        hits=(
            "DOB (D D M M Y Y Y Y): «1 4 0 3 1 9 6 2»",
            "date of birth [DDMMYYYY] «1 4 0 3 1 9 6 2»",
            "DOB «1_4_0_3_6_2»",
        ),
        misses=("score (D D M M Y Y Y Y): 1 4 0 3 1 9 6 2", "DOB 1 4 0"),
    ),
)
