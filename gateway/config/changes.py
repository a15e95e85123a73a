"""What a reload changes: rules and own words that come and go, and settings that a running gateway cannot take up; pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.access.callers import Keyring
from gateway.config.settings import Listener, Settings
from gateway.events import AwaitsRestart, Noted
from gateway.phi.find.own_words import OwnWords

_READ_AT_THE_START: Final[Mapping[AwaitsRestart, Callable[[Settings], object]]] = {
    AwaitsRestart.HOST: lambda settings: settings.listeners[0].host,
    AwaitsRestart.PORT: lambda settings: settings.listeners[0].port,
    AwaitsRestart.TLS: lambda settings: settings.listeners[0].tls,
    AwaitsRestart.LISTENERS: lambda settings: [(made.host, made.port, made.tls) for made in settings.listeners[1:]],
    AwaitsRestart.HEADER_TIMEOUT: lambda settings: settings.limits.header_timeout_s,
    AwaitsRestart.WRITE_TIMEOUT: lambda settings: settings.limits.write_timeout_s,
    AwaitsRestart.DRAIN: lambda settings: settings.limits.drain_s,
    AwaitsRestart.STATE_DIR: lambda settings: settings.state_dir,
    AwaitsRestart.LEDGER: lambda settings: (settings.witness, settings.ledger_url),
    AwaitsRestart.SCAN_DEADLINE: lambda settings: settings.scan_deadline_s,
    AwaitsRestart.SCAN_SECOND: lambda settings: settings.scan_second,
    AwaitsRestart.SHARED: lambda settings: settings.shared_redis,
    AwaitsRestart.TRACES: lambda settings: settings.traces,
    AwaitsRestart.METERS: lambda settings: settings.metering,
}


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """Ids of rules that are new, gone, or say something else than before."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """A line for each kind of change that there is."""
        told = (("new", self.added), ("gone", self.removed), ("changed", self.changed))
        return [f"rules {what}: {', '.join(ids)}" for what, ids in told if ids]


@dataclass(frozen=True, slots=True)
class WordChanges:
    """Entries of `scan.also` and `scan.never` that are new or gone. `wider` ones let more leave than before."""

    wider: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """A line for each direction that there is."""
        told = (("wider: less is found", self.wider), ("narrower: more is found", self.narrower))
        return [f"own words {what}: {', '.join(entries)}" for what, entries in told if entries]


def caller_changes(before: Keyring, after: Keyring) -> list[tuple[Noted, str]]:
    """Who may call now, may no more, or has another key, by name."""
    old, new = ({caller.name: key for key, caller in ring.entries} for ring in (before, after))
    return [
        *((Noted.CALLER_ADDED, name) for name in new if name not in old),
        *((Noted.CALLER_REMOVED, name) for name in old if name not in new),
        *((Noted.CALLER_KEY_CHANGED, name) for name in new if name in old and old[name] != new[name]),
    ]


def word_changes(before: OwnWords, after: OwnWords) -> WordChanges:
    """What differs between two sets of own words: a grant that is new, or a pattern that is gone, is wider.

    Entries are told by their place where they stand, which for one that is gone is its place before; an entry whose
    `why` alone is another changed nothing.
    """
    old_also = {(one.kind, one.pattern): at for at, one in enumerate(before.also)}
    new_also = {(one.kind, one.pattern): at for at, one in enumerate(after.also)}
    old_never = {one.text: at for at, one in enumerate(before.never)}
    new_never = {one.text: at for at, one in enumerate(after.never)}
    return WordChanges(
        wider=(
            *(f"scan.never[{at}] is new" for text, at in new_never.items() if text not in old_never),
            *(f"scan.also[{at}] is gone" for key, at in old_also.items() if key not in new_also),
        ),
        narrower=(
            *(f"scan.also[{at}] is new" for key, at in new_also.items() if key not in old_also),
            *(f"scan.never[{at}] is gone" for text, at in old_never.items() if text not in new_never),
        ),
    )


def rule_changes(before: str, after: str) -> RuleChanges:
    """What differs between two policies, given as their canonical texts (`Policy.text`)."""
    old, new = _by_id(before), _by_id(after)
    return RuleChanges(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
    )


def awaits_restart(started: Settings, now: Settings) -> tuple[AwaitsRestart, ...]:
    """The settings of `now` that a gateway which `started` so takes up only when it starts again."""
    return tuple(name for name, value in _READ_AT_THE_START.items() if value(started) != value(now))


def listener_now(started: Listener, place: int, settings: Settings) -> Listener | None:
    """How the listener that `started` at `place` is configured now; None where it is not any more.

    The first is the one of `server:`, the others are known by host and port; several of one address (port 0, which the
    system chooses) by their place among them. While one listens elsewhere, or otherwise,
    than it is configured now, it lets in without a key only whom both configurations let in.
    """
    if place == 0:
        now = settings.listeners[0]
    else:
        same = [made for made in settings.listeners[1:] if (made.host, made.port) == (started.host, started.port)]
        if not same:
            return None
        there = _at(settings.listeners, place)
        now = there if there is not None and there in same else same[0]
    moved = (now.host, now.port, now.tls) != (started.host, started.port, started.tls)
    return replace(now, anonymous=None) if moved and started.anonymous is None else now


def _at(listeners: Sequence[Listener], place: int) -> Listener | None:
    return listeners[place] if place < len(listeners) else None


def _by_id(text: str) -> dict[str, object]:
    return {rule["id"]: rule for rule in json.loads(text)}


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload changed, and what it could not."""

    restart: tuple[AwaitsRestart, ...]
    rules: RuleChanges
    words: WordChanges

    def lines(self) -> list[str]:
        """It all, for people."""
        waiting = [f"needs a restart, and stays as it was: {', '.join(self.restart)}"] if self.restart else []
        return [*self.rules.lines(), *self.words.lines(), *waiting]
