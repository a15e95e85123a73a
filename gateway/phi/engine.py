"""The built-in detector: rules, model, propagation and Safe Harbor joined into one answer; pure, linear, never raises."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final, Protocol

from gateway.domain import Carrier, Detection, Finding, Kind, Passage, UnknownReason
from gateway.phi import keys, propagate, safe_harbor, structured
from gateway.phi.merge import merge
from gateway.phi.normalise import Normalised, normalise
from gateway.phi.rules import Evidence, Hit


class Model(Protocol):
    """Finds names, places, dates and ids by context in a normalised text; findings in order, not overlapping."""

    def find(self, text: str) -> list[Finding]: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What one passage says by itself: all that later steps need beside its text, so that it can be kept."""

    hits: tuple[Hit, ...]
    unknowns: frozenset[UnknownReason]
    words: frozenset[str]
    names: frozenset[str]


class Engine:
    """Rules with an optional model. `detect` is `look` at each passage, then `settle` over all of them."""

    def __init__(self, model: Model | None = None, *, model_version: str = "") -> None:
        self._model = model
        self._version = f"{_rules_version()}{'-' + model_version if model_version else ''}"

    @property
    def version(self) -> str:
        return self._version

    @property
    def covers(self) -> frozenset[Kind]:
        return frozenset(Kind) if self._model is not None else structured.COVERS | {Kind.TOKEN}

    def detect(self, passages: Sequence[Passage]) -> Sequence[Detection]:
        return self.settle(passages, [self.look(passage) for passage in passages])

    def look(self, passage: Passage) -> Look:
        """What one passage says by itself."""
        folded = normalise(passage.text)
        hits = self._hits(folded, passage)
        names = propagate.parts(folded.text[hit.start : hit.end] for hit in hits if hit.kind is Kind.NAME)
        return Look(tuple(hits), frozenset(), propagate.words(folded.text), names)

    def settle(self, passages: Sequence[Passage], looks: Sequence[Look]) -> list[Detection]:
        """One detection per passage: names found in any are found in all, and indirect findings learn if they count."""
        known = frozenset[str]().union(*(look.names for look in looks))
        return [self._settled(passage, look, known) for passage, look in zip(passages, looks, strict=True)]

    def _settled(self, passage: Passage, look: Look, known: frozenset[str]) -> Detection:
        foreign = (known & look.words) - look.names
        if not look.hits and not foreign:
            return Detection((), look.unknowns)
        folded = normalise(passage.text)
        hits = list(look.hits)
        hits.extend(
            Hit(Kind.NAME, *span, 0.7, Evidence.CONTEXT) for span in propagate.find(folded.text, known & look.words)
        )
        return Detection(_findings(merge(hits, folded.text), folded), look.unknowns)

    def _hits(self, folded: Normalised, passage: Passage) -> list[Hit]:
        hits = structured.find(folded)
        hits.extend(_keyed(folded.text, passage))
        if self._model is not None:
            hits.extend(
                Hit(found.kind, found.start, found.end, found.confidence, Evidence.CONTEXT)
                for found in self._model.find(folded.text)
            )
        tokens = [match.span() for match in _TOKEN.finditer(folded.text)] if "_" in folded.text else []
        return [
            hit
            for hit in merge(hits, folded.text)
            if not safe_harbor.permitted(hit, folded.text)
            and not any(start < hit.end and hit.start < end for start, end in tokens)
        ]


_TOKEN: Final = re.compile(rf"(?i)\[?(?:{'|'.join(kind.name for kind in Kind)})\\{{0,2}}_[a-z2-7]{{10}}(?![a-z0-9])\]?")
"""Our own pseudonyms are no identifiers: what looks like one is told apart where pseudonyms are made."""


def _keyed(text: str, passage: Passage) -> list[Hit]:
    """The whole value, when the keys around it say what it is."""
    kind = keys.kind_of(passage.cue) if passage.cue and passage.carrier is not Carrier.TOOL_DEFINITION else None
    if (
        kind is None
        or len(text) > _LONGEST_VALUE
        or not any(char.isalnum() for char in text)
        or text.casefold() in _EMPTY
    ):
        return []
    if kind not in _WORDED and not any(char.isdigit() for char in text):
        return []
    start = len(text) - len(text.lstrip())
    return [Hit(kind, start, len(text.rstrip()), 0.97, Evidence.CUE, patient=True)]


_LONGEST_VALUE: Final = 120
_EMPTY: Final = frozenset(
    {
        "null",
        "none",
        "true",
        "false",
        "n/a",
        "na",
        "unknown",
        "string",
        "number",
        "object",
        "array",
        "integer",
        "undefined",
        "tbd",
        "redacted",
    }
)
_WORDED: Final = frozenset(
    {Kind.NAME, Kind.ADDRESS, Kind.PLACE, Kind.FACILITY, Kind.EMAIL, Kind.URL, Kind.PHOTO, Kind.BIOMETRIC}
)


def _findings(hits: Sequence[Hit], folded: Normalised) -> tuple[Finding, ...]:
    counted = safe_harbor.counted(hits, folded.text)
    found: list[Finding] = []
    for hit, counts in zip(hits, counted, strict=True):
        start, end = folded.origin(hit.start, hit.end)
        if found and start < found[-1].end:
            continue
        found.append(Finding(hit.kind, start, end, hit.confidence, counts))
    return tuple(found)


def _rules_version() -> str:
    digest = hashlib.sha256()
    for rule in structured.RULES:
        digest.update(f"{rule.kind}\0{rule.pattern}\0{rule.confidence}\0".encode())
    return digest.hexdigest()[:12]


def load_engine() -> Engine:
    """The engine with the shipped model, or with rules alone when the package carries none."""
    file = resources.files("gateway.phi").joinpath("model", "tagger.crfsuite")
    if not file.is_file():
        return Engine()
    from gateway.phi.tagger import Tagger  # noqa: PLC0415

    return Engine(Tagger.shipped(), model_version=hashlib.sha256(file.read_bytes()).hexdigest()[:12])
