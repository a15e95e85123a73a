"""What each pass of the engine costs and gains, by leaving it out: `python -m bench.phi.passes`."""

from __future__ import annotations

import sys
from itertools import chain

from bench.phi import measure
from bench.phi.held_out import sets
from bench.phi.score import score
from gateway.phi.find.engine import Engine
from gateway.phi.find.model.tagger import Tagger
from gateway.phi.find.passes import NAMES

SETS = ("first", "second", "third")


def figures(engine: Engine) -> tuple[float, float, float, float]:
    """Recall of prompts and of notes, false alarms, µs/KB: over the blind sets."""
    find = measure.finder(engine)
    prompts, notes, negatives = (
        score(chain.from_iterable(sets.blind(which, name) for which in SETS), find)
        for name in ("prompts", "notes", "negatives")
    )
    cost = measure.us_per_kb(engine, measure.usual_texts(), rounds=2)
    return prompts.span_recall, notes.span_recall, negatives.false_alarms, cost


def main() -> int:
    model = Tagger.shipped()
    print(f"{'without':12} {'prompts':>8} {'notes':>8} {'alarms':>8} {'µs/KB':>8}")
    for name in ("", *(name for name in NAMES if name != "merge")):
        prompts, notes, alarms, cost = figures(Engine(model, without={name} if name else ()))
        print(f"{name or '(whole)':12} {prompts:8.3f} {notes:8.3f} {alarms:8.3f} {cost:8.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
