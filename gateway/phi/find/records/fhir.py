"""FHIR R4 resources in JSON, in XML and as leaves of a parsed tree: which element is of which kind; text in, sheet out.

Source: HL7 FHIR R4 (4.0.1): datatypes HumanName, Address, ContactPoint, Identifier, Reference, Attachment, CodeableConcept;
the resources by their element names, which mean the same in nearly all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.records.sheet import Sheet
from gateway.phi.find.records.trees import Element, Node


class Sort(Enum):
    """What an element holds if it is no identifier."""

    CODE = "code"
    DISPLAY = "display"
    TEXT = "text"


GATE: Final = r"resourceType|http://hl7\.org/fhir"
_CONFORMANCE: Final = frozenset(
    (
        "StructureDefinition ValueSet CodeSystem CapabilityStatement SearchParameter OperationDefinition ImplementationGuide ConceptMap Questionnaire "
        "PlanDefinition ActivityDefinition Measure Library NamingSystem MessageDefinition CompartmentDefinition GraphDefinition StructureMap TestScript "
        "TestReport TerminologyCapabilities ExampleScenario EventDefinition ChargeItemDefinition SpecimenDefinition ObservationDefinition "
        "DeviceDefinition ResearchElementDefinition EvidenceVariable Evidence MedicationKnowledge SubstanceSpecification Basic"
    ).split()
)
"""Resources that define things and describe nobody."""
_HOUSES: Final = frozenset(
    "Organization Location HealthcareService Endpoint InsurancePlan OrganizationAffiliation".split()
)
_PEOPLE: Final = frozenset("Patient Person RelatedPerson".split())
_THINGS: Final = frozenset("Medication Substance Device DeviceMetric Group CareTeam PractitionerRole".split())
_PERSONS: Final = frozenset(
    (
        "subject patient beneficiary subscriber policyHolder author performer requester recorder asserter practitioner individual actor sender recipient "
        "source enterer informant who agent member participant attester party consentingParty performedBy verifier witness generalPractitioner "
        "interpreter resultsInterpreter dispenser receiver responsible supervisor careManager orderer operator collector owner reporter signer "
        "onBehalfOf associatedParty entity link other guarantor account_holder consultant primaryPerformer evaluator assessor contact"
    ).split()
)
_HOUSED: Final = frozenset("managingOrganization custodian serviceProvider organization facility provider location origin destination serviceFacility hospitalization".split())  # fmt: skip
_BORN: Final = frozenset("birthDate deceasedDateTime deceasedDate birthTime valueBirthTime".split())
_CODES: Final = frozenset(
    (
        "resourceType use system status version url profile versionId language contentType code unit comparator mode intent priority gender rank fhirVersion "
        "kind type class format linkId path expression currency scheme intendedUse severity criticality verificationStatus clinicalStatus state country "
        "period_unit periodUnit frequency active implicitRules relation method etag ifNoneMatch valueCode valueUri valueCanonical valueUrl hash size lotNumber "
        "questionnaire instantiatesCanonical instantiatesUri definition modifierExtension base abstract derivation experimental"
    ).split()
)
_CONCEPTS: Final = frozenset(
    (
        "code category type valueCodeableConcept interpretation bodySite method reasonCode vaccineCode medicationCodeableConcept route relationship "
        "maritalStatus class serviceType specialty reason outcome severity manifestation substance dataAbsentReason referenceRange appliesTo site form "
        "productOrService modifier role purpose function communication language clinicalStatus verificationStatus stage approach doseAndRate "
        "asNeededCodeableConcept details conclusionCode valueCoding dischargeDisposition admitSource statusReason facilityType practiceSetting event "
        "confidentiality item answer tag security coding concept"
    ).split()
)
_ISO_DAY: Final = re.compile(
    r"(?:18|19|20)\d\d-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?"
)
_REFERENCE: Final = re.compile(r"(?:.{0,300}/)?([A-Z][A-Za-z]{2,40})/([A-Za-z0-9.-]{1,64})(?:/_history/\S{1,64})?")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|None|True|False")


def judge(resource: str, path: Sequence[str], value: str, *, coded: bool = False) -> tuple[Kind, bool] | Sort:
    """What the element at `path` of a resource holds: a kind and whether it is a weak sign, or the sort of its words.

    `coded` says that it stands beside a code, as the display of a coding does.
    """
    key, parent = path[-1].lstrip("_"), path[-2] if len(path) > 1 else ""
    if key == "div":
        return Sort.TEXT
    if resource in _CONFORMANCE:
        return _defining(key, parent, value)
    for look in (_day, _place, _number, _name):
        found = look(resource, key, parent, value)
        if found is not None:
            return found
    if key == "display":
        return Sort.DISPLAY if coded else _shown(parent)
    if key == "text" and (coded or parent in _CONCEPTS):
        return Sort.DISPLAY
    return Sort.CODE if key in _CODES or _NUMBER.fullmatch(value) else Sort.TEXT


def _day(resource: str, key: str, parent: str, value: str) -> tuple[Kind, bool] | None:  # noqa: ARG001
    if key in _BORN and not value.isalpha():
        return Kind.DATE, False
    return (Kind.DATE, True) if _ISO_DAY.fullmatch(value) else None


def _defining(key: str, parent: str, value: str) -> Sort:
    if (
        parent in {"contact", "telecom", "publisher"}
        or key in {"publisher", "copyright"}
        or key.startswith(("example", "fixed", "pattern", "valueString"))
    ):
        return Sort.TEXT
    return Sort.CODE if " " not in value.strip() else Sort.DISPLAY


def _place(resource: str, key: str, parent: str, value: str) -> tuple[Kind, bool] | None:  # noqa: ARG001
    house = resource in _HOUSES
    match key:
        case "line":
            return (Kind.FACILITY, True) if house else (Kind.ADDRESS, False)
        case "city" | "district":
            return Kind.PLACE, house
        case "postalCode":
            return (Kind.PLACE, True) if house else (Kind.ZIP, False)
        case "text" if parent.casefold().endswith("address"):
            return (Kind.FACILITY, True) if house else (Kind.ADDRESS, False)
        case _:
            return None


def _number(resource: str, key: str, parent: str, value: str) -> tuple[Kind, bool] | None:
    """Identifiers and ways to reach somebody."""
    below = parent.casefold()
    if key == "id" and not parent:
        return (Kind.MRN if resource == "Patient" else Kind.OTHER_ID), resource not in _PEOPLE
    if key in {"subscriberId", "memberId"} or (resource == "Coverage" and parent == "class" and key == "value"):
        return Kind.PLAN_MEMBER, False
    if key in {"serialNumber", "distinctIdentifier", "carrierHRF", "deviceIdentifier"}:
        return Kind.DEVICE, False
    if key in {"altId", "preAuthRef"}:
        return Kind.OTHER_ID, False
    if key == "value" and below.endswith(("telecom", "contactpoint")):
        return (Kind.EMAIL if "@" in value else Kind.URL if "://" in value else Kind.PHONE), resource in _HOUSES
    if key == "value" and below.endswith(("identifier", "requisition")):
        if resource in _HOUSES or resource in _THINGS:
            return Kind.OTHER_ID, True
        return (Kind.MRN if resource in _PEOPLE else Kind.OTHER_ID), False
    return None


def _name(resource: str, key: str, parent: str, value: str) -> tuple[Kind, bool] | None:
    if key in {"family", "given"} or (key == "text" and parent.casefold().endswith("name")):
        return Kind.NAME, False
    if key != "name" or not any(map(str.isalpha, value)):
        return None
    if resource in _HOUSES:
        return Kind.FACILITY, True
    return (Kind.NAME, False) if resource in _NAMED or parent in {"contact", "agent"} else None


_NAMED: Final = frozenset({*_PEOPLE, "Practitioner"})


def _shown(parent: str) -> tuple[Kind, bool] | Sort:
    """The display of a reference: whom or what it leads to is said by the element it is in."""
    if parent in _PERSONS:
        return Kind.NAME, False
    if parent in _HOUSED:
        return Kind.FACILITY, True
    return Sort.DISPLAY


# --- trees ------------------------------------------------------------------------------------------------------------


def resources(sheet: Sheet, root: Node) -> bool:
    """Reads every resource within a tree; False when there is none."""
    stack: list[tuple[Node, str, tuple[str, ...]]] = [(root, "", ())]
    any_resource = False
    while stack:
        node, resource, path = stack.pop()
        named = node.said("resourceType", sheet.text)
        if named:
            resource, path, any_resource = named, (), True
        coded = any(key in {"coding", "code", "system"} for key, _ in node.inside)
        for key, child in node.inside:
            if child.scalar and resource:
                place(sheet, resource, (*path, key), child, node, coded=coded)
            elif not child.scalar:
                stack.append((child, resource, (*path, key)))
    return any_resource


def place(sheet: Sheet, resource: str, path: Sequence[str], leaf: Node, around: Node, *, coded: bool) -> None:
    """Notes one scalar."""
    start, end = leaf.start, leaf.end
    value = sheet.text[start:end]
    key = path[-1]
    if key in {"reference", "fullUrl"} or (key == "url" and path[-2:-1] == ("request",)):
        _refer(sheet, start, end)
        return
    if key == "value" and len(path) > 1 and path[-2].casefold().endswith("identifier"):
        system = around.said("system", sheet.text)
        if system.endswith(("us-ssn", ".4.1")):
            sheet.mark(Kind.SSN, start, end)
            return
        if system.endswith(("us-npi", ".4.6")):
            sheet.mark(Kind.NPI, start, end, weak=resource in _HOUSES)
            return
    verdict = judge(resource, path, value, coded=coded)
    if key == "display" and not coded:
        verdict = _told(around.said("reference", sheet.text)) or verdict
    settle(sheet, verdict, start, end)


def settle(sheet: Sheet, verdict: tuple[Kind, bool] | Sort, start: int, end: int) -> None:
    """Writes a verdict down."""
    match verdict:
        case Sort.CODE:
            sheet.code(start, end)
        case Sort.DISPLAY:
            sheet.display(start, end)
        case Sort.TEXT:
            pass
        case (kind, weak):
            sheet.mark(kind, start, end, weak=weak)


def _told(reference: str) -> tuple[Kind, bool] | Sort | None:
    """What a reference itself says of its display."""
    leads = _REFERENCE.fullmatch(reference)
    kind = leads.group(1) if leads else ""
    if kind in _PEOPLE or kind in {"Practitioner", "PractitionerRole"}:
        return Kind.NAME, False
    if kind in _HOUSES:
        return Kind.FACILITY, True
    return Sort.DISPLAY if kind and kind != "Group" else None


def _refer(sheet: Sheet, start: int, end: int) -> None:
    """`Patient/123`: the last part is the id of somebody's resource."""
    leads = _REFERENCE.fullmatch(sheet.text, start, end)
    if leads is not None and leads.group(2).startswith("example"):
        sheet.calm(start, end)
    elif leads is not None:
        sheet.calm(start, leads.start(2))
        sheet.mark(
            Kind.MRN if leads.group(1) == "Patient" else Kind.OTHER_ID,
            *leads.span(2),
            weak=leads.group(1) not in _PEOPLE,
        )
    elif sheet.text.startswith("urn:", start):
        sheet.mark(Kind.OTHER_ID, sheet.text.rfind(":", start, end) + 1, end, weak=True)
    else:
        sheet.code(start, end)


