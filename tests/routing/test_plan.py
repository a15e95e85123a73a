from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Adapter, Capability, Operation, Order, Provider, ProviderKind, Route, Target
from gateway.routing.order import Asking
from gateway.routing.plan import Why, Wish, alone, plan


@dataclass(frozen=True)
class Way:
    target: Target


def way(provider: str, model: str = "m", off: str = "", **more) -> Way:
    where = Provider(provider, ProviderKind.OLLAMA, Adapter.DIRECT, off=off)
    return Way(Target(f"{provider}-{model}", where, model, **more))


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
    assert plan(ways, health, auto_fallback=auto, operation=Operation.CHAT).attempts == attempts


def test_embeddings_never_fall_back_to_another_model() -> None:
    ways = [way("a", "nomic"), way("b", "minilm"), way("c", "nomic")]
    attempts = plan(ways, {"a": False}, auto_fallback=True, operation=Operation.EMBEDDINGS).attempts
    assert attempts == (ways[2], ways[0])


SEES = way("sees", capabilities=frozenset({Capability.VISION}))
ACTS = way("acts", capabilities=frozenset({Capability.TOOLS}))
SMALL, LARGE = way("small", context=2_000), way("large", context=8_000)
WEAK, GOOD = way("weak", quality=0.4), way("good", quality=0.9)


@pytest.mark.parametrize(
    ("ways", "wish", "attempts", "passed"),
    [
        ([A, SEES], Wish(needs=frozenset({Capability.VISION})), [SEES], {"a-m": Why.LACKS}),
        ([A, ACTS], Wish(needs=frozenset({Capability.VISION})), [A, ACTS], {}),  # nobody lists it: nobody said
        ([A, SEES, ACTS], Wish(needs=frozenset({Capability.VISION, Capability.TOOLS})), [A, SEES, ACTS], {}),
        ([SMALL, LARGE], Wish(asking=Asking(tokens=3_000)), [LARGE], {"small-m": Why.TOO_SMALL}),
        ([SMALL, A], Wish(asking=Asking(tokens=3_000)), [A], {"small-m": Why.TOO_SMALL}),
        ([SMALL, LARGE], Wish(asking=Asking(tokens=9_000)), [SMALL, LARGE], {}),  # each tells it by itself
        ([WEAK, GOOD], Wish(floor=0.8), [GOOD], {"weak-m": Why.BELOW}),
        ([WEAK, A], Wish(floor=0.8), [], {"weak-m": Why.BELOW, "a-m": Why.BELOW}),  # a floor is a floor
    ],
)
def test_who_cannot_do_what_is_needed_is_passed_over_where_another_one_can(ways, wish, attempts, passed):
    made = plan(ways, {}, auto_fallback=True, operation=Operation.CHAT, wish=wish)
    assert made.attempts == tuple(attempts)
    assert {one.target.name: one.why for one in made.passed} == passed


def test_who_is_down_or_fails_is_told_where_somebody_else_comes_first():
    made = plan([A, B, C], {"a": False}, auto_fallback=True, operation=Operation.CHAT, failing={"b-m": 3.0})
    assert made.attempts == (C, A, B)
    assert {one.target.name: one.why for one in made.passed} == {"a-m": Why.DOWN, "b-m": Why.FAILING}
    assert plan([A], {"a": False}, auto_fallback=True, operation=Operation.CHAT).passed == ()
    assert plan([B, A], {"a": False}, auto_fallback=True, operation=Operation.CHAT).passed == ()


@given(
    st.lists(st.sampled_from([A, B, C, OFF, SEES, ACTS, SMALL, LARGE, WEAK, GOOD]), unique_by=id),
    st.sampled_from(Order),
    st.frozensets(st.sampled_from([Capability.VISION, Capability.TOOLS])),
    st.sampled_from([None, 0.5]),
    st.integers(0, 10_000),
    st.binary(max_size=8),
)
def test_no_order_adds_a_target_or_repeats_one(ways, order, needs, floor, tokens, affinity):
    asking = Asking(tokens=tokens, affinity=affinity)
    wish = Wish(order=order, floor=floor, needs=needs, asking=asking)
    made = plan(ways, {}, auto_fallback=True, operation=Operation.CHAT, wish=wish)
    names = [one.target.name for one in made.attempts]
    assert set(names) <= {one.target.name for one in ways}
    assert len(set(names)) == len(names)
    usable = {one.target.name for one in ways if not one.target.provider.off}
    assert set(names) | {one.target.name for one in made.passed} == usable


@given(
    st.lists(st.sampled_from([A, B, C, OFF]), unique_by=id),
    st.dictionaries(st.sampled_from("abc"), st.booleans()),
    st.booleans(),
    st.sampled_from(Operation),
)
def test_a_plan_only_orders_what_is_permitted(
    ways: list[Way], health: dict[str, bool], auto: bool, operation: Operation
) -> None:
    attempts = plan(ways, health, auto_fallback=auto, operation=operation).attempts
    assert all(attempt in ways for attempt in attempts)
    assert len({attempt.target.name for attempt in attempts}) == len(attempts)
    assert bool(attempts) is any(not w.target.provider.off for w in ways)


WISHES = st.builds(
    Wish,
    order=st.sampled_from(Order),
    floor=st.sampled_from([None, 0.5]),
    needs=st.frozensets(st.sampled_from(Capability)),
    asking=st.sampled_from([Asking(), Asking(tokens=3_000)]),
)
STATES = st.dictionaries(st.sampled_from("abc"), st.booleans())
FAILING = st.dictionaries(st.sampled_from(["a-m", "sees-m"]), st.just(1.0))


@given(
    st.sampled_from([A, OFF, SEES, SMALL, WEAK, GOOD]),
    WISHES,
    st.sampled_from(Operation),
    STATES,
    FAILING,
    st.booleans(),
)
def test_where_nothing_is_to_be_chosen_the_plan_needs_no_knowledge(way, wish, operation, up, failing, auto):
    route = Route("any", (way.target,), operation, order=wish.order, min_quality=wish.floor)
    short = alone([way], route)
    assert short in (None, plan([way], up, auto_fallback=auto, operation=operation, wish=wish, failing=failing))
    assert (short is None) == (way is OFF or wish.order is not Order.LISTED or wish.floor is not None)
    assert alone([way, B], route) is None
    assert alone([], route) is None


def test_a_plan_holds_no_target_against_another():
    """With 500 of them it took 13 ms of every request to compare each with each."""

    class Alone(Way):
        def __eq__(self, other):
            raise AssertionError("compared")

        __hash__ = None

    ways = [Alone(one.target) for one in (SMALL, LARGE, SEES, ACTS, A)]
    wish = Wish(needs=frozenset({Capability.TOOLS}), asking=Asking(tokens=1))
    assert len(plan(ways, {"a": False}, auto_fallback=True, operation=Operation.CHAT, wish=wish).attempts) == 1
    wish = Wish(asking=Asking(tokens=3_000))
    assert len(plan(ways, {"a": False}, auto_fallback=True, operation=Operation.CHAT, wish=wish).attempts) == 4
