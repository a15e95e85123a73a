"""Finds identifiers in disguise: spelled out, spaced out or encoded; reports what cannot be decoded only with evidence.

A text in disguise has other readings, and each is searched like a text, to a fixed depth. A reading is hardly longer than
its text, so the work is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.domain import Kind, UnknownReason
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import formats, layouts
from gateway.phi.find.rules import catalogue
from gateway.phi.find.talk import listen
from gateway.phi.find.text import readings
from gateway.phi.find.text.normalise import Normalised, normalise
from gateway.phi.find.text.readings import Blob, Reading

_DEPTH: Final = 3
"""How many encodings inside one another are undone."""
_OPAQUE: Final = frozenset({UnknownReason.ENCODED})
_CUE_CHARS: Final = 80
"""Characters before a value in which a cue may stand."""
_STRETCHED: Final = 1.5
_TELLING: Final = frozenset({Kind.SSN, Kind.EMAIL, Kind.PHONE})


@dataclass(frozen=True, slots=True)
class Hidden:
    """The disguises that a normalised text may wear (`ways`), and its runs of encoded characters (`blobs`)."""

    ways: frozenset[str]
    blobs: tuple[Blob, ...] = ()
    undone: readings.Undone = field(default_factory=dict, repr=False, compare=False)
    """What each way undoes in it, once that has been looked for."""


_NOTHING: Final = Hidden(frozenset())


def hidden(folded: Normalised) -> Hidden:
    """The disguises of a text; nearly every text has none."""
    ways = readings.triggers(folded.shape)
    return Hidden(ways, tuple(readings.blobs(folded.text, folded.shape, ways))) if ways else _NOTHING


def find(folded: Normalised, seen: Hidden, depth: int = _DEPTH) -> list[Hit]:
    """Hits in other readings of a text, at the places of the text where they are disguised."""
    if not seen.ways or depth == 0:
        return []
    hits: list[Hit] = []
    for reading in _closed_up(folded.text, seen.ways, seen.undone):
        again = normalise(reading.text)
        for hit in _again(again, depth):
            if readings.GAP in again.text[hit.start : hit.end]:
                continue
            low, high = again.origin(hit.start, hit.end)
            if _as_it_was(reading, folded.text, low, high):
                continue
            start, end = reading.starts[low], reading.ends[high - 1]
            if hit.evidence is Evidence.CUE or hit.kind in _TELLING or end - start < _STRETCHED * (hit.end - hit.start):
                hits.append(Hit(hit.kind, start, end, hit.confidence, max(hit.evidence, Evidence.SHAPE), hit.patient))
    hits.extend(_spelled(folded.text, seen.ways))
    for blob in seen.blobs:
        inside = _again(normalise(blob.said), depth) if blob.said else []
        if inside:
            best = max(inside, key=lambda hit: (hit.evidence, hit.confidence))
            patient = any(hit.patient for hit in inside)
            hits.append(Hit(best.kind, blob.start, blob.end, best.confidence, Evidence.CHECKED, patient))
    return hits


def _closed_up(text: str, ways: frozenset[str], undone: readings.Undone) -> Iterator[Reading]:
    """A text with what is encoded undone, and also without its markup: attributes of a tag are gone in the second.

    Where there is none after all, the second is the first, and is not read again.
    """
    before: Reading | None = None
    for some in (ways - _LAID_OUT, ways) if ways & _LAID_OUT else (ways,):
        reading = readings.closed_up(text, some, undone)
        if reading is not None and reading.text != text and reading != before:
            before = reading
            yield reading


def _as_it_was(reading: Reading, text: str, low: int, high: int) -> bool:
    """Whether nothing was undone in [low, high) of a reading or close before it: the plain text has been judged there, with
    all that stands around it.
    """
    gap = reading.text.rfind(readings.GAP, 0, low)
    first = max(low - _CUE_CHARS, gap + len(readings.GAP) if gap >= 0 else 0)
    return text[reading.starts[first] : reading.ends[high - 1]] == reading.text[first:high]


@dataclass(frozen=True, slots=True)
class Inner:
    """A text that stands encoded in another, and where its characters stand there: each for itself, or all as one."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where characters [start, end) of it stand in the other."""
        return self.starts[start], self.ends[end - 1]


