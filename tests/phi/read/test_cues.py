from __future__ import annotations

import pytest

from gateway.phi.read import cues


@pytest.mark.parametrize(
    ("cue", "key", "below"),
    [
        ("", "mrn", "mrn"),
        ("patient", "mrn", "patient mrn"),
        ("my patient", "mrn", "patient mrn"),
        ("patient", "type", "patient"),
        ("Patient:", "id", "Patient:id"),
        ("Patient:name", "given", "Patient:name.given"),
        ("", "00100020", "dicom:00100020"),
    ],
)
def test_the_nearest_keys_are_the_cue_and_in_a_record_the_way_from_its_root(cue, key, below):
    assert cues.below(cue, key, frozenset({"type"})) == below


def test_a_resource_begins_a_way_of_its_own():
    assert cues.record({"resourceType": "Patient"}, "a b") == "Patient:"
    assert cues.record({"resourceType": "not one"}, "a b") == "a b"


def test_what_a_key_of_a_record_is_called_says_nothing():
    assert cues.key_cue("Patient:", "id") == "key:"
    assert cues.key_cue("patient", "id") == "patient"


def test_in_json_text_the_records_are_known_by_where_they_stand():
    assert cues.keys(("a", 0, "patient", "mrn"), {}) == "patient mrn"
    assert cues.keys(("a", 0, "name", 0, "given"), {("a", 0): "Patient"}) == "Patient:name.given"
