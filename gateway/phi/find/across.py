"""Identifiers cut in two by the border of messages or content parts, and answers to what the message before asks; no model.

What is complete by itself explains a hit, so a hit over a border is taken only where no piece of it is. A key neither
goes on nor is gone on with, and a value of its own is at most announced by the value before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.domain import DIRECT, Carrier, Kind, Part, Passage
from gateway.phi.find import called, declared
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.rules import catalogue
from gateway.phi.find.talk import listen, parts
from gateway.phi.find.text.normalise import Normalised, normalise

_SPOKEN: Final = frozenset({Carrier.SYSTEM, Carrier.MESSAGE, Carrier.INPUT, Carrier.TOOL_RESULT, Carrier.OTHER})
"""Carriers of texts that stand in a list: messages, parts, inputs, stop sequences."""
_EDGE: Final = 64
"""Characters of a passage's edge: longer than any identifier with its cue."""
_MOST: Final = 48
"""Passages in one window, when each is only a few characters long."""
_ENOUGH: Final = 5
"""Digits with which a value after a cue is complete: `MRN 8675` may go on, `MRN 5512098` does not."""
_ENOUGH_OF: Final = {Kind.SSN: 9, Kind.PHONE: 7, Kind.FAX: 7, Kind.CARD: 13}
"""The same of numbers whose length is known."""


def windows(passages: Sequence[Passage]) -> Iterator[tuple[int, ...]]:
    """Indices of neighbours to read together: each spoken passage with the next, and with more while they are short.

    Only passages of one carrier and one part are neighbours: nobody cuts a number between a system prompt and a
    message, or between a message and a value of a record.
    """
    yield from called.windows(passages)
    yield from declared.windows(passages)
    yield from _texts(passages)
    spoken = [
        index
        for index, passage in enumerate(passages)
        if passage.carrier in _SPOKEN and passage.part not in _APART and passage.text
    ]
    for place, first in enumerate(spoken[:-1]):
        window = [first]
        room = _asked(passages[first])
        for index in spoken[place + 1 : place + _MOST]:
            if (
                passages[index].carrier is not passages[first].carrier
                or passages[index].part is not passages[first].part
            ):
                break
            window.append(index)
            room -= len(passages[index].text)
            if room <= 0:
                break
        if len(window) > 1:
            yield tuple(window)


def _asked(passage: Passage) -> int:
    """Characters of its neighbours that are read with it: more of what is told to who asks."""
    asks = passage.carrier is Carrier.MESSAGE and passage.part is Part.TEXT and parts.asks(passage.text)
    return _TOLD if asks else _EDGE


_TOLD: Final = 320
"""Characters of a talk from a question to the last part of what is told."""


def _texts(passages: Sequence[Passage]) -> Iterator[tuple[int, ...]]:
    """Indices of the words of each text that is cut into values, some at a time: those of one carrier and one key."""
    texts: dict[tuple[str, str], list[int]] = {}
    for index, passage in enumerate(passages):
        if passage.part is Part.WORD and passage.text:
            texts.setdefault((passage.carrier, passage.cue), []).append(index)
        elif passage.part is Part.TEXT and texts:
            yield from _stretches(texts.values())
            texts = {}
    yield from _stretches(texts.values())


