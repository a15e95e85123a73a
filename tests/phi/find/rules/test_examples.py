"""Each rule alone against the examples beside it: they are its specification."""

from __future__ import annotations

import pytest

from gateway.phi.find.rules.catalogue import RULES
from gateway.phi.find.rules.rule import RuleSet

HITS = [(rule, text) for rule in RULES for text in rule.hits]
MISSES = [(rule, text) for rule in RULES for text in rule.misses]


def spans(rule, text):
    return [(hit.start, hit.end) for hit in RuleSet([rule]).find(text.encode("ascii"))]


def named(case):
    return case if isinstance(case, str) else str(case.kind)


@pytest.mark.parametrize(("rule", "text"), HITS, ids=named)
def test_a_rule_finds_the_value_of_its_example(rule, text):
    start, end = text.index("«"), text.index("»") - 1
    assert spans(rule, text.replace("«", "").replace("»", "")) == [(start, end)]


@pytest.mark.parametrize(("rule", "text"), MISSES, ids=named)
def test_a_rule_finds_nothing_in_its_counterexample(rule, text):
    assert spans(rule, text) == []


def test_every_rule_has_an_example_and_every_judge_a_counterexample():
    assert len(HITS) > len(RULES) / 2
    assert [rule.pattern for rule in RULES if not rule.hits] == []
    assert [rule.pattern for rule in RULES if rule.judge is not None and not rule.misses] == []
