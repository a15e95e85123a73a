from __future__ import annotations

import json

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import json_records

PATIENT = {
    "resourceType": "Patient",
    "id": "77",
    "name": [{"family": "Test", "given": ["Zed"]}],
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "912041234"}],
}
RESULT = {
    "resourceType": "Observation",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]},
    "subject": {"reference": "Patient/77", "display": "Zed Test"},
    "valueQuantity": {"value": 5.4, "unit": "mmol/L"},
}


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in json_records.read(text).hits}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(PATIENT),
        json.dumps(PATIENT, indent=2),
        str(PATIENT),
        "see " + json.dumps([PATIENT]) + " please",
        json.dumps({"entry": [{"resource": PATIENT}]}),
    ],
)
def test_a_resource_is_read_however_it_stands(text):
    assert {(Kind.NAME, "Test"), (Kind.NAME, "Zed"), (Kind.SSN, "912041234"), (Kind.MRN, "77")} <= found(text)


def test_a_resource_that_is_cut_off_is_read_as_far_as_it_goes():
    text = json.dumps(PATIENT)
    assert (Kind.NAME, "Test") in found(text[: text.index("Zed")])


def test_a_reference_names_whom_it_leads_to():
    assert found(json.dumps(RESULT)) == {(Kind.MRN, "77"), (Kind.NAME, "Zed Test")}


def test_codes_units_and_displays_are_quiet():
    text = json.dumps(RESULT)
    at = text.index("Glucose")
    assert any(start <= at < end for start, end in json_records.read(text).quiet)


def test_dicom_json_is_read_by_tag_and_by_keyword():
    assert (Kind.NAME, "Doe") in found('{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe^Test"}]}}')
    assert (Kind.MRN, "A7") in found('{"00100020": {"vr": "LO", "Value": ["A7"]}}')
    assert {(Kind.NAME, "Doe"), (Kind.OTHER_ID, "X9")} <= found(
        '{"PatientName": "Doe^Jane", "AccessionNumber": "X9", "Modality": "CT"}'
    )


def test_a_table_written_for_machines_is_a_table():
    assert (Kind.NAME, "Zed Test") in found(
        '{"columns": ["mrn", "patient"], "data": [["771", "Zed Test"], ["772", "Y"]]}'
    )


def test_other_json_is_left_to_others():
    assert json_records.read('{"name": "get_weather", "limit": 20}').quiet == []
