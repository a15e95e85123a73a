"""Labelled sets that training never sees: other templates, other names, other places. Seeded."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path

from bench.phi.corpus import people
from bench.phi.corpus.grammar import Document, templates
from bench.phi.corpus.telling import tell
from bench.phi.corpus.written import texts
from gateway.domain import Tree

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


def blind(which: str, name: str) -> list[Document]:
    """Texts by other hands: their authors saw no rule, no list and no training text of ours.

    `which` is `first`, `second` or `third`; `prompts`, `categories` and `notes` hold identifiers, `negatives` (and `free_notes`, where there are any) none.
    """
    return list(texts(HERE / "blind" / f"{which}_{name}.txt"))


def blind_requests(which: str) -> list[Tree]:
    """Whole requests without identifiers, by other hands."""
    lines = (HERE / "blind" / f"{which}_requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
