"""Puts the corpus together: seeded, from templates, word lists and, where there is one, labelled text; the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bench.phi.corpus import noise, people
from bench.phi.corpus.grammar import Document, templates
from bench.phi.corpus.telling import tell
from bench.phi.corpus.written import written
from bench.phi.swap import swapped

TOLD = {
    "prompts": 10,
    "prompts2": 8,
    "notes": 12,
    "notes2": 12,
    "records": 10,
    "negatives": 4,
    "negatives2": 4,
    "negatives3": 5,
    "answers": 4,
    "eponyms": 6,
}
"""How often each template of a file is told."""
RETOLD = 2
"""How often a text written by hand is told again with other people in it."""


def generated(
    seed: int, part: str = people.TRAINING, *, files: Sequence[str] = tuple(TOLD), times: float = 1.0
) -> Iterator[Document]:
    """What the templates tell."""
    for name in files:
        for family, template in templates(name):
            rng = random.Random(f"{seed}-{family}-{part}")
            for _ in range(max(1, round(TOLD.get(name, 1) * times))):
                yield noise.roughen(tell(template, rng, family=family, part=part), rng)


def retold(seed: int, part: str = people.TRAINING) -> Iterator[Document]:
    """What was written by hand: as it stands, and again with other people and other carelessness."""
    for doc in written():
        rng = random.Random(f"{seed}-{doc.family}-{part}")
        yield doc
        for _ in range(RETOLD if doc.spans else 1):
            yield noise.roughen(swapped(doc, rng, part=part), rng)
