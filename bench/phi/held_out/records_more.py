"""CDA R2 documents, DICOM attributes as four tools print them, and tables, for the held-out records; see `records`."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence

from bench.phi.corpus.grammar import Document
from bench.phi.held_out.records import Case, fhir, fhir_free, fhir_xml, hl7, hl7_free, mark, told, x12, x12_free

# --- CDA ----------------------------------------------------------------------------------------------------------------


def _name(case: Case, who: object, *, prefix: str = "") -> str:
    given, family = mark("NAME", who.given), mark("NAME", who.family)  # type: ignore[attr-defined]
    if case.rng.random() < 0.15:
        return f"<name>{mark('NAME', f'{who.given} {who.family}')}</name>"  # type: ignore[attr-defined]
    return f"<name>{prefix}<given>{given}</given><family>{family}</family></name>"


def _home(case: Case) -> str:
    return f'<addr use="HP"><streetAddressLine>{case.street()}</streetAddressLine><city>{case.city()}</city><state>OR</state><postalCode>{case.zip()}</postalCode><country>US</country></addr>'


def _tel(case: Case) -> str:
    phone = case.phone()
    return f'<telecom use="HP" value="tel:{phone}"/>' + case.rng.choice(
        ["", f'<telecom value="mailto:{case.email()}"/>']
    )


def ccda(case: Case) -> str:
    rng = case.rng
    prefix = rng.choice(["", "", "cda:"])
    doctor = f"<assignedPerson>{_name(case, case.doctor, prefix='<prefix>Dr.</prefix>')}</assignedPerson>"
    parts = {
        "recordTarget": f'<recordTarget><patientRole><id extension="{case.id()}" root="2.16.840.1.113883.19.5.99999.2"/><id extension="{case.ssn()}" root="2.16.840.1.113883.4.1"/>{_home(case)}{_tel(case)}<patient>{_name(case, case.who)}'
        f'<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="{case.day(born=True)}"/><guardian><code code="PRN" displayName="Parent"/>{_home(case)}<guardianPerson>{_name(case, case.kin)}</guardianPerson></guardian>'
        f"<birthplace><place><addr><city>{case.city()}</city></addr></place></birthplace></patient><providerOrganization><name>{case.house()}</name></providerOrganization></patientRole></recordTarget>",
        "author": f'<author><time value="{case.stamp()}"/><assignedAuthor><id extension="{case.id()}" root="1.2.3"/>{_tel(case)}{doctor}<representedOrganization><name>{case.house()}</name></representedOrganization></assignedAuthor></author>',
        "informant": f'<informant><relatedEntity classCode="PRS"><code code="MTH" displayName="Mother"/>{_tel(case)}<relatedPerson>{_name(case, case.kin)}</relatedPerson></relatedEntity></informant>',
        "custodian": f"<custodian><assignedCustodian><representedCustodianOrganization><name>{case.house()}</name></representedCustodianOrganization></assignedCustodian></custodian>",
        "authenticator": f'<legalAuthenticator><time value="{case.stamp()}"/><signatureCode code="S"/><assignedEntity><id extension="{case.id()}" root="2.16.840.1.113883.4.6"/>{doctor}</assignedEntity></legalAuthenticator>',
        "participant": f'<participant typeCode="IND"><associatedEntity classCode="NOK"><code code="SPS" displayName="spouse"/>{_home(case)}{_tel(case)}<associatedPerson>{_name(case, case.kin)}</associatedPerson></associatedEntity></participant>',
        "recipient": f"<informationRecipient><intendedRecipient><informationRecipient>{_name(case, case.other)}</informationRecipient></intendedRecipient></informationRecipient>",
        "encounter": f'<componentOf><encompassingEncounter><id extension="{case.id()}" root="1.9.8"/><effectiveTime><low value="{case.stamp()}"/><high value="{case.stamp()}"/></effectiveTime><location><healthCareFacility><location><name>{case.house()}</name></location></healthCareFacility></location></encompassingEncounter></componentOf>',
        "medication": f'<component><section><title>Medications</title><text><table><tbody><tr><td>Lisinopril 10 mg</td><td>daily</td></tr></tbody></table></text><entry><substanceAdministration classCode="SBADM" moodCode="EVN"><effectiveTime xsi:type="IVL_TS"><low value="{case.day()}"/></effectiveTime>'
        f'<consumable><manufacturedProduct><manufacturedMaterial><code code="314076" displayName="Lisinopril 10 MG Oral Tablet" codeSystem="2.16.840.1.113883.6.88"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry></section></component>',
    }
    chosen = [
        parts["recordTarget"],
        *rng.sample([text for name, text in parts.items() if name != "recordTarget"], rng.randint(1, 6)),
    ]
    whole = "\n".join(chosen)
    if rng.random() < 0.75:
        whole = f'<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><templateId root="2.16.840.1.113883.10.20.22.1.1"/><title>Summary of Care</title>{whole}</ClinicalDocument>'
    if rng.random() < 0.3:
        whole = re.sub(r"(?<!>)><(?!<)", ">\n  <", whole)
    if prefix:
        whole = re.sub(r"(?<!<)<(/?)(?=[A-Za-z])", rf"<\1{prefix}", whole)
    return whole


def ccda_free(rng: random.Random) -> str:
    things = [
        ("271737000", "Anemia"),
        ("44054006", "Diabetes mellitus type 2"),
        ("13645005", "Chronic obstructive lung disease"),
        ("38341003", "Hypertensive disorder"),
    ]
    code, words = rng.choice(things)
    cells = "".join(
        f"<tr><td>{name}</td><td>{rng.choice(['Active', 'Resolved', 'Inactive'])}</td></tr>"
        for _, name in rng.sample(things, 3)
    )
    narrative = rng.choice(
        [
            f"<table><thead><tr><th>Problem</th><th>Status</th></tr></thead><tbody>{cells}</tbody></table>",
            f"<paragraph>{words}</paragraph>",
            "No known allergies",
        ]
    )
    return (
        f'<section><templateId root="2.16.840.1.113883.10.20.22.2.5.1" extension="2015-08-01"/><code code="11450-4" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="PROBLEM LIST"/><title>PROBLEMS</title><text>{narrative}</text>'
        f'<entry typeCode="DRIV"><act classCode="ACT" moodCode="EVN"><id root="ec8a6ff8-ed4b-4f7e-82c3-e98e58b45de7"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="completed"/><effectiveTime><low nullFlavor="UNK"/></effectiveTime><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><value xsi:type="CD" code="{code}" displayName="{words}" codeSystem="2.16.840.1.113883.6.96"><originalText><reference value="#p1"/></originalText></value></observation></entryRelationship></act></entry></section>'
    )


# --- DICOM ----------------------------------------------------------------------------------------------------------------


def _attributes(case: Case) -> list[tuple[str, str, str, str]]:
    rng = case.rng
    name, doctor = case.name(case.who, "^", upper=rng.random() < 0.5), case.name(case.doctor, "^")
    wanted = [
        ("0008,0012", "DA", "InstanceCreationDate", case.day()),
        ("0008,0022", "DA", "AcquisitionDate", case.day()),
        ("0008,0050", "SH", "AccessionNumber", case.id()),
        ("0008,0080", "LO", "InstitutionName", case.house()),
        ("0008,0081", "ST", "InstitutionAddress", mark("ADDRESS", "12 Quay, Dock 4")),
        ("0008,0090", "PN", "ReferringPhysicianName", doctor),
        ("0008,1048", "PN", "PhysiciansOfRecord", case.name(case.other, "^")),
        ("0008,1050", "PN", "PerformingPhysicianName", doctor),
        ("0010,1005", "PN", "PatientBirthName", mark("NAME", case.kin.family)),
        ("0010,1060", "PN", "PatientMotherBirthName", mark("NAME", case.kin.family)),
        ("0010,2154", "SH", "PatientTelephoneNumbers", case.phone()),
        ("0010,1000", "LO", "OtherPatientIDs", case.id()),
        ("0018,1000", "LO", "DeviceSerialNumber", mark("DEVICE", case.digits(4, 8))),
        ("0020,0010", "SH", "StudyID", mark("ID", case.digits(3, 6))),
        ("0032,1032", "PN", "RequestingPhysician", doctor),
        ("0038,0010", "LO", "AdmissionID", case.id()),
        ("0040,1001", "SH", "RequestedProcedureID", case.id()),
        ("0010,1040", "LO", "PatientAddress", case.street()),
        ("0040,A123", "PN", "PersonName", case.name(case.other, "^")),
        ("0040,0244", "DA", "PerformedProcedureStepStartDate", case.day()),
    ]
    harmless = [
        ("0008,0060", "CS", "Modality", "MR"),
        ("0008,0070", "LO", "Manufacturer", "Philips Medical Systems"),
        ("0008,1090", "LO", "ManufacturerModelName", "Ingenia"),
        ("0018,0015", "CS", "BodyPartExamined", "KNEE"),
        ("0028,0010", "US", "Rows", "256"),
        ("0008,103E", "LO", "SeriesDescription", "SAG PD FS"),
    ]
    chosen = [
        ("0010,0010", "PN", "PatientName", name),
        ("0010,0020", "LO", "PatientID", case.id()),
        ("0010,0030", "DA", "PatientBirthDate", case.day(born=True)),
        *rng.sample(wanted, rng.randint(3, 12)),
        *rng.sample(harmless, 4),
    ]
    return sorted(chosen)


def dicom(case: Case) -> str:
    rows = _attributes(case)
    return _printed(case.rng, rows)


def _printed(rng: random.Random, rows: Sequence[tuple[str, str, str, str]]) -> str:
    form = rng.choice(["dcmdump", "dcmdump", "pydicom", "json", "keywords", "xml", "native", "nested", "lines"])
    match form:
        case "dcmdump":
            return "\n".join(
                f"({tag.lower()}) {vr} {value if vr == 'US' else f'[{value}]'}{' ' * rng.randint(1, 12)}#  {len(value)}, 1 {keyword}"
                for tag, vr, keyword, value in rows
            )
        case "pydicom":
            return "\n".join(
                f"({tag.replace(',', ', ').lower()}) {keyword:<35} {vr}: {value if vr == 'US' else repr('v').replace('v', value)}"
                for tag, vr, keyword, value in rows
            )
        case "json":
            return json.dumps(
                {
                    tag.replace(",", ""): {"vr": vr, "Value": [{"Alphabetic": value}] if vr == "PN" else [value]}
                    for tag, vr, _, value in rows
                },
                indent=rng.choice([None, 1]),
                ensure_ascii=False,
            )
        case "keywords":
            return json.dumps({keyword: value for _, _, keyword, value in rows}, ensure_ascii=False)
        case "xml":
            return (
                '<data-set xfer="1.2.840.10008.1.2.1">\n'
                + "\n".join(
                    f'<element tag="{tag.lower()}" vr="{vr}" vm="1" len="8" name="{keyword}">{value}</element>'
                    for tag, vr, keyword, value in rows
                )
                + "\n</data-set>"
            )
        case "native":
            return (
                "<NativeDicomModel>"
                + "".join(
                    f'<DicomAttribute tag="{tag.replace(",", "")}" vr="{vr}" keyword="{keyword}">'
                    + (
                        f'<PersonName number="1"><Alphabetic><FamilyName>{value}</FamilyName></Alphabetic></PersonName>'
                        if vr == "PN"
                        else f'<Value number="1">{value}</Value>'
                    )
                    + "</DicomAttribute>"
                    for tag, vr, keyword, value in rows
                )
                + "</NativeDicomModel>"
            )
        case "nested":
            inner = "\n".join(
                f"    ({tag.lower()}) {vr} [{value}] # {len(value)}, 1 {keyword}" for tag, vr, keyword, value in rows
            )
            return f"(0008,1110) SQ (Sequence with undefined length #=1)     # u/l, 1 ReferencedStudySequence\n  (fffe,e000) na (Item with undefined length #=2)         # u/l, 1 Item\n{inner}\n  (fffe,e00d) na (ItemDelimitationItem)                   #   0, 0 ItemDelimitationItem"
        case _:
            return "\n".join(f"{keyword}: {value}" for _, _, keyword, value in rows)


def dicom_free(rng: random.Random) -> str:
    rows = [
        ("0008,0016", "UI", "SOPClassUID", "1.2.840.10008.5.1.4.1.1.4"),
        ("0008,0060", "CS", "Modality", "MR"),
        ("0008,0070", "LO", "Manufacturer", "Canon Medical Systems"),
        ("0008,1030", "LO", "StudyDescription", "MRI KNEE LEFT WO CONTRAST"),
        ("0018,0050", "DS", "SliceThickness", "3.5"),
        ("0018,0081", "DS", "EchoTime", "34"),
        ("0018,1030", "LO", "ProtocolName", "KNEE ROUTINE"),
        ("0020,0013", "IS", "InstanceNumber", "12"),
        ("0028,0004", "CS", "PhotometricInterpretation", "MONOCHROME2"),
        ("0010,0020", "LO", "PatientID", "REMOVED"),
        ("0012,0062", "CS", "PatientIdentityRemoved", "YES"),
        ("0008,0020", "DA", "StudyDate", "20230104"),
    ]
    return _printed(rng, sorted(rng.sample(rows, rng.randint(5, 10))))


# --- tables -----------------------------------------------------------------------------------------------------------------

_HEADERS = {
    "name": ["Pt Name", "Patient Name", "patient_name", "FullName", "Name", "PATIENT", "Client", "Nom du patient", "Resident"],
    "family": ["Surname", "Last Name", "lastName", "FAMILY_NAME", "Nachname", "Nom", "Apellido"],
    "given": ["Forename", "First Name", "firstName", "GIVEN_NAME", "Vorname", "Prénom", "Nombre"],
    "mrn": ["MRN", "Hosp No", "patientId", "NHS No", "Chart #", "Patientennummer", "IPP", "Medical Record Number", "Pat. Nr."],
    "dob": ["DOB", "Date of Birth", "birthDate", "D.O.B.", "Geburtsdatum", "Date de naissance", "BIRTH_DT"],
    "phone": ["Phone", "Tel.", "mobile_no", "Contact Number", "Telefon", "Téléphone"],
    "street": ["Address", "Street", "addressLine1", "Anschrift", "Adresse", "HOME_ADDRESS"],
    "city": ["City", "Town", "Ort", "Ville", "CITY"],
    "zip": ["ZIP", "Postcode", "postalCode", "PLZ", "Code postal"],
    "doctor": ["Consultant", "Attending", "GP", "Provider", "Seen by", "Hausarzt", "referring_physician"],
    "email": ["Email", "e-mail", "EmailAddress"],
    "visit": ["Admitted", "last_visit", "Appt Date", "Date of service", "Aufnahmedatum"],
    "sex": ["Sex", "Gender", "Geschlecht"], "ward": ["Ward", "Unit", "Station"], "value": ["HbA1c", "Result", "bmi", "eGFR"], "dx": ["Diagnosis", "dx", "ICD10"],
}  # fmt: skip


def _cells(rng: random.Random, fields: Sequence[str], day: str) -> list[str]:
    case = Case(rng)
    one = {
        "name": lambda: case.full(case.who), "family": lambda: mark("NAME", case.who.family), "given": lambda: mark("NAME", case.who.given), "mrn": case.id,
        "dob": lambda: case.day(day, born=True), "phone": case.phone, "street": case.street, "city": case.city, "zip": case.zip,
        "doctor": lambda: mark("NAME", rng.choice([case.doctor.family, f"{case.doctor.given} {case.doctor.family}"])), "email": case.email, "visit": lambda: case.day(day),
        "sex": lambda: rng.choice("MF"), "ward": lambda: rng.choice(["4B", "ICU", "Maternity"]), "value": lambda: f"{rng.randint(20, 120) / 10}", "dx": lambda: rng.choice(["I50.9", "E78.5", "J44.1"]),
    }  # fmt: skip
    return [one[name]() for name in fields]


def _clean(text: str, signs: str) -> str:
    head, colon, rest = text.partition(":") if text.startswith("<<<") else ("", "", text)
    return head + colon + "".join(char for char in rest if char not in signs)


def table(rng: random.Random) -> str:
    people = rng.choice([["name"], ["family", "given"], ["name"]])
    fields = [
        *people,
        *rng.sample(
            ["mrn", "dob", "phone", "street", "city", "zip", "doctor", "email", "visit", "sex", "ward", "value", "dx"],
            rng.randint(2, 6),
        ),
    ]
    rng.shuffle(fields)
    day = rng.choice(["{y}-{m:02}-{d:02}", "{d:02}/{m:02}/{y}", "{d:02}.{m:02}.{y}", "{m}/{d}/{y}", "{y}{m:02}{d:02}"])
    header = [rng.choice(_HEADERS[name]) for name in fields]
    rows = [_cells(rng, fields, day) for _ in range(rng.randint(2, 8))]
    form = rng.choice(
        [
            "csv",
            "csv",
            "tsv",
            "semicolon",
            "bar",
            "markdown",
            "psql",
            "mysql",
            "pandas",
            "fixed",
            "quoted",
            "headless",
            "turned",
            "records",
            "split",
        ]
    )
    signs = {
        "csv": ',\n"',
        "headless": ',\n"',
        "tsv": "\t\n",
        "semicolon": ";\n",
        "bar": "|\n",
        "markdown": "|\n",
        "psql": "|\n",
        "mysql": "|\n",
    }.get(form, "\n")
    rows = [[_clean(cell, signs) for cell in row] for row in rows]
    return _shaped(form, header, rows)


def _shaped(form: str, header: list[str], rows: list[list[str]]) -> str:
    lines = [header, *rows]
    bare = [[_value(cell) for cell in row] for row in lines]
    widths = [max(len(row[at]) for row in bare) for at in range(len(header))]

    def padded(row: list[str], *, right: bool = False, gap: str = "  ") -> str:
        return gap.join(
            " " * (widths[at] - len(_value(cell))) * right + cell + " " * (widths[at] - len(_value(cell))) * (not right)
            for at, cell in enumerate(row)
        )

    match form:
        case "csv" | "headless":
            return "\n".join(",".join(row) for row in (lines if form == "csv" else rows * 2))
        case "tsv" | "semicolon" | "bar":
            return "\n".join({"tsv": "\t", "semicolon": ";", "bar": "|"}[form].join(row) for row in lines)
        case "quoted":
            return "\n".join(",".join('"' + cell.replace('"', "") + '"' for cell in row) for row in lines)
        case "markdown":
            return "\n".join(
                [
                    "| " + " | ".join(header) + " |",
                    "|" + "---|" * len(header),
                    *("| " + " | ".join(row) + " |" for row in rows),
                ]
            )
        case "psql":
            return "\n".join(
                [
                    " " + padded(header, gap=" | "),
                    "-+-".join("-" * width for width in widths),
                    *(" " + padded(row, gap=" | ") for row in rows),
                    f"({len(rows)} rows)",
                ]
            )
        case "mysql":
            rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
            return "\n".join(
                [
                    rule,
                    "| " + padded(header, gap=" | ") + " |",
                    rule,
                    *("| " + padded(row, gap=" | ") + " |" for row in rows),
                    rule,
                ]
            )
        case "pandas":
            return "\n".join(
                [
                    "   " + padded(header, right=True),
                    *(f"{at}  " + padded(row, right=True) for at, row in enumerate(rows)),
                ]
            )
        case "fixed":
            return "\n".join(padded(row, gap="   ") for row in lines)
        case "turned":
            return "\n".join("\t".join(row) for row in zip(*lines, strict=True))
        case "records":
            return json.dumps([dict(zip(header, row, strict=True)) for row in rows], ensure_ascii=False)
        case _:
            return json.dumps({"columns": header, "index": list(range(len(rows))), "data": rows}, ensure_ascii=False)


def _value(cell: str) -> str:
    return cell.partition(":")[2][:-3] if cell.startswith("<<<") else cell


def table_free(rng: random.Random) -> str:
    header, rows = rng.choice(
        [
            (
                ["site", "quarter", "admissions", "readmit_rate"],
                [["North", "Q1", "812", "0.12"], ["South", "Q1", "640", "0.09"], ["East", "Q2", "711", "0.11"]],
            ),
            (
                ["analyte", "unit", "low", "high"],
                [
                    ["Troponin T", "ng/L", "0", "14"],
                    ["Ferritin", "ug/L", "30", "400"],
                    ["Magnesium", "mmol/L", "0.7", "1.0"],
                ],
            ),
            (
                ["drug", "dose", "frequency"],
                [["metoprolol", "25 mg", "bid"], ["apixaban", "5 mg", "bid"], ["atorvastatin", "40 mg", "nightly"]],
            ),
            (
                ["age_group", "female", "male", "total"],
                [["0-17", "120", "132", "252"], ["18-64", "800", "744", "1544"], ["65+", "411", "380", "791"]],
            ),
            (
                ["field", "type", "nullable", "comment"],
                [
                    ["dob", "date", "no", "date of birth"],
                    ["last_name", "text", "no", "family name"],
                    ["ssn", "char(11)", "yes", "social security number"],
                ],
            ),
            (
                ["date", "visits", "no_shows"],
                [["2024-03-01", "88", "4"], ["2024-03-02", "91", "7"], ["2024-03-03", "79", "2"]],
            ),
            (
                ["Segment", "Field", "Name", "Type", "Opt"],
                [
                    ["PID", "3", "Patient Identifier List", "CX", "R"],
                    ["PID", "5", "Patient Name", "XPN", "R"],
                    ["PV1", "7", "Attending Doctor", "XCN", "O"],
                ],
            ),
            (
                ["model", "auc", "p_value", "n"],
                [["logistic", "0.81", "0.03", "12034"], ["xgboost", "0.86", "0.01", "12034"]],
            ),
            (
                ["icd10", "description", "cases"],
                [
                    ["I21.4", "Non-ST elevation myocardial infarction", "340"],
                    ["A41.9", "Sepsis, unspecified organism".replace(",", ""), "120"],
                ],
            ),
        ]
    )
    return _shaped(
        rng.choice(["csv", "tsv", "semicolon", "bar", "markdown", "psql", "mysql", "pandas", "fixed", "quoted"]),
        header,
        rows,
    )


# --- the sets -----------------------------------------------------------------------------------------------------------------


def _json(rng: random.Random, resource: dict[str, object]) -> str:
    if rng.random() < 0.2:
        return fhir_xml(resource)
    return json.dumps(resource, indent=rng.choice([None, 2, 1]), ensure_ascii=False)


def records(times: int = 60) -> Iterator[Document]:
    """Records of each format with persons, then without; `family` begins with `free-` where nobody is in them."""
    yield from told(lambda rng: hl7(Case(rng)), "hl7", times)
    yield from told(lambda rng: x12(Case(rng)), "x12", times)
    yield from told(lambda rng: _json(rng, fhir(Case(rng))), "fhir", times)
    yield from told(lambda rng: ccda(Case(rng)), "ccda", times)
    yield from told(lambda rng: dicom(Case(rng)), "dicom", times)
    yield from told(table, "table", times)
    half = times // 2
    yield from told(hl7_free, "free-hl7", half)
    yield from told(x12_free, "free-x12", half)
    yield from told(lambda rng: _json(rng, fhir_free(rng)), "free-fhir", half)
    yield from told(ccda_free, "free-ccda", half)
    yield from told(dicom_free, "free-dicom", half)
    yield from told(table_free, "free-table", half)
