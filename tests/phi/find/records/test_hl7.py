from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import hl7

MSH = "MSH|^~\\&|ADT|HOSP|LAB|HOSP|20210304102200||ADT^A01|1|P|2.5.1\r"


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in hl7.read(text).hits}


def quiet(text: str, value: str) -> bool:
    at = text.index(value)
    return any(start <= at and at + len(value) <= end for start, end in hl7.read(text).quiet)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PID|1||867^^^HOSP^MR~912-04-1234^^^USA^SS||TEST^PATIENT^Q", {(Kind.MRN, "867"), (Kind.SSN, "912-04-1234"), (Kind.NAME, "TEST"), (Kind.NAME, "PATIENT"), (Kind.NAME, "Q")}),
        ("PID|1||1||D^J||19440905|F|||12 ELM ST^Apt 4^SALEM^OR^97301||555-0188", {(Kind.DATE, "19440905"), (Kind.ADDRESS, "12 ELM ST"), (Kind.ADDRESS, "Apt 4"), (Kind.PLACE, "SALEM"), (Kind.ZIP, "97301"), (Kind.PHONE, "555-0188")}),
        ("PID|1||1||D^J||||||||^NET^Internet^j@example.org", {(Kind.EMAIL, "j@example.org")}),
        ("PV1|1|I|W4^12^B^ELM HOSPITAL||||991^Weber^Anna^^^Dr", {(Kind.NAME, "Weber"), (Kind.NAME, "Anna"), (Kind.OTHER_ID, "991"), (Kind.FACILITY, "ELM HOSPITAL")}),
        ("AIL|1||ROOM 1^^^ELM INFIRMARY", {(Kind.FACILITY, "ELM INFIRMARY")}),
        ("SCH|249^A|33|||||X^Check||30|min|^^30^202606280800", {(Kind.OTHER_ID, "249"), (Kind.DATE, "202606280800")}),
        ("OBX|1|XPN|1^Contact||Doe^Jane", {(Kind.NAME, "Doe")}),
        ("OBX|1|TS|1^Seen||20240102", {(Kind.DATE, "20240102")}),
        ("PV1|1|I|W|||||||||||||||||V9248354", {(Kind.OTHER_ID, "V9248354")}),
        ("> 10:15 IN: NK1|1|TUTTLE^OTTO|SPO", {(Kind.NAME, "TUTTLE"), (Kind.NAME, "OTTO")}),
        (MSH.replace("|", "#") + "PID#1##867^^^HOSP^MR##DOE^JANE", {(Kind.MRN, "867"), (Kind.NAME, "JANE")}),
        ("PID|1||867||DOE^JANE NK1|1|ROE^RICHARD", {(Kind.NAME, "JANE"), (Kind.NAME, "ROE")}),
    ],
)  # fmt: skip
def test_a_field_is_of_its_data_type(text, expected):
    assert expected <= found(text)


@pytest.mark.parametrize(
    "text",
    [
        "OBX|1|NM|2345-7^GLUCOSE^LN||98|mg/dL|70-99|N|||F", "MSA|AE|MSG00042|Segment PID missing", "ERR|PID^1^5|101^Required field missing^HL70357|E", "DG1|1||E11.65^Type 2 diabetes mellitus^I10",
        "PID|1||<MRN>^^^FAC^MR||LASTNAME^FIRSTNAME||YYYYMMDD|M", 'PID|1||""||""', MSH, "PV1-3 Assigned Patient Location (PL)",
    ],
)  # fmt: skip
def test_results_codes_and_specifications_name_nobody(text):
    assert found(text) == set()


def test_codes_and_displays_are_quiet_and_notes_are_not():
    assert quiet("OBX|1|NM|2345-7^Glucose^LN||98|mg/dL|70-99", "Glucose")
    assert not quiet("NTE|1|L|Called to Jane, read back", "Jane")
    assert not quiet("OBX|1|TX|1^Note^LN||Jane collects", "Jane")
    assert not quiet("ZPV|1|Jane", "Jane")


def test_in_a_sentence_cut_at_its_bars_nothing_is_quiet():
    assert not quiet("OBX|Jane|Okafor|was|here", "was")
