"""State that ends with the process: what scans remember, who answered, and two records that outlive nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Generic

from cachetools import LRUCache

from gateway.domain import Settlement
from gateway.ports import (
    AttemptRow,
    ConfigRow,
    EventRow,
    IntentRow,
    LedgerUnavailable,
    Probed,
    Row,
    RowRefused,
    Scanned,
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
