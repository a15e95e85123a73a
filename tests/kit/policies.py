"""Targets, rules, requests and policies to decide on, as values and as strategies."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from gateway.domain import (
    DIRECT,
    Adapter,
    BaaTerm,
    Content,
    Facts,
    Kind,
    Provider,
    ProviderKind,
    Style,
    Target,
    Trait,
    UnknownReason,
)
from gateway.policy.decide import decide
from gateway.policy.rules import MEDIUM_OF, Policy, Rule, Then, To, When, merge

TODAY = date(2026, 11, 21)
EXPIRES = date(2027, 6, 30)
AWAY = To(lacking=frozenset({Trait.ON_PREM}))


def target(name, *traits, expires=EXPIRES):
    baa = BaaTerm("contract 7", expires) if Trait.BAA in traits else None
    provider = Provider(
        f"{name}-provider", ProviderKind.SCRIPTED, Adapter.SCRIPTED, traits=frozenset(traits) - {Trait.BAA}, baa=baa
    )
    return Target(name, provider, "model")


HOME = target("home", Trait.ON_PREM)
CLOUD = target("cloud")
BAA = target("baa", Trait.BAA)
ZDR = target("zdr", Trait.BAA, Trait.ZERO_RETENTION)
ALL = (HOME, CLOUD, BAA, ZDR)


def some(*members):
    return frozenset(members)


def rule(name="r", /, *, to=AWAY, require=(), redact=(), detectors=0, deny=False, **when):
    styles = redact if isinstance(redact, dict) else dict.fromkeys(redact, Style.TOKEN)
    then = Then(require=frozenset(require), redact=styles, detectors=detectors, deny=deny)
    return Rule(name, f"why {name}", When(to=to, **{key: frozenset(value) for key, value in when.items()}), then)


def facts(**known):
    return Facts(
        known.pop("caller", "soma"),
        known.pop("route", "chat"),
        **{key: value if isinstance(value, bool | int) else frozenset(value) for key, value in known.items()},
    )


def sent(request, rules, targets=ALL, *, today=TODAY):
    """Names of the permitted targets."""
    return {egress.target.name for egress in decide(request, targets, Policy(tuple(rules)), today=today).egresses}


PHI_NEEDS_BAA = rule("phi", kinds=DIRECT, require=[Trait.BAA])

CLEAN, SSN = facts(), facts(kinds=[Kind.SSN])

# --- strategies ---

NAMES = ("a", "b")
KINDS = st.frozensets(st.sampled_from([Kind.SSN, Kind.NAME, Kind.DATE]))
UNKNOWNS = st.frozensets(st.sampled_from(UnknownReason), max_size=3)
CONTENT = st.frozensets(st.sampled_from(Content), max_size=2)
TRAITS = st.frozensets(st.sampled_from(Trait), max_size=2)
WHO = st.frozensets(st.sampled_from(NAMES))


@st.composite
def tos(draw, *, having=True):
    return To(
        having=draw(TRAITS) if having else frozenset(),
        lacking=draw(TRAITS),
        providers=draw(st.sampled_from([frozenset(), frozenset({"cloud-provider", "baa-provider"})])),
        targets=draw(st.sampled_from([frozenset(), frozenset({"zdr"}), frozenset({"home", "cloud"})])),
    )


@st.composite
def rules(draw, *, having=True):
    to, labels = draw(tos(having=having)), draw(WHO)
    when = When(draw(KINDS), draw(UNKNOWNS), draw(CONTENT), draw(WHO), draw(WHO), draw(WHO), to, labels=labels)
    redact = draw(st.dictionaries(st.sampled_from([Kind.SSN, Kind.NAME, Kind.DATE]), st.sampled_from(Style)))
    detectors = draw(st.sampled_from([0, 0, 1, 2]))
    then = Then(draw(TRAITS), redact, detectors, deny=draw(st.booleans()) and draw(st.booleans()))
    return Rule(draw(st.text("abcdef", min_size=6, max_size=6)), "why", when, then)


POLICIES = st.lists(rules(), max_size=4, unique_by=lambda rule: rule.id).map(lambda rules: Policy(tuple(rules)))
OPEN = st.builds(
    lambda policy, base: merge([policy, Policy((base,))]),
    POLICIES,
    st.sampled_from(
        [
            rule("base", kinds=[Kind.SSN], require=[Trait.BAA]),
            rule("base", kinds=DIRECT, redact=[Kind.SSN]),
            rule("base", require=[Trait.BAA], to=To()),
            rule("base", require=[Trait.BAA], detectors=2, to=To()),
        ],
    ),
)
"""Policies that cover everything, so that something can leave at all."""


@st.composite
def requests(draw):
    unknowns = draw(st.one_of(st.just(frozenset()), UNKNOWNS))
    return Facts(
        draw(st.sampled_from(NAMES)),
        draw(st.sampled_from(NAMES)),
        agents=draw(WHO),
        agent_unclear=draw(st.booleans()),
        kinds=draw(KINDS),
        unknowns=unknowns,
        content=draw(CONTENT) | {MEDIUM_OF[reason] for reason in unknowns if reason in MEDIUM_OF},
        covered=frozenset(Kind) - draw(st.one_of(st.just(frozenset()), KINDS)),
        detectors=draw(st.sampled_from([1, 2])),
        labels=draw(WHO),
    )
