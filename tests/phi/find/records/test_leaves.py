from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import leaves


@pytest.mark.parametrize(
    ("text", "cue", "kinds"),
    [
        ("Test", "Patient:name.family", [Kind.NAME]), ("1 Elm St", "Patient:address.line", [Kind.ADDRESS]), ("Doe^Jane", "dicom:00100010.Value.Alphabetic", [Kind.NAME, Kind.NAME]), ("A7", "dicom:00100020.Value", [Kind.MRN]),
        ("77", "Observation:subject.reference", []), ("Patient/77", "Observation:subject.reference", [Kind.MRN]), ("Glucose", "Observation:code.coding.display", []), ("family", "key:", []),
    ],
)  # fmt: skip
def test_a_scalar_is_told_by_its_way_from_the_root(text, cue, kinds):
    sheet = leaves.read(text, cue)
    assert sheet is not None
    assert [hit.kind for hit in sheet.hits] == kinds


@pytest.mark.parametrize("cue", ["", "patient name", "a: b"])
def test_a_scalar_of_no_record_is_none(cue):
    assert leaves.read("Test", cue) is None
