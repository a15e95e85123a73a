"""How what a request costs grows with what there is: its history, its prompt, targets, rules, keys, series of metrics.

python -m bench.growth            the table; `--rows history,keys` for some of it
python -m bench.growth --write    the same, kept in bench/results with a picture

Each figure is processor time of this thread alone, the least of some rounds, so that a busy machine changes little. `grows`
is the power of the size with which a row grows over its larger half: 1 is linear, 0 is the same for all sizes.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import io
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.observed import of_one_request
from bench.speed import texts
from gateway.access.keys import new_key
from gateway.access.stored import StoredKeys
from gateway.detectors.scanner import Scanner
from gateway.domain import (
    Adapter,
    Capability,
    Dialect,
    Facts,
    Kind,
    Operation,
    Passage,
    Provider,
    ProviderKind,
    Route,
    Target,
    Trait,
)
from gateway.events import FanOut, Noted
from gateway.observability.logs import EventLog
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from gateway.phi.find.engine import load_engine
from gateway.phi.read.scan import gather, walk_tree
from gateway.policy.decide import decide
from gateway.policy.rules import Policy, Rule, Then, To, When
from gateway.ports import KeyChange
from gateway.routing.order import Asking
from gateway.routing.plan import Wish, plan
from gateway.state.memory import LruMemory
from gateway.state.sqlite.keys import SqliteKeys

RESULTS: Final = Path(__file__).resolve().parent / "results"
LINEAR: Final = 1.15
"""Up to this power a row is called linear: sizes double more cleanly than times do."""
COLOURS: Final = ("#1a73e8", "#d93025", "#188038", "#e37400", "#9334e6", "#007b83")
WISH: Final = Wish(needs=frozenset({Capability.TOOLS}), asking=Asking(tokens=2_000))
DAY: Final = dt.date(2026, 12, 1)
CALLER: Final = "soma"


@dataclass(frozen=True)
class Row:
    """One thing that grows: its sizes, and what makes the work of one size."""

    title: str
    sizes: Sequence[float]
    made: Callable[[float], Iterator[Callable[[], object]]]
    """Yields what is measured, once for each round: what was seen before must not make it cheaper, unless it should."""


def of_history(messages: float) -> Iterator[Callable[[], object]]:
    """Messages that were all seen before, and a new one that is short."""
    old, draw = random.Random("history"), random.Random()
    history = [{"role": ("user", "assistant")[at % 2], "content": texts.text(old, 300)} for at in range(int(messages))]
    scanner = Scanner(load_engine(), key=bytes(32), memory=LruMemory())

    def scanned(said: str) -> object:
        leaves = walk_tree(texts.chat("m", texts.asked(said, *history)), Dialect.OPENAI, operation=Operation.CHAT)  # type: ignore[arg-type]
        detections = asyncio.run(scanner.detect(leaves.passages, caller=CALLER, until=time.monotonic() + 600))
        return gather(leaves, detections, scanner.covers)

    scanned(texts.text(draw, 120))
    for _ in range(5):
        said = texts.text(draw, 120)
        yield lambda said=said: scanned(said)  # type: ignore[misc]


def of_prompt(kilobytes: float) -> Iterator[Callable[[], object]]:
    """A text that nobody has seen."""
    engine, draw = load_engine(), random.Random()
    for _ in range(3):
        passage = Passage(texts.text(draw, int(kilobytes * 1024)))
        yield lambda passage=passage: engine.detect([passage])  # type: ignore[misc]


TOOLS: Final = frozenset({Capability.TOOLS})


def _targets(count: int) -> list[Target]:
    made = []
    for at in range(count):
        traits = frozenset({Trait.ON_PREM}) if at % 2 else frozenset[Trait]()
        made.append(
            Target(f"t{at}", Provider(f"p{at}", ProviderKind.SCRIPTED, Adapter.SCRIPTED, traits=traits), "m", TOOLS)
        )
    return made


def _policy(rules: int) -> Policy:
    away = To(lacking=frozenset({Trait.ON_PREM}))
    kinds = list(Kind)
    made = [
        Rule(
            f"r{at}",
            "So that there are many.",
            When(kinds=frozenset({kinds[at % len(kinds)]}), to=away),
            Then(require=frozenset({Trait.BAA})),
        )
        for at in range(rules)
    ]
    return Policy(tuple(made))


def _judged(targets: int, rules: int) -> Iterator[Callable[[], object]]:
    candidates, policy, facts = _targets(targets), _policy(rules), Facts(CALLER, "r", kinds=frozenset({Kind.MRN}))
    health = {one.provider.name: True for one in candidates}

    def one() -> object:
        decision = decide(facts, candidates, policy, today=DAY)
        return plan(decision.egresses, health, auto_fallback=True, operation=Operation.CHAT, wish=WISH)

    for _ in range(9):
        yield one


def of_keys(count: float) -> Iterator[Callable[[], object]]:
    """Whose a key is, of so many that are kept."""
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        store = SqliteKeys(Path(name))
        made = [new_key() for _ in range(int(count))]
        kept = [key.stored("somebody", agents=("*",), routes=("*",), may=(), made_us=1) for key in made]
        store.put(kept, KeyChange(at_us=1, what=Noted.KEY_MADE, name="somebody"))
        keys, asked = StoredKeys(store, now_us=lambda: time.time_ns() // 1000), made[-1].key
        for _ in range(9):
            yield lambda: keys.owner(asked)
        store.close()


def of_series(count: float) -> Iterator[Callable[[], object]]:
    """Counting a request, among requests of so many sorts."""
    [target] = _targets(1)
    agents = [f"a{at}" for at in range(int(count))]
    route = Route("r", (target,))
    vocabulary = Vocabulary.of([route], callers=["anonymous"], agents=agents, reasons=["permitted"])
    metrics = Metrics(vocabulary)
    sink = FanOut([metrics, EventLog(vocabulary, stream=io.StringIO())])
    told = [of_one_request("r", agent, target) for agent in agents]
    for events in told:
        for event in events:
            sink.emit(event)

    def one() -> None:
        for event in told[-1]:
            sink.emit(event)

    for _ in range(9):
        yield one


ROWS: Final[Mapping[str, Row]] = {
    "history": Row("messages resent, all seen before", (1, 10, 50, 100, 200), of_history),
    "prompt": Row("KB of new text", (0.5, 2, 8, 32, 128), of_prompt),
    "targets": Row("targets of a route, 10 rules", (1, 10, 100, 500), lambda size: _judged(int(size), 10)),
    "rules": Row("rules, 3 targets", (1, 10, 100, 1_000), lambda size: _judged(3, int(size))),
    "keys": Row("keys of the store", (1, 100, 10_000, 100_000), of_keys),
    "series": Row("sorts of requests in the metrics", (1, 10, 100, 400), of_series),
}


def took_us(row: Row, size: float) -> float:
    """Processor time of one turn at a size, the least of its rounds; what is quick is done many times in each."""
    least = math.inf
    for work in row.made(size):
        began = time.thread_time()
        work()
        once = time.thread_time() - began
        times = 1 if once > 0.002 else 200
        if times > 1:
            began = time.thread_time()
            for _ in range(times):
                work()
            once = (time.thread_time() - began) / times
        least = min(least, once * 1e6)
    return least


def grows(sizes: Sequence[float], took: Sequence[float]) -> float:
    """The power of the size, from the middle of the row to its end."""
    middle = len(sizes) // 2
    return math.log(took[-1] / took[middle]) / math.log(sizes[-1] / sizes[middle])


def table(measured: Mapping[str, Sequence[float]]) -> str:
    lines = ["| what grows | size: processor time | grows | |", "|---|---|---|---|"]
    for name, took in measured.items():
        row = ROWS[name]
        power = grows(row.sizes, took)
        said = ", ".join(f"{size:,g}: {_time(one)}" for size, one in zip(row.sizes, took, strict=True))
        lines.append(f"| {row.title} | {said} | {power:.2f} | {'' if power <= LINEAR else 'worse than linear'} |")
    return "\n".join(lines) + "\n"


def _time(us: float) -> str:
    return f"{us:.1f} µs" if us < 1_000 else f"{us / 1_000:,.1f} ms"


def picture(measured: Mapping[str, Sequence[float]]) -> str:
    """Each row by its own smallest size and time, both on scales of powers of ten: a straight line up is linear."""
    left, top, width, height = 60, 40, 560, 380
    wide = max(math.log10(ROWS[name].sizes[-1] / ROWS[name].sizes[0]) for name in measured)
    high = max(1.0, *(math.log10(max(took) / took[0]) for took in measured.values()))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 190}" height="{top + height + 50}">',
        "<style>text {font: 13px sans-serif}</style>",
        '<text x="10" y="22">Processor time as sizes grow, each in multiples of its smallest; dashed: linear</text>',
    ]

    def at(size: float, took: float) -> str:
        return f"{left + width * math.log10(size) / wide:.0f},{top + height - height * math.log10(took) / high:.0f}"

    for power in range(int(wide) + 1):
        x = left + width * power / wide
        parts.append(f'<text x="{x:.0f}" y="{top + height + 20}" text-anchor="middle">{10**power:,} ×</text>')
    for power in range(int(high) + 1):
        y = top + height - height * power / high
        parts.append(f'<text x="{left - 8}" y="{y:.0f}" text-anchor="end">{10**power:,} ×</text>')
    most = 10 ** min(wide, high)
    parts.append(f'<polyline points="{at(1, 1)} {at(most, most)}" fill="none" stroke="#80868b" stroke-dasharray="4"/>')
    for number, (name, took) in enumerate(measured.items()):
        sizes, colour = ROWS[name].sizes, COLOURS[number % len(COLOURS)]
        points = " ".join(at(size / sizes[0], max(one / took[0], 1.0)) for size, one in zip(sizes, took, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{left + width + 20}" y="{top + 20 + 22 * number}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    measured: dict[str, list[float]] = {}
    for name in options.rows.split(","):
        measured[name] = []
        for size in ROWS[name].sizes:
            measured[name].append(took_us(ROWS[name], size))
            print(f"{name} {size:g}: {_time(measured[name][-1])}", file=sys.stderr)
    told = table(measured)
    print(told)
    if options.write:
        day = dt.datetime.now(dt.UTC).date().isoformat()
        said = (__doc__ or "").split("\n\n")[-1]
        head = f"# What grows with what, {day}\n\n`python -m bench.growth --write`. {said}"
        (RESULTS / f"{day}-growth.svg").write_text(picture(measured))
        (RESULTS / f"{day}-growth.md").write_text(f"{head}\n{told}\n![growth]({day}-growth.svg)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
