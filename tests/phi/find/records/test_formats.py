from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import Engine, load_engine
from gateway.phi.find.records import formats
from gateway.phi.find.text.normalise import normalise

HL7 = "MSH|^~\\&|ADT|HOSP|LAB|HOSP|20210304102200||ADT^A01|1|P|2.5.1\rPID|1||8675309^^^HOSP^MR||TEST^PATIENT\r"
PATIENT = {
    "resourceType": "Patient",
    "name": [{"family": "TEST", "given": ["PATIENT"]}],
    "identifier": [{"value": "8675309"}],
}
RECORDS = {
    "hl7": HL7,
    "fhir": json.dumps(PATIENT),
    "x12": "ST*837*0001~NM1*IL*1*TEST*PATIENT****MI*8675309~",
    "dicom": "(0010,0010) PN [TEST^PATIENT] # 12, 1 PatientName\n(0010,0020) LO [8675309] # 7, 1 PatientID",
    "ccda": '<recordTarget><patientRole><id extension="8675309" root="1.2"/><patient><name><given>PATIENT</given><family>TEST</family></name></patient></patientRole></recordTarget>',
    "fhir-xml": '<Patient xmlns="http://hl7.org/fhir"><name><family value="TEST"/><given value="PATIENT"/></name><identifier><value value="8675309"/></identifier></Patient>',
    "csv": "mrn,last_name,first_name\n8675309,TEST,PATIENT",
}


def values(text: str) -> set[str]:
    folded = normalise(text)
    return {folded.text[hit.start : hit.end] for hit in formats.recognised(folded).hits}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
@pytest.mark.parametrize(
    "around",
    ["{}", "Explain:\n{}\nThanks.", "```\n{}\n```", "\ufeff{}", "\x0b{}\x1c\r"],
    ids=["whole", "prose", "fence", "mark", "mllp"],
)
def test_a_record_is_known_wherever_it_stands(record, around):
    assert {"TEST", "PATIENT", "8675309"} <= values(around.format(record))


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
@pytest.mark.parametrize("prefix", ["> ", "2025-01-01 10:00:00.123 INFO feed.in: "])
def test_a_record_is_known_behind_what_each_line_begins_with(record, prefix):
    text = "".join(f"{prefix}{line}\n" for line in ["received", *record.splitlines()])
    assert {"TEST", "PATIENT", "8675309"} <= values(text)


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_record_in_a_string_is_known_and_found_where_it_stands(record):
    for text in (json.dumps({"status": 200, "body": record}), json.dumps({"log": json.dumps({"body": record})})):
        assert {"TEST", "PATIENT", "8675309"} <= values(text)


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_test_patients_are_found_by_the_engine_too(record):
    found = Engine().detect([Passage(record)])[0].findings
    assert {"TEST", "PATIENT", "8675309"} <= {record[one.start : one.end] for one in found}
    assert all(one.counts for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Margot Tuttle, MRN 8675309, was seen.",
        "a, b and c\nd, e and f",
        '{"name": "x"}',
        "x = 1; y = 2\nz = 3; w = 4",
    ],
)
def test_prose_and_code_are_no_records(text):
    assert formats.recognised(normalise(text)) == formats.Records()


@pytest.mark.parametrize(
    "around",
    [
        "OBX|1|CE|1^{}^LN||1^{}^L|mg|||F", "DG1|1||E11^{}^I10|x", '{{"resourceType": "Observation", "code": {{"coding": [{{"system": "x", "code": "1", "display": "{}"}}]}}}}', "(0008,1030) LO [{}] # 5, 1 StudyDescription", "SV1*{}*100~LX*1~", "code,display,unit\n1,{},mg\n2,x,g",
        '<section><code code="1" codeSystem="2.16" displayName="{}"/><title>{}</title></section>',
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Margot Tuttle was seen", "Margot Tuttle"), ("SSN 912-04-1234", "912-04-1234"), ("write to m.tuttle@example.org", "m.tuttle@example.org"), ("MRN 8675309", "8675309"), ("call 503-555-0188", "503-555-0188"), ("refill for Okafor", "Okafor"),
    ],
)  # fmt: skip
def test_a_field_for_codes_hides_nothing(around, said, value):
    text = around.replace("{}", said).replace("{{", "{").replace("}}", "}")
    found = load_engine().detect([Passage(text)])[0].findings
    covered = {at for one in found for at in range(one.start, one.end)}
    start = text.index(value)
    assert all(at in covered for at in range(start, start + len(value)) if text[at].isalnum())


