from __future__ import annotations

import pytest

from bench.fastest import SPEEDS, adapts, day, p95


@pytest.mark.parametrize("seed", [1, 2])
def test_fastest_is_about_as_good_as_the_best_fixed_choice_of_the_day(seed):
    best = min(p95(day(4_000, seed, name)) for name in SPEEDS)
    assert p95(day(4_000, seed)) <= 1.1 * best


@pytest.mark.parametrize("seed", range(5))
def test_a_target_that_becomes_slow_is_left_within_twenty_requests(seed):
    assert adapts(seed=seed) <= 20
