from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import fhir
from gateway.phi.find.records.fhir import Sort

STRONG, WEAK = False, True


@pytest.mark.parametrize(
    ("resource", "path", "value", "verdict"),
    [
        ("Patient", "name.family", "Test", (Kind.NAME, STRONG)), ("Patient", "name.text", "J Doe", (Kind.NAME, STRONG)), ("Patient", "contact.name.given", "X", (Kind.NAME, STRONG)),
        ("Patient", "birthDate", "1944", (Kind.DATE, STRONG)), ("Encounter", "period.start", "2024-05-06T10:00:00Z", (Kind.DATE, WEAK)), ("Patient", "address.line", "1 Elm", (Kind.ADDRESS, STRONG)),
        ("Patient", "address.city", "Bend", (Kind.PLACE, STRONG)), ("Patient", "address.postalCode", "97", (Kind.ZIP, STRONG)), ("Patient", "telecom.value", "5551234", (Kind.PHONE, STRONG)),
        ("Patient", "telecom.value", "j@x.org", (Kind.EMAIL, STRONG)), ("Organization", "telecom.value", "5551234", (Kind.PHONE, WEAK)), ("Organization", "name", "Elm Clinic", (Kind.FACILITY, WEAK)),
        ("Patient", "identifier.value", "A1", (Kind.MRN, STRONG)), ("Specimen", "accessionIdentifier.value", "A1", (Kind.OTHER_ID, STRONG)), ("Coverage", "subscriberId", "W1", (Kind.PLAN_MEMBER, STRONG)),
        ("Observation", "subject.display", "Doe, Jane", (Kind.NAME, STRONG)), ("Encounter", "serviceProvider.display", "Elm Clinic", (Kind.FACILITY, WEAK)), ("Device", "serialNumber", "SN1", (Kind.DEVICE, STRONG)),
        ("Observation", "code.text", "Glucose", Sort.DISPLAY), ("Observation", "valueQuantity.value", "5.4", Sort.CODE), ("Observation", "status", "final", Sort.CODE), ("Observation", "note.text", "Jane called", Sort.TEXT),
        ("Patient", "text.div", "<div>Jane</div>", Sort.TEXT), ("Observation", "valueString", "Jane", Sort.TEXT), ("ValueSet", "name", "SmokingStatus", Sort.CODE), ("StructureDefinition", "date", "2024-01-02", Sort.CODE),
        ("Observation", "result.display", "Chest X-ray", Sort.DISPLAY),
    ],
)  # fmt: skip
def test_an_element_is_what_its_datatype_says(resource, path, value, verdict):
    assert fhir.judge(resource, path.split("."), value) == verdict
