"""A collector is held to its one address, on the premises."""

from __future__ import annotations

from gateway.kinds import profile
from gateway.kinds.collector import collector
from gateway.kinds.origin import origin


def test_a_collector_is_at_home_and_has_one_origin():
    made = collector("http://127.0.0.1:4318/otlp")
    assert made.at_home
    assert made.on_prem
    assert profile(made.kind).origins(made) == {origin("http://127.0.0.1:4318")}
