from __future__ import annotations

import json

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import load_engine

ENGINE = load_engine()


def days(text):
    [said] = ENGINE.detect([Passage(text, "", Carrier.MESSAGE)])
    return [text[one.start : one.end] for one in said.findings if one.kind is Kind.DATE and one.counts]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("const dob = new Date(1961, 2, 4);", ["1961, 2, 4"]),
        ("dob = date(1961,3,4)", ["1961,3,4"]),
        ("patient.setBirthDate(LocalDate.of(1961, 3, 4));", ["1961, 3, 4"]),
        ("p := Patient{Born: time.Date(1961, time.March, 4, 0, 0, 0, 0, time.UTC)}", ["1961, time.March, 4"]),
        ("Patient.create(dob: Date.new(1961, 3, 4))", ["1961, 3, 4"]),
        ("insert into people (dob) values (make_date(1961, 3, 4)); -- dob: make_date(1961, 3, 4)", ["1961, 3, 4"]),
        ("dob_year = 1961\ndob_month = 3\ndob_day = 4", ["3", "4"]),
        ("birth:\n  year: 1961\n  month: 3\n  day: 4\n", ["year: 1961\n  month: 3\n  day: 4"]),
        ("dob_ms = -278640000000", ["-278640000000"]),
        ("birthDateEpoch: 278640000", ["278640000"]),
        (json.dumps({"birth": {"year": 1961, "month": 3, "day": 4}}), ["3", "4"]),
        (json.dumps({"dob_year": 1961, "dob_month": "March", "dob_day": 4}), ["March", "4"]),
        (json.dumps({"dob": {"y": 1961, "m": 3, "d": 4}}), ["3", "4"]),
        (json.dumps({"dob_ms": -278640000000}), ["-278640000000"]),
        (json.dumps({"birthTimestamp": 278640000}), ["278640000"]),
        (json.dumps({"birth": "19610304T000000Z"}), ["19610304T000000Z"]),
        (json.dumps({"patient": {"born": 278640000}}), ["278640000"]),
    ],
)
def test_a_date_of_birth_is_known_however_a_program_writes_it(text, values):
    found = days(text)
    assert [value for value in values if value not in found] == [], found


@pytest.mark.parametrize(
    "text",
    [
        "const start = new Date(1961, 2, 4);",
        "release = date(2024, 3, 4)",
        "month = 3\nday = 4\nyear = 1961",
        json.dumps({"start": {"year": 1961, "month": 3, "day": 4}}),
        json.dumps({"created_ms": 1732999000000, "day": 4, "month": 3}),
        json.dumps({"birth_rate": 12, "births": 31, "born_in_wedlock": 4}),
        "dob = parse(row, 3, 4)",
        "adobe_month = 3; bornholm(1961, 2, 4)",
        "dob_column = 3",
        json.dumps({"dob": {"type": "string", "format": "date"}}),
        json.dumps({"birth_year": 1961}),
    ],
)
def test_other_days_and_other_numbers_are_nobodys(text):
    assert days(text) == []
