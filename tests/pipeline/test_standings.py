from __future__ import annotations

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Target
from gateway.events import AttemptResult
from gateway.pipeline.standings import _BAD, AT_ONCE_S, Closed, Entry, Standings
from gateway.routing.breaker import CONSECUTIVE, FIRST_OPEN_S
from gateway.routing.budget import AT_REST

TARGET = Target("t", Provider("p", ProviderKind.OLLAMA, Adapter.DIRECT), "m")


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def standings(clock):
    return Standings(clock=lambda: clock[0])


def fail(standings, clock, result=AttemptResult.SERVER_ERROR, *, after_s=1.0, times=CONSECUTIVE, **more):
    for _ in range(times):
        entry = standings.enter(TARGET)
        assert isinstance(entry, Entry)
        clock[0] += after_s
        entry.ended(result, **more)


def test_who_fails_is_left_alone_and_then_tried_by_one(standings, clock):
    fail(standings, clock)
    closed = standings.enter(TARGET)
    assert closed == Closed(AttemptResult.SERVER_ERROR, FIRST_OPEN_S)
    assert standings.open_s() == {"t": FIRST_OPEN_S}
    clock[0] += FIRST_OPEN_S
    probe = standings.enter(TARGET)
    assert isinstance(probe, Entry)
    assert isinstance(standings.enter(TARGET), Closed)
    probe.first_content()
    probe.ended(AttemptResult.OK)
    assert isinstance(standings.enter(TARGET), Entry)


@pytest.mark.parametrize(
    "result",
    sorted(set(AttemptResult) - _BAD - {AttemptResult.OK}),
)
def test_what_says_nothing_of_a_targets_health_closes_nobody_out(standings, clock, result):
    fail(standings, clock, result, times=3 * CONSECUTIVE)


def test_a_connection_that_is_refused_at_once_is_tried_each_time(standings, clock):
    fail(standings, clock, AttemptResult.CONNECT, after_s=AT_ONCE_S / 2, times=3 * CONSECUTIVE)
    fail(standings, clock, AttemptResult.CONNECT, after_s=3.0)
    assert isinstance(standings.enter(TARGET), Closed)


def test_a_wait_that_was_named_is_kept(standings, clock):
    fail(standings, clock, AttemptResult.RATE_LIMITED, times=1, retry_after_s=7.0)
    assert standings.enter(TARGET) == Closed(AttemptResult.RATE_LIMITED, 7.0)


def test_an_end_is_told_once(standings, clock):
    entry = standings.enter(TARGET)
    for _ in range(CONSECUTIVE):
        entry.ended(AttemptResult.SERVER_ERROR)
    assert isinstance(standings.enter(TARGET), Entry)
    assert standings.paces(None).known["t"].pending == 1


def test_what_was_measured_is_told(standings, clock):
    entry = standings.enter(TARGET)
    clock[0] = 2.0
    entry.first_content()
    clock[0] = 12.0
    entry.ended(AttemptResult.OK, tokens=100)
    known = standings.paces(None).known["t"]
    assert (known.first_s, known.serve_s, known.per_token_s, known.pending) == (2.0, 12.0, 0.1, 0)


def test_further_tries_have_an_end(standings):
    waits = [standings.another_try(1, named_s=None) for _ in range(int(AT_REST) + 1)]
    assert None not in waits[:-1]
    assert waits[-1] is None
    assert standings.another_try(1, named_s=3600.0) is None


def test_the_last_that_may_be_asked_is_asked_all_the_same_and_one_success_is_enough(standings, clock):
    fail(standings, clock)
    assert isinstance(standings.enter(TARGET), Closed)
    entry = standings.enter(TARGET, last=True)
    assert isinstance(entry, Entry)
    entry.ended(AttemptResult.OK)
    assert isinstance(standings.enter(TARGET), Entry)


def test_not_even_the_last_one_is_asked_before_its_time_or_if_it_hangs(standings, clock):
    fail(standings, clock, AttemptResult.RATE_LIMITED, times=1, retry_after_s=7.0)
    assert isinstance(standings.enter(TARGET, last=True), Closed)
    clock[0] += 7.0
    standings.enter(TARGET).ended(AttemptResult.OK)
    fail(standings, clock, AttemptResult.TIMEOUT)
    assert isinstance(standings.enter(TARGET, last=True), Closed)
