"""Finds what one set of rules lets out and another did not, with a smallest request that shows it; pure, and complete.

It decides every case that the two can tell apart, and no other. More findings, unknowns, agents or labels only ever add
rules (laws 3 to 5), so whatever opens for some request opens already for a smallest one:

* where a rule was in the way, one that meets each condition of that rule in one way, and carries nothing else;
* where nothing covered what it carries, one that carries just that;
* where less is taken out than before, the first of these with one kind more: the one that stays in.

Routes, callers and targets are tried one by one, and as "any other" than those that a rule names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, combinations, product
from typing import Final, TypeAlias

from gateway.domain import Content, Facts, Kind, Target, Trait, UnknownReason
from gateway.policy.decide import Decision, Egress, Refusal, RefusalReason, decide, selects, unknowns
from gateway.policy.examples import destination
from gateway.policy.rules import MEDIUM_OF, Policy, Rule, When, weaker

OTHER: Final = ""
"""A name that no rule names."""
EVERY_KIND: Final = frozenset(Kind)
_Span: TypeAlias = tuple[frozenset[Trait] | None, frozenset[Trait]] | None
_REASON_OF: Final = {medium: reason for reason, medium in MEDIUM_OF.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """A target as it was, or None where it is new, and as it is now. `named`: it is one of a configuration."""

    before: Target | None
    after: Target
    named: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """A request that goes to a target now and did not before, or goes with something in it that was taken out.

    `refused` is why it was refused; without it and without `left_in` there was no such target. `day` is the first on which
    it holds.
    """

    facts: Facts
    target: Target
    day: date
    refused: Refusal | None = None
    left_in: frozenset[Kind] = frozenset()


def widenings(
    old: Policy,
    new: Policy,
    places: Sequence[Place],
    *,
    days: Sequence[date],
    covers: Sequence[frozenset[Kind]] = (EVERY_KIND,),
    cases: list[int] | None = None,
) -> tuple[Opening, ...]:
    """A smallest opening for each target, cause and span of time, smallest first; `cases` gets the number of requests tried.

    `days` are today and those on which an agreement has just ended, `covers` what detectors may be able to find. A span is
    the days on which a target of a configuration has, and had, the same traits: what goes there under an agreement and what
    goes on going there after its end are two openings. Where no target is configured, traits are tried, not days.
    """
    changed = [rule for rule in old.rules if not _kept(rule, old, new)]
    stayed = [place for place in places if place.before == place.after]
    moved = [place for place in places if place.before != place.after]
    found: dict[tuple[str, str, _Span], Opening] = {}
    # A rule that is kept is in the way of a target that stayed as much as before.
    for group, rules in ((stayed, changed), (moved, old.rules)):
        asked = {facts for covered in covers for facts in _requests(old, new, rules, covered)} if group else set()
        if cases is not None:
            cases.append(len(asked) * len(group) * len(days))
        for facts, day in product(sorted(asked, key=_size), days):
            for place, one in _opened(facts, group, old, new, day):
                key = (place.after.name, cause(one), _span(place, day)) if place.named else ("", cause(one), None)
                if key not in found or _measure(one) < _measure(found[key]):
                    found[key] = one
    return tuple(sorted(found.values(), key=lambda one: (_measure(one), one.target.name, one.day, cause(one))))


def matters(rule: Rule, policy: Policy, places: Sequence[Place], *, day: date) -> bool:
    """Whether the policy lets out, at any of `places`, anything that it did without `rule`, or the other way round.

    Only what the rule is about can tell: its routes, its callers, the targets that it selects. The first answer is enough.
    """
    rest = Policy(tuple(other for other in policy.rules if other is not rule))
    about = [at for at in places if selects(rule.when.to, at.after, at.after.provider.traits_on(day))]
    return any(
        True
        for old, new in ((policy, rest), (rest, policy))
        for facts in dict.fromkeys(_requests(old, new, [rule], EVERY_KIND, about=rule.when))
        for _ in _opened(facts, about, old, new, day)
    )


def _span(place: Place, day: date) -> _Span:
    """What is vouched for on a day, before and after: nothing else of a day enters a decision."""
    before = place.before.provider.traits_on(day) if place.before is not None else None
    return before, place.after.provider.traits_on(day)


def _opened(
    facts: Facts, places: Sequence[Place], old: Policy, new: Policy, day: date
) -> Iterator[tuple[Place, Opening]]:
    leaving = {
        id(egress.target): egress for egress in decide(facts, [at.after for at in places], new, today=day).egresses
    }
    if not leaving:
        return
    before = [at.before for at in places if at.before is not None and id(at.after) in leaving]
    was = _by_target(decide(facts, before, old, today=day))
    for place in places:
        egress = leaving.get(id(place.after))
        if egress is None or (place.before is None and egress.target.provider.on_prem):
            continue
        opening = _opening(facts, egress, was[id(place.before)] if place.before else None, day)
        if opening is not None:
            yield place, opening


def opens(facts: Facts, place: Place, old: Policy, new: Policy, *, day: date) -> Opening | None:
    """What opens for one request at one place, if anything does."""
    return next((opening for _, opening in _opened(facts, [place], old, new, day)), None)


def cause(opening: Opening) -> str:
    """What was in the way before: the id of a rule, what nothing covered, what was taken out, or that there was no target."""
    if opening.left_in:
        return "less is taken out: " + ", ".join(sorted(opening.left_in))
    if opening.refused is None:
        return "there was no such target"
    if opening.refused.reason is RefusalReason.UNCOVERED:
        return "no rule covered " + ", ".join(sorted(opening.refused.uncovered))
    if opening.refused.reason is RefusalReason.EXCLUDED:
        return "the agreement excluded " + ", ".join(sorted(opening.refused.excluded))
    return f"rule {opening.refused.rule}"


def sentence(opening: Opening, *, today: date = date.max, closed: bool = False) -> str:
    """The opening in words, with its day if that is not `today`; `closed`: it was found the other way round."""
    target = opening.target
    traits = sorted(trait.value for trait in target.provider.traits_on(opening.day))
    vouched = [*[f"provider {target.provider.name}"] * bool(target.provider.name), *(traits or ["no traits"])]
    where = f"{target.name or 'any other target'} ({', '.join(vouched)})"
    when = f" from {opening.day.isoformat()} on" if opening.day not in {today, date.max} else ""
    ended = target.provider.baa is not None and Trait.BAA not in target.provider.traits_on(opening.day)
    when += ", without a BAA, as the present one has ended" * (ended and bool(when))
    request = described(opening.facts)
    if opening.left_in:
        kinds = ", ".join(sorted(opening.left_in))
        change = "is taken out more strictly now than" if closed else "is taken out less strictly now than"
        return f"{where}{when}: of {request}, {kinds} {change} before."
    if closed:
        return f"{where}{when}: {request} no longer goes there ({_why_now(opening)})."
    return f"{where}{when}: {request} goes there now; before, {_why_before(opening)}."


def _why_before(opening: Opening) -> str:
    if opening.refused is None or not opening.refused.rule:
        return cause(opening)
    return f"{cause(opening)} refused it ({opening.refused.reason})"


def _why_now(opening: Opening) -> str:
    if opening.refused is None:
        return "there is no such target now"
    return cause(opening).replace("covered", "covers").replace("excluded", "excludes")


def described(facts: Facts) -> str:
    """A request in words, by what a rule may ask of it."""
    holds = [f"with {kind}" for kind in sorted(facts.kinds)]
    holds += [f"with {kind} that does not count" for kind in sorted(facts.reported - facts.kinds)]
    holds += [f"with {reason} that could not be checked" for reason in sorted(facts.unknowns)]
    holds += [f"labelled {label}" for label in sorted(facts.labels)]
    holds += [f"of agent {agent}" for agent in sorted(facts.agents)]
    holds += [f"on route {facts.route}"] * bool(facts.route) + [f"of caller {facts.caller}"] * bool(facts.caller)
    holds += [f"looked at by {facts.detectors} detectors"] * (facts.detectors > 1)
    if missing := EVERY_KIND - facts.covered:
        holds.append(f"where no detector finds {', '.join(sorted(missing))}")
    return "a request " + (", ".join(holds) or "in which nothing was found")


def places_of(old: Policy, new: Policy) -> tuple[Place, ...]:
    """Every target that the two can tell apart, where none is configured: by traits, provider and name."""
    rules = [*old.rules, *new.rules]
    named = {(OTHER, OTHER)}
    for rule in rules:
        to = rule.when.to
        named.update(product(to.providers, (OTHER,)))
        named.update(product(to.providers or (OTHER,), to.targets))
    traits = {Trait.ON_PREM}.union(*(rule.when.to.having | rule.when.to.lacking | rule.then.require for rule in rules))
    ordered = [trait for trait in Trait if trait in traits]
    sets = chain.from_iterable(combinations(ordered, count) for count in range(len(ordered) + 1))
    made = [
        destination(frozenset(having), provider=provider, target=target)
        for having, (provider, target) in product(sets, sorted(named))
    ]
    return tuple(Place(one, one) for one in made)


def _opening(facts: Facts, egress: Egress, was: Egress | Refusal | None, day: date) -> Opening | None:
    match was:
        case None:
            return Opening(facts, egress.target, day)
        case Refusal():
            return Opening(facts, egress.target, day, refused=was)
        case Egress():
            found = facts.kinds | facts.reported
            left = frozenset(kind for kind in found if weaker(egress.redact.get(kind), was.redact.get(kind)))
            return Opening(facts, egress.target, day, left_in=left) if left else None


def _by_target(decision: Decision) -> Mapping[int, Egress | Refusal]:
    """The answers by the identity of their target: several of them may have one name."""
    answers: Iterator[Egress | Refusal] = chain(decision.egresses, decision.refusals)
    return {id(one.target): one for one in answers}


def meeting(rule: Rule, policy: Policy) -> Iterator[Facts]:
    """The smallest requests that a rule of `policy` is about, and those that carry nothing."""
    return _requests(policy, policy, [rule], EVERY_KIND, about=rule.when)


# --- the smallest requests ---------------------------------------------------------------------------------------------


def _kept(rule: Rule, old: Policy, new: Policy) -> bool:
    """Whether the rule is in the new policy and holds there for all that it held for."""
    asks_of_others = UnknownReason.UNDETECTABLE in rule.when.unknowns and not old.kinds <= new.kinds
    return not asks_of_others and any((one.when, one.then) == (rule.when, rule.then) for one in new.rules)


def _requests(
    old: Policy, new: Policy, in_the_way: Sequence[Rule], covered: frozenset[Kind], *, about: When | None = None
) -> Iterator[Facts]:
    """All of them, or those on the routes and of the callers that `about` names."""
    rules = [*old.rules, *new.rules]
    routes = sorted((about and about.routes) or {OTHER}.union(*(rule.when.routes for rule in rules)))
    callers = sorted((about and about.callers) or {OTHER}.union(*(rule.when.callers for rule in rules)))
    counts = sorted({1, *(rule.then.detectors for rule in rules)} - {0})
    kinds, reasons = _told_apart_kinds(rules), _told_apart_reasons(rules)
    for route, caller, detectors in product(routes, callers, counts):
        bare = Facts(caller, route, covered=covered, detectors=detectors)
        yield bare
        for reason in MEDIUM_OF:
            yield _unknown(bare, reason)
        for rule in in_the_way:
            if (rule.when.routes and route not in rule.when.routes) or (
                rule.when.callers and caller not in rule.when.callers
            ):
                continue
            for facts in _meeting(rule.when, bare, kinds, reasons, old):
                yield facts
                yield from _holding(rule, facts, kinds)


def _meeting(
    when: When, bare: Facts, kinds: Sequence[Kind], reasons: Sequence[UnknownReason], policy: Policy
) -> Iterator[Facts]:
    """Requests that meet each condition in one way. Several conditions may be met by the same thing."""
    ways: list[list[Facts]] = []
    if when.kinds:
        met = [replace(bare, kinds=frozenset({kind})) for kind in kinds if kind in when.kinds]
        met += [
            replace(bare, reported=frozenset({kind})) for kind in kinds if when.every_finding and kind in when.kinds
        ]
        met += [_unknown(bare, reason) for reason in reasons if reason in when.counted]
        ways.append([bare] if not when.kinds <= bare.covered else met)
    if when.unknowns:
        known = [_unknown(bare, reason) for reason in reasons if reason in when.unknowns]
        ways.append([bare] if not when.unknowns.isdisjoint(unknowns(bare, policy)) else known)
    if when.content and Content.TEXT not in when.content:
        ways.append([_unknown(bare, _REASON_OF[medium]) for medium in Content if medium in when.content])
    ways += [[replace(bare, agents=frozenset({name})) for name in sorted(when.agents)]] * bool(when.agents)
    ways += [[replace(bare, labels=frozenset({name})) for name in sorted(when.labels)]] * bool(when.labels)
    for chosen in product(*ways):
        yield _together(bare, chosen)


def _holding(rule: Rule, facts: Facts, kinds: Sequence[Kind]) -> Iterator[Facts]:
    """The same with one kind more that the rule takes out."""
    for kind in kinds:
        if kind in rule.then.redact:
            yield replace(facts, kinds=facts.kinds | {kind})
            yield replace(facts, reported=facts.reported | {kind})


def _together(bare: Facts, several: Sequence[Facts]) -> Facts:
    return replace(
        bare,
        kinds=frozenset().union(*(one.kinds for one in several)),
        reported=frozenset().union(*(one.reported for one in several)),
        unknowns=frozenset().union(*(one.unknowns for one in several)),
        content=frozenset({Content.TEXT}).union(*(one.content for one in several)),
        agents=frozenset().union(*(one.agents for one in several)),
        labels=frozenset().union(*(one.labels for one in several)),
    )


def _unknown(facts: Facts, reason: UnknownReason) -> Facts:
    content = facts.content | {MEDIUM_OF[reason]} if reason in MEDIUM_OF else facts.content
    return replace(facts, unknowns=facts.unknowns | {reason}, content=content)


def _told_apart_kinds(rules: Sequence[Rule]) -> Sequence[Kind]:
    """One of each set of kinds that no rule tells apart: the first by their order."""
    first: dict[tuple[object, ...], Kind] = {}
    for kind in Kind:
        first.setdefault(tuple((kind in rule.when.kinds, rule.then.redact.get(kind)) for rule in rules), kind)
    return list(first.values())


def _told_apart_reasons(rules: Sequence[Rule]) -> Sequence[UnknownReason]:
    first: dict[tuple[object, ...], UnknownReason] = {}
    for reason in UnknownReason:
        asked = tuple((reason in rule.when.unknowns, reason in rule.when.counted) for rule in rules)
        first.setdefault((MEDIUM_OF.get(reason), *asked), reason)
    return list(first.values())


def _size(facts: Facts) -> tuple[int, int, str]:
    things = (*facts.kinds, *facts.reported, *facts.unknowns, *facts.agents, *facts.labels)
    named = (facts.route != OTHER) + (facts.caller != OTHER) + (facts.covered != EVERY_KIND)
    doubtful = len(facts.unknowns) * 2 + len(facts.reported)
    return (len(things) + named, doubtful + facts.detectors, ",".join(sorted(things)) + facts.route + facts.caller)


def _measure(opening: Opening) -> tuple[int, int, int]:
    size, detectors, _ = _size(opening.facts)
    return size, len(opening.target.provider.traits_on(opening.day)), detectors
