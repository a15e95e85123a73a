"""What of a configuration says where requests may go, as one text that can be kept and compared later; pure, holds no secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from gateway.config.changes import word_changes
from gateway.config.settings import Settings
from gateway.domain import BaaTerm, Capability, Provider, Target, Trait
from gateway.kinds import scripted
from gateway.phi.find import own_words
from gateway.phi.find.own_words import OwnWords
from gateway.policy.rules import Policy, of_text
from gateway.policy.widening import Place, places_of, sentence, widenings

HASH_CHARS = 16
_KEPT = "days kept: "


@dataclass(frozen=True, slots=True)
class Standing:
    """The rules, the targets with what is vouched for them, own words, and what gives a request a label.

    `targets` know of their provider its name, its kind, where it is, its traits and its agreement. `labels` are sentences.
    """

    policy: Policy = field(default_factory=Policy)
    targets: tuple[Target, ...] = ()
    words: OwnWords = field(default_factory=OwnWords)
    labels: frozenset[str] = frozenset()
    guarded: bool = False
    """Whether what opens waits until somebody accepts it."""

    @property
    def text(self) -> str:
        """All of it as JSON, from which `of_standing` makes it again."""
        targets = [
            {
                "name": one.name,
                "model": one.model,
                "provider": one.provider.name,
                "where": one.provider.base_url,
                "traits": sorted(one.provider.traits),
                "baa": _agreed(one.provider.baa) if one.provider.baa else None,
            }
            for one in self.targets
        ]
        whole = {
            "policy": self.policy.text,
            "targets": targets,
            "words": own_words.canonical(self.words),
            "labels": sorted(self.labels),
            "guarded": self.guarded,
        }
        return json.dumps(whole, sort_keys=True)

    @property
    def hash(self) -> str:
        """What an administrator names to accept it: of the SHA-256 of its text so many hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:HASH_CHARS]


@dataclass(frozen=True, slots=True)
class Changed:
    """What one standing lets out and another did not, and the other way round, as sentences with a request each."""

    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()

    def lines(self, *, limit: int = 8) -> list[str]:
        """For people, the openings loudly."""
        lines = [f"WIDER: {said}" for said in self.opens[:limit]]
        lines += [f"WIDER: and {len(self.opens) - limit} more; see `gateway policy diff`."] * (len(self.opens) > limit)
        return lines + [f"narrower: {len(self.closes)} kinds of request go to fewer targets"] * bool(self.closes)


def standing_of(settings: Settings) -> Standing:
    """What stands in `settings`; the targets on the premises too, since a trait may have come by."""
    terms = {f"the term {number} of label {label}" for label, number in _numbered(settings)}
    agents = {
        f"label {label} of agent {agent.name}" for agent in settings.table.agents.values() for label in agent.labels
    }
    callers = {f"label {label} of caller {caller.name}" for caller in settings.callers for label in caller.labels}
    targets = sorted(settings.targets.values(), key=lambda target: target.name)
    labels = frozenset(terms | agents | callers)
    return Standing(settings.policy, tuple(map(_plain, targets)), settings.own_words, labels, settings.wider_waits)


