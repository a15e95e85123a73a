"""Prices: exact, and unknown is not free."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Adapter, Price, Provider, ProviderKind, Quality, Target, Trait, Usage
from gateway.routing.price import Terms, bill, cost, electricity_usd, energy_wh

SONNET = Price(input_usd_per_mtok=Decimal(3), output_usd_per_mtok=Decimal(15), cached_input_usd_per_mtok=Decimal("0.3"))


def target(price: Price | None = None, power_w: float | None = None) -> Target:
    provider = Provider(name="p", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT)
    return Target(name="t", provider=provider, model="m", price=price, power_w=power_w)


@pytest.mark.parametrize(
    ("usage", "price", "dollars"),
    [
        (Usage(input_tokens=1000, output_tokens=100, reported=True), SONNET, "0.0045"),
        (Usage(input_tokens=1000, cached_input_tokens=800, reported=True), SONNET, "0.00084"),
        (
            Usage(input_tokens=1000, cached_input_tokens=800, reported=True),
            Price(input_usd_per_mtok=Decimal(3), output_usd_per_mtok=Decimal(15)),
            "0.003",
        ),
        (Usage(input_tokens=10, cached_input_tokens=99, reported=True), SONNET, "0.000003"),
        (Usage(output_tokens=5, reasoning_tokens=5, reported=True), SONNET, "0.000075"),
        (Usage(reported=True), SONNET, "0"),
    ],
)
def test_cost_is_exact(usage, price, dollars):
    assert cost(usage, price) == Decimal(dollars)


def test_an_unknown_price_and_unreported_tokens_are_unknown_and_not_free():
    assert cost(Usage(input_tokens=5, reported=True), None) is None
    assert cost(Usage(input_tokens=5), SONNET) is None


EVERY = Price(*map(Decimal, ("3", "15", "0.3", "3.75", "20", "40", "80")))


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (Usage(1000, 0, cached_input_tokens=200, cache_write_tokens=300, reported=True), "0.002685"),
        (Usage(1000, 0, audio_input_tokens=1000, reported=True), "0.04"),
        (Usage(0, 100, reasoning_tokens=60, audio_output_tokens=10, reported=True), "0.00245"),
        (Usage(10, 0, cached_input_tokens=8, cache_write_tokens=8, reported=True), "0.0000099"),
    ],
)
def test_each_sort_of_token_has_its_price(usage, dollars):
    assert cost(usage, EVERY) == Decimal(dollars)


tokens = st.integers(0, 10**6)


@given(tokens, tokens, tokens, tokens, tokens, tokens, tokens)
def test_no_sort_of_token_is_paid_twice(given_, made, read, written, heard, thought, spoken):
    usage = Usage(given_, made, read, thought, True, 0, written, heard, spoken)
    flat = Price(*[Decimal(7)] * 7)
    assert cost(usage, flat) == Decimal(7) * (given_ + made) / 10**6
    assert cost(usage, EVERY) <= (given_ * EVERY.dearest_input + made * EVERY.dearest_output) / 10**6


def test_what_the_provider_says_counts_where_nobody_set_a_price():
    usage = Usage(10, 10, reported=True, told_nano_usd=1_500)
    assert bill(target(), usage, busy_s=1, terms=Terms()).cost_usd == Decimal("0.0000015")
    assert bill(target(SONNET), usage, busy_s=1, terms=Terms()).cost_usd == cost(usage, SONNET)


def test_a_guess_is_marked_and_a_baseline_needs_a_known_cost():
    guess = Usage(1000, 100, estimated=True)
    made = bill(target(SONNET), guess, busy_s=1, terms=Terms(baseline=EVERY))
    assert (made.cost_usd, made.cost_quality) == (Decimal("0.0045"), Quality.ESTIMATED)
    assert made.baseline_usd == Decimal("0.0045")
    assert bill(target(), guess, busy_s=1, terms=Terms(baseline=EVERY)).baseline_usd is None


def test_a_meter_comes_before_the_configured_power():
    terms = Terms(Decimal("0.1"))
    made = bill(target(power_w=3600), Usage(), busy_s=1, terms=terms, measured_wh=0.25)
    assert (made.energy_wh, made.energy_quality, made.cost_usd) == (0.25, Quality.MEASURED, Decimal("0.000025"))
    assert bill(target(power_w=3600), Usage(), busy_s=1, terms=terms).energy_quality is Quality.MODELLED
    assert bill(target(), Usage(), busy_s=1, terms=terms).energy_quality is None


def test_an_answer_of_ours_whose_energy_nobody_says_is_unknown():
    ours = replace(target(), provider=replace(target().provider, traits=frozenset({Trait.ON_PREM})))
    made = bill(ours, Usage(), busy_s=1, terms=Terms(Decimal("0.1")))
    assert (made.energy_quality, made.energy_wh, made.cost_usd) == (Quality.UNKNOWN, None, None)


@pytest.mark.parametrize(("worked_s", "usd"), [(None, "0.20025"), (900, "0.05025")])
def test_a_machine_costs_for_the_time_that_it_worked_beside_electricity(worked_s, usd):
    ours = replace(target(), provider=replace(target().provider, usd_per_busy_hour=Decimal("0.2")))
    terms = Terms(Decimal("0.1"))
    made = bill(ours, Usage(), busy_s=3600, terms=terms, measured_wh=2.5, worked_s=worked_s)
    assert made.cost_usd == Decimal(usd)
    assert bill(ours, Usage(), busy_s=3600, terms=terms).cost_usd is None  # a part is not the whole


@pytest.mark.parametrize(
    ("power_w", "seconds", "watt_hours"), [(None, 10.0, None), (70.0, 3600.0, 70.0), (70.0, 36.0, 0.7), (70.0, -1.0, 0)]
)
def test_energy_is_power_times_time(power_w, seconds, watt_hours):
    assert energy_wh(power_w, seconds) == watt_hours


def test_electricity_costs_the_tariff():
    assert electricity_usd(500.0, Decimal("0.16")) == Decimal("0.08")
    assert electricity_usd(None, Decimal("0.16")) is None
    assert electricity_usd(500.0, None) is None


@pytest.mark.parametrize(
    ("one", "usage", "expected"),
    [
        (target(), Usage(), (None, None)),
        (target(power_w=100.0), Usage(), (Decimal("0.0005"), 2.5)),
        (target(SONNET), Usage(output_tokens=1000, reported=True), (Decimal("0.015"), None)),
        (target(SONNET), Usage(), (None, None)),
        (target(SONNET, power_w=100.0), Usage(output_tokens=1000, reported=True), (Decimal("0.015"), 2.5)),
    ],
)
def test_a_price_per_token_wins_over_electricity(one, usage, expected):
    made = bill(one, usage, busy_s=90.0, terms=Terms(Decimal("0.20")))
    assert (made.cost_usd, made.energy_wh) == expected


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_tokens_never_cost_less(tokens, cached, more):
    def dollars(output: int) -> Decimal:
        usage = Usage(input_tokens=tokens, output_tokens=output, cached_input_tokens=cached, reported=True)
        answer = cost(usage, SONNET)
        assert answer is not None
        return answer

    assert 0 <= dollars(tokens) <= dollars(tokens + more)
