"""The breaker of a target, as a table of cases and as a machine that anything may happen to."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from gateway.routing.breaker import (
    CONSECUTIVE,
    FIRST_OPEN_S,
    KEPT,
    LEAST,
    LONGEST_OPEN_S,
    NEW,
    PROBE_S,
    WINDOW_S,
    Breaker,
    Ended,
    State,
    entered,
    left,
)


def after(*ends: Ended, at_s: float = 0.0, every_s: float = 0.0) -> Breaker:
    made = NEW
    for number, how in enumerate(ends):
        made = left(made, how, at_s + number * every_s)
    return made


def opened(times: int) -> tuple[Breaker, float]:
    """A breaker whose probes failed so often, and when it last opened."""
    made, now_s = after(*[Ended.BADLY] * CONSECUTIVE), 0.0
    for _ in range(times):
        now_s += made.wait_s(now_s)
        made = left(entered(made, now_s), Ended.BADLY, now_s, probe=True)
    return made, now_s


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        ([Ended.BADLY] * (CONSECUTIVE - 1), State.CLOSED),
        ([Ended.BADLY] * CONSECUTIVE, State.OPEN),
        ([Ended.BADLY] * (CONSECUTIVE - 1) + [Ended.WELL, Ended.BADLY], State.CLOSED),
        ([Ended.BADLY] * (CONSECUTIVE - 1) + [Ended.UNSAID] * 9, State.CLOSED),
        ([Ended.WELL, Ended.BADLY] * (LEAST // 2), State.OPEN),
        ([Ended.WELL, Ended.BADLY] * (LEAST // 2 - 1), State.CLOSED),
        ([Ended.WELL, Ended.WELL, Ended.BADLY] * LEAST, State.CLOSED),
    ],
)
def test_failures_in_a_row_and_failures_by_their_share_open_it(ends, state):
    assert after(*ends).state(0.0) is state


def test_old_failures_are_no_part_of_the_share():
    assert after(*[Ended.WELL, Ended.BADLY] * LEAST, every_s=WINDOW_S / 3).state(0.0) is State.CLOSED


def test_it_is_open_for_longer_each_time_and_never_for_more_than_the_longest():
    waits = [opened(times)[0].wait_s(opened(times)[1]) for times in range(8)]
    assert waits[0] == FIRST_OPEN_S
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_OPEN_S


def test_one_request_tries_a_half_open_target_and_what_becomes_of_it_decides():
    made, _ = opened(0)
    now_s = made.wait_s(0.0)
    assert made.state(now_s) is State.HALF_OPEN
    probed = entered(made, now_s)
    assert (made.admits(now_s), probed.admits(now_s)) == (True, False)
    assert left(probed, Ended.WELL, now_s, probe=True) == NEW
    assert left(probed, Ended.BADLY, now_s, probe=True).state(now_s) is State.OPEN
    assert left(probed, Ended.UNSAID, now_s, probe=True).admits(now_s)
    assert probed.admits(now_s + PROBE_S)


@pytest.mark.parametrize("named_s", [1.0, 45.0])
def test_a_wait_that_the_target_names_is_kept(named_s):
    made = left(NEW, Ended.BADLY, 100.0, retry_after_s=named_s)
    assert (made.state(100.0 + named_s - 0.01), made.state(100.0 + named_s)) == (State.OPEN, State.HALF_OPEN)


class Anything(RuleBasedStateMachine):
    """Requests come and end in any way, and time passes."""

    under_way = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.breaker = NEW
        self.now_s = 1000.0
        self.probes: dict[int, float] = {}
        self.number = 0
        self.named_until_s = 0.0

    @rule(seconds=st.floats(0.0, 40.0))
    def time_passes(self, seconds):
        self.now_s += seconds

    @precondition(lambda self: self.breaker.admits(self.now_s))
    @rule(target=under_way)
    def a_request_goes_there(self):
        self.number += 1
        probe = self.breaker.state(self.now_s) is State.HALF_OPEN
        self.breaker = entered(self.breaker, self.now_s)
        if probe:
            self.probes = {number: at_s for number, at_s in self.probes.items() if self.now_s - at_s < PROBE_S}
            assert not self.probes, "two probes at once"
            self.probes[self.number] = self.now_s
        return (self.number, probe)

    @rule(ticket=consumes(under_way), how=st.sampled_from(Ended), named=st.none() | st.floats(0.5, 60.0))
    def it_ends(self, ticket, how, named):
        number, probe = ticket
        named = named if how is Ended.BADLY else None
        mine = not probe or self.probes.pop(number, None) is not None  # a probe that was given up is one no more
        was = self.breaker
        self.breaker = left(was, how, self.now_s, probe=probe and mine, retry_after_s=named)
        if named:
            self.named_until_s = max(self.named_until_s, self.now_s + named)
        if how is Ended.WELL and (probe and mine):
            assert self.breaker.state(self.now_s) is State.CLOSED
            self.named_until_s = 0.0
        if how is Ended.UNSAID:
            assert self.breaker.until_s == was.until_s
        if how is Ended.BADLY and probe and mine:
            assert self.breaker.state(self.now_s) is State.OPEN

    @invariant()
    def what_was_named_is_kept(self):
        if self.now_s < self.named_until_s:
            assert not self.breaker.admits(self.now_s)

    @invariant()
    def it_is_never_open_for_longer_than_anybody_said(self):
        assert self.breaker.wait_s(self.now_s) <= max(LONGEST_OPEN_S, self.named_until_s - self.now_s) + 1e-6

    @invariant()
    def it_remembers_no_more_than_it_may(self):
        assert len(self.breaker.past) <= KEPT

    @invariant()
    def it_always_admits_somebody_in_the_end(self):
        assert self.breaker.admits(self.now_s + 60.0 + PROBE_S + LONGEST_OPEN_S)


TestAnything = Anything.TestCase
TestAnything.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
