"""Decides, for every candidate target, whether a request may leave through it and without what; it never acts on it.

The specification, in the order of the code below:

1. A rule *concerns* a request if all its conditions hold. A condition that is absent holds; a list asks for any.
   `phi` also holds for anything that could not be checked (law 4): an unknown, or a kind that nothing can detect.
   `agent` holds if any claimed agent is listed, or if it is unclear who asks (law 5); `label` if it has one of those
   listed.
2. A rule *selects* a target by its traits on the day, its provider and its name.
3. A target off the premises is *covered* if for all that the request carries some rule that selects it has something
   to say. What callers claim cannot cover: rules that name agents or labels do not count here (law 5), nor do rules that
   only ask for detectors: how often a text was looked at says nothing about what may become of what was found.
   What the agreement with its vendor excludes is refused too, whatever rules say.
4. All rules that concern the request and select the target *apply* together: any `deny` refuses, every required trait
   must be there, everything that any of them redacts is taken out, and as many detectors as any of them asks for must
   have looked. What cannot be taken out refuses, and so does what no detector could look at.

Law 3 follows, for targets that the policy covers: a rule more can only add to what is denied, required, redacted or
confirmed.
Coverage itself is a precondition: with no rule about a destination nothing leaves for it, and the first rule that is
about it opens the question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from datetime import date
from enum import StrEnum

from gateway.domain import DIRECT, Capability, Content, Facts, Kind, Sensitivity, Style, Target, Trait, UnknownReason
from gateway.policy.rules import MEDIUM_OF, Policy, Rule, To, When, unite

_SEAL = object()

ADD_DETECTOR = "It asks for two detectors: set `scan: {second: presidio}` and start the gateway again."


class RefusalReason(StrEnum):
    """Why a target was refused, gravest first; a closed set, because it is a metric label and an audit value."""

    DENIED = "denied"
    UNREDACTABLE = "unredactable"
    UNCONFIRMED = "unconfirmed"
    TRAIT_MISSING = "trait_missing"
    EXCLUDED = "excluded"
    UNCOVERED = "uncovered"


CONTENT_OF: Mapping[Capability, Content] = {
    Capability.VISION: Content.IMAGE,
    Capability.AUDIO: Content.AUDIO,
    Capability.FILES: Content.FILE,
}
"""What a request carries for which a target needs the capability; all others it is asked for only where it lists them."""
_GRAVITY = {reason: place for place, reason in enumerate(RefusalReason)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """Permission to leave through one target, minus what `redact` names. Only `decide` can make one (law 1).

    `rules` are the ids of the rules that applied, `required` the traits they require, `traits` those the target had.
    """

    target: Target
    redact: Mapping[Kind, Style]
    rules: tuple[str, ...]
    required: frozenset[Trait]
    traits: frozenset[Trait]
    policy_hash: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("an Egress is made by policy.decide and nowhere else")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing may leave through one target: the gravest reason, then the first rule by id ("" when uncovered).

    `missing` are the traits that this rule requires and the target lacks, `excluded` what the agreement does not speak for,
    `uncovered` what no rule has anything to say of; `remedy` tells an administrator what to do, where that is always the
    same thing.
    """

    target: Target
    reason: RefusalReason
    rule: str
    why: str
    missing: frozenset[Trait] = frozenset()
    remedy: str = ""
    uncovered: frozenset[Content] = frozenset()
    excluded: frozenset[Content] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What may go where; every candidate is in `egresses` or in `refusals`, in the order of the candidates."""

    egresses: tuple[Egress, ...]
    refusals: tuple[Refusal, ...]
    sensitivity: Sensitivity
    policy_hash: str
    today: date


def decide(facts: Facts, candidates: Sequence[Target], policy: Policy, *, today: date) -> Decision:
    """Hold `facts` against every candidate; pure, and total: it never raises on any facts."""
    concerned = [rule for rule in policy.rules if concerns(rule.when, facts, policy)]
    covering = [rule for rule in policy.rules if _may_cover(rule, facts)]
    egresses: list[Egress] = []
    refusals: list[Refusal] = []
    for target in candidates:
        traits = target.provider.traits_on(today)
        applying = [rule for rule in concerned if selects(rule.when.to, target, traits)]
        refusal = _refusal(facts, target, traits, applying, covering)
        if refusal is not None:
            refusals.append(refusal)
            continue
        egresses.append(
            Egress(
                target=target,
                redact=unite(rule.then.redact for rule in applying),
                rules=tuple(rule.id for rule in applying),
                required=frozenset[Trait]().union(*(rule.then.require for rule in applying)),
                traits=traits,
                policy_hash=policy.hash,
                seal=_SEAL,
            ),
        )
    return Decision(tuple(egresses), tuple(refusals), _sensitivity(facts, policy), policy.hash, today)


def concerns(when: When, facts: Facts, policy: Policy) -> bool:
    """Whether all conditions of `when` on the request hold; its condition on targets is for `selects`."""
    return (
        (not when.kinds or may_hold_phi(when, facts))
        and (not when.unknowns or not when.unknowns.isdisjoint(unknowns(facts, policy)))
        and (not when.content or not when.content.isdisjoint(carried(facts)))
        and (not when.agents or facts.agent_unclear or not when.agents.isdisjoint(facts.agents))
        and (not when.labels or not when.labels.isdisjoint(facts.labels))
        and _asked_by(when, facts)
    )


def selects(to: To, target: Target, traits: frozenset[Trait]) -> bool:
    """Whether a rule is about `target`, which has `traits`; of several listed traits one is enough."""
    return (
        (not to.having or not to.having.isdisjoint(traits))
        and (not to.lacking or not to.lacking <= traits)
        and (not to.providers or target.provider.name in to.providers)
        and (not to.targets or target.name in to.targets)
    )


def may_hold_phi(when: When, facts: Facts) -> bool:
    """Whether one of the kinds was found, or could not have been (law 4)."""
    return not when.kinds.isdisjoint(found(when, facts)) or _unchecked(when, facts)


def found(when: When, facts: Facts) -> frozenset[Kind]:
    """The kinds that a condition on `phi` is asked about: those that count, or with `counted: all` every one found."""
    return facts.kinds | facts.reported if when.every_finding else facts.kinds


def redactable(rule: Rule, facts: Facts) -> bool:
    """Whether what the rule wants out can be taken out: everything it is about was checked for those kinds."""
    return not _unchecked(rule.when, facts) and rule.then.redact.keys() <= facts.covered


def confirmed(rule: Rule, facts: Facts) -> bool:
    """Whether as many detectors as the rule asks for could look at everything it is about."""
    return rule.then.detectors <= (0 if _unchecked(rule.when, facts) else facts.detectors)


def objection(rule: Rule, facts: Facts, traits: frozenset[Trait]) -> RefusalReason | None:
    """Why a rule that applies refuses a target with `traits`: its gravest reason, or None if it has none."""
    if rule.then.deny:
        return RefusalReason.DENIED
    if rule.then.redact and not redactable(rule, facts):
        return RefusalReason.UNREDACTABLE
    if not confirmed(rule, facts):
        return RefusalReason.UNCONFIRMED
    return None if rule.then.require <= traits else RefusalReason.TRAIT_MISSING


def remedy(rule: Rule, reason: RefusalReason, facts: Facts) -> str:
    """What an administrator does so that the rule no longer refuses for `reason`, where that is always the same."""
    outnumbered = reason is RefusalReason.UNCONFIRMED and rule.then.detectors > facts.detectors
    return ADD_DETECTOR if outnumbered else ""


def carried(facts: Facts) -> frozenset[Content]:
    """What the request carries. Text always: every request has parameters and keys; and the medium of each unknown."""
    return facts.content.union((Content.TEXT,), (MEDIUM_OF[reason] for reason in facts.unknowns if reason in MEDIUM_OF))


def unknowns(facts: Facts, policy: Policy) -> frozenset[UnknownReason]:
    """What could not be checked, a kind that the policy names and nothing detects included."""
    return facts.unknowns if policy.kinds <= facts.covered else facts.unknowns | {UnknownReason.UNDETECTABLE}


def _unchecked(when: When, facts: Facts) -> bool:
    return not when.counted.isdisjoint(facts.unknowns) or not when.kinds <= facts.covered


def _asked_by(when: When, facts: Facts) -> bool:
    return (not when.routes or facts.route in when.routes) and (not when.callers or facts.caller in when.callers)


def _may_cover(rule: Rule, facts: Facts) -> bool:
    when, then = rule.when, rule.then
    only_counts = then.detectors > 0 and not (then.deny or then.require or then.redact)
    return bool(when.spoken) and not only_counts and not when.agents and not when.labels and _asked_by(when, facts)


def _refusal(
    facts: Facts, target: Target, traits: frozenset[Trait], applying: Sequence[Rule], covering: Sequence[Rule]
) -> Refusal | None:
    objections = [(reason, rule) for rule in applying if (reason := objection(rule, facts, traits))]
    if objections:
        reason, rule = min(objections, key=lambda pair: (_GRAVITY[pair[0]], pair[1].id))
        missing = rule.then.require - traits
        return Refusal(target, reason, rule.id, rule.why, missing, remedy(rule, reason, facts))
    if shut := excluded(facts, target):
        return Refusal(target, RefusalReason.EXCLUDED, "", _not_agreed(target, shut), excluded=shut)
    bare = frozenset() if target.provider.on_prem else _uncovered(facts, target, traits, covering)
    return Refusal(target, RefusalReason.UNCOVERED, "", _no_rule(bare), uncovered=bare) if bare else None


def _uncovered(facts: Facts, target: Target, traits: frozenset[Trait], covering: Sequence[Rule]) -> frozenset[Content]:
    """What the request carries that no rule about this target has anything to say of."""
    spoken = (rule.when.spoken for rule in covering if selects(rule.when.to, target, traits))
    return carried(facts).difference(*spoken)


def excluded(facts: Facts, target: Target) -> frozenset[Content]:
    """What the request carries that the agreement with the target's vendor does not speak for, in force or not."""
    agreement = target.provider.baa
    if agreement is None or not agreement.excludes or target.provider.on_prem:
        return frozenset()
    return carried(facts) & {CONTENT_OF[feature] for feature in agreement.excludes if feature in CONTENT_OF}


def _not_agreed(target: Target, shut: frozenset[Content]) -> str:
    names, provider = ", ".join(sorted(shut)), target.provider
    reference = provider.baa.reference if provider.baa else ""
    return f"The agreement with provider {provider.name} ({reference}) excludes what this request carries: {names}."


def _no_rule(bare: frozenset[Content]) -> str:
    names = ", ".join(sorted(bare))
    return f"No rule of the policy covers what this request carries ({names}) for this destination."


def _sensitivity(facts: Facts, policy: Policy) -> Sensitivity:
    if not facts.kinds.isdisjoint(DIRECT):
        return Sensitivity.PHI
    if unknowns(facts, policy):
        return Sensitivity.UNKNOWN
    return Sensitivity.SUSPECTED if facts.kinds else Sensitivity.CLEAN
