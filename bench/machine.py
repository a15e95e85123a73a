"""Simulates a computer with 36 GB and five models of 2 to 20 GB under the agents' requests, for two schedulers.

The one is ours (`gateway/scheduling/reducer.py`), the other is what servers of models do by themselves: requests in the
order in which they came, and the least lately used idle model makes room. Everything but time is real; an hour takes a second.

    python -m bench.machine [--hours 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType

from gateway.scheduling.machine import (
    Asked,
    Ended,
    Limits,
    Load,
    Loaded,
    Machine,
    Model,
    Passed,
    Refuse,
    Serve,
    Ticket,
    Unload,
    Unloaded,
)
from gateway.scheduling.reducer import next_s, step

MEMORY_GB = 36.0
REQUESTS_PER_MINUTE = 30
UNLOAD_S = 1.0


@dataclass(frozen=True)
class Agent:
    """One of the five, with its model: what it takes, how long it loads and answers (seconds), how often it is asked."""

    name: str
    memory_gb: float
    load_s: float
    answer_s: float
    share: float


AGENTS = {
    agent.name: agent
    for agent in (
        Agent("alignment", 2, 4, 0.8, 0.40),
        Agent("qc-reviewer", 5, 6, 2.0, 0.20),
        Agent("radiologist", 8, 9, 4.0, 0.15),
        Agent("report-writer", 12, 12, 5.0, 0.15),
        Agent("pathologist", 20, 20, 6.0, 0.10),
    )
}


@dataclass
class Day:
    """What one scheduler made of the hours."""

    waits_s: list[float] = field(default_factory=list)
    loads: int = 0
    refused: int = 0

    def row(self, name: str, hours: float) -> str:
        waits = sorted(self.waits_s)
        mean = sum(waits) / len(waits)
        p95 = waits[int(len(waits) * 0.95)]
        return f"| {name} | {self.loads / hours:.0f} | {mean:.1f} | {p95:.0f} | {self.refused / hours:.1f} |"


def arrivals(hours: float, seed: int) -> list[tuple[float, str]]:
    """(second, agent) of every request; a Poisson process."""
    chance = random.Random(seed)
    at_s, asked = 0.0, list[tuple[float, str]]()
    while at_s < hours * 3600:
        at_s += chance.expovariate(REQUESTS_PER_MINUTE / 60)
        asked.append((at_s, chance.choices(list(AGENTS), [agent.share for agent in AGENTS.values()])[0]))
    return asked


def ours(asked: list[tuple[float, str]]) -> Day:
    """The reducer, with a server that does what it is told."""
    day, queue = Day(), list[tuple[float, int, object]]()
    models = {name: Model(name=name, slots=1, memory_gb=agent.memory_gb) for name, agent in AGENTS.items()}
    state = Machine(limits=Limits(memory_gb=MEMORY_GB, max_queue=1000), models=MappingProxyType(models))
    tickets = {n: Ticket(number=n, model=name, caller=name, since_s=at_s) for n, (at_s, name) in enumerate(asked)}
    for number, ticket in tickets.items():
        heapq.heappush(queue, (ticket.since_s, number, Asked(ticket)))
    order = len(tickets)

    def later(at_s: float, event: object) -> None:
        nonlocal order
        order += 1
        heapq.heappush(queue, (at_s, order, event))

    while queue:
        now_s, _, event = heapq.heappop(queue)
        state, effects = step(state, event, now_s)  # type: ignore[arg-type]
        for effect in effects:
            match effect:
                case Serve(number):
                    day.waits_s.append(now_s - tickets[number].since_s)
                    later(now_s + AGENTS[tickets[number].model].answer_s, Ended(number))
                case Refuse():
                    day.refused += 1
                case Load(name):
                    day.loads += 1
                    later(now_s + AGENTS[name].load_s, Loaded(name))
                case Unload(name):
                    later(now_s + UNLOAD_S, Unloaded(name))
        due_s = next_s(state)
        if due_s is not None and due_s > now_s and (not queue or due_s < queue[0][0]):
            later(due_s, Passed())
    return day


def least_lately_used(asked: list[tuple[float, str]]) -> Day:
    """Requests in order: whoever is first waits for its model, and everybody else for it."""
    day = Day()
    loaded: dict[str, float] = {}  # when it was last used
    busy_until: dict[str, float] = dict.fromkeys(AGENTS, 0.0)
    turn_s = 0.0  # before this nobody else is looked at
    for at_s, name in asked:
        now_s, agent = max(at_s, turn_s), AGENTS[name]
        if name not in loaded:
            while sum(AGENTS[one].memory_gb for one in loaded) + agent.memory_gb > MEMORY_GB:
                victim = min(loaded, key=lambda one: (busy_until[one] > now_s, loaded[one]))
                now_s = max(now_s, busy_until[victim]) + UNLOAD_S
                del loaded[victim]
            now_s += agent.load_s
            day.loads += 1
        now_s = max(now_s, busy_until[name])
        if now_s - at_s > Limits().max_wait_s:
            day.refused += 1
            continue
        loaded[name] = now_s
        busy_until[name] = now_s + agent.answer_s
        turn_s = now_s
        day.waits_s.append(now_s - at_s)
    return day


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    asked = arrivals(args.hours, args.seed)
    schedulers: dict[str, Callable[[list[tuple[float, str]]], Day]] = {
        "least lately used, in order": least_lately_used,
        "ours": ours,
    }
    print("| scheduler | loads an hour | wait, mean (s) | wait, 95 % (s) | refused an hour |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, scheduler in schedulers.items():
        print(scheduler(asked).row(name, args.hours))


if __name__ == "__main__":
    main()
