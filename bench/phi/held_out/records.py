"""Records as systems write them, built from the published formats by a seeded hand of its own, with and without persons.

HL7 v2.5.1, X12 005010, FHIR R4 in JSON and XML, CDA R2, DICOM printed four ways, tables in a dozen shapes; then roughened:
other line ends, log prefixes, code fences, one line, cut off, in a string of JSON. `<<<TYPE:value>>>` marks what identifies.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator

from bench.phi.corpus import people, values
from bench.phi.corpus.grammar import Document, Span

SEED = 81
_MARK = re.compile(r"<<<([A-Z]+):(.*?)>>>", re.DOTALL)
PART = people.HELD_OUT


def document(marked: str, family: str) -> Document:
    """A text with its marks taken off and noted."""
    text, spans, done = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[done : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), mark[1]))
        text += mark[2]
        done = mark.end()
    return Document(text + marked[done:], tuple(spans), family)


class Case:
    """One patient with all that a record may tell."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.who, self.kin, self.doctor, self.other = (self._person() for _ in range(4))
        if rng.random() < 0.1:
            self.who = people.Person(
                rng.choice(["Test", "Demo", "Jane", "Zz"]), rng.choice(["Patient", "Doe", "Testpatient", "Example"])
            )

    def _person(self) -> people.Person:
        return people.person(self.rng, PART)

    def digits(self, low: int, high: int) -> str:
        return values.digits(self.rng, self.rng.randint(low, high))

    def id(self, kind: str = "ID") -> str:
        form = self.rng.choice(["{n}", "{n}", "{a}{n}", "{n}-{m}", "{a}-{n}", "{n}{a}"])
        letters = "".join(self.rng.choice("ABCDEFGHKLMNPRTUVWXZ") for _ in range(self.rng.randint(1, 3)))
        return mark(kind, form.format(n=self.digits(5, 9), m=self.digits(1, 3), a=letters))

    def name(self, who: people.Person, sep: str, *, upper: bool = False) -> str:
        parts = [who.family, who.given] + ([who.middle.rstrip(".")] if who.middle else [])
        return sep.join(mark("NAME", part.upper() if upper else part) for part in parts)

    def full(self, who: people.Person, kind: str = "NAME") -> str:
        return mark(kind, self.rng.choice([f"{who.given} {who.family}", f"{who.family}, {who.given}"]))

    def day(self, form: str = "{y}{m:02}{d:02}", *, born: bool = False) -> str:
        year = self.rng.randint(1931, 2019) if born else self.rng.randint(2019, 2026)
        return mark("DATE", form.format(y=year, m=self.rng.randint(1, 12), d=self.rng.randint(1, 28)))

    def stamp(self) -> str:
        return mark(
            "DATE",
            f"{self.rng.randint(2019, 2026)}{self.rng.randint(1, 12):02}{self.rng.randint(1, 28):02}{self.rng.randint(0, 23):02}{self.rng.randint(0, 59):02}",
        )

    def street(self) -> str:
        return mark("ADDRESS", values.street(self.rng, PART).replace("\n", " "))

    def city(self) -> str:
        return mark("CITY", values.city(self.rng, PART))

    def zip(self) -> str:
        return mark(
            "ZIP",
            self.rng.choice(
                [
                    self.digits(5, 5),
                    self.digits(4, 4),
                    f"{self.digits(5, 5)}-{self.digits(4, 4)}",
                    f"SW{self.digits(1, 1)} 4TB",
                    "K1A 0B1",
                    "9012 AB",
                ]
            ),
        )

    def phone(self) -> str:
        return mark(
            "PHONE", self.rng.choice([values.phone(self.rng), self.digits(10, 10), f"+44 20 7946 {self.digits(4, 4)}"])
        )

    def house(self) -> str:
        return mark("FACILITY", values.facility(self.rng, PART).replace("*", ""))

    def email(self) -> str:
        return mark("EMAIL", values.email(self.rng, self.who))

    def ssn(self) -> str:
        return mark("SSN", values.ssn(self.rng))


def mark(kind: str, value: str) -> str:
    return f"<<<{kind}:{value}>>>"


# --- HL7 v2 -----------------------------------------------------------------------------------------------------------

_LABS = (
    "2345-7^Glucose^LN",
    "1975-2^Bilirubin.total^LN",
    "789-8^Erythrocytes^LN",
    "883-9^ABO group^LN",
    "94500-6^SARS-CoV-2 RNA^LN",
    "5767-9^Appearance of Urine^LN",
)


