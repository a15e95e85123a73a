"""Finds rules that do not do what their author believes: that never matter, that refuse everybody, that hit by surprise; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from gateway.document import Problem
from gateway.domain import Facts, Kind, Style, Target, Trait
from gateway.policy.decide import concerns, decide, selects
from gateway.policy.examples import Example
from gateway.policy.rules import Policy, Rule
from gateway.policy.widening import matters, meeting, places_of

COARSER: Final = frozenset({Kind.DATE, Kind.ZIP, Kind.AGE})
"""Kinds that have a coarser form; what is generalised of others is removed."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One rule, the examples that it applies to, and those that would come out otherwise, or for another reason, without it."""

    rule: Rule
    applied: int
    decided: int


def coverage(policy: Policy, examples: Sequence[Example]) -> tuple[Covered, ...]:
    """How far examples try each rule."""
    return tuple(
        Covered(
            rule,
            sum(_applies(rule, example, policy) for example in examples),
            sum(_outcome(example, policy) != _outcome(example, without(policy, rule)) for example in examples),
        )
        for rule in policy.rules
    )


def lint(
    policy: Policy, examples: Sequence[Example] = (), *, givers: Mapping[str, Sequence[str]] | None = None
) -> tuple[Problem, ...]:
    """Warnings, each at the line of its rule. `examples` are those of all files, `givers` who gives each label by default."""
    return (*_dead(policy), *at_a_glance(policy, givers=givers), *_contradictions(examples))


def at_a_glance(policy: Policy, *, givers: Mapping[str, Sequence[str]] | None = None) -> tuple[Problem, ...]:
    """Those of them that each rule shows by itself, for which nothing has to be decided."""
    return (
        *_refuses_all(policy),
        *_surprises(policy),
        *_labelled(policy, givers or {}),
        *_idle(policy),
        *_turned_round(policy),
    )


def without(policy: Policy, rule: Rule) -> Policy:
    """The policy less one rule."""
    return Policy(tuple(other for other in policy.rules if other is not rule))


def _dead(policy: Policy) -> Iterator[Problem]:
    places = places_of(policy, policy)
    message = "never makes a difference, and is never the reason that is told: others do all that it does."
    for rule in policy.rules:
        if matters(rule, policy, places, day=date.max):
            continue
        targets = [at.after for at in places if selects(rule.when.to, at.after, at.after.provider.traits_on(date.max))]
        if not any(_told(rule, facts, targets, policy) for facts in meeting(rule, policy)):
            yield _warning(rule, message, "Remove it, or see what it is for.")


def _told(rule: Rule, facts: Facts, targets: Sequence[Target], policy: Policy) -> bool:
    """Whether the rule is the reason that a caller is told, at any target."""
    refusals = decide(facts, targets, policy, today=date.max).refusals
    return any(refusal.rule == rule.id for refusal in refusals)


def _refuses_all(policy: Policy) -> Iterator[Problem]:
    for rule in policy.rules:
        when = rule.when
        narrow = (when.kinds, when.unknowns, when.agents, when.routes, when.callers, when.labels)
        if rule.then.deny and not any(narrow) and not when.content and not (when.to.providers or when.to.targets):
            away = not when.to.having and when.to.lacking == {Trait.ON_PREM}
            where = "everything that would leave the premises" if away else "every request to the targets it is about"
            yield _warning(rule, f"refuses {where}, whatever is in it.", "Name in `when` what it is about.")


def _surprises(policy: Policy) -> Iterator[Problem]:
    for rule in policy.rules:
        if rule.when.agents:
            names = ", ".join(sorted(rule.when.agents))
            yield _warning(
                rule,
                f"is about {names}, and so also about every caller that names no agent and may be several.",
                "Grant such callers one agent each, or have them say which.",
            )


