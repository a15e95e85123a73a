from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine


def found(text):
    (detection,) = load_engine().detect([Passage(text)])
    return {(text[one.start : one.end], one.counts) for one in detection.findings if one.kind is Kind.DATE}


@pytest.mark.parametrize(
    "marked",
    [
        "born «14.III.1962»",
        "patient seen «14-III-1962»",
        "DOB «14 III 1962»",
        "ur. «14.XII.1962»",
        "nar. «3. VI. 1958»",
        "dob: «14/iii/1962»",
        "She was admitted «2.XI.2024» with fever",
    ],
)
def test_a_day_with_a_roman_month_counts_as_any_day_does(marked):
    text = marked.replace("«", "").replace("»", "")
    assert (text[marked.index("«") : marked.index("»") - 1], True) in found(text)


@pytest.mark.parametrize(
    "text", ["Figure 3.II.4 shows", "section 14.III.1962", "grade III 1962 trial", "CKD stage 4 III"]
)
def test_numbers_of_parts_and_grades_are_no_days(text):
    assert not any(counts for _, counts in found(text))