def of_standing(text: str) -> Standing | None:
    """What `Standing.text` wrote; None where it is no such text."""
    try:
        whole = json.loads(text)
        return Standing(
            of_text(whole["policy"]),
            tuple(_target(one, one["traits"], one["baa"]) for one in whole["targets"]),
            own_words.of(whole["words"]),
            frozenset(map(str, whole["labels"])),
            bool(whole["guarded"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def changed(before: Standing, after: Standing, *, today: date) -> Changed:
    """What differs between two standings, on `today` and on the days on which an agreement has just ended."""
    words = word_changes(before.words, after.words)
    days = _days((*before.targets, *after.targets), today)
    opens = [
        sentence(one, today=today) for one in widenings(before.policy, after.policy, _places(before, after), days=days)
    ]
    closes = [
        sentence(one, today=today, closed=True)
        for one in widenings(after.policy, before.policy, _places(after, before), days=days)
    ]
    named = {label for rule in (*before.policy.rules, *after.policy.rules) for label in rule.when.labels}
    guard = ["`reload: {wider: accept}` is gone: what opens waits for nobody."] * (before.guarded and not after.guarded)
    gone = [f"{said} is gone." for said in sorted(before.labels - after.labels) if _label_in(said) in named]
    come = [f"{said} is new." for said in sorted(after.labels - before.labels) if _label_in(said) in named]
    return Changed(
        (*opens, *(f"{said}: less is found." for said in words.wider), *gone, *guard),
        (*closes, *(f"{said}: more is found." for said in words.narrower), *come),
    )


def changed_with(before: Standing, after: Standing, *, today: date) -> Changed:
    """The same where no target is configured: at every target that the two policies tell apart."""
    if before.targets or after.targets:
        return changed(before, after, today=today)
    there, back = places_of(before.policy, after.policy), places_of(after.policy, before.policy)
    opens = widenings(before.policy, after.policy, there, days=[date.max])
    closes = widenings(after.policy, before.policy, back, days=[date.max])
    return Changed(tuple(map(sentence, opens)), tuple(sentence(one, closed=True) for one in closes))


def _days(targets: Sequence[Target], today: date) -> list[date]:
    ends = {target.provider.baa.expires for target in targets if target.provider.baa is not None}
    return sorted({today, *(end + timedelta(days=1) for end in ends if today <= end < date.max)})


def _places(before: Standing, after: Standing) -> list[Place]:
    """Each target as it is, and what it was: the one of its name at the same place, else any other at that place."""
    places: list[Place] = []
    for target in after.targets:
        there = [one for one in before.targets if _address(one) == _address(target)]
        same = [one for one in there if one.name == target.name]
        places.append(Place(next(iter([*same, *there]), None), target, named=True))
    return places


def _address(target: Target) -> tuple[str, str]:
    where = target.provider.base_url
    return (where, target.provider.name if where.endswith(" ") else "")


def _plain(target: Target) -> Target:
    known = target.provider
    traits = known.traits - {Trait.ON_PREM} if known.forwards else known.traits
    return _made(target.name, target.model, known.name, f"{known.kind} {known.base_url}", traits, known.baa)


def _target(one: Mapping[str, str], traits: Iterable[str], baa: Sequence[str] | None) -> Target:
    term = _agreement(baa) if baa else None
    return _made(one["name"], one["model"], one["provider"], one["where"], frozenset(map(Trait, traits)), term)


def _agreed(term: BaaTerm) -> list[str]:
    """An agreement as words: reference and end, then what else there is of it."""
    more = [*sorted(term.excludes), *([] if term.retention_days is None else [f"{_KEPT}{term.retention_days}"])]
    return [term.reference, term.expires.isoformat(), *more]


def _agreement(words: Sequence[str]) -> BaaTerm:
    kept = [int(word.removeprefix(_KEPT)) for word in words[2:] if word.startswith(_KEPT)]
    excludes = frozenset(Capability(word) for word in words[2:] if not word.startswith(_KEPT))
    return BaaTerm(words[0], date.fromisoformat(words[1]), excludes, retention_days=next(iter(kept), None))


def _made(name: str, model: str, provider: str, where: str, traits: frozenset[Trait], baa: BaaTerm | None) -> Target:
    """A target of which only that is known by which places are told apart; nothing is ever sent to it."""
    kind, way = scripted.PROFILE.kind, scripted.PROFILE.ways[0]
    return Target(name, Provider(provider, kind, way, where, traits=traits, baa=baa), model)


def _numbered(settings: Settings) -> list[tuple[str, str]]:
    """Terms by a digest: a file of state repeats no more of them than it must."""
    return [
        (label, hashlib.sha256(term.casefold().encode()).hexdigest()[:12]) for label, term in settings.label_terms.terms
    ]


def _label_in(said: str) -> str:
    words = said.split()
    return words[words.index("label") + 1]
