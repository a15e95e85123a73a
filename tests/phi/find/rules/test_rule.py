from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import LOOK_AHEAD, LOOK_BACK, Rule, RuleSet


def test_a_judge_sees_the_value_and_its_surroundings():
    seen = []

    def judge(value, before, after):
        seen.append((value, before, after))
        return 0.7

    rules = RuleSet([Rule(Kind.MRN, r"(\d{3})", judge=judge)])
    assert [hit.confidence for hit in rules.find(b"x" * 60 + b"123" + b"y" * 60)] == [0.7]
    assert seen == [("123", "x" * LOOK_BACK, "y" * LOOK_AHEAD)]


def test_a_judge_may_reject():
    rules = RuleSet([Rule(Kind.MRN, r"(\d{3})", judge=lambda value, before, after: 0.0)])
    assert list(rules.find(b"123")) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"MRN 8675309", b"8675309"),
        (b"MRN8675309", b"MRN8675309"),
        (b"MRN-8675309", b"MRN-8675309"),
        (b"MRN 8675309 2021-03-04", b"8675309"),
        (b"MRN 867 5309.", b"867 5309"),
    ],
)
def test_a_cue_and_its_value_are_one_word_or_two(text, value):
    rules = RuleSet([Rule(Kind.MRN, r"(?i:\bmrn[ -]?(\d+(?: \d{3,}){0,3}))", 0.9, Evidence.CUE)])
    assert [text[hit.start : hit.end] for hit in rules.find(text)] == [value]


def test_a_cue_that_is_hardly_believed_says_nothing_of_a_patient():
    sure = Rule(Kind.AGE, r"(9\d)", 0.9, patient=True)
    unsure = Rule(Kind.AGE, r"(8\d)", 0.5, patient=True)
    assert [hit.patient for hit in sorted(RuleSet([sure, unsure]).find(b"91 82"), key=lambda hit: hit.start)] == [
        True,
        False,
    ]


@pytest.mark.parametrize(("text", "found"), [(b"SINEMET 25", 0), (b"SINE25 x", 1), (b"SIN E25", 1), (b"SIN 25", 1)])
def test_a_cue_that_is_the_beginning_of_a_word_is_none(text, found):
    rules = RuleSet([Rule(Kind.NATIONAL_ID, r"SIN ?([A-Z]*\s?\d+)", evidence=Evidence.CUE)])
    assert len(list(rules.find(text))) == found