def hl7(case: Case) -> str:
    rng = case.rng
    event = rng.choice(
        ["ADT^A28", "ADT^A08", "ORM^O01", "VXU^V04", "DFT^P03", "RDE^O11", "ORU^R01", "ADT^A40", "REF^I12"]
    )
    upper = rng.random() < 0.5
    who = case.name(case.who, "^", upper=upper)
    doctor = f"{case.id()}^{case.name(case.doctor, '^', upper=upper)}^^^{rng.choice(['Dr', 'MD', ''])}"
    home = f"{case.street()}^{rng.choice(['', mark('ADDRESS', 'Apt ' + case.digits(1, 3))])}^{case.city()}^{rng.choice(['OR', 'TX', 'BC', ''])}^{case.zip()}^{rng.choice(['USA', 'CAN', 'GBR'])}^H"
    ids = f"{case.id()}^^^NORTH&1.2.3&ISO^MR" + rng.choice(["", f"~{case.ssn()}^^^USA^SS", f"~{case.id()}^^^MCD^MA"])
    lines = [
        rf"MSH|^~\&|SENDAPP|FAC{case.digits(1, 2)}|RECV|HUB|{case.digits(8, 8)}||{event}^{event.replace('^', '_')}|{case.digits(5, 9)}|P|2.5.1|||AL|NE",
        f"EVN||{case.stamp()}|||{doctor}",
        f"PID|1|{rng.choice(['', case.id()])}|{ids}||{who}|{rng.choice(['', mark('NAME', case.kin.family)])}|{case.day(born=True)}|{rng.choice('MFUO')}||2106-3^White^HL70005|{home}||"
        f"{case.phone()}^PRN^PH^^^^~^NET^Internet^{case.email()}|{rng.choice(['', case.phone()])}|eng^English^HL70296|S|CHR|{case.id()}|{rng.choice(['', case.ssn()])}",
    ]
    more = [
        f"PD1||||{doctor}",
        f"NK1|1|{case.name(case.kin, '^', upper=upper)}|{rng.choice(['SPO^Spouse', 'MTH^Mother', 'FCH'])}|{home}|{case.phone()}",
        f"PV1|1|{rng.choice('IOE')}|{rng.choice(['W4^12^B', 'ER^03', 'OPD'])}^{rng.choice(['', 'MAIN'])}||||{doctor}|{doctor}||CAR|||||||||{case.id()}|||||||||||||||||||||||||{case.stamp()}",
        f"GT1|1||{case.name(case.kin, '^', upper=upper)}||{home}|{case.phone()}||{case.day(born=True)}|F||SPO|{case.ssn()}",
        f"IN1|1|PPO^Preferred|{case.digits(3, 5)}|ACME MUTUAL|PO BOX 1^^OMAHA^NE^68101||8005551000|{case.id()}||||20250101|||PLAN|{case.name(case.who, '^', upper=upper)}|SELF|{case.day(born=True)}|{home}||||||||||||||||||{case.id()}",
        f"ORC|NW|{case.id()}^EHR|{case.id()}^LAB||CM||||{case.stamp()}|||{doctor}",
        f"OBR|1|{case.id()}^EHR|{case.id()}^LAB|24323-8^Comprehensive metabolic 2000 panel^LN|||{case.stamp()}|||||||||{doctor}||||||{case.stamp()}|||F",
        f"OBX|1|NM|{rng.choice(_LABS)}||{case.digits(1, 3)}|mg/dL^milligram per deciliter^UCUM|70-99|H|||F|||{case.stamp()}",
        f"OBX|2|ST|{rng.choice(_LABS)}||Negative||Negative|N|||F",
        "OBX|3|CWE|29544-3^Physical findings^LN||162864005^Body mass index 30+ - obesity^SCT||||||F",
        f"DG1|1||I50.9^Heart failure, unspecified^I10||{case.day()}|A",
        f"AL1|1|DA|7980^Penicillin G^RXNORM|SV|Anaphylaxis|{case.day()}",
        f"RXA|0|1|{case.stamp()}|{mark('DATE', case.digits(0, 0) + '20240611')}|140^Influenza, seasonal, injectable^CVX|0.5|mL^milliliter^UCUM||00^New immunization record^NIP001|{doctor}|||||LOT{case.digits(3, 4)}||SKB^GlaxoSmithKline^MVX",
        f"RXE|^^^{case.stamp()}|860975^metformin 500 MG^RXNORM|500||mg^milligram^UCUM|||||30||||{doctor}|{case.id()}",
        f"FT1|1|||{case.stamp()}||CG|99213^Office visit est^C4|||1||||||{rng.choice(['OPD', 'W4'])}||||I50.9^^I10|{doctor}",
        f"ROL|1|AD|PP^Primary Care^HL70443|{doctor}",
        f"SPM|1|{case.id()}&EHR^{case.id()}&LAB||119297000^Blood^SCT|||||||||||||{case.stamp()}",
        f"ZPV|1|local|Y|{rng.choice(['A', '7'])}",
        f"MRG|{case.id()}^^^NORTH^MR|||{case.id()}",
    ]
    chosen = rng.sample(more, rng.randint(3, 9))
    text = "\n".join([*lines, *chosen])
    if rng.random() < 0.15:  # other delimiters
        text = (
            text
            if set("#*!$") & set(text)
            else text.replace("|", "#").replace("~", "*").replace("\\", "!").replace("&", "$")
        )
    return text


