"""Series are made when they are counted, and there is an end to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram

from gateway.observability.families import DURATION_S
from gateway.observability.series import Labelled, QuickHistogram, Room


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


@given(st.lists(st.tuples(st.one_of(st.floats(-1, 1000), st.sampled_from(DURATION_S)), st.booleans()), max_size=30))
def test_the_quick_histogram_counts_as_the_slow_one_does(observed):
    counted = []
    for kind in (Histogram, QuickHistogram):
        registry = CollectorRegistry()
        series = kind("took_seconds", "Took.", ("of",), buckets=DURATION_S, registry=registry).labels("x")
        assert type(series) is kind
        for amount, traced in observed:
            series.observe(amount, {"trace_id": "1"} if traced else None)
        [family] = registry.collect()
        counted.append(
            [(one.name, one.labels, one.value, one.exemplar and one.exemplar.value) for one in family.samples]
        )
    before, now = ([one for one in samples if not one[0].endswith("_created")] for samples in counted)
    assert now == before
