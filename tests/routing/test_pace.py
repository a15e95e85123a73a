from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routing.pace import FORGET_S, NEW, UNKNOWN_S, USUAL_TOKENS, answered, began, ended, expected_s, failed


def measured(*firsts_s: float):
    made = NEW
    for first_s in firsts_s:
        made = answered(made, first_s, 0.0)
    return made


def test_what_nobody_measured_is_to_be_tried_by_one_request_at_a_time():
    assert expected_s(NEW, 0.0) == 0.0
    assert expected_s(began(NEW), 0.0) == UNKNOWN_S * 2


def test_slower_answers_count_for_more_than_faster_ones():
    assert measured(1.0, 5.0).first_s > 3.0
    assert measured(5.0, 1.0).first_s > 3.0


def test_two_slow_answers_make_a_target_slow():
    assert measured(1.0, 10.0, 10.0).first_s > 8.0


def test_what_is_not_measured_for_long_is_forgotten_little_by_little():
    made = measured(9.0)
    assert expected_s(made, FORGET_S) == pytest.approx(9.0 / 2.718, rel=0.01)
    assert answered(made, 1.0, 100 * FORGET_S).first_s < 1.0


def test_a_failure_makes_a_target_slower_than_it_was_and_costs_its_time():
    assert failed(measured(1.0), 0.1, 0.0).first_s > 1.5
    assert failed(measured(1.0), 60.0, 0.0).first_s > 30.0
    assert failed(NEW, 0.1, 0.0).first_s >= UNKNOWN_S


@pytest.mark.parametrize(("pending", "slots", "least_s"), [(0, 1, 1.0), (1, 1, 5.0), (3, 2, 5.0), (1, None, 1.0)])
def test_who_is_busy_takes_longer(pending, slots, least_s):
    made = ended(began(measured(1.0)), 0.0, took_s=4.0)
    for _ in range(pending):
        made = began(made)
    assert expected_s(made, 0.0, slots=slots) >= least_s
    assert expected_s(began(made), 0.0, slots=slots) >= expected_s(made, 0.0, slots=slots)


def test_tokens_take_their_time():
    made = ended(began(measured(1.0)), 0.0, took_s=11.0, tokens=100, writing_s=10.0)
    assert expected_s(made, 0.0) == pytest.approx(1.0 + 0.1 * USUAL_TOKENS)


@given(st.lists(st.sampled_from(["began", "ended", "broke"]), max_size=40))
def test_nobody_is_ever_owed_to_the_target(steps):
    made = NEW
    for step in steps:
        made = began(made) if step == "began" else ended(made, 0.0, took_s=1.0 if step == "ended" else None)
        assert made.pending >= 0