def hl7_free(rng: random.Random) -> str:
    lines = [
        f"OBX|{at}|{rng.choice(['NM', 'SN', 'CWE', 'ST'])}|{rng.choice(_LABS)}||{rng.choice(['112', '>^100', 'A^Abnormal^HL70078', 'Positive', '7.41', 'Not detected'])}|{rng.choice(['mmol/L', '10*9/L', '%', ''])}|{rng.choice(['3.5-5.0', '<5', ''])}|{rng.choice('NHL')}|||F"
        for at in range(1, rng.randint(3, 8))
    ]
    head = rng.choice(
        [
            "OBR|1|||57021-8^CBC W Auto Differential panel - Blood^LN|||||||||||||||||||||F",
            r"MSH|^~\&|||||||ACK^R01^ACK|9|P|2.5.1" + "\nMSA|AA|9",
            r"MSH|^~\&|APP|FAC|APP2|FAC2|20250101||ORU^R01|1|T|2.4"
            "\n"
            r"PID|1||<MRN>^^^FAC^MR||LASTNAME^FIRSTNAME||YYYYMMDD|M",
            "DG1|1||E11.65^Type 2 diabetes mellitus with hyperglycemia^I10",
        ]
    )
    tail = rng.choice(
        [
            "",
            "\nNTE|1||Sample slightly hemolyzed",
            "\nNTE|1|L|Reference ranges are for adults.",
            "\nSPM|1|||119364003^Serum specimen^SCT",
        ]
    )
    return head + "\n" + "\n".join(lines) + tail


# --- X12 --------------------------------------------------------------------------------------------------------------


