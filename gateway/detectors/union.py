"""Two detectors as one: a text is clear only when both say so; looks for nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.domain import Detection, Finding, Kind, Passage
from gateway.phi.find import propagate
from gateway.phi.find.merge import beside


def united(passages: Sequence[Passage], first: Sequence[Detection], second: Sequence[Detection]) -> list[Detection]:
    """What either of two detectors found in each passage; names that `second` found in one are found in all.

    `first` has looked at the passages together, `second` at each alone.

    Raises:
        ValueError: they do not speak of as many passages as there are.
    """
    names = propagate.parts(
        passage.text[found.start : found.end]
        for passage, other in zip(passages, second, strict=True)
        for found in other.findings
        if found.kind is Kind.NAME
    )
    both = [_both(one, other) for one, other in zip(first, second, strict=True)]
    if not names:
        return both
    return [_both(one, _named(passage, names)) for passage, one in zip(passages, both, strict=True)]


def _named(passage: Passage, names: frozenset[str]) -> Detection:
    return Detection(tuple(Finding(Kind.NAME, *span) for span in propagate.find(passage.text, names)))


def _both(first: Detection, second: Detection) -> Detection:
    """The findings of `first`, and what of `second` lies beside them."""
    found = list(first.findings)
    for finding in second.findings:
        found += beside(finding, first.findings)
    spared = [one for one in (*first.spared, *second.spared) if not any(_touch(one, kept) for kept in found)]
    return Detection(tuple(sorted(found, key=lambda one: one.start)), first.unknowns | second.unknowns, tuple(spared))


def _touch(one: Finding, other: Finding) -> bool:
    return one.start < other.end and other.start < one.end
