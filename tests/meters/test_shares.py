"""Sharing keeps what there is: shares add up to what the machine took above idle, whoever came and went."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.meters.shares import ENOUGH_READINGS, Idle, Shares

STEPS = st.lists(
    st.one_of(
        st.just(("begin",)),
        st.tuples(st.just("end"), st.integers(0, 9)),
        st.tuples(st.just("made"), st.integers(0, 9), st.integers(1, 50)),
        st.tuples(st.just("passed"), st.floats(0.001, 10), st.floats(0, 5_000)),
    ),
    max_size=60,
)


@given(STEPS, st.floats(0, 300))
def test_shares_and_what_is_nobodys_are_all_that_was_taken_above_idle(steps, idle_w):
    shares, everybody, open_now = Shares(Idle(idle_w)), [], []
    above = busy_s = 0.0
    for step in steps:
        match step:
            case ("begin",):
                open_now.append(shares.begin())
                everybody.append(open_now[-1])
            case ("end", at) if open_now:
                shares.end(open_now.pop(at % len(open_now)))
            case ("made", at, tokens) if open_now:
                open_now[at % len(open_now)].made(tokens)
            case ("passed", seconds, joules):
                above += max(joules - idle_w * seconds, 0.0)
                busy_s += seconds if open_now else 0.0
                shares.passed(seconds, joules)
    assert all(one.joules >= 0 and one.seconds >= 0 and one.known for one in everybody)
    assert sum(one.joules for one in everybody) + shares.unshared_j == pytest.approx(above)
    assert sum(one.seconds for one in everybody) == pytest.approx(busy_s)


def test_an_interval_is_shared_by_the_tokens_made_in_it():
    shares = Shares(Idle(10))
    fast, slow = shares.begin(), shares.begin()
    fast.made(30)
    slow.made(10)
    shares.passed(2, 100)
    assert (fast.joules, slow.joules, fast.seconds, slow.seconds) == (60, 20, 1.5, 0.5)
    slow.made(1)  # tokens of the interval before count no more
    shares.passed(1, 30)
    assert (fast.joules, slow.joules) == (70, 30)


def test_who_made_none_yet_counts_as_one_token():
    shares = Shares(Idle(0))
    reads, writes = shares.begin(), shares.begin()
    writes.made(9)
    shares.passed(1, 100)
    assert (reads.joules, writes.joules) == (10, 90)


def test_who_came_later_or_left_has_nothing_of_an_interval():
    shares = Shares(Idle(0))
    first = shares.begin()
    shares.passed(1, 50)
    second = shares.begin()
    shares.end(first)
    shares.passed(1, 70)
    shares.end(second)
    shares.passed(1, 90)
    assert (first.joules, second.joules, shares.unshared_j) == (50, 70, 90)


@pytest.mark.parametrize("joules", [0, 5, 9.99])
def test_less_than_idle_is_nothing_and_never_less(joules):
    shares = Shares(Idle(10))
    one = shares.begin()
    shares.passed(1, joules)
    assert (one.joules, one.known) == (0, True)


def test_an_interval_that_nobody_measured_leaves_all_in_it_unknown():
    shares = Shares(Idle(10))
    one = shares.begin()
    shares.passed(1, None)
    shares.passed(1, 100)
    later = shares.begin()
    shares.passed(1, 100)
    assert (one.known, later.known, later.joules) == (False, True, 45)


def test_idle_is_the_median_of_what_was_seen_and_unknown_until_enough_was():
    idle = Idle()
    shares = Shares(idle)
    for watts in (40, 44, 400)[: ENOUGH_READINGS - 1]:
        idle.seen(watts * 2, 2)
    assert idle.watts is None
    early = shares.begin()
    shares.passed(1, 100)
    assert not early.known
    idle.seen(800, 2)
    assert idle.watts == 44
    for _ in range(200):
        idle.seen(50, 1)
    assert idle.watts == 50  # of late


def test_what_was_said_of_idle_comes_before_what_is_seen():
    idle = Idle(30)
    for _ in range(10):
        idle.seen(90, 1)
    assert idle.watts == 30
