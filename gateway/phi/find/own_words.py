"""An administrator's own words: patterns that are also identifiers, and texts that are never one; pure and linear.

`also` only adds: it takes no character from a finding of ours, and says nothing about what can be found at all (law 4).
`never` takes back names and places that are known by their looks or their context alone, and only where all of one stands
within the text. A cue, a check digit, the field of a record, and a name that stands elsewhere too are stronger.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Protocol

from gateway.domain import DIRECT, Detection, Finding, Kind, Passage
from gateway.phi.find.engine import Look
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.merge import beside
from gateway.phi.find.text.gate import Gate
from gateway.phi.find.text.normalise import Normalised, normalise

FORGIVEN: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY})
"""Kinds that `never` can take back."""
_WINDOW: Final = 4_096
_LONGEST: Final = 512
"""Bytes of one search, and of one match: whatever a pattern is, the time is linear in the text."""


@dataclass(frozen=True, slots=True)
class Also:
    """What matches `pattern` (RE2, in a text folded to ASCII) is an identifier of `kind`."""

    kind: Kind
    pattern: str
    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """`text` is nobody's name and no place, however it is spaced or capitalised."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The entries of `scan.also` and `scan.never`, each sound by itself."""

    also: tuple[Also, ...] = ()
    never: tuple[Never, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.also or self.never)

    @property
    def entries(self) -> dict[str, Also | Never]:
        """Each entry by its place in the configuration: `scan.also[0]`."""
        named: dict[str, Also | Never] = {f"scan.also[{at}]": one for at, one in enumerate(self.also)}
        return named | {f"scan.never[{at}]": one for at, one in enumerate(self.never)}

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all entries; "" where there are none."""
        return _digest(self) if self else ""


def canonical(own: OwnWords) -> str:
    """All entries as one text, in their order."""
    also = [[one.kind.value, one.pattern, one.why] for one in own.also]
    return json.dumps({"also": also, "never": [[one.text, one.why] for one in own.never]})


def of(text: str) -> OwnWords:
    """What `canonical` wrote; nothing where it is no such text."""
    try:
        tree = json.loads(text)
        also = tuple(Also(Kind(kind), str(pattern), str(why)) for kind, pattern, why in tree["also"])
        return OwnWords(also, tuple(Never(str(said), str(why)) for said, why in tree["never"]))
    except (ValueError, KeyError, TypeError):
        return OwnWords()


class Looking(Protocol):
    """The engine, as far as it is needed here."""

    def without(self, passage: Passage, look: Look, gone: Collection[Hit]) -> Look: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What own words say of one passage: its look without what is taken back, that, and what is found beside it."""

    look: Look
    also: tuple[Finding, ...] = ()
    spared: tuple[Finding, ...] = ()


def said(own: OwnWords, engine: Looking, passage: Passage, look: Look) -> Said:
    """The look at a passage, and what own words add to it and take from it."""
    folded = normalise(passage.text)
    fired = sorted(_gate(own).open(folded.shape)) if own else ()
    if not fired:
        return Said(look)
    also, spared, gone = list[Finding](), list[Finding](), set[Hit]()
    for name in fired:
        match own.entries[name]:
            case Also(kind):
                also += [Finding(kind, *folded.origin(*span), entry=name) for span in _spans(own, name, folded.shape)]
            case Never(text):
                for start, end in _places(own, name, text, folded):
                    within = [hit for hit in look.hits if start <= hit.start and hit.end <= end and _forgiven(hit)]
                    gone.update(within)
                    spared += [Finding(hit.kind, *folded.origin(hit.start, hit.end), entry=name) for hit in within]
    return Said(engine.without(passage, look, gone) if gone else look, tuple(also), tuple(spared))


def taken_back(own: OwnWords, passage: Passage, detection: Detection) -> Detection:
    """What another detector found by context alone, without what is never an identifier."""
    if not own.never or not detection.findings:
        return detection
    folded = normalise(passage.text)
    places = [
        (*folded.origin(start, end), name)
        for name in sorted(_gate(own).open(folded.shape))
        if isinstance(entry := own.entries[name], Never)
        for start, end in _places(own, name, entry.text, folded)
    ]
    spared = {
        one: name
        for one in detection.findings
        for start, end, name in places
        if one.kind in FORGIVEN and start <= one.start and one.end <= end
    }
    if not spared:
        return detection
    return replace(
        detection,
        findings=tuple([one for one in detection.findings if one not in spared]),
        spared=tuple([replace(one, entry=name) for one, name in spared.items()]),
    )


def joined(text: str, detection: Detection, also: Iterable[Finding], spared: Sequence[Finding] = ()) -> Detection:
    """A detection of `text` with what own words found beside its findings, and a note of what they took back.

    A direct identifier makes what stands beside it count, whoever found it.
    """
    added: list[Finding] = []
    for one in also:
        taken = sorted([*detection.findings, *added], key=_start)
        added += [piece for piece in beside(one, taken) if any(map(str.isalnum, text[piece.start : piece.end]))]
    findings = detection.findings
    if added:
        direct = any(one.kind in DIRECT for one in added)
        counts = direct or any(one.counts for one in findings)
        ours = [replace(one, counts=one.counts or direct) for one in findings]
        findings = tuple(sorted([*ours, *(replace(one, counts=counts) for one in added)], key=_start))
    there = [one for one in spared if not any(kept.start < one.end and one.start < kept.end for kept in findings)]
    return Detection(findings, detection.unknowns, tuple(there))


def _start(finding: Finding) -> int:
    return finding.start


def _forgiven(hit: Hit) -> bool:
    return hit.kind in FORGIVEN and hit.evidence <= Evidence.SHAPE and not hit.patient


@lru_cache(maxsize=4)
def _digest(own: OwnWords) -> str:
    return hashlib.sha256(canonical(own).encode()).hexdigest()


@lru_cache(maxsize=4)
def _gate(own: OwnWords) -> Gate:
    also = {name: f"({one.pattern})" for name, one in own.entries.items() if isinstance(one, Also)}
    never = {name: phrase(one.text) for name, one in own.entries.items() if isinstance(one, Never)}
    return Gate(also | never)


def phrase(text: str) -> str:
    """A pattern for a text with any space between its words, standing by itself; its first group is the text."""
    words = normalise(text).shape.decode("ascii").split()
    before, after = (r"\b" if char.isalnum() or char == "_" else "" for char in (words[0][0], words[-1][-1]))
    spaced = r"\s{1,4}".join(map(re.escape, words))
    return rf"(?i){before}({spaced}){after}"


def _places(own: OwnWords, name: str, text: str, folded: Normalised) -> Iterator[tuple[int, int]]:
    """Where a text stands; an accent or a letter of another script, which the pattern does not tell apart, must agree."""
    wanted = normalise(text).text.casefold().split()
    for start, end in _spans(own, name, folded.shape):
        if folded.text[start:end].casefold().split() == wanted:
            yield start, end


def _spans(own: OwnWords, name: str, shape: bytes) -> Iterator[tuple[int, int]]:
    done = 0
    for base in range(0, len(shape), _WINDOW):
        first, last = max(done, base), min(len(shape), base + _WINDOW + _LONGEST)
        for match in _gate(own).matches(name, shape, first, last):
            start, end = match.span(1)
            if start < base + _WINDOW and start < end:
                done = max(done, end)
                yield start, end
