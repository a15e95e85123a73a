from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules import ids, licences, references
from gateway.phi.find.rules.rule import RuleSet

SET = RuleSet([*ids.RULES, *licences.RULES, *references.RULES])


def kinds(text: str) -> set[Kind]:
    return {hit.kind for hit in SET.find(text.encode())}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("claim CLM-88122", Kind.OTHER_ID), ("badge B22190 was lost", Kind.OTHER_ID), ("pacemaker PM-88120 interrogated", Kind.DEVICE), ("patient 4471928 came", Kind.MRN),
        ("insurance is ABC-987654", Kind.PLAN_MEMBER), ("FIN 88120399", Kind.ACCOUNT), ("DL: CA B1234567", Kind.LICENCE), ("Lic# 547150-W", Kind.LICENCE), ("s/n 99120031", Kind.DEVICE),
        ("URN 0771-2290", Kind.MRN), ("UR 7712290", Kind.MRN), ("tube labelled 7712-22-9", Kind.MRN), ("Okafor 52M RX448120. COPD", Kind.MRN), ("HAR 40088117", Kind.ACCOUNT), ("prof billing PB 7382016", Kind.ACCOUNT),
        ("invoice INV20230411-19", Kind.ACCOUNT), ("Medi-Cal BIC 72740183D30127", Kind.PLAN_MEMBER), ("ayushman card PMJ-71XY82", Kind.PLAN_MEMBER), ("GMS card C884402B", Kind.PLAN_MEMBER), ("BCBS ID# QRS 822 904 116", Kind.PLAN_MEMBER),
        ("GOC 01-77413", Kind.LICENCE), ("(lic 46024417B)", Kind.LICENCE), ("GMC no 7612345", Kind.LICENCE), ("CRM/SP 123456", Kind.LICENCE), ("medical cannabis card MMC-P-0071", Kind.LICENCE), ("transmitter ID 9KL4T7", Kind.DEVICE),
        ("Ventilator SN: V60-200448", Kind.DEVICE), ("serial seen at exam TKR-77-2041", Kind.DEVICE), ("auth 228822", Kind.OTHER_ID), ("intake # APS-23-7707", Kind.OTHER_ID), ("visa V-32091188", Kind.OTHER_ID), ("UBRN 2288 3044 8819", Kind.OTHER_ID),
        ("your portal code is QX4-82M", Kind.OTHER_ID), ("LanguageLine PIN 518820", Kind.OTHER_ID), ("viewed_by=ssimmons2", Kind.OTHER_ID), ("chart closed by mtuttle.", Kind.OTHER_ID), ("user=jpark7 ok", Kind.OTHER_ID),
        ("insta handle @the_real_q", Kind.OTHER_ID), ("FBI/MN 5571-22-908", Kind.OTHER_ID), ("Tuttle, Margot Q  #SLP-0733", Kind.OTHER_ID), ("job number 441702", Kind.OTHER_ID), ("(Lab RQ RQ5518820,", Kind.OTHER_ID), ("pacer sn RNB123456H", Kind.DEVICE),
        ("specimens of MR 551209 swapped", Kind.MRN), ("RN RN4471-2290 expires", Kind.LICENCE), ("K. Abara, LMFT #55120", Kind.LICENCE), ("LCSW lic 88120", Kind.LICENCE), ("tracking 1Z44B8811402, sent", Kind.OTHER_ID),
        ("40 charts, user b.hoxha. Breach?", Kind.OTHER_ID), ("opened by rn.jkowalski", Kind.OTHER_ID),
    ],
)  # fmt: skip
def test_a_noun_may_announce_a_number_without_a_word_for_it(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "claim 12 months", "patient identity2", "patient 45 years old", "patient 12 of 40", "insurance policy 2023", "case 3", "group 1", "g/dL 12000", "sn 2", "trial NCT01234567", "order set 12",
        "visit 3 (week 12)", "account of 3 cases", "device class 2", "monitor K 4.2", "member states 194", "accession NM_007294.4", "report: 2023 guideline", "billing: 11721 x4, 97597 x1",
        "urn:oid:1.2.36.146", "@dataclass above", "viewed_by=system", "reviewed by cardiology", "closed by surgery", "access code", "auth is required", "lic. note", "PIN code", "GMC guidance 2024", "SN 5", "serial monitoring of INR",
        "gliclazide MR 60", "the handler is called by e.target", "user session.id is undefined", "RN 12 hour shift", "Baltimore, MD 21201",
    ],
)  # fmt: skip
def test_a_count_or_a_public_code_is_no_identifier(text):
    assert kinds(text) == set()
