"""What a policy is once read: frozen rules with every group spelled out; never reads text, never decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypedDict

from gateway.domain import Content, Kind, Style, Trait, UnknownReason

MEDIUM_OF: Mapping[UnknownReason, Content] = MappingProxyType(
    {
        UnknownReason.IMAGE: Content.IMAGE,
        UnknownReason.AUDIO: Content.AUDIO,
        UnknownReason.FILE: Content.FILE,
        UnknownReason.TOKEN_IDS: Content.TOKEN_IDS,
    },
)
"""Unknowns that are a medium: there is one exactly when the request carries the other."""

TEXTUAL = frozenset({Content.TEXT, Content.TOKEN_IDS})
"""What `content: text` speaks of: token ids are text that nobody has read."""

_STRICTNESS: Mapping[Style, int] = {Style.TOKEN: 0, Style.GENERALISE: 1, Style.REMOVE: 2}


@dataclass(frozen=True, slots=True)
class To:
    """Which targets a rule is about. An empty set is no condition; a full one asks for any of its members."""

    having: frozenset[Trait] = frozenset()
    lacking: frozenset[Trait] = frozenset()
    providers: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class When:
    """Which requests and targets a rule is about. An empty set is no condition; a full one asks for any of its members.

    With `every_finding`, `kinds` speaks of what was found and does not count by itself, too.
    `counted` are the unknowns that this rule takes for PHI: all, but for media that its `content` leaves out.
    `spoken` are the contents about which the rule says something, match or not: what it covers (law 4).
    """

    kinds: frozenset[Kind] = frozenset()
    unknowns: frozenset[UnknownReason] = frozenset()
    content: frozenset[Content] = frozenset()
    agents: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    to: To = To()
    every_finding: bool = False
    labels: frozenset[str] = frozenset()
    counted: frozenset[UnknownReason] = field(init=False, compare=False, repr=False)
    spoken: frozenset[Content] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        content = self.content or frozenset(Content)
        if Content.TEXT in content:
            content |= TEXTUAL
        left_out = {reason for reason, medium in MEDIUM_OF.items() if medium not in content | TEXTUAL}
        object.__setattr__(self, "counted", frozenset(UnknownReason) - left_out)
        media = {MEDIUM_OF[reason] for reason in self.unknowns if reason in MEDIUM_OF}
        object.__setattr__(self, "spoken", content & media if self.unknowns else content)


@dataclass(frozen=True, slots=True)
class Then:
    """What a rule does to what it is about. Nothing here can permit anything (law 3).

    `detectors` is how many must have looked at everything the rule is about; 0 asks for none.
    """

    require: frozenset[Trait] = frozenset()
    redact: Mapping[Kind, Style] = field(default_factory=lambda: MappingProxyType({}))
    detectors: int = 0
    deny: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of a policy. `why` is written by an administrator and is shown to callers and auditors."""

    id: str
    why: str
    when: When
    then: Then
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in force, in order of their ids, so that the order in which they were written cannot matter.

    `text` is the canonical form, as JSON; where a rule was written and its examples do not enter. `hash` is its SHA-256
    (hex), so that whoever has both can see that they belong together.
    """

    rules: tuple[Rule, ...] = ()
    text: str = field(init=False, compare=False, repr=False)
    hash: str = field(init=False, compare=False)
    kinds: frozenset[Kind] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        rules = tuple(sorted(self.rules, key=lambda rule: rule.id))
        object.__setattr__(self, "rules", rules)
        text = json.dumps([_plain(rule) for rule in rules], sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "hash", hashlib.sha256(text.encode()).hexdigest())
        named = (rule.when.kinds.union(rule.then.redact) for rule in rules)
        object.__setattr__(self, "kinds", frozenset[Kind]().union(*named))


def of_text(text: str) -> Policy:
    """The policy whose canonical form is `text`. Raises `ValueError` where that is no such form.

    A form of an older version lacks what it did not know, which is then no condition.
    """
    try:
        return Policy(tuple(_of_plain(rule, rule["with"]) for rule in json.loads(text)))
    except (TypeError, KeyError, AttributeError, ValueError) as wrong:
        raise ValueError("this is not the canonical form of a policy") from wrong


def weaker(one: Style | None, other: Style | None) -> bool:
    """Whether `one` takes out less of a kind than `other`; None takes out nothing."""
    return (-1 if one is None else _STRICTNESS[one]) < (-1 if other is None else _STRICTNESS[other])


def merge(policies: Iterable[Policy]) -> Policy:
    """One policy with all rules of `policies`. Rules only narrow, so union is all there is to composing them."""
    return Policy(tuple(rule for policy in policies for rule in policy.rules))


def unite(redactions: Iterable[Mapping[Kind, Style]]) -> Mapping[Kind, Style]:
    """All kinds of `redactions`, each in the strictest style that any of them asks for."""
    united: dict[Kind, Style] = {}
    for redaction in redactions:
        for kind, style in redaction.items():
            if kind not in united or _STRICTNESS[style] > _STRICTNESS[united[kind]]:
                united[kind] = style
    return MappingProxyType(united)


class _Plain(TypedDict, total=False):
    id: str
    why: str
    phi: list[str]
    every_finding: bool
    unknown: list[str]
    content: list[str]
    agent: list[str]
    route: list[str]
    caller: list[str]
    label: list[str]
    without: list[str]
    provider: list[str]
    target: list[str]
    require: list[str]
    redact: dict[str, str]
    detectors: int
    deny: bool


def _of_plain(plain: _Plain, having: Iterable[str]) -> Rule:
    to = To(
        having=frozenset(map(Trait, having)),
        lacking=frozenset(map(Trait, plain["without"])),
        providers=frozenset(plain["provider"]),
        targets=frozenset(plain["target"]),
    )
    when = When(
        kinds=frozenset(map(Kind, plain["phi"])),
        every_finding=plain.get("every_finding", False),
        unknowns=frozenset(map(UnknownReason, plain["unknown"])),
        content=frozenset(map(Content, plain["content"])),
        agents=frozenset(plain["agent"]),
        routes=frozenset(plain["route"]),
        callers=frozenset(plain["caller"]),
        labels=frozenset(plain.get("label", ())),
        to=to,
    )
    redact = unite([{Kind(kind): Style(style) for kind, style in plain["redact"].items()}])
    require = frozenset(map(Trait, plain["require"]))
    then = Then(require=require, redact=redact, detectors=plain.get("detectors", 0), deny=plain["deny"])
    return Rule(plain["id"], plain["why"], when, then)


def _plain(rule: Rule) -> Mapping[str, object]:
    when, to, then = rule.when, rule.when.to, rule.then
    return {
        "id": rule.id,
        "why": rule.why,
        "phi": sorted(when.kinds),
        "every_finding": when.every_finding,
        "unknown": sorted(when.unknowns),
        "content": sorted(when.content),
        "agent": sorted(when.agents),
        "route": sorted(when.routes),
        "caller": sorted(when.callers),
        **({"label": sorted(when.labels)} if when.labels else {}),
        "with": sorted(to.having),
        "without": sorted(to.lacking),
        "provider": sorted(to.providers),
        "target": sorted(to.targets),
        "require": sorted(then.require),
        "redact": dict(then.redact),
        "detectors": then.detectors,
        "deny": then.deny,
    }
