from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest

from gateway.domain import Adapter, Complexity, Order, Price, Provider, ProviderKind, Target, Trait
from gateway.routing import pace
from gateway.routing.order import Asking, Paces, ordered, reaches


@dataclass(frozen=True)
class Way:
    target: Target


def way(name: str, *, local=False, usd: str | None = None, model="", **more) -> Way:
    traits = frozenset({Trait.ON_PREM} if local else ())
    price = Price(Decimal(usd), Decimal(usd)) if usd is not None else None
    return Way(
        Target(
            name, Provider(name, ProviderKind.OLLAMA, Adapter.DIRECT, traits=traits), model or name, price=price, **more
        )
    )


LOCAL = way("local", local=True, power_w=100.0, quality=0.5)
CHEAP, DEAR, UNPRICED = way("cheap", usd="0.5", quality=0.7), way("dear", usd="15", quality=0.95), way("unpriced")
ALL = (DEAR, UNPRICED, LOCAL, CHEAP)


def paces(**firsts_s: float) -> Paces:
    known = {name: pace.answered(pace.NEW, first_s, 0.0) for name, first_s in firsts_s.items()}
    return Paces(known=known, usd_per_kwh=Decimal("0.15"))


def names(order: Order, ways=ALL, *, known=None, **asking) -> list[str]:
    made = ordered(ways, order, Asking(**asking), known or paces())
    return [one.target.name for one in made]


def test_listed_and_local_first_keep_what_they_do_not_tell_apart():
    assert names(Order.LISTED) == ["dear", "unpriced", "local", "cheap"]
    assert names(Order.LOCAL_FIRST) == ["local", "dear", "unpriced", "cheap"]


def test_cheapest_takes_no_unknown_price_for_free_off_the_premises():
    assert names(Order.CHEAPEST, tokens=1_000) == ["local", "cheap", "dear", "unpriced"]
    free = way("free", local=True)
    assert names(Order.CHEAPEST, (CHEAP, free), tokens=1_000) == ["free", "cheap"]


def test_a_simple_request_stays_near_and_a_complex_one_goes_to_the_best():
    assert names(Order.BY_COMPLEXITY, tokens=100) == ["local", "cheap", "dear", "unpriced"]
    assert names(Order.BY_COMPLEXITY, complexity=Complexity.COMPLEX) == ["dear", "cheap", "unpriced", "local"]


def test_what_is_medium_stays_near_where_that_is_good_enough():
    assert names(Order.BY_COMPLEXITY, complexity=Complexity.MEDIUM, tokens=100) == [
        "local",
        "cheap",
        "dear",
        "unpriced",
    ]
    small = way("small", local=True, quality=0.2)
    ways = (DEAR, small, CHEAP)
    assert names(Order.BY_COMPLEXITY, ways, complexity=Complexity.MEDIUM, tokens=100) == ["cheap", "dear", "small"]
    assert names(Order.BY_COMPLEXITY, ways, tokens=100) == ["small", "cheap", "dear"]


def test_targets_that_name_a_level_come_first_for_it_and_last_for_others():
    meant = {level: way(level.value, usd="1", complexity=frozenset({level})) for level in Complexity}
    ways = (DEAR, *meant.values())
    for level in Complexity:
        order = names(Order.BY_COMPLEXITY, ways, complexity=level)
        assert order[:2] == [level.value, "dear"]
        assert set(order) == {"dear", *Complexity}


def test_fastest_tries_whom_nobody_measured_and_then_goes_by_what_was_measured():
    assert names(Order.FASTEST, known=paces(dear=1.0, unpriced=1.0, cheap=9.0))[0] == "local"
    assert names(Order.FASTEST, known=paces(dear=2.0, unpriced=4.0, cheap=1.0, local=9.0)) == [
        *("cheap", "dear", "unpriced", "local")
    ]


def test_fastest_counts_the_load_of_a_model_that_is_not_in_memory():
    known = paces(dear=2.0, unpriced=4.0, cheap=1.0, local=0.5)
    assert names(Order.FASTEST, known=known)[0] == "local"
    cold = Paces(known=known.known, load_s={"local": 30.0})
    assert names(Order.FASTEST, known=cold) == ["cheap", "dear", "unpriced", "local"]
    assert cold.estimate(LOCAL.target, Asking()).load_s == 30.0
    untried = Paces(known={"dear": known.known["dear"]}, load_s={"local": 30.0})
    assert names(Order.FASTEST, (LOCAL, DEAR), known=untried) == [
        "dear",
        "local",
    ]  # nobody waits for a load out of curiosity


def test_equals_share_conversations_and_each_stays_where_it_was():
    ways = [way(f"copy-{number}", model="m") for number in range(4)]
    known = paces(**{one.target.name.replace("-", "_"): 1.0 for one in ways})
    known = Paces(known={one.target.name: pace.answered(pace.NEW, 1.0, 0.0) for one in ways}, now_s=known.now_s)
    first = Counter()
    for number in range(400):
        conversation = number.to_bytes(4, "big")
        chosen = {names(Order.FASTEST, ways, known=known, affinity=conversation)[0] for _ in range(3)}
        assert len(chosen) == 1
        first.update(chosen)
    assert len(first) == 4
    assert max(first.values()) < 2 * min(first.values())


def test_a_copy_that_leaves_moves_only_its_own_conversations():
    ways = [way(f"copy-{number}", usd="1", model="m") for number in range(4)]
    for number in range(100):
        conversation = number.to_bytes(4, "big")
        before = names(Order.CHEAPEST, ways, affinity=conversation)
        after = names(Order.CHEAPEST, ways[:3], affinity=conversation)
        assert [name for name in before if name != "copy-3"] == after


def test_a_busy_copy_leaves_a_conversation_to_the_other_that_it_drew():
    ways = [way(f"copy-{number}", model="m", slots=1) for number in range(2)]
    idle = {one.target.name: pace.ended(pace.answered(pace.NEW, 1.0, 0.0), 0.0, took_s=3.0) for one in ways}
    first = names(Order.FASTEST, ways, known=Paces(known=idle), affinity=b"x")[0]
    busy = {**idle, first: pace.began(idle[first])}
    assert names(Order.FASTEST, ways, known=Paces(known=busy), affinity=b"x")[0] != first


@pytest.mark.parametrize(
    ("quality", "floor", "it_does"), [(0.8, 0.8, True), (0.79, 0.8, False), (None, 0.1, False), (None, None, True)]
)
def test_a_floor_is_reached_by_what_an_administrator_says(quality, floor, it_does):
    assert reaches(way("w", quality=quality).target, floor) is it_does
