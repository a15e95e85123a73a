"""Identifiers that health software gives: FHIR references, GUIDs of a person or a stay, UIDs of a DICOM study.

They are "any other unique identifying number" of Safe Harbor, 45 CFR 164.514(b)(2)(i)(R), whatever they look like.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_PERSONS: Final = "Patient|Person|RelatedPerson"
_STAYS: Final = (
    "Encounter|EpisodeOfCare|Appointment|Account|Claim|ClaimResponse|Coverage|ExplanationOfBenefit|Observation|Condition|Procedure|"
    "DiagnosticReport|DocumentReference|ImagingStudy|Immunization|MedicationRequest|MedicationStatement|MedicationAdministration|"
    "ServiceRequest|Specimen|CarePlan|CareTeam|Communication|Composition|Consent|AllergyIntolerance|FamilyMemberHistory|ResearchSubject|"
    "QuestionnaireResponse|Device|Binary|Bundle|Task"
)
"""Resource types of FHIR R4 (hl7.org/fhir/R4/resourcelist.html) of which each instance belongs to somebody."""
_UUID: Final = r"[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}"
_OWNED: Final = one_of(
    *(
        "patients?'?s? pts? person member subscriber insured beneficiary guarantor resident client donor "
        "recipient encounter visit admission stay episode appointment chart"
    ).split(),
    "medical record",
    "health record",
    *"case claim specimen sample accession study exam order referral prescription".split(),
)
_WORD_FOR_ID: Final = r"(?:g?uid|uuid|ids?|identifier|key|ref(?:erence)?|record|pointer|handle|no\.?|number|#)"
_BETWEEN: Final = r"[\s:=#\"'`*_(\[{<>/-]{0,6}(?:(?:is|was|of|for)\s)?"
_UID_OF: Final = (
    "(?:"
    + one_of(
        *"study series sop image instance".split(),
        "frame of reference",
        *"accession specimen device patient document object dicom storage referenced".split(),
        "irradiation event",
        "concatenation",
        "synchroni[sz]ation frame of reference",
        "dimension organi[sz]ation",
        *"tracking fiducial transaction report".split(),
    )
    + ")"
)
_TYPE_OF: Final = re.compile(
    r"(?i)\b(?:class|syntax|template|code|coding scheme|system|root|context group|mapping resource)\W*(?:uid|oid|id)?\W*$"
)
_CODE_ROOTS: Final = ("1.2.840.10008.", "2.16.840.1.113883.")
"""DICOM's own UIDs (PS3.6, annex A) and HL7's roots, most of them code systems: never one person's without a cue."""
_MOMENT: Final = re.compile(r"(?:^|\.)\d{6,}(?:\.|$)")
_DIGITS: Final = 3


def _reference(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`Patient/88213377`, not `Patient/summary` or `Observation/vital-signs`."""
    return 0.95 if sum(map(str.isdigit, value)) >= _DIGITS else 0.0


def _instance(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A UID after a word for what it names; a class or a transfer syntax is a kind of thing and names nobody."""
    return 0.0 if value.startswith("1.2.840.10008.") or _TYPE_OF.search(before) else 0.95


def _bare_instance(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A long UID with a moment or a serial number in it, as devices make them, without any word before it."""
    if value.startswith(_CODE_ROOTS) or _TYPE_OF.search(before):
        return 0.0
    return 0.8 if _MOMENT.search(value) or value.startswith("2.25.") else 0.0


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.MRN,
        rf"\b(?:{_PERSONS})/([A-Za-z0-9.-]{{1,64}}[A-Za-z0-9])\b",
        evidence=Evidence.CUE,
        judge=_reference,
        patient=True,
        hits=("Patient/«88213377» was updated",),
        misses=("Patient/summary",),
    ),
    Rule(
        Kind.OTHER_ID,
        rf"\b(?:{_STAYS})/([A-Za-z0-9.-]{{1,64}}[A-Za-z0-9])\b",
        evidence=Evidence.CUE,
        judge=_reference,
        patient=True,
        hits=("GET /fhir/Encounter/«88213377»",),
        misses=("Observation/vital-signs",),
    ),
    Rule(
        Kind.OTHER_ID,
        rf"(?i:\b(?:{_OWNED})[\s_.-]{{0,2}}(?:{_WORD_FOR_ID}[\s_.]{{0,2}}){{0,2}}{_BETWEEN})({_UUID})\b",
        0.95,
        Evidence.CUE,
        patient=True,
        hits=("patient «018f3d4e-77aa-7c10-9b1e-3f0c2a8b6d21»",),
        misses=("patient unknown",),
    ),
    Rule(
        Kind.OTHER_ID,
        rf"(?i:\b{_UID_OF}[\s_]{{0,2}}(?:instance[\s_]{{0,2}})?(?:uid|oid|id)s?{_BETWEEN})(2\.25\.\d{{10,39}}|\d(?:\.\d{{1,39}}){{4,}})",
        evidence=Evidence.CUE,
        judge=_instance,
        patient=True,
        hits=("SOP Instance UID: «1.2.3.4.5.6»",),
        misses=("transfer syntax UID: 1.2.840.10008.1.2.1",),
    ),
    Rule(
        Kind.OTHER_ID,
        r"(?:^|[^\d.])(2\.25\.\d{10,39}|(?:1\.[23]|2\.16)(?:\.\d{1,39}){4,14})(?:$|[^\d.]|\.(?:\D|$))",
        judge=_bare_instance,
        hits=("«1.2.840.113619.2.55.3.604688119»", "«2.25.33217455001»"),
        misses=("1.3.6.1.2.1.1.1.0 is sysDescr",),
    ),
)
