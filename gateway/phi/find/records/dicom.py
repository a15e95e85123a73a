"""DICOM attributes as dcmdump, gdcmdump, pydicom and dcm2xml print them, in the JSON model, or by keyword.

Sources: PS3.6 (tag, keyword, VR), PS3.15 annex E table E.1-1 (which attributes identify), PS3.18 annex F (JSON model).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.records.sheet import Sheet, split
from gateway.phi.find.records.trees import Element

_TABLE: Final = {
    Kind.NAME: "00080090 ReferringPhysicianName|0008009C ConsultingPhysicianName|00081048 PhysiciansOfRecord|00081050 PerformingPhysicianName|"
    "00081060 NameOfPhysiciansReadingStudy|00081070 OperatorsName|00100010 PatientName|00101001 OtherPatientNames|00101005 PatientBirthName|"
    "00101060 PatientMotherBirthName|00102297 ResponsiblePerson|00321032 RequestingPhysician|00400006 ScheduledPerformingPhysicianName|00402008 OrderEnteredBy|"
    "00404037 HumanPerformerName|0040A075 VerifyingObserverName|0040A123 PersonName|00700084 ContentCreatorName|300E0008 ReviewerName|"
    "40080102 InterpretationRecorder|4008010A InterpretationTranscriber|4008010C InterpretationAuthor|40080114 PhysicianApprovingInterpretation",
    Kind.MRN: "00100020 PatientID|00101000 OtherPatientIDs|00101006 PatientMotherMedicalRecordNumber|00101090 MedicalRecordLocator",
    Kind.OTHER_ID: "00080050 AccessionNumber|00200010 StudyID|00380010 AdmissionID|00380060 ServiceEpisodeID|00400009 ScheduledProcedureStepID|"
    "00400253 PerformedProcedureStepID|00401001 RequestedProcedureID|00402016 PlacerOrderNumberImagingServiceRequest|"
    "00402017 FillerOrderNumberImagingServiceRequest|00400512 ContainerIdentifier|00400551 SpecimenIdentifier|00120040 ClinicalTrialSubjectID|"
    "00120042 ClinicalTrialSubjectReadingID|40080040 ResultsID|40080200 InterpretationID",
    Kind.PHONE: "00102154 PatientTelephoneNumbers|00102155 PatientTelecomInformation|00080094 ReferringPhysicianTelephoneNumbers|"
    "00401103 PersonTelephoneNumbers|00402010 OrderCallbackPhoneNumber",
    Kind.ADDRESS: "00101040 PatientAddress|00080092 ReferringPhysicianAddress|00401102 PersonAddress|00380300 CurrentPatientLocation",
    Kind.PLACE: "00102152 RegionOfResidence",
    Kind.DATE: "00100030 PatientBirthDate|001021D0 LastMenstrualDate",
    Kind.DEVICE: "00181000 DeviceSerialNumber|0018700A DetectorID|00181004 PlateID|00181005 GeneratorID|00181007 CassetteID|00181008 GantryID",
    Kind.FACILITY: "00080080 InstitutionName|00080081 InstitutionAddress|00081040 InstitutionalDepartmentName|00380400 PatientInstitutionResidence|"
    "00321033 RequestingService|00120031 ClinicalTrialSiteName|0040A027 VerifyingOrganization|00321020 ScheduledStudyLocation",
}
_KINDS: Final = {name: kind for kind, rows in _TABLE.items() for row in rows.split("|") for name in row.split()}
"""The kind of an attribute by its tag and by its keyword."""
_WEAK: Final = frozenset({Kind.FACILITY, Kind.DEVICE})
_OPEN: Final = frozenset(
    "00102000 00102110 001021B0 00104000 00204000 00400280 00401400 00380500 0040A160 00081080 00321030 00102180".split()
)
"""Attributes of free words, whatever their VR: alerts, allergies, history, comments, reasons, occupation."""
_SHORT: Final = frozenset({"SH", "LO", "AE"})
"""VRs of short words, which name things where the table does not say otherwise."""
_SILENT: Final = frozenset("na AS AT CS DS FD FL IS OB OD OF OL OV OW SL SQ SS SV TM UI UL UN US UV".split())
"""VRs of numbers, codes, bytes and UIDs."""

_HARMLESS: Final = frozenset(
    (
        "Modality Manufacturer ManufacturerModelName SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID StudyDescription SeriesDescription ProtocolName BodyPartExamined "
        "StationName SoftwareVersions SpecificCharacterSet TransferSyntaxUID PatientSex PatientSize PatientWeight PatientPosition PatientIdentityRemoved DeidentificationMethod Rows Columns "
        "BitsAllocated SliceThickness KVP EchoTime RepetitionTime InstanceNumber SeriesNumber PixelSpacing WindowCenter WindowWidth PhotometricInterpretation ImageType MagneticFieldStrength"
    ).split()
)
"""Keywords whose values identify nobody: they tell that a list of names and values is DICOM's."""
_DAYS: Final = re.compile(
    r"(?:Study|Series|Acquisition|Content|Instance|Performed|Scheduled|Requested|Issue|Admitting|Date)\w{0,60}(?:Date|DateTime)|(?:Date|DateTime)Of\w{1,60}"
)
_VR: Final = "AE|AS|AT|CS|DA|DS|DT|FD|FL|IS|LO|LT|OB|OD|OF|OL|OV|OW|PN|SH|SL|SQ|SS|ST|SV|TM|UC|UI|UL|UN|UR|US|UT|UV|na"
GATE: Final = r"(?:Patient(?:Name|ID|BirthDate|Sex)|StudyDate|Modality|AccessionNumber|SOPClassUID|StudyInstanceUID|StudyDescription)\W|\([0-9a-fA-F]{4}, ?[0-9a-fA-F]{4}\)|[\"'][0-9a-fA-F]{8}[\"']\s*:|<DicomAttribute|<element tag="
_PRINTED: Final = re.compile(
    rf"\(([0-9a-fA-F]{{4}}),\s?([0-9a-fA-F]{{4}})\)[ \t]*(?:(?:\?\?[ ]\()?({_VR})\b\)?(?:[ \t]*/\w\w)?:?|([^\n\r:\[]{{0,70}}?)[ \t]({_VR}):)[ \t]?([^\n\r]*)"
)
"""`(0010,0010) PN [Doe^John] # 8, 1 PatientName` and `(0010, 0010) Patient's Name   PN: 'Doe^John'`."""
_LINE: Final = re.compile(
    r"(?m)^[ \t>*-]*(?:[a-z]\w{0,20}\.)?\b("
    + "|".join(sorted(word for word in (*_KINDS, *_HARMLESS) if word.isalpha()))
    + r"|[A-Z][A-Za-z]{2,40}Date)[ \t]*[:=][ \t]*([^\n\r]*)"
)
"""`PatientName: Doe^John`: attributes by keyword, one a line."""
_ROW: Final = re.compile(
    rf"\(([0-9a-fA-F]{{4}}),\s?([0-9a-fA-F]{{4}})\)[`\"' ]{{0,4}}[|;\t] {{0,20}}(?:[A-Za-z][A-Za-z' ]{{2,60}}?[|;\t] {{0,20}})?(?:({_VR}) {{0,20}}[|;\t] {{0,20}})(?:[A-Za-z][A-Za-z' ]{{2,60}}?[|;\t] {{0,20}})?([^|;\t\n\r]*)"
)
"""`| (0010,0010) | PN | PatientName | Doe^John |`: attributes as rows of a table, the name before or after the VR."""
_COMMENT: Final = re.compile(r"\s#\s*(?:\d+|u/l)\s*,\s*[\dn-]+[^\n\r]*$")
_QUOTED: Final = re.compile(r"'((?:[^'\\]|\\.){0,400})'|\"((?:[^\"\\]|\\.){0,400})\"")


