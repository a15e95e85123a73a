"""Tells a decision in plain sentences: what was found, which rules apply and why, what may go where without what.

It knows kinds, reasons and names from the configuration, and never sees, so never repeats, what a caller wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from gateway.domain import DIRECT, INDIRECT, JSON, Facts, Kind, Style, Trait, Tree
from gateway.policy.decide import (
    Decision,
    Egress,
    Refusal,
    RefusalReason,
    carried,
    concerns,
    found,
    objection,
    remedy,
    selects,
    unknowns,
)
from gateway.policy.rules import Policy, Rule, When

_DONE: Mapping[Style, str] = {
    Style.TOKEN: "replaced by pseudonyms",
    Style.GENERALISE: "made coarser",
    Style.REMOVE: "removed",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that is about this request, its reason, and what in the request makes it so."""

    rule: str
    why: str
    because: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of one target; `reasons` are sentences, one for each rule that has a say."""

    target: str
    provider: str
    on_prem: bool
    permitted: bool
    redact: Mapping[Kind, Style]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole story, as a tree for programs and as text for people; targets in the order in which they are tried."""

    request: tuple[str, ...]
    rules: tuple[Applied, ...]
    targets: tuple[Outlook, ...]
    sensitivity: str
    policy_hash: str
    labels: tuple[str, ...] = ()
    label_sources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def tree(self) -> Tree:
        """The explanation as plain JSON."""
        rules: list[JSON] = [{"rule": it.rule, "why": it.why, "because": it.because} for it in self.rules]
        targets: list[JSON] = [
            {
                "target": it.target,
                "provider": it.provider,
                "on_prem": it.on_prem,
                "permitted": it.permitted,
                "redact": {kind.value: style.value for kind, style in sorted(it.redact.items())},
                "reasons": list(it.reasons),
            }
            for it in self.targets
        ]
        return {
            "sensitivity": self.sensitivity,
            "request": list(self.request),
            "labels": list(self.labels),
            "label_sources": {label: list[JSON](who) for label, who in sorted(self.label_sources.items())},
            "rules": rules,
            "targets": targets,
            "policy": self.policy_hash,
        }

    def text(self) -> str:
        """The explanation as lines for a terminal."""
        lines = ["Request", *(f"  {sentence}" for sentence in self.request), "", "Rules about it"]
        lines[1 + len(self.request) : 1 + len(self.request)] = [
            f"  Label {label} comes from {' and '.join(who)}." for label, who in sorted(self.label_sources.items())
        ]
        for applied in self.rules:
            lines += [f"  {applied.rule}: {applied.why}", f"    because {applied.because}"]
        lines += ["  none"] * (not self.rules) + ["", "Targets, in order"]
        for place, outlook in enumerate(self.targets, start=1):
            verdict = "permitted" if outlook.permitted else "refused"
            lines.append(f"  {place}. {outlook.target} ({outlook.provider}): {verdict}")
            lines += [f"     {reason}" for reason in outlook.reasons]
        return "\n".join([*lines, *["  none"] * (not self.targets), "", f"Policy {self.policy_hash[:12]}"])


