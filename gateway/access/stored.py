"""Tells from a presented key whom the key store admits, as it stands at this moment; what cannot be read admits nobody."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from gateway.access.callers import MAX_KEY_CHARS
from gateway.access.keys import PREFIX, PREFIX_CHARS, salted
from gateway.domain import Caller
from gateway.errors import KeyEnded, KeysUnavailable
from gateway.ports import KeyStore, KeysUnreadable, StoredKey

_NOBODY: Final = bytes(32)


class _Entry(NamedTuple):
    key: StoredKey
    caller: Caller


class StoredKeys:
    """The keys of a `KeyStore`, read again whenever they changed. `now_us` is the time, UTC in microseconds.

    `used` says when keys, by prefix, admitted somebody last. `on_names` is called when a name is new, before it is used.
    """

    def __init__(self, store: KeyStore, *, now_us: Callable[[], int]) -> None:
        self.store: Final = store
        self.used: dict[str, int] = {}
        self.names: frozenset[str] = frozenset()
        self.on_names: Callable[[], None] = _nothing
        self._now_us = now_us
        self._version: int | None = None
        self._entries: Mapping[str, _Entry] = {}

    @property
    def any(self) -> bool:
        """Whether there ever was a key. Raises `KeysUnavailable`."""
        return bool(self._current())

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever starts the gateway should know: why the store cannot be read."""
        try:
            self.store.version()
            self.store.listed()
        except KeysUnreadable as problem:
            return (f"{problem} Until then only keys of the configuration are admitted.",)
        return ()

    def owner(self, key: str) -> Caller | None:
        """The caller whose key this is; the secret part takes the same time whether it is right or not.

        Raises:
            KeyEnded: it is a key of the store that was revoked or has expired.
            KeysUnavailable: it looks like one of the store, which cannot be read.
        """
        if not key.startswith(PREFIX) or len(key) > MAX_KEY_CHARS:
            return None
        entry = self._current().get(key[:PREFIX_CHARS])  # which is public: lists and records show it
        salt, digest = (entry.key.salt, entry.key.digest) if entry else (b"", _NOBODY)
        right = hmac.compare_digest(salted(key, salt), digest)
        if entry is None or not right:
            return None
        now_us = self._now_us()
        if not entry.key.holds(now_us):
            raise KeyEnded
        self.used[entry.key.prefix] = now_us
        return entry.caller

    def named(self, name: str) -> Caller | None:
        """The caller of this name, with the grant of its newest key. Raises `KeysUnavailable`."""
        found = [entry.caller for entry in self._current().values() if entry.caller.name == name]
        return found[-1] if found else None

    def holds(self, caller: Caller) -> bool:
        """Whether the key that admitted `caller` still does. Raises `KeysUnavailable`."""
        entry = self._current().get(caller.prefix)
        return entry is not None and entry.caller.key == caller.key and entry.key.holds(self._now_us())

    def _current(self) -> Mapping[str, _Entry]:
        try:
            version = self.store.version()
            if version != self._version:
                keys = self.store.listed()
                self._entries = {key.prefix: _Entry(key, caller_of(key)) for key in keys}
                self._version = version
                self._name(frozenset(key.name for key in keys))
        except KeysUnreadable:
            self._version = None
            raise KeysUnavailable from None
        return self._entries

    def _name(self, names: frozenset[str]) -> None:
        if names != self.names:
            self.names = names
            self.on_names()


def caller_of(key: StoredKey) -> Caller:
    """Who holds a key of the store."""
    return Caller(
        key.name,
        frozenset(key.agents),
        frozenset(key.routes),
        frozenset(key.may),
        key=key.digest,
        prefix=key.prefix,
    )


def _nothing() -> None:
    return