def x12(case: Case) -> str:
    rng, e = case.rng, "*"
    kind = rng.choice(["837P", "837I", "837D", "835", "270", "271", "276", "277", "278", "834"])
    upper = lambda text: re.sub(r":(.*?)>>>", lambda m: f":{m[1].upper()}>>>", text)  # noqa: E731
    who, kin, doctor = (upper(case.name(one, e)) for one in (case.who, case.kin, case.doctor))
    home = [
        f"N3*{upper(case.street())}",
        f"N4*{upper(case.city())}*{rng.choice(['NY', 'FL', 'WA'])}*{mark('ZIP', case.digits(5, 5))}",
    ]
    born = f"DMG*D8*{case.day(born=True)}*{rng.choice('MFU')}"
    member = f"{who}{'*' * (5 - who.count('*') - 1)}*MI*{case.id()}"
    head = ["BHT*0019*00*" + case.digits(6, 6) + "*20250214*1015*CH"]
    body: list[str] = []
    subscriber = [f"NM1*IL*1*{member}", *home, born]
    provider = [f"NM1*85*2*{upper(case.house())}*****XX*{case.digits(10, 10)}", "N3*1 PLAZA", "N4*RENO*NV*89501"]
    physician = f"NM1*{rng.choice(['82', 'DN', '71', '77'])}*1*{doctor}{'*' * (5 - doctor.count('*') - 1)}*XX*{case.digits(10, 10)}"
    payer = "NM1*PR*2*ACME MUTUAL*****PI*60054"
    match kind:
        case "837P" | "837I" | "837D":
            dependent = [
                f"PAT*{rng.choice(['19', '01'])}",
                f"NM1*QC*1*{kin}",
                f"N3*{upper(case.street())}",
                f"N4*{upper(case.city())}*NY*{mark('ZIP', case.digits(5, 5))}",
                f"DMG*D8*{case.day(born=True)}*F",
            ]
            line = {
                "837P": "SV1*HC:99214:25*180*UN*1***1:2",
                "837I": "SV2*0450*HC:99285*900*UN*1",
                "837D": "SV3*AD:D2391*120****1",
            }[kind]
            body = [
                *head,
                "NM1*41*2*CLEARING CO*****46*" + case.digits(9, 9),
                payer.replace("PR", "40"),
                "HL*1**20*1",
                *provider,
                f"HL*2*1*22*{rng.choice('01')}",
                f"SBR*P*18*{case.id()}******CI",
                *subscriber,
                f"REF*SY*{mark('SSN', case.digits(9, 9))}",
                payer,
                *rng.choice([[], ["HL*3*2*23*0", *dependent]]),
                f"CLM*{case.id()}*{case.digits(2, 4)}***11:B:1*Y*A*Y*I",
                f"DTP*431*D8*{case.day()}",
                f"REF*G1*{case.id()}",
                f"REF*EA*{case.id()}",
                "HI*ABK:I509*ABF:E785",
                physician,
                "LX*1",
                line,
                f"DTP*472*RD8*{mark('DATE', '20250203-20250205')}",
                f"REF*6R*{case.digits(1, 2)}A",
            ]
        case "835":
            body = [
                "BPR*I*1204.5*C*CHK************20250303",
                "TRN*1*" + case.digits(8, 8) + "*1" + case.digits(9, 9),
                "DTM*405*20250303",
                "N1*PR*ACME MUTUAL",
                f"N1*PE*{upper(case.house())}*XX*{case.digits(10, 10)}",
                "LX*1",
                f"CLP*{case.id()}*{rng.choice('1234')}*250*180.5*20*12*{case.id()}*11*1",
                "CAS*PR*2*20",
                f"NM1*QC*1*{member}",
                f"NM1*IL*1*{kin}",
                physician,
                f"REF*EA*{case.id()}",
                f"DTM*232*{case.day()}",
                "SVC*HC:99214*250*180.5**1",
                f"DTM*472*{case.day()}",
                "AMT*B6*200.5",
                "MOA***MA01",
            ]
        case "834":
            body = [
                "BGN*00*" + case.digits(5, 6) + "*20250101*1200****4",
                "N1*P5*HILL TOOLS*FI*" + case.digits(9, 9),
                "N1*IN*ACME MUTUAL*FI*" + case.digits(9, 9),
                "INS*Y*18*030*XN*A***FT",
                f"REF*0F*{case.id()}",
                f"REF*1L*{case.id()}",
                f"NM1*IL*1*{who}{'*' * (5 - who.count('*') - 1)}*34*{mark('SSN', case.digits(9, 9))}",
                f"PER*IP**HP*{mark('PHONE', case.digits(10, 10))}*EM*{case.email()}",
                *home,
                born,
                "HD*030**HLT*GOLD*EMP",
                f"DTP*348*D8*{case.day()}",
            ]
        case _:
            code = {"270": "0022*13", "271": "0022*11", "276": "0010*13", "277": "0010*08", "278": "0007*13"}[kind]
            inner = {
                "270": ["EQ*30"],
                "271": ["EB*1*IND*30**GOLD PPO", f"REF*18*{case.id()}", "MSG*COPAY WAIVED"],
                "276": [f"REF*1K*{case.id()}", f"REF*EJ*{case.id()}", "AMT*T3*85"],
                "277": [f"STC*F1:65*{case.day()}**100*80", f"REF*1K*{case.id()}", f"DTP*472*D8*{case.day()}"],
                "278": ["UM*HS*I*2*11:B*****N", f"REF*BB*{case.id()}", "HI*ABK:M5416", f"DTP*472*D8*{case.day()}"],
            }[kind]
            body = [
                f"BHT*{code}*{case.digits(5, 8)}*20250301*0900",
                "HL*1**20*1",
                payer,
                "HL*2*1*21*1",
                f"NM1*1P*1*{doctor}{'*' * (5 - doctor.count('*') - 1)}*XX*{case.digits(10, 10)}",
                "HL*3*2*22*0",
                f"TRN*1*{case.id()}*9" + case.digits(9, 9),
                f"NM1*IL*1*{member}",
                *(home if rng.random() < 0.5 else []),
                born,
                *inner,
            ]
    st = kind[:3]
    segments = [f"ST*{st}*0001*005010X999", *body, f"SE*{len(body) + 2}*0001"]
    if rng.random() < 0.7:
        segments = [
            f"ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     *250214*1015*^*00501*{case.digits(9, 9)}*0*P*:",
            "GS*HC*SND*RCV*20250214*1015*1*X*005010X999",
            *segments,
            "GE*1*1",
            f"IEA*1*{case.digits(9, 9)}",
        ]
        if rng.random() < 0.2:
            segments = [segment.replace("*", "|") for segment in segments]
    return rng.choice(["~\n", "~", "~\r\n"]).join(segments) + "~"


