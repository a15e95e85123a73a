"""What the encoder learns from: weighted sources of labelled texts, cut into segments; texts of others are read, never kept."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.phi.corpus import people
from bench.phi.corpus.build import generated, retold
from bench.phi.corpus.grammar import Document, Span
from bench.phi.corpus.noise import lowered
from bench.phi.encoder import talk, technical, telling
from bench.phi.encoder.fit import IGNORED, Example
from bench.phi.swap import swapped
from bench.phi.train import LABEL, augmented, real_prompts
from gateway.phi.find.encoder.pieces import Segment, WordPiece

OUTSIDE, NAME, PLACE, DATE, ID = range(5)
_CLASS = {"N": NAME, "L": PLACE, "D": DATE, "I": ID, "O": OUTSIDE}
HERE = Path(__file__).parent / "written"
"""Texts written for this by somebody who knew no rule of ours; everybody in them is invented."""
_HARD = ("rag/", "coding/")
"""Classes of requests that name many people outside of care: authors, speakers, maintainers."""
_ROLE = 24
"""Characters up to which a string of a request is a role, a name of a model or the like, and not its text."""
Keep = Callable[[Mapping[str, object]], bool]


def examples(documents: Iterable[Document], cutter: WordPiece) -> list[Example]:
    """Every segment of every document with its classes."""
    found = []
    for doc in documents:
        marked = bytearray(len(doc.text) + 1)
        for span in doc.spans:
            marked[span.start : span.end] = bytes([_CLASS[LABEL.get(span.type, "I")]]) * (span.end - span.start)
        found += [_example(segment, marked) for segment in cutter.segments(doc.text)]
    return found


def _example(segment: Segment, marked: bytearray) -> Example:
    classes = [IGNORED] * len(segment.ids)
    for head, start in zip(segment.heads, segment.starts, strict=True):
        classes[head] = marked[start]
    return Example(segment.ids, segment.shapes, tuple(classes))


def rows(file: Path, keep: Keep) -> list[Document]:
    """Labelled texts of a file of JSON lines, those that `keep` says; an address and its like are places."""
    with file.open(encoding="utf-8") as lines:
        found = [row for line in lines if keep(row := json.loads(line))]
    return [
        Document(
            str(row["text"]), tuple(Span(s["start"], s["end"], _type(s["type"])) for s in row["spans"]), str(row["id"])
        )
        for row in found
    ]


def _type(name: str) -> str:
    return {"CITY": "PLACE", "RESOURCEID": "ID"}.get(name, name)


def free(file: Path, keep: Keep) -> list[Document]:
    """Every text of requests without PHI; roles and the like, as many as texts, would drown them."""
    with file.open(encoding="utf-8") as lines:
        found = [row for line in lines if keep(row := json.loads(line))]
    texts = ((str(row["id"]), text) for row in found for text in strings(row["request"]))
    return [Document(text, (), which) for which, text in texts if len(text) > _ROLE]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def written(cutter: WordPiece, *, seed: int, keep: Keep = lambda _row: True) -> dict[str, tuple[float, list[Example]]]:
    """Weight and examples of the texts that people wrote for this, names and places in them exchanged in copies."""
    rng = random.Random(seed)

    def told(name: str, copies: int, low: float) -> list[Example]:
        documents = rows(HERE / f"{name}.jsonl", keep)
        others = [swapped(doc, rng, part=people.TRAINING) for _ in range(copies) for doc in documents]
        return examples(some_lowered([*documents, *others], rng, low), cutter)

    def whole(*, hard: bool) -> list[Example]:
        def of(row: Mapping[str, object]) -> bool:
            return keep(row) and str(row["class"]).startswith(_HARD) == hard

        return examples(free(HERE / "whole_requests.jsonl", of), cutter)

    return {
        "written names": (0.36, told("lone_names", 4, 0.12)),
        "written look-alikes": (0.09, told("look_alikes", 0, 0.12)),
        "written requests": (0.12, told("requests", 0, 0.02)),
        "written passages": (0.10, told("passages", 0, 0.02)),
        "written hard requests": (0.16, whole(hard=True)),
        "written other requests": (0.04, whole(hard=False)),
        "written beside": (0.06, told("beside", 6, 0.05)),
        "written talk": (0.06, told("talk", 2, 0.05)),
        "written notes": (0.08, told("notes", 2, 0.05)),
    }


def some_lowered(documents: Iterable[Document], rng: random.Random, share: float) -> Iterator[Document]:
    for doc in documents:
        yield lowered(doc) if rng.random() < share else doc


def sources(
    cutter: WordPiece, *, seed: int, asq: Path | None, wild: Path | None, keep: Keep = lambda _row: True
) -> dict[str, tuple[float, Sequence[Example]]]:
    """Weight and examples of each source; `keep` says which rows of the texts of others are learnt from."""
    rng = random.Random(seed)
    found: dict[str, tuple[float, Iterable[Document]]] = {
        "corpus": (0.17, [*generated(seed), *retold(seed)]),
        "people": (0.22, telling.told("people", 110, seed)),
        "none": (0.10, telling.told("none", 90, seed)),
        "talk": (0.06, talk.told(1_500, seed)),
        "technical": (0.10, technical.made(4_000, seed)),
        "installed": (0.10, technical.installed(1_500, rng)),
        "tables": (0.03, [technical.tables(rng) for _ in range(600)]),
    }
    if asq is not None:
        found["asq"] = (0.08, augmented(real_prompts(asq.parent)))
    if wild is not None:
        lone = rows(wild / "lone_names_dev.jsonl", keep)
        found["wild lone"] = (0.09, some_lowered([doc for doc in lone if doc.spans], rng, 0.1))
        found["wild like"] = (0.03, some_lowered([doc for doc in lone if not doc.spans], rng, 0.15))
        found["wild talk"] = (0.03, rows(wild / "dialogues_dev.jsonl", keep))
        found["wild records"] = (0.02, rows(wild / "records_dev.jsonl", keep))
        found["wild free"] = (0.12, free(wild / "free_requests_dev.jsonl", keep))
        found["wild english"] = (
            0.01,
            rows(wild / "languages_dev.jsonl", lambda row: row["lang"] == "en" and keep(row)),
        )
    return {name: (weight, examples(documents, cutter)) for name, (weight, documents) in found.items()}
