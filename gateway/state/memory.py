"""State that ends with the process: what scans remember, who answered, keys, and two records that outlive nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Generic

from cachetools import LRUCache

from gateway.domain import Settlement
from gateway.events import LedgerLoss
from gateway.ports import (
    AttemptRow,
    ConfigRow,
    EventRow,
    IntentRow,
    KeyChange,
    KeysUnreadable,
    LedgerUnavailable,
    Probed,
    Row,
    RowRefused,
    Scanned,
    StoredKey,
)


class LruMemory(Generic[Scanned]):
    """A `ScanMemory` that holds at most `limit_bytes`, and forgets what was not recalled for longest."""

    def __init__(self, *, limit_bytes: int = 16 << 20) -> None:
        self._limit: Final = limit_bytes
        self._kept: Final[LRUCache[bytes, Scanned]] = LRUCache(limit_bytes, getsizeof=lambda found: found.size)

    def recall(self, digest: bytes) -> Scanned | None:
        return self._kept.get(digest)

    def keep(self, digest: bytes, found: Scanned) -> None:
        if found.size <= self._limit:  # a larger one would be an error of the library's
            self._kept[digest] = found

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """About how many bytes the entries take."""
        return int(self._kept.currsize)


class MemoryHealth:
    """A `Health` of this process alone."""

    def __init__(self) -> None:
        self._known: Mapping[str, Probed] = MappingProxyType({})

    def learn(self, answers: Mapping[str, Probed]) -> None:
        self._known = MappingProxyType(dict(answers))

    def known(self) -> Mapping[str, Probed]:
        return self._known


class MemoryLedger:
    """An `AuditSink` that keeps its rows in a list: for tests, and wherever a record would outlive its purpose."""

    def __init__(self, *, words: Iterable[str] = ()) -> None:
        self.rows: list[Row] = []
        self._words = frozenset(words)
        self._closed = False

    @property
    def available(self) -> bool:
        return not self._closed

    @property
    def loss(self) -> LedgerLoss | None:
        return LedgerLoss.GONE if self._closed else None

    def learn(self, words: Iterable[str]) -> None:
        self._words |= frozenset(words)

    async def intend(self, row: IntentRow) -> None:
        if self._closed:
            raise LedgerUnavailable("The record is closed: nothing may leave the premises.")
        if not self._take(
            row, {row.caller, row.route, row.agent, row.target, row.provider, row.model, row.baa_ref, *row.rules}
        ):
            raise RowRefused("The record was not written: nothing may leave the premises.")

    def attempt(self, row: AttemptRow) -> None:
        self._take(row, {row.target, row.provider, row.model})

    def settle(self, row: Settlement) -> None:
        names = {row.caller, row.route, row.agent, row.target, row.provider, row.model, row.reason, *row.rules}
        self._take(row, names)

    def configured(self, row: ConfigRow) -> None:
        self._take(row, ())

    def noted(self, row: EventRow) -> None:
        self._take(row, {row.subject})

    def close(self) -> None:
        self._closed = True

    def _take(self, row: Row, names: Iterable[str]) -> bool:
        taken = not self._closed and self._words.issuperset(set(names) - {""})
        if taken:
            self.rows.append(row)
        return taken


class MemoryKeys:
    """A `KeyStore` of this process alone."""

    def __init__(self) -> None:
        self._keys: dict[str, StoredKey] = {}
        self._changes: list[KeyChange] = []
        self._version = 0
        self._told = 0

    def version(self) -> int:
        return self._version

    def listed(self) -> Sequence[StoredKey]:
        return tuple(self._keys.values())

    def put(self, keys: Iterable[StoredKey], change: KeyChange) -> None:
        taken = dict(self._keys)
        for key in keys:
            known = taken.get(key.prefix, key)
            if known.digest != key.digest:
                raise KeysUnreadable("Another key begins like this one: nothing was changed. Make a new one.")
            revoked_us = key.revoked_us if known.revoked_us is None else known.revoked_us
            taken[key.prefix] = replace(known, expires_us=key.expires_us, revoked_us=revoked_us)
        self._keys = taken
        self._changes.append(replace(change, number=len(self._changes) + 1))
        self._version += 1

    def use(self, last: Mapping[str, int]) -> None:
        for prefix, at_us in last.items():
            if prefix in self._keys:
                key = self._keys[prefix]
                self._keys[prefix] = replace(key, used_us=max(key.used_us or 0, at_us))
        self._version += 1

    def changes(self) -> Sequence[KeyChange]:
        return tuple(self._changes[self._told :])

    def told(self, number: int) -> None:
        self._told = max(self._told, number)
