"""CDA R2 documents and pieces of them, as C-CDA 2.1 profiles them: elements by name and by whom they stand in.

Source: HL7 CDA R2 (ISO 27932) header and data types II, EN, AD, TEL, TS, CD; C-CDA 2.1 companion templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.records.sheet import Sheet, is_plain
from gateway.phi.find.records.trees import Element
from gateway.phi.find.text.ways import one_of

GATE: Final = (
    r"ClinicalDocument|urn:hl7-org:v3|<(?:\w+:)?(?:"
    + one_of(
        *(
            "recordTarget patientRole assignedAuthor assignedPerson assignedEntity associatedEntity templateId "
            "guardianPerson birthTime representedOrganization custodian section observation streetAddressLine "
            "participant informant legalAuthenticator encompassingEncounter substanceAdministration"
        ).split()
    )
    + r")\b"
)
_SIGNS: Final = frozenset(
    (
        "ClinicalDocument recordTarget patientRole templateId assignedAuthor assignedPerson assignedEntity associatedEntity guardianPerson birthTime "
        "representedOrganization providerOrganization streetAddressLine administrativeGenderCode encompassingEncounter substanceAdministration legalAuthenticator"
    ).split()
)
_ROLES: Final[dict[str, Kind]] = {
    "patientRole": Kind.MRN, "patient": Kind.MRN, "subject": Kind.MRN, "relatedSubject": Kind.OTHER_ID, "assignedAuthor": Kind.OTHER_ID,
    "assignedEntity": Kind.OTHER_ID, "associatedEntity": Kind.OTHER_ID, "relatedEntity": Kind.OTHER_ID, "intendedRecipient": Kind.OTHER_ID,
    "guardian": Kind.OTHER_ID, "encompassingEncounter": Kind.OTHER_ID, "encounter": Kind.OTHER_ID, "participantRole": Kind.OTHER_ID,
    "specimenRole": Kind.OTHER_ID, "assignedPerson": Kind.OTHER_ID, "responsibleParty": Kind.OTHER_ID, "order": Kind.OTHER_ID,
    "coveredParty": Kind.PLAN_MEMBER, "policyHolder": Kind.PLAN_MEMBER, "healthCareFacility": Kind.FACILITY,
}  # fmt: skip
"""Whose id it is, by the element it stands in; elsewhere it is the number of a document or an entry: a weak sign."""
_PERSONS: Final = frozenset(
    "patient assignedPerson guardianPerson relatedPerson associatedPerson informationRecipient subject maintainingPerson person asPatientRelationship".split()
)
_HOUSES: Final = frozenset(
    (
        "providerOrganization representedOrganization representedCustodianOrganization wholeOrganization scopingOrganization serviceProviderOrganization "
        "receivedOrganization guardianOrganization location healthCareFacility place Organization representedGuardianOrganization asOrganizationPartOf "
        "assignedCustodian custodian"
    ).split()
)
_THINGS: Final = frozenset(
    "manufacturedMaterial manufacturedLabeledDrug manufacturerOrganization playingDevice assignedAuthoringDevice scopingEntity device".split()
)
_NAMES: Final = frozenset("given family prefix suffix delimiter".split())
_STREET: Final = frozenset(
    "streetAddressLine streetName houseNumber houseNumberNumeric streetNameBase streetNameType additionalLocator unitID unitType deliveryAddressLine "
    "postBox deliveryInstallationArea buildingNumberSuffix careOf direction addr".split()
)
_TOWN: Final = frozenset("city county precinct".split())
_TIMES: Final = frozenset(
    "effectiveTime low high center time birthTime deceasedTime sdtc:deceasedTime availabilityTime signatureTime width".split()
)
_SSN: Final = "2.16.840.1.113883.4.1"
_NPI: Final = "2.16.840.1.113883.4.6"
_STAMP: Final = re.compile(r"(?:18|19|20)\d\d(?:[01]\d(?:[0-3]\d(?:\d{2,6}(?:\.\d+)?)?)?)?(?:[+-]\d{4})?")


def known(elements: Iterable[Element]) -> bool:
    """Whether the elements of a text are of CDA."""
    names = {element.name for element in elements}
    return bool(names & _SIGNS) or ("section" in names and "code" in names)


def read(sheet: Sheet, elements: Iterable[Element]) -> None:
    """Notes what each element holds."""
    for element in elements:
        _attributes(sheet, element)
        _texts(sheet, element)


def _attributes(sheet: Sheet, element: Element) -> None:
    for name, (start, end) in element.attributes.items():
        if name == "extension":
            _identifier(sheet, element, start, end)
        elif name == "value" and element.name == "telecom":
            _reach(sheet, element, start, end)
        elif name == "value" and _STAMP.fullmatch(sheet.text, start, end) and _is_time(sheet.text, element):
            born = element.name in {"birthTime", "deceasedTime"}
            if end - start > _YEAR or born:
                sheet.mark(Kind.DATE, start, end, weak=not born)
        elif name == "displayName":
            sheet.display(start, end)
        else:
            sheet.code(start, end)


_YEAR: Final = 4


def _is_time(text: str, element: Element) -> bool:
    return element.name in _TIMES or element.said("xsi:type", text) in {"TS", "IVL_TS", "DATE"}


def _identifier(sheet: Sheet, element: Element, start: int, end: int) -> None:
    """The extension of an `id`: whose it is, its root or the elements around it say."""
    root = element.said("root", sheet.text)
    if element.name in {"templateId", "typeId"}:
        sheet.code(start, end)
    elif root == _SSN:
        sheet.mark(Kind.SSN, start, end)
    elif root == _NPI:
        sheet.mark(Kind.NPI, start, end, weak=_house(element))
    elif _house(element):
        sheet.mark(Kind.OTHER_ID, start, end, weak=True)
    else:
        kind = _ROLES.get(element.parent.name if element.parent else "")
        sheet.mark(kind or Kind.OTHER_ID, start, end, weak=kind is None)


def _reach(sheet: Sheet, element: Element, start: int, end: int) -> None:
    value = sheet.text[start:end]
    scheme, colon, _ = value.partition(":")
    first = start + len(scheme) + 1 if colon and scheme.casefold() in {"tel", "mailto", "fax", "sms"} else start
    kind = (
        Kind.EMAIL
        if "@" in value
        else Kind.URL
        if "://" in value
        else Kind.FAX
        if scheme.casefold() == "fax"
        else Kind.PHONE
    )
    sheet.calm(start, first)
    sheet.mark(kind, first, end, weak=_house(element))


def _texts(sheet: Sheet, element: Element) -> None:
    name, house = element.name, _house(element)
    for start, end in element.texts:
        if not sheet.text[start:end].strip():
            sheet.calm(start, end)
        elif name in _NAMES or name == "name":
            _name(sheet, element, start, end)
        elif name in _PLACES:
            mine, theirs = _PLACES[name]
            sheet.mark(theirs if house else mine, start, end, weak=house)
        elif name in _WORDS:
            sheet.display(start, end)
        elif name in _CELLS and is_plain(sheet.text[start:end]):
            sheet.calm(start, end)


_PLACES: Final = {
    **dict.fromkeys(_STREET, (Kind.ADDRESS, Kind.FACILITY)),
    **dict.fromkeys(_TOWN, (Kind.PLACE, Kind.PLACE)),
    "postalCode": (Kind.ZIP, Kind.PLACE),
    "telecom": (Kind.PHONE, Kind.PHONE),
}
"""What is in an address: the kind if it is a person's, and if it is an organisation's."""
_WORDS: Final = frozenset({"state", "country", "title", "th", "caption"})
_CELLS: Final = frozenset({"td", "item", "content", "paragraph", "text"})


def _name(sheet: Sheet, element: Element, start: int, end: int) -> None:
    if element.name in {"prefix", "suffix"}:
        sheet.code(start, end)
        return
    for above in element.up():
        if above.name in _PERSONS:
            break
        if above.name in _HOUSES:
            sheet.mark(Kind.FACILITY, start, end, weak=True)
            return
        if above.name in _THINGS or (above.name == "playingEntity" and element.name == "name"):
            sheet.display(start, end)
            return
    if element.name != "name" or _person_around(element):
        sheet.mark(Kind.NAME, start, end)


def _person_around(element: Element) -> bool:
    return any(above.name in _PERSONS for above in element.up())


def _house(element: Element) -> bool:
    """Whether the nearest role around is an organisation's."""
    for above in element.up():
        if above.name in _HOUSES:
            return True
        if above.name in _PERSONS or above.name in _ROLES:
            return False
    return False
