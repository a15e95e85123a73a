"""Spans of time, and which allowances concern whom."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.quota import Allowance, Allowances, Every, Measure, Per, Sort, window


def us(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("every", "at", "since", "until"),
    [
        (Every.MINUTE, "2026-11-30T23:59:59.999999", "2026-11-30T23:59", "2026-12-01T00:00"),
        (Every.DAY, "2026-11-30T23:59:59.999999", "2026-11-30", "2026-12-01"),
        (Every.DAY, "2026-12-01T00:00:00", "2026-12-01", "2026-12-02"),
        (Every.MONTH, "2026-12-31T23:59:59", "2026-12-01", "2027-01-01"),
        (Every.MONTH, "2028-02-29T12:00:00", "2028-02-01", "2028-03-01"),
    ],
)
def test_spans_are_those_of_the_clock_in_utc(every, at, since, until):
    assert window(every, us(at)) == (us(since) // 1_000_000, us(until) // 1_000_000)


@given(at_us=st.integers(0, 4 * 10**15), every=st.sampled_from(Every))
def test_each_moment_lies_in_one_span_and_the_next_begins_where_it_ends(at_us, every):
    since_s, until_s = window(every, at_us)
    assert since_s * 1_000_000 <= at_us < until_s * 1_000_000
    assert window(every, until_s * 1_000_000)[0] == until_s
    assert window(every, until_s * 1_000_000 - 1) == (since_s, until_s)


def one(name="*", amount=1, *, of=Measure.TOKENS, sort=Sort.BUDGET):
    return Allowance(sort=sort, per=Per.CALLER, name=name, of=of, amount=amount, every=Every.DAY)


def test_an_own_allowance_takes_the_place_of_everybodys():
    every, own, other = one(amount=1), one("soma", 2), one(of=Measure.DOLLARS, amount=3)
    made = Allowances.of([every, own, other])
    assert made.concerning(Per.CALLER, "soma") == (own, other)
    assert made.concerning(Per.CALLER, "pacs") == (every, other)
    assert made.concerning(Per.AGENT, "soma") == ()


def test_a_budget_takes_no_limits_place():
    made = Allowances.of([one(sort=Sort.LIMIT), one("soma")])
    assert len(made.concerning(Per.CALLER, "soma")) == 2


def test_nothing_configured_is_nothing():
    assert not Allowances.of([])
    assert Allowances.of([one()])
