from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import layouts
from gateway.phi.find.text.normalise import normalise

HL7 = (
    "MSH|^~\\&|ADT|HOSP|LAB|HOSP|20210304102200||ADT^A01|1|P|2.5.1\r"
    "PID|1||8675309^^^HOSP^MR||TUTTLE^MARGOT^Q||19440905|F|||12 ELM ST^^SALEM^OR^97301||(503)555-0188|||||ACC-4412|912041234\r"
    "NK1|1|TUTTLE^OTTO|SPO|12 ELM ST^^SALEM^OR^97301|(503)555-0199\r"
    "OBX|1|NM|2345-7^GLUCOSE^LN||98|mg/dL|70-99|N|||F\r"
)


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in layouts.find(normalise(text))}


def test_hl7_fields_are_known_by_position():
    assert {
        (Kind.MRN, "8675309"), (Kind.NAME, "TUTTLE^MARGOT^Q"), (Kind.DATE, "19440905"), (Kind.ADDRESS, "12 ELM ST^^SALEM^OR^97301"),
        (Kind.PHONE, "(503)555-0188"), (Kind.ACCOUNT, "ACC-4412"), (Kind.SSN, "912041234"), (Kind.NAME, "TUTTLE^OTTO"), (Kind.DATE, "20210304102200"),
    } <= found(HL7)  # fmt: skip


def test_a_laboratory_value_in_hl7_is_none():
    assert not list(found("OBX|1|NM|2345-7^GLUCOSE^LN||98|mg/dL|70-99|N|||F"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"mrn": "8675309"}', (Kind.MRN, "8675309")),
        ('{"mrn": 8675309, "x": 1}', (Kind.MRN, "8675309")),
        ("{'ssn': '912-04-1234', 'a': 1}", (Kind.SSN, "912-04-1234")),
        (
            'see {"resourceType":"Patient","name":[{"family":"Tuttle","given":["Margot"]}]} please',
            (Kind.NAME, "Margot"),
        ),
        ('{"name":[{"family":"Tuttle"}]}', (Kind.NAME, "Tuttle")),
        ('{"identifier":[{"system":"x","value":"A-99120"}]}', (Kind.OTHER_ID, "A-99120")),
        ('{"birthDate": "1944-09-05"}', (Kind.DATE, "1944-09-05")),
        ('{"patient": {"firstName": "Żaneta"}}', (Kind.NAME, "Żaneta")),
        ("<patientName>Margot Tuttle</patientName>", (Kind.NAME, "Margot Tuttle")),
        ('<birthDate value="1944-09-05"/>', (Kind.DATE, "1944-09-05")),
        ("mrn,name,dob\n8675309,Margot Tuttle,1944-09-05\n", (Kind.NAME, "Margot Tuttle")),
        ("mrn,name,dob\n8675309,Margot Tuttle,1944-09-05\n", (Kind.MRN, "8675309")),
        ("| MRN | Name |\n|---|---|\n| 8675309 | Margot Tuttle |", (Kind.NAME, "Margot Tuttle")),
        ("mrn\tdob\n8675309\t1944-09-05", (Kind.MRN, "8675309")),
        ("Patient Name: TUTTLE, MARGOT\nSex: F", (Kind.NAME, "TUTTLE, MARGOT")),
        ("Patient: Margot Tuttle, MRN 8675309", (Kind.NAME, "Margot Tuttle")),
        ("Patient Name: Đorđević, Piotr W.", (Kind.NAME, "Đorđević, Piotr W.")),
        ('name,dob\n"Tuttle, Margot",1944-09-05\n', (Kind.NAME, "Tuttle, Margot")),
        ("last_name,first_name,mi,suffix\nTuttle,Otto,Q,Jr\n", (Kind.NAME, "Jr")),
        ("last_name,first_name,mi,suffix\nTuttle,Otto,Q,Jr\n", (Kind.NAME, "Q")),
        ("Night of 11/29   Tech: Jovana", (Kind.NAME, "Jovana")),
        ('{"closed_by": "mtuttle9"}', (Kind.OTHER_ID, "mtuttle9")),
        ('{"age_in_years": 93}', (Kind.AGE, "93")),
        ("Address: Apt 5, 99 King Rd, Austin. Seen today", (Kind.ADDRESS, "Apt 5, 99 King Rd, Austin")),
    ],
)
def test_structure_says_what_a_value_is(text, expected):
    assert expected in found(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "object", "properties": {"mrn": {"type": "string"}, "name": {"type": "string"}}}',
        '{"name": "get_weather", "limit": 20}',
        "Name: ____ DOB: ____",
        "Patient: unknown",
        "drug,dose,route\nmetformin,500 mg,oral",
        "a | b | c\n1 | 2 | 3",
        '<div class="name">Dose</div>',
    ],
)
def test_structure_without_identifiers_is_left_alone(text):
    assert found(text) == set()


def test_unclosed_structures_are_read_as_far_as_they_go():
    assert found('{"a": [{"b": [' * 500 + '{"mrn": "8675309"') == {(Kind.MRN, "8675309")}
