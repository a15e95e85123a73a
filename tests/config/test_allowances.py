"""Budgets and limits of the configuration."""

from __future__ import annotations

import pytest

from gateway.config.load import parse
from gateway.document import DocumentInvalid
from gateway.domain.quota import Allowance, Every, Measure, Per, Sort

BASE = """version: 1
callers: {soma: {key_sha256: "%s"}}
providers: {local: {kind: scripted}}
targets: {one: {provider: local, model: m}}
routes: {general: {targets: [one]}}
agents: {helper: {route: general}}
""" % ("a" * 64)


def built(text):
    return parse(BASE + text, file="config.yaml", environ={}).allowances


def wrong(text):
    with pytest.raises(DocumentInvalid) as invalid:
        built(text)
    return [(problem.line, problem.message) for problem in invalid.value.problems]


def test_nothing_is_limited_that_is_not_configured():
    assert not built("")


def test_amounts_are_whole_small_units():
    made = built(
        "budgets:\n"
        "  - {per: caller, name: soma, of: dollars, amount: 20.5, every: month}\n"
        "  - {per: agent, of: wh, amount: 0.5, every: day}\n"
        "limits:\n"
        "  - {per: route, name: general, of: tokens, amount: 100000, every: minute}\n"
    )
    assert made.listed == (
        Allowance(
            sort=Sort.BUDGET, per=Per.CALLER, name="soma", of=Measure.DOLLARS, amount=20_500_000, every=Every.MONTH
        ),
        Allowance(sort=Sort.BUDGET, per=Per.AGENT, name="*", of=Measure.WH, amount=500, every=Every.DAY),
        Allowance(
            sort=Sort.LIMIT, per=Per.ROUTE, name="general", of=Measure.TOKENS, amount=100_000, every=Every.MINUTE
        ),
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{per: caller, name: some, of: tokens, amount: 1, every: day}", "There is no caller `some`."),
        ("{per: agent, name: other, of: tokens, amount: 1, every: day}", "There is no agent `other`."),
        ("{per: route, name: other, of: tokens, amount: 1, every: day}", "There is no route `other`."),
        ("{per: route, of: tokens, amount: 1.5, every: day}", "There are only whole tokens."),
        ("{per: route, of: dollars, amount: 0.0000001, every: day}", "`amount` of dollars has at most six decimals."),
        ("{per: route, of: wh, amount: 0.0001, every: day}", "`amount` of wh has at most three decimals."),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(entry, said):
    assert wrong(f"budgets:\n  - {entry}\n") == [(8, said)]


@pytest.mark.parametrize(
    "entry",
    [
        "{per: team, of: tokens, amount: 1, every: day}",
        "{per: route, of: euros, amount: 1, every: day}",
        "{per: route, of: tokens, amount: 1, every: year}",
        "{per: route, of: tokens, amount: -1, every: day}",
        "{per: route, of: tokens, amount: .inf, every: day}",
        "{per: route, of: tokens, amount: many, every: day}",
        "{per: route, of: tokens, every: day}",
        "{per: route, of: tokens, amount: 1, every: day, soft: true}",
    ],
)
def test_other_words_are_errors(entry):
    assert [line for line, _ in wrong(f"limits:\n  - {entry}\n")] == [8]


def test_the_same_is_said_once():
    entry = "  - {per: caller, of: tokens, amount: 1, every: day}\n"
    assert wrong(f"limits:\n{entry}{entry}") == [(9, "tokens for caller `*` every day are said twice.")]
    assert len(built(f"limits:\n{entry}budgets:\n{entry}").listed) == 2


def test_who_calls_without_a_key_may_have_one():
    assert built("limits:\n  - {per: caller, name: anonymous, of: requests, amount: 0, every: day}\n")
