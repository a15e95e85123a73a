from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import dicom
from gateway.phi.find.records.sheet import Sheet
from gateway.phi.find.records.trees import elements


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in dicom.read(text).hits}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(0010,0010) PN [TEST^PATIENT]  #  12, 1 PatientName", {(Kind.NAME, "TEST"), (Kind.NAME, "PATIENT")}),
        ("(0010, 0010) Patient's Name                      PN: 'Doe^Jane'", {(Kind.NAME, "Doe"), (Kind.NAME, "Jane")}),
        ("(0010,0020) LO [7]                    #  1, 1 PatientID", {(Kind.MRN, "7")}),
        ("(0010,0030) DA [19440905] # 8, 1 PatientBirthDate", {(Kind.DATE, "19440905")}),
        ("(0008,0050) SH [X9] # 2, 1 AccessionNumber", {(Kind.OTHER_ID, "X9")}),
        ("(0008,0080) LO [ELM CLINIC] # 10, 1 InstitutionName", {(Kind.FACILITY, "ELM CLINIC")}),
        ("(0018,1000) LO [4411] # 4, 1 DeviceSerialNumber", {(Kind.DEVICE, "4411")}),
        ("(0010,1010) AS [093Y] # 4, 1 PatientAge", {(Kind.AGE, "093Y")}),
        ("    (0040,a123) PN [Weber^Anna] # 10, 1 PersonName", {(Kind.NAME, "Weber")}),
        ("(0010,1000) LO [A1\\B2] # 5, 2 OtherPatientIDs", {(Kind.MRN, "A1"), (Kind.MRN, "B2")}),
        ("(0009,1010) PN [Doe^Jane] # 8, 1 PrivateName", {(Kind.NAME, "Doe")}),
        ("PatientName: Doe^Jane\nPatientID: A7\n", {(Kind.NAME, "Doe"), (Kind.MRN, "A7")}),
    ],
)
def test_an_attribute_is_what_the_dictionary_says(text, expected):
    assert expected <= found(text)


@pytest.mark.parametrize(
    "text",
    [
        "(0010,0010) PN (no value available)  #  0, 0 PatientName", "(0010,0020) LO [ANONYMOUS]  #  9, 1 PatientID", "(0008,0016) UI =MRImageStorage  #  25, 1 SOPClassUID", "(0028,0030) DS [0.7\\0.7]  #  7, 2 PixelSpacing",
        "(0010,1010) AS [071Y] # 4, 1 PatientAge", "(0008,103e) LO [AX T2 FLAIR]  # 11, 1 SeriesDescription", "(7fe0,0010) OW 0000\\0001 # 524288, 1 PixelData", "(fffe,e00d) na (ItemDelimitationItem)   #   0, 0 ItemDelimitationItem",
    ],
)  # fmt: skip
def test_what_identifies_nobody_is_quiet(text):
    sheet = dicom.read(text)
    assert sheet.hits == []
    assert sum(end - start for start, end in sheet.quiet) >= len(text) - 8


def test_free_words_stay_text():
    text = "(0010,4000) LT [Jane was anxious] # 16, 1 PatientComments"
    assert not any(start <= text.index("Jane") < end for start, end in dicom.read(text).quiet)


@pytest.mark.parametrize(
    "text",
    [
        '<DicomAttribute tag="00100010" vr="PN" keyword="PatientName"><PersonName number="1"><Alphabetic><FamilyName>Doe</FamilyName></Alphabetic></PersonName></DicomAttribute>',
        '<element tag="0010,0010" vr="PN" vm="1" len="8" name="PatientName">Doe^Jane</element>',
    ],
)
def test_xml_of_both_tools_is_read(text):
    sheet = Sheet(text)
    dicom.from_xml(sheet, elements(text)[0])
    assert (Kind.NAME, "Doe") in {(hit.kind, text[hit.start : hit.end]) for hit in sheet.hits}
