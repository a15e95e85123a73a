"""Series are made when they are counted, and there is an end to them."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Counter

from gateway.observability.series import Labelled, Room


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def things(registry, room) -> Labelled[Counter]:
    return Labelled(Counter("gateway_things", "Things.", ("kind", "of"), registry=registry), 2, room=room)


def room_for(lines: int) -> Room:
    return Room(Counter("gateway_folded", "Folded.", registry=CollectorRegistry()), lines)


def test_a_series_is_looked_up_once(registry):
    labelled = things(registry, room_for(9))

    labelled("a", "x").inc()
    labelled("a", "x").inc()

    assert labelled("a", "x") is labelled("a", "x")
    assert labelled("a", "x") is not labelled("b", "x")


def test_what_finds_no_room_is_counted_as_other(registry):
    room = room_for(2)
    labelled = things(registry, room)

    for kind in "abcd":
        labelled(kind, "x").inc()

    samples = {tuple(sample.labels.values()): sample.value for sample in next(iter(registry.collect())).samples}
    assert samples == {("a", "x"): 1, ("b", "x"): 1, ("other", "other"): 2}
    assert room.folded._value.get() == 2


def test_what_is_forgotten_leaves_room(registry):
    labelled = things(registry, room_for(2))
    labelled("a", "x").inc()
    labelled("b", "x").inc()

    labelled.forget()
    labelled("c", "x").inc()

    assert [sample.labels["kind"] for sample in next(iter(registry.collect())).samples] == ["c"]