def x12_free(rng: random.Random) -> str:
    return rng.choice(
        [
            "AAA*N**72*C~\nAAA*Y**42*Y~",
            "SV1*HC:J1885*12*UN*2***1~\nLIN**N4*00409379501~\nCTP****2*ML~",
            "CAS*CO*97*12.5*1~CAS*OA*23*0~\nSVC*HC:80061*40*21**1~",
            "ST*999*0001~AK1*HC*7~AK2*837*0002~IK5*A~AK9*A*1*1*1~SE*6*0001~",
            "EB*C*IND*30***29*500~EB*G*FAM*30***23*9000*****Y~",
            "HI*BK:4019*BF:25000~CL1*1*7*30~",
            "QTY*ZK*3~AMT*AU*120~LQ*HE*MA18~",
            "STC*A1:19*20250611*WQ*75~\nQTY*90*1~",
            "N1*PR*ACME MUTUAL~N3*PO BOX 1~N4*OMAHA*NE*68101~",
            "NM1*PR*2*ACME MUTUAL*****PI*60054~",
            "HL*1**20*1~PRV*BI*PXC*207Q00000X~CUR*85*USD~",
        ]
    )


# --- FHIR -------------------------------------------------------------------------------------------------------------


def _fhir_person(case: Case, kind: str) -> dict[str, object]:
    rng, who = case.rng, case.who
    person: dict[str, object] = {
        "resourceType": kind,
        "id": mark("ID", case.digits(3, 7)) if kind == "Patient" else "p" + case.digits(2, 2),
    }
    person["identifier"] = [{"system": "urn:oid:1.2.36.146", "value": case.id(), "assigner": {"display": "Acme"}}]
    person["name"] = [
        {"use": "official", "family": mark("NAME", who.family), "given": [mark("NAME", who.given)]},
        *([{"text": mark("NAME", f"{who.given} {who.family}")}] if rng.random() < 0.4 else []),
    ]
    person["telecom"] = [{"system": "phone", "value": case.phone()}, {"system": "email", "value": case.email()}]
    person["birthDate"] = case.day("{y}-{m:02}-{d:02}", born=True)
    person["address"] = [
        {
            "line": [case.street()],
            "city": case.city(),
            "district": mark("CITY", values.city(rng, PART)),
            "state": "OR",
            "postalCode": case.zip(),
            "country": "US",
        }
    ]
    if kind == "Patient":
        person["contact"] = [
            {
                "relationship": [{"text": "mother"}],
                "name": {"family": mark("NAME", case.kin.family), "given": [mark("NAME", case.kin.given)]},
                "telecom": [{"system": "phone", "value": case.phone()}],
            }
        ]
        person["generalPractitioner"] = [{"reference": "Practitioner/7", "display": case.full(case.doctor)}]
        person["managingOrganization"] = {"display": case.house()}
        person["deceasedBoolean"] = False
    return person


def _concept(code: str, words: str, system: str = "http://snomed.info/sct") -> dict[str, object]:
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}


