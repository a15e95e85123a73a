"""Warnings about rules that do not do what their author believes, and how far examples try each rule."""

from __future__ import annotations

import pytest

from gateway.domain import Kind, Style, Trait, UnknownReason
from gateway.phi.replace.generalise import generalise
from gateway.policy.lint import COARSER, coverage, lint, without
from gateway.policy.parse import trials
from gateway.policy.rules import Policy, To
from tests.kit.policies import PHI_NEEDS_BAA, TODAY, rule

HOUSE, WITH_BAA = frozenset({Trait.ON_PREM}), frozenset({Trait.BAA})
FILE = """version: 1
rules:
  - {id: stays, why: It stays., when: {phi: [any], to: {without: [on_prem]}}, then: {deny: true}}
  - {id: untried, why: It stays too., when: {label: part2, to: {without: [on_prem]}}, then: {deny: true}}
examples:
  - {traits: [], sent: true}
  - {phi: [ssn], traits: [baa], sent: false}
"""
OTHERWISE = "version: 1\nexamples: [{phi: [ssn], traits: [baa], sent: true, redacted: [ssn]}]\n"


@pytest.mark.parametrize(
    ("rules", "name", "words"),
    [
        ([PHI_NEEDS_BAA, rule("twin", kinds=[Kind.SSN], require=[Trait.BAA])], "twin", "never makes a difference"),
        ([rule("wall", deny=True)], "wall", "refuses everything that would leave the premises"),
        ([rule("wall", deny=True, to=To())], "wall", "refuses every request to the targets"),
        ([PHI_NEEDS_BAA, rule("qc", agents=["qc"], deny=True)], "qc", "is about qc, and so also about every caller"),
        ([rule("in", deny=True, kinds=[Kind.SSN], to=To(having=HOUSE))], "in", "is about targets in the house"),
        (
            [rule("own", deny=True, kinds=[Kind.SSN], to=To(lacking=WITH_BAA))],
            "own",
            "is also about targets in the house",
        ),
        (
            [rule("has", kinds=[Kind.SSN], require=[Trait.BAA], to=To(having=WITH_BAA))],
            "has",
            "requires `baa` of targets",
        ),
        ([rule("gen", redact=dict.fromkeys(Kind, Style.GENERALISE))], "gen", "generalises "),
        ([rule("odd", kinds=[Kind.SSN], require=[Trait.ON_PREM])], "odd", "requires `on_prem` of targets that lack it"),
    ],
)
def test_a_doubtful_rule_is_named(rules, name, words):
    assert any(f"`{name}` {words}" in problem.message for problem in lint(Policy(tuple(rules))))


def test_a_sound_policy_gives_no_warning():
    images = rule("images", unknowns=[UnknownReason.IMAGE], deny=True)
    assert lint(Policy((PHI_NEEDS_BAA, images))) == ()


def test_what_has_a_coarser_form_is_what_is_generalised():
    surfaces = ("2026-11-30", "94110", "47 years old")
    coarse = {kind for kind in Kind for one in surfaces if generalise(kind, one, today=TODAY) is not None}
    assert coarse == COARSER


def test_coverage_counts_the_examples_that_a_rule_decides():
    policy, tried = trials({"p.yaml": FILE})
    covered = coverage(policy, [one.example for one in tried])
    assert [(one.rule.id, one.applied, one.decided) for one in covered] == [("stays", 1, 2), ("untried", 0, 0)]
    assert without(policy, policy.rules[0]).rules == policy.rules[1:]


def test_examples_that_contradict_each_other_are_named():
    policy, tried = trials({"p.yaml": FILE}, tests={"t.yaml": OTHERWISE})
    assert [bool(one.complaint) for one in tried] == [False, False, True]
    (problem,) = [one for one in lint(policy, [one.example for one in tried]) if "otherwise" in one.message]
    assert (problem.file, problem.line, "line 7 of p.yaml" in problem.message) == ("t.yaml", 2, True)
