"""What was read of a payload and what was found in it; holds places, never values beside the payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from gateway.domain import Carrier, Content, Finding, Kind, Passage, Tree, UnknownReason
from gateway.phi.leaf import Errand, Leaf, Unknown
from gateway.wire.paths import render


class Located(NamedTuple):
    """A finding and the leaf it is in."""

    leaf: Leaf
    finding: Finding

    @property
    def counts(self) -> bool:
        """Whether it keeps the request from anybody: not what never leaves, nor what identifies nobody by itself."""
        return self.finding.counts and not self.leaf.withheld

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
        return tuple([Passage(leaf.text, leaf.cue, leaf.carrier, leaf.part) for leaf in self.leaves])


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one payload, and what could not be told. Holds places, never values beside the payload.

    `covered` are the kinds that could have been found, `detectors` how many looked at each text, `spared` what an entry of
    the configuration took back, `labels` what the terms of a label gave.
    """

    payload: Tree = field(repr=False)
    leaves: Sequence[Leaf] = field(repr=False)
    located: tuple[Located, ...] = field(repr=False)
    unknown_at: tuple[Unknown, ...]
    errands: tuple[Errand, ...]
    covered: frozenset[Kind]
    detectors: int = 1
    spared: tuple[Located, ...] = field(default=(), repr=False)
    labels: frozenset[str] = frozenset()

    @property
    def outdated(self) -> Findings:
        """These, where more would be found now than was: what else there is nobody has looked for (law 4)."""
        return replace(self, unknown_at=(*self.unknown_at, Unknown(UnknownReason.SCAN_FAILED, ())))

    @property
    def kinds(self) -> frozenset[Kind]:
        """Kinds that count: what a rule on `phi` is asked about."""
        return frozenset([located.finding.kind for located in self.located if located.counts])

    @property
    def reported(self) -> frozenset[Kind]:
        """Kinds that were found and do not count by themselves."""
        return frozenset([located.finding.kind for located in self.located if not located.counts])

    @property
    def unknowns(self) -> frozenset[UnknownReason]:
        return frozenset([unknown.reason for unknown in self.unknown_at])

    @property
    def content(self) -> frozenset[Content]:
        """Text always: every request has parameters; and the medium of each unknown that is one."""
        return _TEXT.union([_MEDIA[one.reason] for one in self.unknown_at if one.reason in _MEDIA])


_TEXT = frozenset({Content.TEXT})
_MEDIA = {
    UnknownReason.IMAGE: Content.IMAGE,
    UnknownReason.AUDIO: Content.AUDIO,
    UnknownReason.FILE: Content.FILE,
    UnknownReason.TOKEN_IDS: Content.TOKEN_IDS,
}
