"""Identifiers cut in two by the border of messages or content parts: neighbours' edges read as one text; no model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.domain import Carrier, Passage
from gateway.phi.find.hit import Hit
from gateway.phi.find.rules import catalogue
from gateway.phi.find.text.normalise import Normalised, normalise

_SPOKEN: Final = frozenset({Carrier.SYSTEM, Carrier.MESSAGE, Carrier.INPUT, Carrier.TOOL_RESULT})
_EDGE: Final = 64
"""Characters of a passage's edge: longer than any identifier with its cue."""
_MOST: Final = 48
"""Passages in one window, when each is only a few characters long."""


def windows(passages: Sequence[Passage]) -> Iterator[tuple[int, ...]]:
    """Indices of neighbours to read together: each spoken passage with the next, and with more while they are short.

    Only passages of one carrier are neighbours: nobody cuts a number between a system prompt and a message.
    """
    spoken = [index for index, passage in enumerate(passages) if passage.carrier in _SPOKEN and passage.text]
    for place, first in enumerate(spoken[:-1]):
        window = [first]
        room = _EDGE
        for index in spoken[place + 1 : place + _MOST]:
            if passages[index].carrier is not passages[first].carrier:
                break
            window.append(index)
            room -= len(passages[index].text)
            if room <= 0:
                break
        if len(window) > 1:
            yield tuple(window)


def find(passages: Sequence[Passage]) -> Mapping[int, Sequence[Hit]]:
    """Hits that reach over a border of `passages`, each cut to its own passage, in characters of its normalised text."""
    folded = [normalise(passage.text) for passage in passages]
    found: dict[int, list[Hit]] = {}
    for glue in (b"", b"\n"):
        edges = [_edge(one, first=index == 0) for index, one in enumerate(folded)]
        text = glue.join(shape for _, shape in edges)
        if not any(48 <= byte <= 57 or byte == 64 for byte in text):
            return {}
        starts: list[int] = []
        at = 0
        for _, shape in edges:
            starts.append(at)
            at += len(shape) + len(glue)
        for hit in catalogue.find(Normalised(text.decode("ascii"), text)):
            _divide(hit, edges, starts, found)
    return found


def _edge(folded: Normalised, *, first: bool) -> tuple[int, bytes]:
    """The tail of the first passage, the head of any other, and where it begins."""
    if first:
        cut = max(0, len(folded.shape) - _EDGE)
        return cut, folded.shape[cut:]
    return 0, folded.shape[:_EDGE]


def _divide(hit: Hit, edges: Sequence[tuple[int, bytes]], starts: Sequence[int], found: dict[int, list[Hit]]) -> None:
    pieces: list[tuple[int, Hit]] = []
    for index, ((offset, shape), base) in enumerate(zip(edges, starts, strict=True)):
        low, high = max(hit.start, base), min(hit.end, base + len(shape))
        if low < high and shape[low - base : high - base].strip():
            piece = Hit(hit.kind, low - base + offset, high - base + offset, hit.confidence, hit.evidence, hit.patient)
            pieces.append((index, piece))
    cue_before = hit.patient and pieces and pieces[0][0] > 0
    if len(pieces) < 2 and not cue_before:
        return
    for index, piece in pieces:
        found.setdefault(index, []).append(piece)