def _stretches(texts: Iterable[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    for text in texts:
        for first in range(0, max(1, len(text) - AGAIN), WORDS - AGAIN):
            if len(stretch := tuple(text[first : first + WORDS])) > 1:
                yield stretch


WORDS: Final = 64
AGAIN: Final = 20
"""Words that are read at once, and those that are read again in the next stretch: longer than a value with its cue."""
_APART: Final = frozenset({Part.KEY, Part.WORD})


class Joined(NamedTuple):
    """The words of a text as that text; `words` are where each of them stands in it."""

    text: str
    words: Sequence[tuple[int, int]]

    def cut(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Characters [start, end) as pieces of the words: which word, and from where to where in it."""
        for index, (low, high) in enumerate(self.words):
            if low < end and start < high and self.text[max(low, start) : min(high, end)].strip():
                yield index, max(low, start) - low, min(high, end) - low


def joined(words: Iterable[str]) -> Joined:
    """Words as one text, with a space between two where neither brings its own."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for word in words:
        if pieces and not pieces[-1][-1:].isspace() and not word[:1].isspace() and word[:1] not in _CLINGING:
            pieces.append(" ")
            at += 1
        pieces.append(word)
        places.append((at, at + len(word)))
        at += len(word)
    return Joined("".join(pieces), places)


_CLINGING: Final = frozenset(",.;:!?")
"""Marks that services give as words of their own, and that stand right behind the word before."""


_TALKED: Final = frozenset({Carrier.MESSAGE, Carrier.INPUT})
"""Carriers of texts of which one may answer the one before."""


class _Edge(NamedTuple):
    """The end of a passage that is read together with its neighbours: `shape` begins at `offset` of the passage."""

    shape: bytes
    offset: int
    own: Sequence[Hit]


def find(passages: Sequence[Passage], own: Sequence[Sequence[Hit]]) -> Mapping[int, Sequence[Hit]]:
    """Hits that reach over a border of `passages`, each cut to its own passage, in characters of its normalised text.

    Also what the second message answers, if the first asks for a value: "date of birth?", "ninth of the third sixty-four".
    `own` are the hits of each passage by itself.
    """
    folded = [normalise(passage.text) for passage in passages]
    if _apart(passages):
        return _said(passages, folded)
    edges = [_edge(text, hits, first=index == 0) for index, (text, hits) in enumerate(zip(folded, own, strict=True))]
    values = passages[0].part is Part.VALUE
    found: dict[int, list[Hit]] = {}
    if passages[0].carrier in _TALKED and not values and (replied := listen.replied(*folded[:2])):
        found[1] = replied
    if passages[0].carrier in _TALKED and not values:
        for at, told in (*listen.told(folded).items(), *declared.next_told(passages, folded)):
            found.setdefault(at, []).extend(told)
    if not any(48 <= byte <= 57 or byte == 64 for edge in edges for byte in edge.shape):
        return found
    listed = passages[0].carrier is Carrier.OTHER and not values and _in_parts(edges)
    for glue in (b"\n",) if values else (b"", b"\n", b"-") if listed else (b"", b"\n"):
        text = glue.join(edge.shape for edge in edges)
        for hit in catalogue.find(Normalised(text.decode("ascii"), text)):
            pieces = _pieces(hit, edges, len(glue))
            announced = hit.patient and len(pieces) == 1 and pieces[0][0] > 0 and not _named(pieces[0], edges)
            if announced or (len(pieces) > 1 and not values and not _explained(hit, pieces, edges, listed=listed)):
                for index, piece in pieces:
                    found.setdefault(index, []).append(piece)
    return found


def _apart(passages: Sequence[Passage]) -> bool:
    """Whether two passages are read for what the first says of the second, and are no neighbours."""
    return passages[0].carrier in called.ASKS or passages[0].carrier is not passages[1].carrier


def _said(passages: Sequence[Passage], folded: Sequence[Normalised]) -> Mapping[int, Sequence[Hit]]:
    """What the first passage says of those behind it."""
    by, of = passages[:2]
    if by.carrier not in called.ASKS:
        hits = declared.told(by, of, folded[0], folded[1])
    elif len(passages) > 2:
        return called.cells(by, passages[1:], folded[1:])
    else:
        hits = called.told(by, folded[0], folded[1])
    return {1: hits} if hits else {}


def _named(piece: tuple[int, Hit], edges: Sequence[_Edge]) -> bool:
    """Whether the names of a value have said already what it is: what stands before it says less."""
    index, hit = piece
    return any(
        own.evidence >= Evidence.CUE and own.start <= hit.start and hit.end <= own.end for own in edges[index].own
    )


def _edge(folded: Normalised, own: Sequence[Hit], *, first: bool) -> _Edge:
    """The tail of the first passage, the head of any other."""
    offset = max(0, len(folded.shape) - _EDGE) if first else 0
    return _Edge(folded.shape[offset : offset + _EDGE], offset, own)


def _pieces(hit: Hit, edges: Sequence[_Edge], glue: int) -> list[tuple[int, Hit]]:
    """A hit of the joined text cut to the passages it is in: their indices, and what of it says something there."""
    pieces: list[tuple[int, Hit]] = []
    base = 0
    for index, (shape, offset, _) in enumerate(edges):
        low, high = max(hit.start, base) - base, min(hit.end, base + len(shape)) - base
        if low < high and shape[low:high].strip():
            pieces.append((index, hit._replace(start=low + offset, end=high + offset)))
        base += len(shape) + glue
    return pieces


def _in_parts(edges: Sequence[_Edge]) -> bool:
    """Whether a list of short texts (stop sequences) may hold one number in parts: digits and marks, and nothing else."""
    return len(edges) <= _PARTS and all(_DIGITS.fullmatch(edge.shape) for edge in edges)


_PARTS: Final = 4
_DIGITS: Final = re.compile(rb"\s*[(+]?\d{1,5}[)./ -]{0,2}\s*")


def _explained(hit: Hit, pieces: Sequence[tuple[int, Hit]], edges: Sequence[_Edge], *, listed: bool) -> bool:
    """Whether a piece of a hit is complete by itself, so that the hit says nothing more than its passage does.

    Without a cue only one border may be in it: the answers "2024", "12" and "2024" are no number of a card.
    """
    if len(pieces) > 2 and hit.evidence is not Evidence.CUE and not (listed and hit.kind in DIRECT):
        return True
    return any(_complete(hit, piece, edges[index], goes_on=at > 0) for at, (index, piece) in enumerate(pieces))


def _complete(hit: Hit, piece: Hit, edge: _Edge, *, goes_on: bool) -> bool:
    """Whether one piece is a whole value: by its own shape, or as what its own cue announces.

    A hit with a shape needs all its characters, so only a piece with such a shape is complete; what a cue announces
    has no shape, so what the passage itself found is complete, and a word that only follows is none of it.
    """
    text = edge.shape[piece.start - edge.offset : piece.end - edge.offset].decode("ascii")
    known = any(one.start <= piece.start and piece.end <= one.end for one in edge.own)
    if hit.evidence is not Evidence.CUE:
        return known and any(
            (one.kind is hit.kind or one.kind in DIRECT)
            and one.evidence is not Evidence.CUE
            and one.start <= piece.start - edge.offset
            and piece.end - edge.offset <= one.end
            for one in catalogue.find(Normalised(edge.shape.decode("ascii"), edge.shape))
        )
    digits = sum(map(str.isdigit, text))
    if goes_on and text.strip().isalpha():
        return True
    return known and (digits >= _ENOUGH_OF.get(hit.kind, _ENOUGH) or not digits)
