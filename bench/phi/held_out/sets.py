"""Labelled sets that training never sees: other templates, other names, other places. Seeded."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

from bench.phi.corpus import people
from bench.phi.corpus.grammar import Document, templates
from bench.phi.corpus.telling import tell

HERE = Path(__file__).parent
SEED = 418


def _told(name: str, times: int) -> list[Document]:
    return [
        tell(template, random.Random(f"{SEED}-{family}-{at}"), family=family, part=people.HELD_OUT)
        for family, template in templates(name, HERE)
        for at in range(times)
    ]


def notes() -> list[Document]:
    """Long clinical notes in styles of their own."""
    return _told("notes", 6)


def negatives() -> list[Document]:
    """Hard negatives: no identifier in any."""
    return [*_told("negatives", 2), *_told("fresh", 1)]


def identifiers() -> dict[str, list[Document]]:
    """For each kind of identifier, short texts that hold one with its cue."""
    found: dict[str, list[Document]] = defaultdict(list)
    for family, line in templates("identifiers", HERE):
        kind, _, template = line.partition(" | ")
        for at in range(40):
            rng = random.Random(f"{SEED}-{family}-{at}")
            found[kind].append(tell(template, rng, family=family, part=people.HELD_OUT))
    return found