def fhir(case: Case) -> dict[str, object]:
    rng = case.rng
    patient = mark("ID", case.digits(3, 7))
    subject = {"reference": f"Patient/{patient}", "display": case.full(case.who)}
    doctor = {"reference": "Practitioner/17", "display": case.full(case.doctor)}
    when = case.day("{y}-{m:02}-{d:02}T09:30:00Z")
    one: dict[str, object] = {
        "Patient": lambda: _fhir_person(case, "Patient"),
        "RelatedPerson": lambda: _fhir_person(case, "RelatedPerson"),
        "Practitioner": lambda: _fhir_person(case, "Practitioner"),
        "Encounter": lambda: {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB", "display": "ambulatory"},
            "subject": subject,
            "participant": [{"individual": doctor}],
            "period": {"start": when, "end": when},
            "location": [{"location": {"display": case.house()}}],
            "serviceProvider": {"display": case.house()},
        },
        "Appointment": lambda: {
            "resourceType": "Appointment",
            "status": "booked",
            "start": when,
            "participant": [{"actor": subject, "status": "accepted"}, {"actor": doctor}],
        },
        "MedicationRequest": lambda: {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": _concept(
                "860975", "metformin 500 MG", "http://www.nlm.nih.gov/research/umls/rxnorm"
            ),
            "subject": subject,
            "authoredOn": when,
            "requester": doctor,
            "dosageInstruction": [{"text": "one tablet twice a day with meals"}],
        },
        "Condition": lambda: {
            "resourceType": "Condition",
            "code": _concept("73211009", "Diabetes mellitus"),
            "subject": subject,
            "onsetDateTime": when,
            "recorder": doctor,
            "asserter": {"display": case.full(case.kin)},
        },
        "Immunization": lambda: {
            "resourceType": "Immunization",
            "vaccineCode": _concept("140", "Influenza, seasonal", "http://hl7.org/fhir/sid/cvx"),
            "patient": subject,
            "occurrenceDateTime": when,
            "lotNumber": "AB12",
            "performer": [{"actor": doctor}],
            "location": {"display": case.house()},
        },
        "ExplanationOfBenefit": lambda: {
            "resourceType": "ExplanationOfBenefit",
            "identifier": [{"value": case.id()}],
            "patient": subject,
            "billablePeriod": {"start": when},
            "provider": doctor,
            "insurer": {"display": "Acme Mutual"},
            "item": [
                {
                    "sequence": 1,
                    "productOrService": _concept("99213", "Office visit", "http://www.ama-assn.org/go/cpt"),
                    "net": {"value": 120.5, "currency": "USD"},
                }
            ],
        },
        "Device": lambda: {
            "resourceType": "Device",
            "serialNumber": mark("DEVICE", "SN" + case.digits(5, 7)),
            "type": _concept("14106009", "Cardiac pacemaker"),
            "patient": subject,
        },
        "Specimen": lambda: {
            "resourceType": "Specimen",
            "accessionIdentifier": {"value": case.id()},
            "subject": subject,
            "receivedTime": when,
            "collection": {"collector": doctor},
        },
        "AllergyIntolerance": lambda: {
            "resourceType": "AllergyIntolerance",
            "code": _concept("91936005", "Allergy to penicillin"),
            "patient": subject,
            "recordedDate": case.day("{y}-{m:02}-{d:02}"),
            "recorder": doctor,
        },
        "Person": lambda: _fhir_person(case, "Person"),
    }[
        rng.choice(
            [
                "Patient",
                "Patient",
                "RelatedPerson",
                "Practitioner",
                "Encounter",
                "Appointment",
                "MedicationRequest",
                "Condition",
                "Immunization",
                "ExplanationOfBenefit",
                "Device",
                "Specimen",
                "AllergyIntolerance",
                "Person",
            ]
        )
    ]()
    if rng.random() < 0.25:
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": 1,
            "entry": [{"fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "resource": one}],
        }
    return one


def fhir_xml(resource: dict[str, object]) -> str:
    """The same in XML: an element for each member, its value in an attribute."""

    def inside(key: str, value: object) -> str:
        if isinstance(value, list):
            return "".join(inside(key, one) for one in value)
        if isinstance(value, dict):
            body = "".join(inside(name, one) for name, one in value.items() if name != "resourceType")
            inner = value.get("resourceType")
            return f"<{key}><{inner}>{body}</{inner}></{key}>" if inner else f"<{key}>{body}</{key}>"
        return f'<{key} value="{json.dumps(value) if isinstance(value, bool | int | float) else value}"/>'

    kind = resource["resourceType"]
    return (
        f'<?xml version="1.0"?>\n<{kind} xmlns="http://hl7.org/fhir">'
        + "".join(inside(key, value) for key, value in resource.items() if key != "resourceType")
        + f"</{kind}>"
    )


def fhir_free(rng: random.Random) -> dict[str, object]:
    lab = rng.choice(
        [
            ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma"),
            ("6298-4", "Potassium [Moles/volume] in Blood"),
            ("29463-7", "Body weight"),
            ("85354-9", "Blood pressure panel with all children optional"),
        ]
    )
    return rng.choice(
        [
            {
                "resourceType": "Observation",
                "status": "final",
                "code": _concept(*lab, "http://loinc.org"),
                "valueQuantity": {
                    "value": rng.randint(1, 300) / 10,
                    "unit": "mg/dL",
                    "system": "http://unitsofmeasure.org",
                    "code": "mg/dL",
                },
                "effectiveDateTime": "2024-05-06",
            },
            {
                "resourceType": "Observation",
                "status": "final",
                "code": _concept(*lab, "http://loinc.org"),
                "valueCodeableConcept": _concept("260385009", "Negative"),
                "interpretation": [_concept("N", "Normal")],
                "method": {"text": "Immunoassay"},
            },
            {
                "resourceType": "ValueSet",
                "url": "http://example.org/vs/wards",
                "name": "WardKinds",
                "status": "draft",
                "publisher": "Example Health",
                "compose": {
                    "include": [{"system": "urn:x", "concept": [{"code": "icu", "display": "Intensive care"}]}]
                },
            },
            {
                "resourceType": "Medication",
                "code": _concept("197361", "amlodipine 5 MG Oral Tablet"),
                "form": _concept("385055001", "Tablet"),
            },
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "date": "2024-01-02",
                "kind": "instance",
                "fhirVersion": "4.0.1",
                "software": {"name": "Acme FHIR"},
                "rest": [
                    {
                        "mode": "server",
                        "resource": [
                            {
                                "type": "Patient",
                                "searchParam": [
                                    {"name": "given", "type": "string"},
                                    {"name": "birthdate", "type": "date"},
                                ],
                            }
                        ],
                    }
                ],
            },
            {
                "resourceType": "OperationOutcome",
                "issue": [
                    {
                        "severity": "error",
                        "code": "required",
                        "details": {"text": "Patient.name: minimum required = 1, but only found 0"},
                        "expression": ["Patient.name"],
                    }
                ],
            },
            {
                "resourceType": "Condition",
                "code": _concept("195967001", "Asthma"),
                "severity": _concept("24484000", "Severe"),
                "verificationStatus": _concept("confirmed", "Confirmed"),
            },
            {
                "resourceType": "Questionnaire",
                "title": "Falls risk",
                "status": "active",
                "item": [{"linkId": "1", "text": "Has the patient fallen in the last year?", "type": "boolean"}],
            },
        ]
    )