# --- XML ----------------------------------------------------------------------------------------------------------------


def from_xml(sheet: Sheet, element: Element) -> None:
    """Reads a resource written in XML: the value of an element is its attribute `value`."""
    for one, resource, path in _walk(element):
        if one.name == "div":
            continue
        span = one.attributes.get("value")
        for name, other in one.attributes.items():
            if name != "value":
                sheet.code(*other)
        if span is not None and path:
            place(sheet, resource, path, Node(*span, scalar=True), _as_node(one.parent), coded=_beside(one.parent))


def _walk(element: Element) -> Iterator[tuple[Element, str, tuple[str, ...]]]:
    stack: list[tuple[Element, str, tuple[str, ...]]] = [(element, element.name, ())]
    while stack:
        one, resource, path = stack.pop()
        yield one, resource, path
        for child in one.children:
            if one.name in {"resource", "contained"} and child.name[:1].isupper():
                stack.append((child, child.name, ()))
            elif child.name != "div":
                stack.append((child, resource, (*path, child.name)))


def _beside(element: Element | None) -> bool:
    return element is not None and any(child.name in {"coding", "code", "system"} for child in element.children)


def _as_node(element: Element | None) -> Node:
    if element is None:
        return Node()
    return Node(
        inside=[
            (child.name, Node(*child.attributes["value"], scalar=True))
            for child in element.children
            if "value" in child.attributes
        ]
    )
