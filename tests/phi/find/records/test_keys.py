from __future__ import annotations

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.records import keys


@pytest.mark.parametrize(
    ("cue", "kind"),
    [
        ("mrn", Kind.MRN), ("patient mrn", Kind.MRN), ("patientId", Kind.MRN), ("PatientID", Kind.MRN), ("ssn", Kind.SSN), ("patient_ssn", Kind.SSN),
        ("socialSecurityNumber", Kind.SSN), ("birthDate", Kind.DATE), ("dob", Kind.DATE), ("patientDOB", Kind.DATE), ("admission-date", Kind.DATE),
        ("patient name", Kind.NAME), ("firstName", Kind.NAME), ("patient last_name", Kind.NAME), ("name family", Kind.NAME), ("name given", Kind.NAME),
        ("email", Kind.EMAIL), ("phoneNumber", Kind.PHONE), ("home phone", Kind.PHONE), ("address line", Kind.ADDRESS), ("postalCode", Kind.ZIP),
        ("memberId", Kind.PLAN_MEMBER), ("policy_number", Kind.PLAN_MEMBER), ("accountNumber", Kind.ACCOUNT), ("vin", Kind.VEHICLE), ("licensePlate", Kind.PLATE),
        ("serialNumber", Kind.DEVICE), ("npi", Kind.NPI), ("identifier value", Kind.OTHER_ID), ("nhsNumber", Kind.NATIONAL_ID), ("iban", Kind.IBAN),
        ("model", None), ("temperature", None), ("tool name", None), ("function name", None), ("mrn description", None), ("ssn type", None), ("name", None),
        ("limit", None), ("", None), ("ssn_last4", Kind.SSN), ("ssn4", Kind.SSN), ("last4_ssn", Kind.SSN), ("ssnLastFour", Kind.SSN), ("card_last4", Kind.CARD),
        ("phone_last_four", Kind.PHONE), ("mrn_suffix", Kind.MRN), ("last4", Kind.OTHER_ID), ("last_four_digits", Kind.OTHER_ID), ("patient_group", None), ("first", None), ("acc_no", Kind.OTHER_ID), ("encId", Kind.OTHER_ID), ("memberNbr", Kind.PLAN_MEMBER), ("hosp_no", Kind.MRN), ("line_no", None), ("row id", None), ("line 2", None), ("insurance first", None),
    ],
)  # fmt: skip
def test_what_keys_say_of_a_value(cue, kind):
    assert keys.kind_of(cue) is kind


def test_a_value_is_taken_as_a_whole():
    hits = keys.whole("  8675309 ", Passage("  8675309 ", "patient mrn"))
    assert [(hit.kind, hit.start, hit.end) for hit in hits] == [(Kind.MRN, 2, 9)]


@pytest.mark.parametrize("text", ["", "null", "string", "mrn", "patient_name", "true", "none", "unknown", "x" * 200])
def test_what_cannot_be_a_value_is_left_alone(text):
    assert keys.whole(text, Passage(text, "patient mrn")) == []


def test_data_in_a_schema_is_left_alone():
    assert keys.whole("12345678", Passage("12345678", "mrn", Carrier.TOOL_DEFINITION)) == []


@pytest.mark.parametrize(
    ("kind", "value", "fitting"),
    [
        (Kind.FACILITY, "primary_care", False), (Kind.FACILITY, "mercy", True), (Kind.FACILITY, "Cardiology East", True), (Kind.AGE, "91", True), (Kind.AGE, "45", False), (Kind.AGE, "ninety", False), (Kind.DATE, "2021", False), (Kind.DATE, "1980-03-12", True),
        (Kind.NAME, "Maria", True), (Kind.NAME, "42", False), (Kind.NAME, "a b c d e f g h", False), (Kind.MRN, "none", False), (Kind.PLACE, "Springfield", True),
        (Kind.PLAN_MEMBER, "^2.2.1", False), (Kind.PLAN_MEMBER, "H2201-7", True), (Kind.PHOTO, "postgres:16.4-alpine", False), (Kind.PHOTO, "scan/face_2.jpg", True), (Kind.ADDRESS, ":8080", False), (Kind.ADDRESS, "12 Elm St", True),
    ],
)  # fmt: skip
def test_a_value_must_fit_its_kind(kind, value, fitting):
    assert keys.fits(kind, value) is fitting


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("lastname", "Okonjo", Kind.NAME),
        ("FIRSTNAME", "Wiremu", Kind.NAME),
        ("patientname", "Okonjo", Kind.NAME),
        ("pat_dateofbirth", "12091944", Kind.DATE),
        ("phonenumber", "5550177", Kind.PHONE),
        ("memberid", "X7712", Kind.PLAN_MEMBER),
    ],
)
def test_a_key_in_one_word_says_the_same(key, value, kind):
    assert [hit.kind for hit in keys.whole(value, Passage(value, key))] == [kind]


@pytest.mark.parametrize(("key", "value"), [("classname", "Okonjo"), ("hostname", "fjord"), ("filename", "a.txt")])
def test_other_keys_in_one_word_say_nothing(key, value):
    assert list(keys.whole(value, Passage(value, key))) == []
