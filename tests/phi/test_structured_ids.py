from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.rules import RuleSet
from gateway.phi.structured_ids import RULES

SET = RuleSet(RULES)


def kinds(text: str) -> set[Kind]:
    return {hit.kind for hit in SET.find(text.encode())}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("claim CLM-88122", Kind.OTHER_ID), ("badge B22190 was lost", Kind.OTHER_ID), ("pacemaker PM-88120 interrogated", Kind.DEVICE), ("patient 4471928 came", Kind.MRN),
        ("insurance is ABC-987654", Kind.PLAN_MEMBER), ("FIN 88120399", Kind.ACCOUNT), ("DL: CA B1234567", Kind.LICENCE), ("Lic# 547150-W", Kind.LICENCE), ("s/n 99120031", Kind.DEVICE),
    ],
)  # fmt: skip
def test_a_noun_may_announce_a_number_without_a_word_for_it(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "claim 12 months", "patient identity2", "patient 45 years old", "patient 12 of 40", "insurance policy 2023", "case 3", "group 1", "g/dL 12000", "sn 2", "trial NCT01234567", "order set 12",
        "visit 3 (week 12)", "account of 3 cases", "device class 2", "monitor K 4.2", "member states 194", "accession NM_007294.4", "report: 2023 guideline",
    ],
)  # fmt: skip
def test_a_count_or_a_public_code_is_no_identifier(text):
    assert kinds(text) == set()
