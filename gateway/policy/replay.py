"""Decides recorded facts by two policies and says what would go elsewhere; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain import Facts, Target
from gateway.policy.decide import Egress, decide
from gateway.policy.rules import Policy

REFUSED = "refused"
Targets = Callable[[str], Sequence[Target]]
"""The targets of a route, in order."""


@dataclass(frozen=True, slots=True)
class Move:
    """`count` requests of the same facts that would be answered elsewhere, or with other kinds taken out."""

    facts: Facts
    before: str
    after: str
    count: int

    @property
    def wider(self) -> bool:
        """Whether they would leave the premises, and stayed or were refused."""
        return self.after.startswith("cloud") and not self.before.startswith("cloud")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of all requests: how many go the same way, and the others, the most frequent first."""

    same: int
    moves: tuple[Move, ...]

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many move from where to where, in words without targets."""
        total: Counter[tuple[str, str]] = Counter()
        for move in self.moves:
            total[(move.before.partition(" ")[0], move.after.partition(" ")[0])] += move.count
        return total


def replay(
    recorded: Mapping[Facts, int],
    old: tuple[Policy, Targets],
    new: tuple[Policy, Targets],
    *,
    today: date,
) -> Replayed:
    """Ask both policies about each set of facts; the first permitted target of the route counts as the one that answers."""
    same, moves = 0, list[Move]()
    for facts, count in recorded.items():
        before, after = (_answered(facts, policy, targets(facts.route), today) for policy, targets in (old, new))
        if before == after:
            same += count
        else:
            moves.append(Move(facts, before, after, count))
    return Replayed(same, tuple(sorted(moves, key=lambda move: (not move.wider, -move.count))))


def _answered(facts: Facts, policy: Policy, targets: Sequence[Target], today: date) -> str:
    decision = decide(facts, targets, policy, today=today)
    if not decision.egresses:
        return REFUSED
    first: Egress = decision.egresses[0]
    if first.target.provider.on_prem:
        return f"local ({first.target.name})"
    out = sorted(kind.value for kind in first.redact if kind in facts.kinds | facts.reported)
    return f"cloud ({first.target.name}{', without ' + ', '.join(out) if out else ''})"
