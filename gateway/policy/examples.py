"""Tries a policy on the examples written beside it and says what happened instead; it never changes either."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gateway.domain import (
    BaaTerm,
    Content,
    Facts,
    Kind,
    Provider,
    Target,
    Trait,
    UnknownReason,
)
from gateway.kinds import scripted
from gateway.policy.decide import Egress, Refusal, decide
from gateway.policy.rules import MEDIUM_OF, Policy

_TODAY = date.max
"""Examples speak of traits, not of dates: a BAA that an example grants is in force."""


@dataclass(frozen=True, slots=True)
class Example:
    """A request, a target and what must become of them. `redacted` is all that is taken out when it is sent."""

    facts: Facts
    target: Target
    sent: bool
    redacted: frozenset[Kind] = frozenset()
    file: str = ""
    line: int = 0
    name: str = ""
    by: str = ""
    """The rule that refuses it, where the example says which."""


def request(  # noqa: PLR0913  (each is one thing that a scan or a caller says)
    kinds: frozenset[Kind],
    *,
    reported: frozenset[Kind] = frozenset(),
    unknowns: frozenset[UnknownReason],
    content: frozenset[Content],
    agents: frozenset[str],
    route: str,
    caller: str,
    labels: frozenset[str] = frozenset(),
    detectors: int = 1,
) -> Facts:
    """Facts as a scan would state them: a medium that is carried is unknown, and the other way round."""
    media = {reason for reason, medium in MEDIUM_OF.items() if medium in content}
    carried = {MEDIUM_OF[reason] for reason in unknowns if reason in MEDIUM_OF}
    return Facts(
        caller,
        route,
        agents=agents,
        kinds=kinds,
        reported=reported,
        unknowns=unknowns | media,
        content=content | carried | {Content.TEXT},
        detectors=detectors,
        labels=labels,
    )


def destination(traits: frozenset[Trait], *, provider: str, target: str) -> Target:
    """A target that exists in an example only."""
    baa = BaaTerm("example", _TODAY) if Trait.BAA in traits else None
    vendor = Provider(provider, scripted.PROFILE.kind, scripted.PROFILE.ways[0], traits=traits, baa=baa)
    return Target(target, vendor, "example")


def complaint(example: Example, policy: Policy) -> str:
    """What `policy` does instead of what `example` says; empty when the example holds."""
    decision = decide(example.facts, [example.target], policy, today=_TODAY)
    if decision.egresses:
        return _although_sent(example, decision.egresses[0])
    return _although_refused(example, decision.refusals[0])


def _although_refused(example: Example, refusal: Refusal) -> str:
    if not example.sent:
        wrong = example.by not in {"", refusal.rule}
        return f"This example says that rule `{example.by}` refuses it, but {_refuser(refusal)}." if wrong else ""
    nobody = f"no rule covers {_list(refusal.uncovered)} for such a destination"
    who = f"rule `{refusal.rule}` refuses it ({refusal.reason})" if refusal.rule else nobody
    return f"This example says that the request is sent, but {who}."


def _refuser(refusal: Refusal) -> str:
    return f"rule `{refusal.rule}` does" if refusal.rule else "no rule covers it"


def _although_sent(example: Example, egress: Egress) -> str:
    if not example.sent:
        return f"This example says that the request is not sent, but it is, {_by(egress)}."
    kept, lost = example.redacted - egress.redact.keys(), egress.redact.keys() - example.redacted
    parts = [f"does not take out {_list(kept)}"] * bool(kept) + [f"also takes out {_list(lost)}"] * bool(lost)
    return f"This example is sent, but the policy {' and '.join(parts)} ({_by(egress)})." if parts else ""


def _by(egress: Egress) -> str:
    return f"by {_list(egress.rules)}" if egress.rules else "as no rule applies"


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