def explain(
    decision: Decision,
    facts: Facts,
    policy: Policy,
    *,
    label_sources: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Explanation:
    """Tell `decision`, which `decide` made of `facts` and `policy`; `label_sources` is who gave each label."""
    about = [rule for rule in policy.rules if concerns(rule.when, facts, policy)]
    permitted = [_permitted(egress) for egress in decision.egresses]
    refused = [_refused(refusal, facts, about, decision) for refusal in decision.refusals]
    return Explanation(
        request=_request(facts, policy),
        rules=tuple(Applied(rule.id, rule.why, _because(rule.when, facts, policy)) for rule in about),
        targets=(*permitted, *refused),
        sensitivity=decision.sensitivity.value,
        policy_hash=decision.policy_hash,
        labels=tuple(sorted(facts.labels)),
        label_sources=label_sources,
    )


def _request(facts: Facts, policy: Policy) -> tuple[str, ...]:
    asker = f"Agent: {_and(facts.agents) or 'none'}" + ("; it is unclear which one asks" * facts.agent_unclear)
    labels = f" Label: {_and(facts.labels)}." if facts.labels else ""
    return (
        f"Caller: {facts.caller or 'none'}. Route: {facts.route or 'none'}. {asker}.{labels}",
        f"Carries: {_and(carried(facts))}.",
        f"Found: {_and(facts.kinds) or 'nothing that identifies a person'}.",
        f"Could not be checked: {_and(unknowns(facts, policy)) or 'nothing'}. Detectors: {facts.detectors}.",
    )


def _because(when: When, facts: Facts, policy: Policy) -> str:
    grounds: list[str] = []
    if when.kinds:
        grounds += _traces(when, facts)
    if when.unknowns:
        grounds.append(f"{_and(when.unknowns & unknowns(facts, policy))} could not be checked")
    if when.content:
        grounds.append(f"it carries {_and(when.content & carried(facts))}")
    if when.agents:
        claimed = _and(when.agents & facts.agents)
        grounds.append(f"it claims to come from {claimed}" if claimed else "it is unclear which agent asks")
    if when.routes:
        grounds.append(f"its route is {facts.route}")
    if when.callers:
        grounds.append(f"its caller is {facts.caller}")
    if when.labels:
        grounds.append(f"it is labelled {_and(when.labels & facts.labels)}")
    return "; ".join(grounds) + "." if grounds else "it is about every request."


def _traces(when: When, facts: Facts) -> Iterable[str]:
    if there := when.kinds & found(when, facts):
        yield f"{_and(there)} was found"
    if unchecked := when.counted & facts.unknowns:
        yield f"{_and(unchecked)} could not be checked and counts as PHI"
    if unseen := when.kinds - facts.covered:
        yield f"no detector in use finds {_kinds(unseen)}, so it may be there"


def _permitted(egress: Egress) -> Outlook:
    provider = egress.target.provider
    reasons = ["It stays on the premises."] * provider.on_prem
    for style in Style:
        if out := {kind for kind, wanted in egress.redact.items() if wanted is style}:
            reasons.append(f"Wherever they occur, {_kinds(out)} are {_DONE[style]} first.")
    if egress.required:
        reasons.append(f"It has what is required: {_and(egress.required)}.")
    if egress.rules:
        reasons.append(f"Rules that apply: {_and(egress.rules)}.")
    return Outlook(egress.target.name, provider.name, provider.on_prem, True, egress.redact, tuple(reasons))


def _refused(refusal: Refusal, facts: Facts, about: Sequence[Rule], decision: Decision) -> Outlook:
    target, provider = refusal.target, refusal.target.provider
    traits = provider.traits_on(decision.today)
    reasons = [
        _sentence(rule, reason, facts, traits)
        for rule in about
        if selects(rule.when.to, target, traits) and (reason := objection(rule, facts, traits))
    ]
    return Outlook(target.name, provider.name, provider.on_prem, False, {}, tuple(reasons) or (refusal.why,))


def _sentence(rule: Rule, reason: RefusalReason, facts: Facts, traits: frozenset[Trait]) -> str:
    said = {
        RefusalReason.DENIED: "denies it",
        RefusalReason.UNREDACTABLE: "wants something taken out of what could not be checked for it",
        RefusalReason.UNCONFIRMED: f"asks for detectors: {rule.then.detectors}, and fewer could look at all of it",
        RefusalReason.TRAIT_MISSING: f"requires {_and(rule.then.require - traits)}, which is not there today",
    }[reason]
    return f"Rule {rule.id} {said}: {rule.why} {remedy(rule, reason, facts)}".rstrip()


def _kinds(kinds: Collection[Kind]) -> str:
    """Kinds, with whole groups by their name."""
    rest = set(kinds)
    groups = []
    for name, group in (("direct", DIRECT), ("indirect", INDIRECT)):
        if group <= rest:
            groups.append(f"{name} identifiers")
            rest -= group
    return _and(groups + sorted(rest))


def _and(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
