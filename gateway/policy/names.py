"""Finds what rules name or ask for and the configuration does not have; it changes neither.

A rule about a misspelt provider would never apply, and one that asks for a second detector would always refuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from gateway.document import Problem, nearest
from gateway.domain import PRIVATE
from gateway.policy.decide import ADD_DETECTOR
from gateway.policy.examples import Example
from gateway.policy.rules import Policy, Rule


def unresolved(
    policy: Policy,
    *,
    agents: Iterable[str],
    routes: Iterable[str],
    callers: Iterable[str],
    providers: Iterable[str],
    targets: Iterable[str],
    labels: Iterable[str] = (PRIVATE,),
) -> tuple[Problem, ...]:
    """A problem for each name in a rule that is not among those given, at the line of the rule.

    A route or target may also be `provider/model`, for a model that a known provider lists at run time.
    """
    vendors = frozenset(providers)
    known = {
        "agent": frozenset(agents),
        "route": frozenset(routes),
        "caller": frozenset(callers),
        "provider": vendors,
        "target": frozenset(targets),
        "label": frozenset(labels),
    }
    return tuple(
        Problem(rule.file, rule.line, f"Rule `{rule.id}` names an unknown {what}.", nearest(name, known[what]))
        for rule in policy.rules
        for what, name in _mentions(rule)
        if name not in known[what] and not (what in {"route", "target"} and _is_listed_by(name, vendors))
    )


def unresolved_in_examples(examples: Iterable[Example], known: Mapping[str, Collection[str]]) -> tuple[Problem, ...]:
    """A warning for each name in an example that is not `known` under what it names: such an example tries nothing real."""
    vendors = frozenset(known["provider"])
    return tuple(
        Problem(one.file, one.line, f"This example names an unknown {what}.", nearest(name, known[what]))
        for one in examples
        for what, name in _said(one)
        if name and name not in known[what] and not (what in {"route", "target"} and _is_listed_by(name, vendors))
    )


def _said(example: Example) -> Iterator[tuple[str, str]]:
    facts, target = example.facts, example.target
    yield from (("agent", name) for name in sorted(facts.agents))
    yield from (("label", name) for name in sorted(facts.labels))
    yield from (
        ("route", facts.route),
        ("caller", facts.caller),
        ("provider", target.provider.name),
        ("target", target.name),
    )


def unmet(policy: Policy, *, detectors: int) -> tuple[Problem, ...]:
    """A warning for each rule that asks for more than `detectors`: it refuses every target that it is about."""
    return tuple(
        Problem(rule.file, rule.line, f"Rule `{rule.id}` refuses whatever it is about.", ADD_DETECTOR)
        for rule in policy.rules
        if rule.then.detectors > detectors
    )


def _mentions(rule: Rule) -> Iterator[tuple[str, str]]:
    when, to = rule.when, rule.when.to
    groups = (
        ("agent", when.agents),
        ("route", when.routes),
        ("caller", when.callers),
        ("provider", to.providers),
        ("target", to.targets),
        ("label", when.labels),
    )
    return ((what, name) for what, names in groups for name in sorted(names))


def _is_listed_by(name: str, providers: frozenset[str]) -> bool:
    provider, slash, model = name.partition("/")
    return bool(slash and model) and provider in providers
