from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Carrier, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.records.complaints import find

DUPLICATE = 'ERROR: duplicate key value violates unique constraint "patient_pkey"\nDETAIL:  Key '
ROW = 'ERROR:  null value in column "dob" of relation "{}" violates not-null constraint\nDETAIL:  Failing row contains ({}).'
INPUT = "1 validation error for Patient\n{}\n  Input should be a valid integer [type=int_type, input_value={}, input_type=str]"
TOLD = [
    (DUPLICATE + "(mrn)=(8675309) already exists.", ["8675309"]),
    (DUPLICATE + "(ssn)=(529843176) already exists.", ["529843176"]),
    (DUPLICATE + "(last_name, tenant)=(Orlowska, 4) already exists.", ["Orlowska"]),
    ('Key (patient_id)=(48213) is not present in table "patient".', ["48213"]),
    (ROW.format("patient", "8675309, Orlowska, Hedwig, null"), ["8675309", "Orlowska", "Hedwig"]),
    (ROW.format("encounters", "17, 1961-03-04, null"), ["1961-03-04"]),
    ("(1062, \"Duplicate entry '8675309' for key 'patient.mrn'\")", ["8675309"]),
    (
        "Cannot insert duplicate key in object 'dbo.Patient'. The duplicate key value is (8675309, Orlowska).",
        ["8675309", "Orlowska"],
    ),
    (INPUT.format("mrn", "'8675309'"), ["8675309"]),
    (INPUT.format("patient.mrn", "8675309"), ["8675309"]),
]
UNTOLD = [
    DUPLICATE.replace("patient", "orders") + "(sku)=(8675309) already exists.",
    ROW.format("orders", "42, Widget, blue, null"),
    "Cannot insert duplicate key in object 'dbo.Orders'. The duplicate key value is (8675309).",
    INPUT.format("port", "'8675309'"),
    "Duplicate entry '8675309' for key 'orders.sku'",
    DUPLICATE + "(mrn, tenant)=(8675309) already exists.",
]


@pytest.mark.parametrize(("text", "values"), TOLD)
def test_what_a_database_quotes_of_a_person_is_found_and_counts(text, values):
    assert [text[hit.start : hit.end] for hit in find(text)] == values
    (detection,) = load_engine().detect([Passage(text, carrier=Carrier.TOOL_RESULT)])
    assert set(values) <= {text[one.start : one.end] for one in detection.findings if one.counts}


@pytest.mark.parametrize("text", UNTOLD)
def test_what_it_quotes_of_things_is_not(text):
    assert find(text) == []


@given(st.text(alphabet="Key (mrn)=,'\n0123456789inputvalue_FailngrowcotsDupe", max_size=300))
def test_no_text_stops_it_and_hits_stay_inside(text):
    for hit in find("Key (" + text):
        assert 0 <= hit.start < hit.end <= len(text) + 5