def encoded(folded: Normalised, seen: Hidden) -> Iterator[Inner]:
    """The sentences and values that software has encoded (mail, addresses, markup, base64), as it would write them plainly."""
    for reading in _closed_up(folded.text, seen.ways & _WRITTEN, seen.undone):
        yield Inner(reading.text, reading.starts, reading.ends)
    for blob in seen.blobs:
        if blob.said and _SAYING.search(blob.said) and len(set(blob.said)) > _FEW_LETTERS:
            size = len(blob.said)
            yield Inner(blob.said, [blob.start] * size, [blob.end] * size)


_WRITTEN: Final = frozenset({"combed", "quoted", "percent", "entity", "escape", "in_line", "typeset", "broken"})
"""Ways of software to write what it may not write plainly, and to cut lines; spacing and spelling are ways of people."""
_LAID_OUT: Final = frozenset({"in_line", "marked_up", "typeset", "tagged", "broken"})
"""Ways in which a text is laid out: between the characters of a value, not instead of them."""
_FEW_LETTERS: Final = 3
"""Different letters that say nothing: `4242 4242` is BBBB in hexadecimal."""
_SAYING: Final = re.compile(r"[^\W\d_]{3,}")
"""A word: what decodes to none says nothing that a rule has not read."""
_SPELLED: Final = re.compile(r"(?i)\b(?:spell(?:ed|ing|s|t)?|that's|name(?: is)?|as in|letters?)\W*$")
_WORD: Final = re.compile(r"[^\W\d_]+")
_BEFORE: Final = 24
_LONGEST_NAME: Final = 32


def _spelled(text: str, ways: frozenset[str]) -> Iterator[Hit]:
    """Names spelled letter by letter near a word that says so."""
    for start, end, said in readings.spelled(text, ways):
        if said.isalpha() and len(said) <= _LONGEST_NAME:
            before = text[max(0, start - _BEFORE - len(said)) : start].casefold()
            if _SPELLED.search(before) or said.casefold() in _WORD.findall(before):
                yield Hit(Kind.NAME, start, end, 0.9, Evidence.CUE, patient=True)


def _again(again: Normalised, depth: int) -> list[Hit]:
    return [
        *catalogue.find(again),
        *layouts.find(again),
        *formats.recognised(again).hits,
        *listen.find(again, listen.heard(again)),
        *find(again, hidden(again), depth - 1),
    ]


_MAGIC: Final = (
    "JVBERi0",
    "iVBORw0KGgo",
    "/9j/",
    "R0lGOD",
    "UEsDB",
    "H4sI",
    "SUkq",
    "TU0A",
    "RElDTQ",
    "T2dnUw",
    "UklGR",
    "AAAAAA",
    "0M8R4KGx",
)
"""How PDF, PNG, JPEG, GIF, ZIP, gzip, TIFF, DICOM, Ogg, RIFF and Office files begin in base64 (DICOM by its preamble)."""
_FILE: Final = 128
_LEAST: Final = 20
_HASH: Final = re.compile(
    r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
_ROTATED: Final = re.compile(r"(?i)rot-?13|caesar|cipher")
_TURN: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM"
)


def opaque(folded: Normalised, seen: Hidden, hits: Sequence[Hit]) -> frozenset[UnknownReason]:
    """`encoded` if a run does not decode to text and either is a file or stands in a text that asks to decode something."""
    asked = "asks" in seen.ways
    for blob in seen.blobs:
        if blob.said is None and blob.way != "grouped" and _suspicious(blob, asked=asked):
            taken = any(hit.start < blob.end and blob.start < hit.end for hit in hits)
            if not taken:
                return _OPAQUE
    return _OPAQUE if asked and _ROTATED.search(folded.text) and _turned(folded.text) else frozenset()


def _suspicious(blob: Blob, *, asked: bool) -> bool:
    """Whether a run that decodes to no text is a file, or is long where the text asks to decode something; never a hash."""
    value = blob.value
    if len(value) >= _FILE and value.startswith(_MAGIC):
        return True
    if not asked or len(value) < _LEAST or _HASH.fullmatch(value):
        return False
    if blob.way == "hexadecimal":
        return len(value) >= 2 * _LEAST
    return (
        blob.way == "base64"
        and any(map(str.isdigit, value))
        and any(map(str.isupper, value))
        and any(map(str.islower, value))
        and "-" not in value
    )


def _turned(text: str) -> bool:
    """Whether ROT13 shows an identifier. It leaves digits alone, so only the words beside them can appear."""
    plain = {(hit.start, hit.kind) for hit in catalogue.find(normalise(text))}
    return any(
        hit.evidence is Evidence.CUE and hit.kind is not Kind.DATE and (hit.start, hit.kind) not in plain
        for hit in catalogue.find(normalise(text.translate(_TURN)))
    )