SIGNS = st.text("|^~\\&*~\n\r,;\t \"'{}[]<>/:=()0123456789ABMSHPIDNTEOXabcdé-.", max_size=120)


@given(
    st.lists(
        st.sampled_from([*RECORDS.values(), "MSH|^~\\&|", "NM1*", "(0010,", "<a", '{"resourceType":', "mrn,name\n"])
        | SIGNS,
        max_size=5,
    ).map("".join)
)
def test_no_text_stops_the_readers_and_spans_stay_inside(text):
    folded = normalise(text)
    said = formats.recognised(folded)
    for start, end in [*said.quiet, *((hit.start, hit.end) for hit in said.hits)]:
        assert 0 <= start <= end <= len(folded.text)
    stretches = said.open(folded.text)
    assert all(start < end for start, end in stretches)
    assert stretches == sorted(stretches)


def test_a_weak_sign_counts_only_beside_another():
    payment = "TRN*1*1105769923*1512345678~N1*PE*ELM CLINIC~PER*CX*FRONT DESK*TE*5415551212~"
    kinds = {one.kind for one in Engine().detect([Passage(payment)])[0].findings if one.counts}
    assert Kind.OTHER_ID not in kinds
    beside = {one.kind for one in Engine().detect([Passage(payment + "NM1*QC*1*DOE*JANE~")])[0].findings if one.counts}
    assert {Kind.NAME, Kind.OTHER_ID, Kind.FACILITY} <= beside


N = 20_000


@pytest.mark.parametrize(
    "text",
    [
        "PID|" * N, "NM1*IL*1*" * N, "(0010,0010) PN [" * N, "a,b\n" * N, 'x,"' * N, "<section><code " * N, "|-" * N, "a  b\n" * N, '\\"' * N + "\\nPID|", "a | b\n+" + "-" * N + "x |\nc | d",
        "| a | b |\n" + "+------" * N + '"}\n| a | b |', "PID|1|" + " " * N + "x", "PID|" + "  x" * N, "<section><code " + "a" * N + ">", "<section><code/>" + "<!--" * N, "<section><code/>" + "<![CDATA[" * N,
        "(0010,0010) PN " + "[" * N, "(0010,0010)" + "\t" * N + "x", "(0010,0010) PN '" + "\\'" * N, "".join(f"MSH{chr(0x2010 + at % 16)}^~\\&{chr(0x2010 + at % 16)}a\n" for at in range(N // 10)), "a" + " " * N + "\nb" + " " * N + "\nc  d\n",
        ">" * N + "\nMSH|^~\\&|", "-" * N + "x\na  b\nc  d", '{"resourceType":"Patient","name":[' * N, "PID|1|" + "~" * N, "PID|1||" + "^" * N, '{"resourceType":"Observation","subject":{"reference":"' + "a/" * N + '"}}',
    ],
    ids=range(27),
)  # fmt: skip
def test_hostile_repetition_costs_linear_time(text):
    formats.recognised(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        (
            "OBR|1|||57021-8^CBC W Auto Differential panel - Blood^LN|||||||||||||||||||||F\n"
            "OBX|1|NM|1975-2^Bilirubin.total^LN||5|mmol/L|<5|N|||F\n"
        ),
        "EB*C*IND*30***29*500~EB*G*FAM*30***23*9000*****Y~",
    ],
)
def test_codes_that_read_otherwise_would_be_a_name_are_codes(text):
    (found,) = load_engine().detect([Passage(text)])
    assert [one for one in found.findings if one.counts] == []
