from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.normalise import normalise
from gateway.phi.rules import RuleSet
from gateway.phi.structured_dates import RULES

SET = RuleSet(RULES)


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in SET.find(normalise(text).shape)}


@pytest.mark.parametrize(
    "date",
    [
        "2021-03-04", "2021/03/04", "2021.03.04", "03/04/2021", "3/4/21", "3-4-2021", "04.03.2021", "March 4, 2021", "March 4th 2021", "Mar. 4, '21", "4 March 2021",
        "4th of March 2021", "04MAR2021", "4-Mar-21", "March 2021", "March 4", "4th March", "2021-03-04T10:22:00Z", "2021 Mar 04", "Thursday, March 4, 2021", "4. marz 2021",
        "4 mai 2021", "4 enero 2021", "March fourth, 2021", "fourth of March", "03/2021", "20210304102200", "Sept 5, 1944", "31 dec 2021",
    ],
)  # fmt: skip
def test_a_date_more_exact_than_a_year_is_found(date):
    assert any(kind is Kind.DATE and date in value for kind, value in found(f"on {date}, then"))


@pytest.mark.parametrize(
    "text",
    [
        "in 2021", "the 1990s", "13/45/2021", "99/99/9999", "version 3.11.7", "1.2.3.4", "BP 120/80", "3/4 strength", "pain 7/10", "you may 2 times", "march 5 km",
        "may 10 mg", "OCT 4 mm", "ratio 1/2", "5/12 of patients", "12345678", "99991399",
    ],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text):
    assert not [value for kind, value in found(text) if kind is Kind.DATE]


@pytest.mark.parametrize(
    "text", ["DOB 19440905", "dob: 090544", "born 5.9.44", "date of death: 5 Sept", "LMP 4/5/2023"]
)
def test_a_cue_reads_a_date_that_a_shape_would_not(text):
    assert any(kind is Kind.DATE for kind, _ in found(text))


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("92-year-old", "92"),
        ("aged 93", "93"),
        ("a 94M with", "94"),
        ("age: 101", "101"),
        ("is 97 years old", "97"),
        ("she's 93.", "93"),
    ],
)
def test_an_age_over_89_is_found(text, age):
    assert any(
        kind is Kind.AGE and age in value
        for kind, value in found(f"the patient {text} now" if text[0] != "s" else text)
    )


@pytest.mark.parametrize(
    "text", ["89-year-old", "aged 45", "SpO2 92%", "the patient is 91% saturated", "92 kg", "HR 94", "over 95 percent"]
)
def test_a_younger_age_or_a_measure_is_not(text):
    assert not [value for kind, value in found(text) if kind is Kind.AGE]