def _labelled(policy: Policy, givers: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    for rule in policy.rules:
        for label in sorted(rule.when.labels):
            given = givers.get(label, ())
            if agents := [name for name in given if name.startswith("agent ")]:
                yield _warning(
                    rule,
                    f"is about label {label} of {', '.join(agents)}, and so also about every caller that names no agent and "
                    "may be several.",
                    "Grant such callers one agent each, or have them say which.",
                )
            if callers := [name for name in given if name.startswith("caller ")]:
                yield _warning(
                    rule,
                    f"is about label {label}, and so about every request of {', '.join(callers)}, whatever is in it.",
                    "If only some of them are meant, have the caller label those (`x-gateway-label`).",
                )


def _idle(policy: Policy) -> Iterator[Problem]:
    for rule in policy.rules:
        to = rule.when.to
        if (
            Trait.ON_PREM in rule.then.require
            and not rule.then.require - {Trait.ON_PREM}
            and to.lacking == {Trait.ON_PREM}
        ):
            yield _warning(rule, "requires `on_prem` of targets that lack it, and so denies them.", "Say `deny: true`.")


def _turned_round(policy: Policy) -> Iterator[Problem]:
    """Rules that say something of other targets than their author had in mind."""
    for rule in policy.rules:
        to = rule.when.to
        if Trait.ON_PREM in to.having and (rule.then.deny or rule.then.require - {Trait.ON_PREM}):
            does = "refuses" if rule.then.deny else "asks for more of"
            yield _warning(
                rule,
                f"is about targets in the house, which it {does}; what leaves the premises is free of it.",
                "To keep something in the house, say `to: {without: [on_prem]}`.",
            )
        needs = rule.then.deny or rule.then.require - {Trait.ON_PREM}
        if needs and to.lacking - {Trait.ON_PREM} and not (to.having or to.providers or to.targets):
            yield _warning(
                rule,
                f"is also about targets in the house that lack {_traits(to.lacking)}, and refuses them.",
                f"Say `to: {{without: [on_prem]}}` and `require: [{', '.join(sorted(to.lacking - {Trait.ON_PREM}))}]`.",
            )
        if len(to.having) == 1 and (selected := rule.then.require & to.having):
            yield _warning(
                rule,
                f"requires {_traits(selected)} of targets that have it: those that lack it are free of this rule.",
                "Say `to: {without: [on_prem]}`, and leave the requirement as it is.",
            )
        if coarse := {kind for kind, style in rule.then.redact.items() if style is Style.GENERALISE} - COARSER:
            yield _warning(
                rule,
                f"generalises {', '.join(sorted(coarse))}, of which there is no coarser form: they are removed.",
                "Say `remove`, or `token` to have them put back in the answer.",
            )


def _contradictions(examples: Sequence[Example]) -> Iterator[Problem]:
    said: dict[tuple[Facts, str, str, frozenset[Trait]], Example] = {}
    for example in examples:
        target = example.target
        key = (example.facts, target.name, target.provider.name, target.provider.traits_on(date.max))
        other = said.setdefault(key, example)
        if (other.sent, other.redacted) != (example.sent, example.redacted):
            message = f"This example says otherwise than the one on line {other.line} of {other.file}."
            yield Problem(example.file, example.line, message, "Only one of them can hold.")


def _traits(traits: Iterable[Trait]) -> str:
    return ", ".join(f"`{trait}`" for trait in sorted(traits))


def _warning(rule: Rule, message: str, remedy: str) -> Problem:
    return Problem(rule.file, rule.line, f"Rule `{rule.id}` {message}", remedy)


def _applies(rule: Rule, example: Example, policy: Policy) -> bool:
    traits = example.target.provider.traits_on(date.max)
    return concerns(rule.when, example.facts, policy) and selects(rule.when.to, example.target, traits)


def _outcome(example: Example, policy: Policy) -> object:
    decision = decide(example.facts, [replace(example.target)], policy, today=date.max)
    return [dict(egress.redact) for egress in decision.egresses], [refusal.rule for refusal in decision.refusals]