def read(text: str) -> Sheet:
    """The sheet of every DICOM attribute printed in a text. Those in JSON and XML are read where JSON and XML are."""
    sheet = Sheet(text)
    for line in _PRINTED.finditer(text):
        tag = (line.group(1) + line.group(2)).upper()
        vr = line.group(3) or line.group(5)
        start, end = line.span(6)
        sheet.calm(line.start(), start)
        comment = _COMMENT.search(text, start, end)
        if comment is not None:
            sheet.calm(comment.start(), end)
            end = comment.start()
        for low, high in list(_values(text, start, end)):
            value(sheet, tag, vr, low, high)
    for row in _ROW.finditer(text):
        sheet.calm(row.start(), row.start(4))
        value(sheet, (row.group(1) + row.group(2)).upper(), row.group(3) or "", *row.span(4))
    lines = list(_LINE.finditer(text))
    if len({line.group(1) for line in lines}) > 1:
        for line in lines:
            sheet.calm(line.start(1), line.start(2))
            value(sheet, line.group(1), "", *line.span(2))
    return sheet


def _values(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    opening, closing = text.find("[", start, end), text.rfind("]", start, end)
    if 0 <= opening < closing and not text[start:opening].strip() and text.find("', '", opening, closing) < 0:
        yield opening + 1, closing
        return
    quoted = list(_QUOTED.finditer(text, start, end))
    if not quoted:
        yield start, end
    for part in quoted:
        yield part.span(1) if part.group(1) is not None else part.span(2)


def value(sheet: Sheet, tag: str, vr: str, start: int, end: int) -> None:
    """One value of the attribute that `tag` (eight digits or a keyword) names; `vr` where it is known."""
    kind = _KINDS.get(tag)
    said = sheet.text[start:end].strip()
    if said.startswith(("(no value", "(Sequence", "(Item")):
        sheet.calm(start, end)
    elif vr == "PN" or (kind is Kind.NAME and vr not in _SILENT):
        _people(sheet, start, end)
    elif kind is not None and vr not in _NO_VALUES:
        for low, high in _multiple(sheet.text, start, end):
            sheet.mark(kind, low, high, weak=kind in _WEAK)
    elif (vr in {"DA", "DT"} or _DAYS.fullmatch(tag)) and said[:4].isdigit():
        sheet.mark(Kind.DATE, start, end, weak=True)
    elif vr == "AS" and said[:3].isdigit() and int(said[:3]) >= _OLD and said[3:4] in {"Y", ""}:
        sheet.mark(Kind.AGE, start, end)
    elif (vr in _SILENT or tag in _HARMLESS) and _SILENTLY.fullmatch(said):
        sheet.calm(start, end)
    elif tag in _HARMLESS or (vr in _SHORT and tag not in _OPEN and not _private(tag)):
        sheet.display(start, end)


_NO_VALUES: Final = frozenset({"SQ", "UI", "CS"})
_OLD: Final = 90
_SILENTLY: Final = re.compile(r"[\s=\dA-F.\\a-f+,\[\]'-]*(?:[eE][+-]?\d+)?|=?\w+|[A-Z0-9_ \\]{1,96}|\(Sequence[^)]*\)")


def _private(tag: str) -> bool:
    """Whether the group is odd: a vendor's own attribute, of which the standard says nothing."""
    return tag[3:4] in _ODD


_ODD: Final = frozenset("13579BDF")


def _multiple(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The values of an attribute that has several, with a backslash between."""
    return split(text, start, end, "\\")


def _people(sheet: Sheet, start: int, end: int) -> None:
    r"""`Doe^John^A^Dr^Jr`, with `=` before ideographs and `\` between people: each part a name, not the signs."""
    for part in _PART.finditer(sheet.text, start, end):
        sheet.mark(Kind.NAME, *part.span())


_PART: Final = re.compile(r"[^\^=\\]+")


def is_keyword(key: str) -> bool:
    """Whether a key is the keyword of an attribute that the table knows: `PatientBirthDate`."""
    return key.isalpha() and (key in _KINDS or key in _HARMLESS or _DAYS.fullmatch(key) is not None)


def from_xml(sheet: Sheet, found: Iterable[Element]) -> None:
    """Reads the native model of PS3.19 (`DicomAttribute`) and what dcm2xml writes (`element tag=`)."""
    for element in found:
        if element.name not in {"DicomAttribute", "element"} or "tag" not in element.attributes:
            continue
        tag = re.sub(r"[^0-9A-Fa-f]", "", element.said("tag", sheet.text)).upper()
        vr = element.said("vr", sheet.text)
        for span in element.attributes.values():
            sheet.code(*span)
        stack = [element]
        while stack:
            one = stack.pop()
            for start, end in one.texts:
                if sheet.text[start:end].strip():
                    value(sheet, tag, vr, start, end)
            stack.extend(child for child in one.children if child.name not in {"DicomAttribute", "Item"})
