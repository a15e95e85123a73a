"""Lists every scalar and key of a request for the detectors and collects their findings; never decides, never raises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gateway.domain import (
    Carrier,
    Detection,
    Dialect,
    Kind,
    Operation,
    Tree,
    UnknownReason,
)
from gateway.phi.findings import Findings, Leaves, Located
from gateway.phi.grammar import find_tokens
from gateway.phi.leaf import Form, Leaf, Unknown
from gateway.phi.read import recur
from gateway.phi.read.visit import MAX_UNKNOWNS, Visitor
from gateway.wire.endpoint import Call
from gateway.wire.fields import Object
from gateway.wire.operations import endpoint_for


def walk(call: Call) -> Leaves:
    """Every leaf of a call's payload, in the order of the payload."""
    return walk_fields(call.payload, call.endpoint.fields)


def walk_tree(payload: Tree, dialect: Dialect, *, operation: Operation) -> Leaves:
    """Every leaf of a request body in `dialect`."""
    return walk_fields(payload, endpoint_for(dialect, operation, payload).fields)


def walk_fields(payload: Tree, fields: Object) -> Leaves:
    """Every leaf of a request body with these fields."""
    visitor = Visitor()
    visitor.visit(payload, fields)
    return Leaves(payload, visitor.leaves, visitor.unknowns, visitor.errands)


def gather(
    leaves: Leaves, detections: Iterable[Detection], covered: frozenset[Kind], *, detectors: int = 1
) -> Findings:
    """The detectors' findings, repeated wherever the value recurs, plus unreadable places and forged pseudonyms.

    `detectors` is how many of them looked at every passage.

    Fewer or more detections than passages is a failed scan: nothing else is taken from it.
    """
    said = list(detections)
    unknowns = list(leaves.unknowns)
    unchecked: Counter[UnknownReason] = Counter()
    if len(said) != len(leaves.leaves):
        return failed(leaves, covered)
    located: list[Located] = []
    spared: list[Located] = []
    again = recur.known(
        (leaf.text, finding)
        for leaf, detection in zip(leaves.leaves, said, strict=True)
        for finding in detection.findings
    )
    for leaf, detection in zip(leaves.leaves, said, strict=True):
        if again.any:
            located.extend([Located(leaf, finding) for finding in recur.find(leaf.text, again, detection.findings)])
        if "_" in leaf.text and not _is_opaque(leaf):
            located.extend(Located(leaf, finding) for finding in find_tokens(leaf.text))
        if detection.findings:
            located.extend([Located(leaf, finding) for finding in detection.findings])
        spared.extend([Located(leaf, finding) for finding in detection.spared])
        for reason in () if leaf.withheld else sorted(detection.unknowns):
            unchecked[reason] += 1
            if unchecked[reason] <= MAX_UNKNOWNS:
                unknowns.append(Unknown(reason, leaf.path + leaf.inner))
    places = tuple(located), tuple(unknowns), tuple(leaves.errands)
    return Findings(leaves.payload, leaves.leaves, *places, covered, detectors, tuple(spared))


def _is_opaque(leaf: Leaf) -> bool:
    """Whether software gave it and gets it back as it is: nothing is restored there, so what looks like a pseudonym is chance."""
    return leaf.form is Form.FIXED and leaf.carrier is Carrier.STRUCTURE


def failed(leaves: Leaves, covered: frozenset[Kind]) -> Findings:
    """The findings of a scan that failed or came late: none, and the unknown `scan_failed` (law 4)."""
    unknowns = (*leaves.unknowns, Unknown(UnknownReason.SCAN_FAILED, ()))
    return Findings(leaves.payload, leaves.leaves, (), unknowns, tuple(leaves.errands), covered)
