"""Roughens a labelled text as people do: lower case, capitals, typos, lost points; labels move along."""

from __future__ import annotations

import random

from bench.phi.corpus.grammar import Document, Span

_TYPO_RATE = 0.006


def roughen(doc: Document, rng: random.Random) -> Document:
    draw = rng.random()
    if draw < 0.10:
        return lowered(doc)
    if draw < 0.14:
        return raised(doc)
    if draw < 0.24:
        return mistyped(doc, rng)
    return doc


def lowered(doc: Document) -> Document:
    lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in doc.text)
    return Document(lower, doc.spans, doc.family)


def raised(doc: Document) -> Document:
    upper = "".join(char.upper() if len(char.upper()) == 1 else char for char in doc.text)
    return Document(upper, doc.spans, doc.family)


def mistyped(doc: Document, rng: random.Random) -> Document:
    """Drops, doubles or swaps a letter here and there; never inside digits."""
    text, moved, shift, at = [], [0] * (len(doc.text) + 1), 0, 0
    while at < len(doc.text):
        moved[at] = at + shift
        char = doc.text[at]
        if char.isalpha() and rng.random() < _TYPO_RATE:
            change = rng.choice(["", char * 2])
            shift += len(change) - 1
            text.append(change)
        else:
            text.append(char)
        at += 1
    moved[at] = at + shift
    spans = tuple(Span(moved[s.start], moved[s.end], s.type) for s in doc.spans if moved[s.end] > moved[s.start])
    return Document("".join(text), spans, doc.family)
