from __future__ import annotations

import time

import pytest

from gateway.upstream.silence import SILENCE_S, Silence


@pytest.fixture
def at(monkeypatch):
    """Sets the clock."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(time, "monotonic", lambda: seconds)

    set_to(0.0)
    return set_to


def test_before_the_first_content_nothing_is_limited_here():
    assert Silence().left_s is None


@pytest.mark.parametrize(
    ("idle_s", "now", "left"),
    [
        (30.0, 0.0, 30.0),
        (30.0, 500.0, 30.0),  # heartbeats come: each is waited for as long as the first
        (30.0, SILENCE_S - 10, 10.0),
        (30.0, SILENCE_S + 10, 0.0),
        (2 * SILENCE_S, SILENCE_S, SILENCE_S),  # who configures more gets more
    ],
)
def test_heartbeats_are_life_until_they_were_all_for_ten_minutes(at, idle_s, now, left):
    made = Silence()
    made.begins(idle_s)
    at(now)
    assert made.left_s == left
    made.spoke()
    assert made.left_s == idle_s
