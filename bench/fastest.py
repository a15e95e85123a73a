"""Simulates a day of requests to targets whose speed changes, for `order: fastest` and for each fixed choice.

Four targets: two local ones that slow down when they are busy, two clouds with a rush hour; each has a bad spell. The order
is the product's own (`routing/order.py`), fed with what its answers took; time is the simulation's.

    python -m bench.fastest [--requests 20000] [--seed 1]
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from dataclasses import dataclass

from gateway.domain import Adapter, Order, Provider, ProviderKind, Target
from gateway.routing import pace
from gateway.routing.order import Asking, Paces, ordered

DAY_S = 24 * 3600.0
TOKENS = 300


@dataclass(frozen=True)
class Speed:
    """Seconds to the first token and for each further one; `rush` how much slower at noon; a spell (hour, hours, times)."""

    first_s: float
    per_token_s: float
    rush: float = 0.0
    spell: tuple[float, float, float] = (0.0, 0.0, 1.0)
    slots: int | None = None

    def first_at(self, now_s: float, chance: random.Random) -> float:
        hour = now_s / 3600 % 24
        begins, lasts, times = self.spell
        slow = times if begins <= hour < begins + lasts else 1.0
        noon = 1 + self.rush * max(0.0, math.sin((hour - 6) / 12 * math.pi))
        return self.first_s * noon * slow * chance.lognormvariate(0.0, 0.25)


SPEEDS = {
    "mac": Speed(0.9, 0.012, spell=(14.0, 1.0, 6.0), slots=4),
    "server": Speed(1.1, 0.013, spell=(3.0, 2.0, 5.0), slots=4),
    "cloud-a": Speed(0.8, 0.011, rush=1.5, spell=(20.0, 0.5, 8.0)),
    "cloud-b": Speed(1.6, 0.010, rush=0.5),
}
TARGETS = {
    name: Target(name, Provider(name, ProviderKind.VLLM, Adapter.DIRECT), name, slots=speed.slots)
    for name, speed in SPEEDS.items()
}


@dataclass(frozen=True)
class Way:
    target: Target


WAYS = tuple(Way(target) for target in TARGETS.values())


def day(requests: int, seed: int, fixed: str = "") -> list[float]:
    """Seconds that each of `requests` took until its last token, by `order: fastest`, or by one target for all."""
    chance = random.Random(seed)
    known = dict.fromkeys(SPEEDS, pace.NEW)
    busy: dict[str, list[float]] = {name: [] for name in SPEEDS}
    events: list[tuple[float, int, str, float, float]] = []  # when, which, target, first token after, all after
    took: list[float] = []
    now_s = 0.0
    for number in range(requests):
        now_s += chance.expovariate(requests / DAY_S)
        while events and events[0][0] <= now_s:
            _told(known, heapq.heappop(events))
        name = fixed or _chosen(known, now_s, chance)
        known[name] = pace.began(known[name])
        speed, ends = SPEEDS[name], [end for end in busy[name] if end > now_s]
        waits = sorted(ends)[len(ends) - speed.slots] - now_s if speed.slots and len(ends) >= speed.slots else 0.0
        first_s = waits + speed.first_at(now_s, chance)
        all_s = first_s + TOKENS * speed.per_token_s
        busy[name] = [*ends, now_s + all_s]
        took.append(all_s)
        heapq.heappush(events, (now_s + first_s, 2 * number, name, first_s, 0.0))
        heapq.heappush(events, (now_s + all_s, 2 * number + 1, name, first_s, all_s))
    return took


def _chosen(known: dict[str, pace.Pace], now_s: float, chance: random.Random) -> str:
    asking = Asking(affinity=chance.randbytes(8))
    return ordered(WAYS, Order.FASTEST, asking, Paces(known=known, now_s=now_s))[0].target.name


def _told(known: dict[str, pace.Pace], event: tuple[float, int, str, float, float]) -> None:
    at_s, _, name, first_s, all_s = event
    if not all_s:
        known[name] = pace.answered(known[name], first_s, at_s)
    else:
        known[name] = pace.ended(known[name], at_s, took_s=all_s, tokens=TOKENS, writing_s=all_s - first_s)


def adapts(times: float = 5.0, seed: int = 1) -> int:
    """How many requests one after the other still go first to a target that has become `times` slower than it was."""
    chance = random.Random(seed)
    known = dict.fromkeys(SPEEDS, pace.NEW)
    now_s, wrong, slow = 0.0, 0, ""
    for number in range(120):
        name = _chosen(known, now_s, chance)
        if number == 60:
            slow = name
        if number >= 60:
            wrong += name == slow
        first_s = SPEEDS[name].first_s * chance.lognormvariate(0.0, 0.25) * (times if name == slow else 1.0)
        all_s = first_s + TOKENS * SPEEDS[name].per_token_s
        known[name] = pace.answered(pace.began(known[name]), first_s, now_s + first_s)
        known[name] = pace.ended(known[name], now_s + all_s, took_s=all_s, tokens=TOKENS, writing_s=all_s - first_s)
        now_s += all_s
    return wrong


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| choice | mean s | p95 s |\n| --- | --- | --- |")
    results = {name: day(options.requests, options.seed, name) for name in SPEEDS}
    results["fastest"] = day(options.requests, options.seed)
    for name, seconds in results.items():
        print(f"| {name} | {sum(seconds) / len(seconds):.2f} | {p95(seconds):.2f} |")
    best = min(p95(seconds) for name, seconds in results.items() if name != "fastest")
    print(f"\nfastest against the best fixed choice, p95: {p95(results['fastest']) / best:.2f}")
    print(f"requests that still go to a target that became 5 times slower: {adapts(seed=options.seed)} of 60")


if __name__ == "__main__":
    main()
