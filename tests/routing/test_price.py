"""Prices: exact, and unknown is not free."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Adapter, Price, Provider, ProviderKind, Target, Usage
from gateway.routing.price import Bill, bill, cost, electricity_usd, energy_wh

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
        (target(), Usage(), Bill(None, None)),
        (target(power_w=100.0), Usage(), Bill(Decimal("0.0005"), 2.5)),
        (target(SONNET), Usage(output_tokens=1000, reported=True), Bill(Decimal("0.015"), None)),
        (target(SONNET), Usage(), Bill(None, None)),
        (target(SONNET, power_w=100.0), Usage(output_tokens=1000, reported=True), Bill(Decimal("0.015"), 2.5)),
    ],
)
def test_a_price_per_token_wins_over_electricity(one, usage, expected):
    assert bill(one, usage, busy_s=90.0, usd_per_kwh=Decimal("0.20")) == expected


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_tokens_never_cost_less(tokens, cached, more):
    def dollars(output: int) -> Decimal:
        usage = Usage(input_tokens=tokens, output_tokens=output, cached_input_tokens=cached, reported=True)
        answer = cost(usage, SONNET)
        assert answer is not None
        return answer

    assert 0 <= dollars(tokens) <= dollars(tokens + more)
