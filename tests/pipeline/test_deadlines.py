from __future__ import annotations

import pytest

from gateway.domain import Route
from gateway.pipeline.deadlines import PATIENCE_S, TOTAL_S, patience

LONG_S = PATIENCE_S * 2


@pytest.mark.parametrize(
    ("route", "others", "warm", "cold"),
    [
        ({}, False, None, None),  # nobody else could take over, and so it is waited for
        ({}, True, PATIENCE_S, PATIENCE_S),
        ({"first_token_s": 20.0}, False, 20.0, PATIENCE_S),
        ({"first_token_s": LONG_S}, True, LONG_S, LONG_S),
        ({"first_token_s": 20.0, "cold_first_token_s": 30.0}, True, 20.0, 30.0),
        ({"cold_first_token_s": 30.0}, False, None, 30.0),
    ],
)
def test_a_model_that_has_to_be_loaded_is_granted_more(route, others, warm, cold):
    made = patience(Route("r", (), **route), others=others, now_s=0.0)
    assert (made.first_token_s, made.cold_s) == (warm, cold)
    assert made.minds_loading is (warm is not None and warm != cold)


@pytest.mark.parametrize(
    ("now_s", "cold", "left_s"),
    [(105.0, False, 15.0), (105.0, True, 25.0), (119.0, False, 1.0), (125.0, False, 0.0), (158.0, True, 0.0)],
)
def test_the_limit_of_an_attempt_counts_from_its_beginning(now_s, cold, left_s):
    route = Route("r", (), first_token_s=20.0, cold_first_token_s=30.0, total_s=60.0)
    assert patience(route, others=True, now_s=100.0).left_s(100.0, now_s, cold=cold) == left_s


def test_no_phase_outlasts_the_request():
    made = patience(Route("r", (), total_s=60.0), others=False, now_s=100.0)
    assert made.left_s(100.0, 130.0, cold=False) == made.left_s(100.0, 130.0, cold=True) == 30.0
    assert (made.over(159.9), made.over(160.0)) == (False, True)


def test_every_request_has_an_end():
    assert patience(Route("r", ()), others=False, now_s=1.0).until_s == 1.0 + TOTAL_S
