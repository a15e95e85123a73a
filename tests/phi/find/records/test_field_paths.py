from __future__ import annotations

import time

import pytest

from gateway.domain import Kind
from gateway.phi.find.records.field_paths import find

SET = [
    ("msg['PID']['PID.5']['PID.5.1'] = 'MOSS';", [(Kind.NAME, "MOSS")]),
    ("msg['PID']['PID.3']['PID.3.1'] = 'N-55120'", [(Kind.MRN, "N-55120")]),
    ("PID-3: 88213047, PID-5: MOSS^ADA, PID-8: F", [(Kind.MRN, "88213047"), (Kind.NAME, "MOSS^ADA")]),
    ("NK1-2 = \"Moss^Ida\" and NK1-5 = '(503) 555-0142'", [(Kind.NAME, "Moss^Ida"), (Kind.PHONE, "(503) 555-0142")]),
    ("terser.get(\"/.PID-19\") => '536-22-8417'", [(Kind.SSN, "536-22-8417")]),
]
UNSET = [
    "msg['PID']['PID.5']['PID.5.1'] = tmp['PID']['PID.5']['PID.5.1'].toString();",
    "PID-5: XPN, PID-3: CX, PID-11: XAD",
    "PID-5 is required",
    "PID-5: Patient Name, PID-3: Patient Identifier List",
    "The message PID.5 holds a name.",
    "PV1-2 = 'I'",
]


@pytest.mark.parametrize(("text", "values"), SET)
def test_what_a_field_of_one_person_is_set_to_is_theirs(text, values):
    assert [(hit.kind, text[hit.start : hit.end]) for hit in find(text)] == values


@pytest.mark.parametrize("text", UNSET)
def test_types_other_fields_and_words_about_a_field_are_nobodys(text):
    assert list(find(text)) == []


@pytest.mark.parametrize("piece", ["PID.5", "PID.5'] = '", "PID-3:", "PID-3: ("])
def test_time_is_linear_in_the_text(piece):
    began = time.process_time()
    list(find(piece * 20_000))
    assert time.process_time() - began < 1
