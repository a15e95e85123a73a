from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules.rule import RuleSet
from gateway.phi.find.rules.software import RULES

SET = RuleSet(RULES)
GUID = "5f2b3c1e-8d7a-4b6e-9c10-2f4e6a8b0c1d"


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in SET.find(text.encode())}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Patient/88213377 was updated", Kind.MRN, "88213377"),
        (f"see Patient/{GUID}.", Kind.MRN, GUID),
        (f"GET /fhir/Encounter/{GUID}", Kind.OTHER_ID, GUID),
        ("subject: Patient/pt-00412", Kind.MRN, "pt-00412"),
        (f"patient guid: {GUID}", Kind.OTHER_ID, GUID),
        (f"the patient's id is {GUID}", Kind.OTHER_ID, GUID),
        (f"encounter_uuid={GUID}", Kind.OTHER_ID, GUID),
        (f"admission {GUID.upper()}", Kind.OTHER_ID, GUID.upper()),
        ("Study UID 1.2.840.113619.2.55.3.604688119", Kind.OTHER_ID, "1.2.840.113619.2.55.3.604688119"),
        ("SOP Instance UID: 1.2.3.4.5.6", Kind.OTHER_ID, "1.2.3.4.5.6"),
        ("series_instance_uid = 2.25.33217455001", Kind.OTHER_ID, "2.25.33217455001"),
        ("it was 1.2.840.113619.2.55.3.604688119.", Kind.OTHER_ID, "1.2.840.113619.2.55.3.604688119"),
        (
            "it was 2.25.329800735698586629295641978511506172918",
            Kind.OTHER_ID,
            "2.25.329800735698586629295641978511506172918",
        ),
    ],
)
def test_what_software_calls_somebody_is_an_identifier(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Patient/summary and Observation/vital-signs", "POST /Patient/$everything", f"request {GUID}", f"trace id {GUID}", f"session: {GUID}",
        "SOP Class UID 1.2.840.10008.5.1.4.1.1.2", "transfer syntax UID: 1.2.840.10008.1.2.1", "LOINC is 2.16.840.1.113883.6.1", "template root 1.3.6.1.4.1.19376.1.5.3.1",
        "version 1.2.3.4", "1.3.6.1.2.1.1.1.0 is sysDescr", "in section 1.2.3.4.5",
    ],
)  # fmt: skip
def test_kinds_of_things_and_requests_are_nobody(text):
    assert found(text) == set()
