from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import ccda
from gateway.phi.find.records.sheet import Sheet
from gateway.phi.find.records.trees import elements


def read(text: str) -> Sheet:
    sheet = Sheet(text)
    ccda.read(sheet, elements(text)[0])
    return sheet


def found(text: str) -> set[tuple[Kind, str, bool]]:
    return {(hit.kind, text[hit.start : hit.end], hit.patient) for hit in read(text).hits}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<patientRole><id extension="A-1" root="1.2"/></patientRole>', (Kind.MRN, "A-1", True)),
        (
            '<patientRole><id extension="912041234" root="2.16.840.1.113883.4.1"/></patientRole>',
            (Kind.SSN, "912041234", True),
        ),
        ("<patient><name><given>Test</given></name></patient>", (Kind.NAME, "Test", True)),
        ("<cda:assignedPerson><cda:name>Jane Doe</cda:name></cda:assignedPerson>", (Kind.NAME, "Jane Doe", True)),
        ('<birthTime value="1944"/>', (Kind.DATE, "1944", True)),
        ('<effectiveTime><low value="20240102"/></effectiveTime>', (Kind.DATE, "20240102", False)),
        ("<addr><streetAddressLine>1 Elm St</streetAddressLine></addr>", (Kind.ADDRESS, "1 Elm St", True)),
        ("<addr><postalCode>97301</postalCode></addr>", (Kind.ZIP, "97301", True)),
        ('<telecom value="tel:+1-555-0188"/>', (Kind.PHONE, "+1-555-0188", True)),
        ('<telecom value="mailto:j@x.org"/>', (Kind.EMAIL, "j@x.org", True)),
        (
            "<representedOrganization><name>Elm Clinic</name></representedOrganization>",
            (Kind.FACILITY, "Elm Clinic", False),
        ),
        ("<providerOrganization><addr><city>Bend</city></addr></providerOrganization>", (Kind.PLACE, "Bend", False)),
    ],
)
def test_an_element_is_what_the_header_says(text, expected):
    assert expected in found(text)


def test_a_section_without_persons_names_nobody():
    text = (
        '<section><templateId root="2.16.840.1.113883.10.20.22.2.5.1" extension="2015-08-01"/><code code="11450-4" codeSystem="2.16.840.1.113883.6.1" displayName="Problem list"/>'
        '<title>Problems</title><text><list><item>Heart failure</item></list></text><entry><observation><id root="ec8a6ff8-ed4b-4f7e-82c3-e98e58b45de7"/></observation></entry></section>'
    )
    assert found(text) == set()


def test_a_narrative_stays_text_and_a_display_does_not():
    text = '<section><code displayName="Problem list"/><text><paragraph>Gxabhashe was seen</paragraph></text></section>'
    quiet = read(text).quiet
    assert not any(start <= text.index("Gxabhashe") < end for start, end in quiet)
    assert any(start <= text.index("Problem") < end for start, end in quiet)


def test_only_elements_of_cda_are_taken_for_it():
    assert ccda.known(elements("<recordTarget><patientRole/></recordTarget>")[0])
    assert not ccda.known(elements("<html><section>x</section></html>")[0])
