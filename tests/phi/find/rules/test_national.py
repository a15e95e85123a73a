from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules.national import RULES
from gateway.phi.find.rules.rule import RuleSet

SET = RuleSet(RULES)


def confidence(text: str) -> float:
    return max((hit.confidence for hit in SET.find(text.encode()) if hit.kind is Kind.NATIONAL_ID), default=0)


@pytest.mark.parametrize(
    "number",
    [
        "943 476 5919", "2123 45670 1", "046 454 286", "255081416802538", "A123456780", "RSSMRA85T10A562S", "1112.22.333", "12345678Z", "X1234567L", "2341 2341 2346",
        "529.982.247-25", "811228-9874", "131052-308T", "85.07.30-033.28", "756.9217.0769.85", "11010519491231002X", "S1234567D", "AB 12 34 56 C",
        "GODE561231HDFRRN09",
    ],
)  # fmt: skip
def test_a_number_whose_check_digits_agree_needs_no_cue(number):
    assert confidence(f"given as {number} today") > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "NHS number 123 456 7890",
        "SIN 111-222-333",
        "Aadhaar: 1234 5678 9012",
        "DNI 12345678A",
        "BSN 123456789",
        "passport X1234567",
        "CPF 111.222.333-44",
    ],
)
def test_with_a_cue_they_need_not_agree(text):
    assert confidence(text) > 0.9


@pytest.mark.parametrize(
    "number",
    [
        "943 476 5918",
        "1112.22.334",
        "12345678A",
        "2341 2341 2345",
        "529.982.247-26",
        "A123456781",
        "S1234567E",
        "111222333",
        "12345678901",
    ],
)
def test_without_either_it_is_just_a_number(number):
    assert confidence(f"given as {number} today") == 0
