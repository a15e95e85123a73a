from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import x12

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *250101*1200*^*00501*000000001*0*P*:~"


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in x12.read(text).hits}


def strong(text: str) -> set[str]:
    return {text[hit.start : hit.end] for hit in x12.read(text).hits if hit.patient}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "NM1*IL*1*TEST*PATIENT*Q***MI*W77~",
            {(Kind.NAME, "TEST"), (Kind.NAME, "PATIENT"), (Kind.NAME, "Q"), (Kind.PLAN_MEMBER, "W77")},
        ),
        (
            "NM1*QC*1*DOE*JANE~N3*1 ELM ST*APT 4~N4*BEND*OR*97701~",
            {(Kind.ADDRESS, "1 ELM ST"), (Kind.ADDRESS, "APT 4"), (Kind.PLACE, "BEND"), (Kind.ZIP, "97701")},
        ),
        ("DMG*D8*19800203*F~", {(Kind.DATE, "19800203")}),
        ("CLM*PT-99*120***11:B:1~", {(Kind.ACCOUNT, "PT-99")}),
        ("CLP*AC7*1*85*78*20*12*5623*11~", {(Kind.ACCOUNT, "AC7"), (Kind.OTHER_ID, "5623")}),
        ("REF*SY*912041234~", {(Kind.SSN, "912041234")}),
        ("REF*EA*MR 44-1~", {(Kind.MRN, "MR 44-1")}),
        (
            "PER*IP*JANE DOE*HP*5415551212*EM*j@example.org~",
            {(Kind.NAME, "JANE DOE"), (Kind.PHONE, "5415551212"), (Kind.EMAIL, "j@example.org")},
        ),
        ("DTP*472*RD8*20240101-20240105~", {(Kind.DATE, "20240101-20240105")}),
        ("SBR*P*18*GRP77******CI~", {(Kind.PLAN_MEMBER, "GRP77")}),
        ("NM1*85*2*ELM CLINIC*****XX*1234567893~", {(Kind.FACILITY, "ELM CLINIC")}),
        (ISA.replace("*", "|") + "NM1|IL|1|DOE|JANE~", {(Kind.NAME, "DOE"), (Kind.NAME, "JANE")}),
        (ISA.replace("~", "'") + "NM1*IL*1*DOE*JANE'N4*BEND*OR*97701'", {(Kind.NAME, "JANE"), (Kind.ZIP, "97701")}),
        (
            "2025-01-01 INFO in NM1*IL*1*DOE*JANE~\r\n2025-01-01 INFO in DMG*D8*19800203*F~",
            {(Kind.NAME, "JANE"), (Kind.DATE, "19800203")},
        ),
    ],
)
def test_an_element_is_what_the_guide_says(text, expected):
    assert expected <= found(text)


@pytest.mark.parametrize(
    "text",
    [
        "NM1*PR*2*ACME MUTUAL*****PI*60054~N3*PO BOX 1~", "SV1*HC:99213*120*UN*1***1~HI*ABK:I10~", "AK1*HC*1~AK9*R*1*1*0~", "REF*G1*required when 278 approved it",
        "EB*1*IND*30**GOLD PPO~MSG*PRIOR AUTHORIZATION NEEDED~", "NM1*IL*1*[LAST]*[FIRST]****MI*[MEMBER ID]~", "2*3 and N1*x", "PRV*BI*PXC*207Q00000X~",
    ],
)  # fmt: skip
def test_what_tells_of_nobody_is_no_strong_sign(text):
    assert strong(text) == set()


def test_an_unknown_segment_stays_text():
    text = "NM1*IL*1*DOE*JANE~ZZZ*Margot Tuttle~"
    assert all(text.index("Margot") not in range(*span) for span in x12.read(text).quiet)


def test_words_in_a_code_stay_text():
    text = "SV1*HC:99213 seen by Jane*120~LX*1~"
    assert all(text.index("Jane") not in range(*span) for span in x12.read(text).quiet)
