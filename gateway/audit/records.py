"""The rows of the record and the port they go through; a row holds enums, numbers, known names and digests only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.domain import (
    Dialect,
    Kind,
    Operation,
    ProviderKind,
    Sensitivity,
    Settlement,
    Style,
    Trait,
    UnknownReason,
)
from gateway.events import AttemptResult


class LedgerUnavailable(Exception):
    """The row is not durable. Nothing may leave the premises on the strength of it (law 6)."""


class RowRefused(LedgerUnavailable):
    """The schema does not take the row: it holds something that is neither a known word, a number nor a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """What is about to leave for a target off the premises. `at_us` is UTC in microseconds; names as configured.

    `body_digest` is the HMAC of the bytes to be sent; `rules` are ids of the rules that matched; `redacted` says which
    kinds were taken out, and how.
    """

    at_us: int
    request_id: str
    attempt: int
    operation: Operation
    dialect: Dialect
    caller: str
    route: str
    agent: str
    target: str
    provider: str
    provider_kind: ProviderKind
    model: str
    sensitivity: Sensitivity
    policy_hash: str
    body_digest: bytes
    body_bytes: int
    traits: frozenset[Trait] = frozenset()
    redacted: Mapping[Kind, Style] = field(default_factory=dict)
    unknowns: frozenset[UnknownReason] = frozenset()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One try of a target on the premises."""

    at_us: int
    request_id: str
    attempt: int
    operation: Operation
    target: str
    provider: str
    provider_kind: ProviderKind
    model: str
    result: AttemptResult
    duration_s: float
    status: int | None = None


Row = IntentRow | AttemptRow | Settlement


class AuditSink(Protocol):
    """Keeps the record."""

    @property
    def available(self) -> bool:
        """Whether an intent written now is likely to be kept; `intend` is what counts."""
        ...

    def learn(self, words: Iterable[str]) -> None:
        """Take the names of a configuration; a row with any other name is refused."""
        ...

    async def intend(self, row: IntentRow) -> None:
        """Return when the row is durable, and not before. Raises `LedgerUnavailable`."""
        ...

    def attempt(self, row: AttemptRow) -> None:
        """Take the row; it becomes durable with a later batch. Never raises, never blocks."""
        ...

    def settle(self, row: Settlement) -> None:
        """Take the row; it becomes durable with a later batch. Never raises, never blocks."""
        ...

    def close(self) -> None:
        """Write what is waiting, then stop. Blocks; call it from a thread."""
        ...


class ClosedLedger:
    """The record of an installation whose `state_dir` cannot be written: it takes no intent, so nothing leaves."""

    @property
    def available(self) -> bool:
        return False

    def learn(self, words: Iterable[str]) -> None:
        del words

    async def intend(self, row: IntentRow) -> None:
        del row
        raise LedgerUnavailable("state_dir cannot be written: only targets on the premises can be used.")

    def attempt(self, row: AttemptRow) -> None:
        del row

    def settle(self, row: Settlement) -> None:
        del row

    def close(self) -> None:
        return
