from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Adapter, Operation, Provider, ProviderKind, Target
from gateway.routing.plan import plan


@dataclass(frozen=True)
class Way:
    target: Target


def way(provider: str, model: str = "m", off: str = "") -> Way:
    return Way(Target(f"{provider}-{model}", Provider(provider, ProviderKind.OLLAMA, Adapter.DIRECT, off=off), model))


A, B, C, OFF = way("a"), way("b"), way("c"), way("off", off="KEY is not set")


@pytest.mark.parametrize(
    ("ways", "health", "auto", "attempts"),
    [
        ([A, B, C], {}, True, (A, B, C)),
        ([A, B, C], {"a": False}, True, (B, C, A)),
        ([A, B, C], {"a": False, "b": False, "c": False}, True, (A, B, C)),
        ([A, B, C], {"c": True, "b": False}, True, (A, C, B)),
        ([OFF, A], {}, True, (A,)),
        ([A, B], {}, False, (A,)),
        ([A, B], {"a": False}, False, (A,)),
        ([OFF, A, B], {}, False, (A,)),
        ([OFF], {}, True, ()),
        ([], {}, True, ()),
    ],
)
def test_attempts_follow_the_list_with_those_that_are_down_last(
    ways: list[Way], health: dict[str, bool], auto: bool, attempts: tuple[Way, ...]
) -> None:
    assert plan(ways, health, auto_fallback=auto, operation=Operation.CHAT) == attempts


def test_embeddings_never_fall_back_to_another_model() -> None:
    ways = [way("a", "nomic"), way("b", "minilm"), way("c", "nomic")]
    attempts = plan(ways, {"a": False}, auto_fallback=True, operation=Operation.EMBEDDINGS)
    assert attempts == (ways[2], ways[0])


@given(
    st.lists(st.sampled_from([A, B, C, OFF]), unique_by=id),
    st.dictionaries(st.sampled_from("abc"), st.booleans()),
    st.booleans(),
    st.sampled_from(Operation),
)
def test_a_plan_only_orders_what_is_permitted(
    ways: list[Way], health: dict[str, bool], auto: bool, operation: Operation
) -> None:
    attempts = plan(ways, health, auto_fallback=auto, operation=operation)
    assert all(attempt in ways for attempt in attempts)
    assert len({attempt.target.name for attempt in attempts}) == len(attempts)
    assert bool(attempts) is any(not w.target.provider.off for w in ways)
