"""Lays every scalar and key of a request open for detectors, gathers what they say; never decides, never raises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.domain import (
    Call,
    Carrier,
    Content,
    Detection,
    Dialect,
    Finding,
    Kind,
    Operation,
    Passage,
    Tree,
    UnknownReason,
)
from gateway.phi import recur
from gateway.phi.leaf import Errand, Leaf, Unknown
from gateway.phi.pseudonym import find_tokens
from gateway.phi.visit import Visitor
from gateway.wire.paths import render, table


class Located(NamedTuple):
    """A finding and the leaf it is in."""

    leaf: Leaf
    finding: Finding

    @property
    def carrier(self) -> Carrier:
        return self.leaf.carrier

    @property
    def shown(self) -> str:
        """Its place, safe to show (law 9)."""
        return render(self.leaf.path + self.leaf.inner)


@dataclass(frozen=True, slots=True)
class Leaves:
    """All of a payload that can be read, and what cannot."""

    payload: Tree = field(repr=False)
    leaves: Sequence[Leaf] = field(repr=False)
    unknowns: Sequence[Unknown]
    errands: Sequence[Errand]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """One passage per leaf, in order: what a detector is handed."""
        return tuple([Passage(leaf.text, leaf.cue, leaf.carrier) for leaf in self.leaves])


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one payload, and what could not be told. Holds places, never values beside the payload.

    `covered` are the kinds that could have been found, `detectors` how many looked at each text.
    """

    payload: Tree = field(repr=False)
    leaves: Sequence[Leaf] = field(repr=False)
    located: tuple[Located, ...] = field(repr=False)
    unknown_at: tuple[Unknown, ...]
    errands: tuple[Errand, ...]
    covered: frozenset[Kind]
    detectors: int = 1

    @property
    def kinds(self) -> frozenset[Kind]:
        """Kinds that count: what a rule on `phi` is asked about."""
        return frozenset(located.finding.kind for located in self.located if located.finding.counts)

    @property
    def unknowns(self) -> frozenset[UnknownReason]:
        return frozenset(unknown.reason for unknown in self.unknown_at)

    @property
    def content(self) -> frozenset[Content]:
        """Text always: every request has parameters; and the medium of each unknown that is one."""
        return frozenset(_MEDIA[reason] for reason in self.unknowns if reason in _MEDIA) | {Content.TEXT}


_MEDIA = {
    UnknownReason.IMAGE: Content.IMAGE,
    UnknownReason.AUDIO: Content.AUDIO,
    UnknownReason.FILE: Content.FILE,
    UnknownReason.TOKEN_IDS: Content.TOKEN_IDS,
}


def walk(call: Call) -> Leaves:
    """Every leaf of a call's payload, in the order of the payload."""
    return walk_tree(call.payload, call.dialect, operation=call.operation)


def walk_tree(payload: Tree, dialect: Dialect, *, operation: Operation) -> Leaves:
    """Every leaf of a request body in `dialect`."""
    visitor = Visitor()
    visitor.visit(payload, table(dialect, operation))
    return Leaves(payload, visitor.leaves, visitor.unknowns, visitor.errands)


def gather(
    leaves: Leaves, detections: Iterable[Detection], covered: frozenset[Kind], *, detectors: int = 1
) -> Findings:
    """What detectors said of `leaves.passages`, wherever it stands again, with what the walk itself could not read and
    what looks like a token. `detectors` is how many of them looked at every passage.

    Fewer or more detections than passages is a failed scan: nothing else is taken from it.
    """
    said = list(detections)
    unknowns = list(leaves.unknowns)
    if len(said) != len(leaves.leaves):
        return failed(leaves, covered)
    located: list[Located] = []
    again = recur.known(
        (leaf.text, finding)
        for leaf, detection in zip(leaves.leaves, said, strict=True)
        for finding in detection.findings
    )
    for leaf, detection in zip(leaves.leaves, said, strict=True):
        if again.kinds:
            located.extend([Located(leaf, finding) for finding in recur.find(leaf.text, again, detection.findings)])
        if "_" in leaf.text:
            located.extend(Located(leaf, finding) for finding in find_tokens(leaf.text))
        if detection.findings:
            located.extend([Located(leaf, finding) for finding in detection.findings])
        if detection.unknowns:
            unknowns.extend(Unknown(reason, leaf.path + leaf.inner) for reason in sorted(detection.unknowns))
    places = tuple(located), tuple(unknowns), tuple(leaves.errands)
    return Findings(leaves.payload, leaves.leaves, *places, covered, detectors)


def failed(leaves: Leaves, covered: frozenset[Kind]) -> Findings:
    """What a scan that failed or came late amounts to: nothing found, and `scan_failed` (law 4)."""
    unknowns = (*leaves.unknowns, Unknown(UnknownReason.SCAN_FAILED, ()))
    return Findings(leaves.payload, leaves.leaves, (), unknowns, tuple(leaves.errands), covered)
