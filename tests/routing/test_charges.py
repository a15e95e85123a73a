"""What a request is held for and charged: whole numbers that are never too small."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Adapter, Caller, Price, Provider, ProviderKind, Route, Target, Trait, Usage
from gateway.domain.quota import Allowance, Allowances, Every, Measure, Per, Sort
from gateway.routing.charges import (
    NOBODY,
    Size,
    amount_of,
    bounds_output,
    concerned,
    output_within,
    unknown,
    used,
)
from gateway.routing.price import cost
from gateway.routing.resolve import Resolution
from tests.kit.rows import make_outcome

PRICE = Price(Decimal("0.15"), Decimal("0.6"), Decimal("0.075"))
CLOUD = Target("cloud", Provider("c", ProviderKind.OPENAI, Adapter.DIRECT), "m", price=PRICE)
HERE = Target(
    "here", Provider("l", ProviderKind.OLLAMA, Adapter.DIRECT, traits=frozenset({Trait.ON_PREM})), "m", power_w=70
)


def one(per=Per.CALLER, name="*", of=Measure.TOKENS):
    return Allowance(sort=Sort.BUDGET, per=per, name=name, of=of, amount=10, every=Every.DAY)


def asked(*allowances, agents=(), unclear=False, caller=None):
    resolution = Resolution(Route("general", (CLOUD,)), frozenset(agents), unclear, "general")
    held = concerned(Allowances.of(allowances), caller or Caller("soma"), resolution)
    return [each.account for each in held]


def test_caller_route_and_each_agent_count_by_themselves():
    assert asked(one(), one(Per.ROUTE), one(Per.AGENT), agents=["b", "a"]) == [
        "budget/caller/soma/tokens/day",
        "budget/route/general/tokens/day",
        "budget/agent/a/tokens/day",
        "budget/agent/b/tokens/day",
    ]


def test_who_claims_no_agent_counts_as_each_that_it_may_be():
    allowances = (one(Per.AGENT, "a"), one(Per.AGENT, "b"), one(Per.AGENT))
    some = Caller("soma", agents=frozenset({"a", "c"}))
    assert asked(*allowances, unclear=True, caller=some) == [
        "budget/agent/a/tokens/day",
        f"budget/agent/{NOBODY}/tokens/day",
    ]
    assert len(asked(*allowances, unclear=True)) == 3
    assert asked(*allowances) == [f"budget/agent/{NOBODY}/tokens/day"]


def test_what_nobody_can_price_is_told():
    assert unknown({Measure.DOLLARS}, replace(CLOUD, price=None)) is Measure.DOLLARS
    assert unknown({Measure.DOLLARS}, replace(HERE, price=None)) is None
    assert unknown({Measure.WH}, replace(HERE, power_w=None)) is Measure.WH
    assert unknown({Measure.WH}, CLOUD) is None
    assert unknown({Measure.TOKENS}, replace(CLOUD, price=None)) is None
    assert bounds_output({Measure.DOLLARS}, CLOUD)
    assert not bounds_output({Measure.DOLLARS}, HERE)
    assert not bounds_output({Measure.REQUESTS}, CLOUD)


@pytest.mark.parametrize(
    ("measure", "target", "amount"),
    [
        (Measure.REQUESTS, CLOUD, 1),
        (Measure.TOKENS, CLOUD, 111),
        (Measure.DOLLARS, CLOUD, 22),  # 101 x 0.15 + 10 x 0.6 = 21.15 millionths
        (Measure.DOLLARS, HERE, 0),
        (Measure.WH, HERE, 1167),  # 70 W for a minute
        (Measure.WH, CLOUD, 0),
    ],
)
def test_what_a_request_may_take_is_rounded_up(measure, target, amount):
    assert amount_of(measure, Size(target=target, input_tokens=101, output_tokens=10, seconds=60)) == amount


@given(
    st.sampled_from([Measure.TOKENS, Measure.DOLLARS]),
    st.integers(0, 10_000),
    st.integers(0, 5_000),
    st.integers(0, 5_000),
    st.integers(0, 5_000),
)
def test_an_answer_that_is_cut_to_fit_fits(measure, left, input_tokens, cached, output):
    size = Size(target=CLOUD, input_tokens=input_tokens, output_tokens=0, seconds=1)
    room = output_within(measure, left, size)
    if room > 0:
        assert amount_of(measure, replace(size, output_tokens=room)) <= left
    usage = Usage(input_tokens, output, cached_input_tokens=min(cached, input_tokens), reported=True)
    dollars = cost(usage, PRICE)
    assert dollars is not None
    assert dollars * 1_000_000 <= amount_of(Measure.DOLLARS, replace(size, output_tokens=output))


def test_what_nobody_reports_counts_as_it_was_held():
    silent = replace(make_outcome(1), usage=Usage(), cost_nano_usd=None, energy_nwh=None)
    told = replace(silent, usage=Usage(3, 4, reported=True), cost_nano_usd=1_001, energy_nwh=1_000_001)
    measures = list(Measure)
    assert [used(each, 99, silent, on_prem=False) for each in measures] == [99, 99, 99, 1]
    assert [used(each, 99, told, on_prem=False) for each in measures] == [2, 7, 2, 1]
    assert used(Measure.DOLLARS, 99, told, on_prem=True) == 0
