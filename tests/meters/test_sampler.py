"""The readings of a machine: at rest, at work, and when its meters fall silent."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.events import MeterKind, MeterLoss, MeterSeen
from gateway.meters import sampler
from gateway.meters.port import MeterUnreadable
from gateway.meters.sampler import Sampler
from gateway.testing import RecordingSink
from tests.kit.meters import Machine, target
from tests.kit.patience import until


def test_an_answer_gets_what_was_taken_above_idle_while_it_was_made():
    machine = Machine()
    machine.rests(watts=40)
    assert machine.sampler.idle_now_w == 40
    machine.goes_on(0.5, watts=40)
    share = machine.sampler.begin(target())
    machine.goes_on(10, watts=100)
    assert machine.sampler.end(share) == pytest.approx(600 / 3600)
    machine.rests(watts=100)
    assert share.joules == pytest.approx(600)


def test_what_comes_right_after_an_answer_is_not_rest():
    machine = Machine()
    machine.rests(watts=40)
    share = machine.sampler.begin(target())
    machine.goes_on(1, watts=100)
    machine.sampler.end(share)
    machine.rests(2, watts=90)
    assert machine.sampler.idle_now_w == 40
    machine.rests(50, watts=60)
    assert machine.sampler.idle_now_w == 60


@pytest.mark.parametrize("other", [target(machine="elsewhere"), target(on_prem=False)])
def test_only_what_runs_on_this_machine_is_measured(other):
    assert Machine(idle_w=1).sampler.begin(other) is None


def test_without_meters_nothing_is():
    made = Sampler(events=RecordingSink())
    assert made.begin(target(machine="")) is None
    assert made.look() == []


def test_idle_that_nobody_knows_yet_is_no_measurement():
    machine = Machine()
    share = machine.sampler.begin(target())
    machine.goes_on(5, watts=100)
    assert machine.sampler.end(share) is None


def test_a_meter_that_falls_silent_leaves_answers_unknown_and_is_told_once():
    machine = Machine(idle_w=10)
    share = machine.sampler.begin(target())
    machine.goes_on(1, watts=100)
    machine.counter.problem = MeterUnreadable(MeterLoss.FAILED, "It broke.")
    machine.sampler.read()
    machine.goes_on(1, watts=100)
    assert machine.sampler.end(share) is None
    assert [one.why for one in machine.sampler.look()] == ["It broke."]
    machine.counter.problem = None
    machine.rests(int(sampler.AGAIN_S) + 2, watts=10)
    again = machine.sampler.begin(target())
    machine.goes_on(1, watts=100)
    assert machine.sampler.end(again) == pytest.approx(90 / 3600)
    assert machine.sink.events == [
        MeterSeen(meter=MeterKind.RAPL),
        MeterSeen(meter=MeterKind.RAPL, loss=MeterLoss.FAILED),
        MeterSeen(meter=MeterKind.RAPL),
    ]


def test_a_counter_that_went_back_is_no_measurement():
    machine = Machine(idle_w=10)
    share = machine.sampler.begin(target())
    machine.counter.value, machine.now_s = -50.0, machine.now_s + 1
    assert machine.sampler.end(share) is None
    later = machine.sampler.begin(target())
    machine.goes_on(1, watts=30)
    assert machine.sampler.end(later) == pytest.approx(20 / 3600)


def test_a_slow_meter_is_read_for_a_small_part_of_the_time_and_a_very_slow_one_is_left_alone():
    machine, reads = Machine(idle_w=10), []
    honest = machine.counter.joules

    def slow(took_s):
        def joules():
            reads.append(machine.now_s)
            machine.now_s += took_s
            return honest()

        return joules

    machine.counter.joules = slow(0.05)
    for _ in range(1_000):
        machine.sampler.read()
        machine.goes_on(0.01, watts=50)
    assert 5 <= len(reads) <= 20  # in ten seconds and more, of which it takes a second after it was known to be slow
    machine.counter.joules = slow(0.2)
    machine.goes_on(5, watts=50)
    machine.sampler.read()
    assert machine.sink.events[-1].loss is MeterLoss.SLOW
    before = len(reads)
    machine.rests(30, watts=50)
    assert len(reads) == before


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0.001, 5), st.floats(0, 400), st.booleans()), min_size=1, max_size=40
    )
)
def test_answers_together_have_all_that_was_taken_above_idle(acts):
    machine = Machine(idle_w=50)
    open_now, ended = {}, 0.0
    above = 0.0
    for who, seconds, watts, says in acts:
        machine.goes_on(seconds, watts=watts)
        above += max(watts - 50, 0) * seconds
        if who in open_now:
            if says:
                open_now[who].made()
            ended += machine.sampler.end(open_now.pop(who)) or 0.0
        else:
            open_now[who] = machine.sampler.begin(target())
    machine.sampler.read()
    ended += sum(machine.sampler.end(share) or share.joules / 3600 for share in open_now.values())
    assert ended * 3600 + machine.sampler.unshared_j == pytest.approx(above, abs=1e-6)


async def test_it_looks_by_itself_until_it_is_closed(monkeypatch):
    monkeypatch.setattr(sampler, "EVERY_S", 0.001)
    machine = Machine()
    machine.sampler.start()
    reads = []
    honest = machine.counter.joules
    machine.counter.joules = lambda: reads.append(1) or honest()
    await until(lambda: machine.goes_on(1, watts=1) or len(reads) > 3)
    await machine.sampler.aclose()
    seen = len(reads)
    await asyncio.sleep(0)
    assert len(reads) == seen