# --- CDA, DICOM, tables: see records_more -------------------------------------------------------------------------------


def dressed(rng: random.Random, text: str) -> str:
    """A record as it reaches a model: in a fence, behind a log's prefix, with other line ends, within a string."""
    way = rng.choice(["plain", "plain", "asked", "fence", "crlf", "cr", "log", "string", "bom", "cut", "quoted"])
    match way:
        case "asked":
            return rng.choice(["Explain this to me: ", "What does this say?\n\n", "Convert to JSON.\n"]) + text
        case "fence":
            return f"Please check:\n```{rng.choice(['', 'text', 'json', 'xml'])}\n{text}\n```\nIs it valid?"
        case "crlf":
            return text.replace("\r\n", "\n").replace("\n", "\r\n")
        case "cr" if text.startswith("MSH"):
            return "\x0b" + text.replace("\n", "\r") + "\x1c\r"
        case "log":
            return "\n".join(
                f"2025-02-14 10:15:{at % 60:02} INFO in: {line}" for at, line in enumerate(text.splitlines())
            )
        case "string":
            return json.dumps({"status": 200, "body": text}, ensure_ascii=rng.random() < 0.3)
        case "bom":
            return "\ufeff" + text
        case "cut":
            end = text.rfind(">>>", 0, max(200, int(len(text) * 0.8)))
            return text[: end + 3] if end > 0 else text
        case "quoted":
            return "\n".join("> " + line for line in text.splitlines())
        case _:
            return text


def told(write: Callable[[random.Random], str], family: str, times: int) -> Iterator[Document]:
    for at in range(times):
        rng = random.Random(f"{SEED}-{family}-{at}")
        yield document(dressed(rng, write(rng)), family)
