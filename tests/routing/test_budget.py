from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routing.budget import AT_REST, LONGEST_WAIT_S, SHARE, Budget, asked, spend, wait_s


@given(st.lists(st.booleans(), max_size=400))
def test_further_tries_are_a_share_of_the_requests_and_a_few_more(steps):
    budget, requests, tries = Budget(), 0, 0
    for tries_again in steps:
        budget, requests = asked(budget), requests + 1
        if tries_again and (spent := spend(budget)) is not None:
            budget, tries = spent, tries + 1
    assert tries <= AT_REST + SHARE * requests
    assert 0.0 <= budget.tokens <= AT_REST


@pytest.mark.parametrize(
    ("tries", "named_s", "low", "high"),
    [(1, None, 0.05, 0.15), (2, None, 0.1, 0.3), (3, None, 0.2, 0.6), (1, 2.0, 2.0, 2.0)],
)
def test_each_wait_is_longer_and_spread_unless_the_target_names_one(tries, named_s, low, high):
    waits = [wait_s(tries, named_s=named_s, draw=draw) for draw in (0.0, 0.5, 1.0)]
    assert waits[0] == pytest.approx(low)
    assert waits[-1] == pytest.approx(high)


def test_a_wait_that_is_too_long_is_the_callers():
    assert wait_s(1, named_s=LONGEST_WAIT_S + 1, draw=0.0) is None
