from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import layouts
from gateway.phi.find.text.normalise import normalise


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in layouts.find(normalise(text))}


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
        ('"smoke_patient" = { "given" = "Amarachi", "hcn" = "x" }', (Kind.NAME, "Amarachi")),
        ('["last_name" => "Uzodinma"]', (Kind.NAME, "Uzodinma")),
        ('{"patient": {"firstName": "Żaneta"}}', (Kind.NAME, "Żaneta")),
        ("<patientName>Margot Tuttle</patientName>", (Kind.NAME, "Margot Tuttle")),
        ('<birthDate value="1944-09-05"/>', (Kind.DATE, "1944-09-05")),
        ("Patient Name: TUTTLE, MARGOT\nSex: F", (Kind.NAME, "TUTTLE, MARGOT")),
        ("Patient: Margot Tuttle, MRN 8675309", (Kind.NAME, "Margot Tuttle")),
        ("Patient Name: Đorđević, Piotr W.", (Kind.NAME, "Đorđević, Piotr W.")),
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
        '<div class="name">Dose</div>',
    ],
)
def test_structure_without_identifiers_is_left_alone(text):
    assert found(text) == set()


def test_unclosed_structures_are_read_as_far_as_they_go():
    assert found('{"a": [{"b": [' * 500 + '{"mrn": "8675309"') == {(Kind.MRN, "8675309")}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("https://x.example.org/p?name=Maria%20Gonzalez", {"Maria%20Gonzalez"}),
        ("https://x.example.org/p?q=Maria+Gonzalez&page=2", {"Maria+Gonzalez"}),
        ("GET /api/patient?last=Gonzalez&first=Maria HTTP/1.1", {"Gonzalez", "Maria"}),
        ("/p?firstName=Maria&lastName=Gonzalez", {"Maria", "Gonzalez"}),
        ("/p?patient_name=Gonzalez%2C%20Maria", {"Gonzalez%2C%20Maria"}),
        ("mailto:desk@example.org?subject=Maria%20Gonzalez", {"Maria%20Gonzalez"}),
        ("/search?q=react+hooks&name=useState", set()),
        ("/?q=New+York", set()),
        ("/?first=10&last=20", set()),
        ("/?name=my-app&version=2", set()),
        ("/?search=Blood+Pressure", set()),
    ],
)
def test_names_in_the_query_of_an_address_are_found(text, names):
    assert {value for kind, value in found(text) if kind is Kind.NAME} == names
