"""The record in PostgreSQL, as a place for whoever writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

import psycopg
from psycopg import errors

from gateway.events import EventSink, LedgerLoss
from gateway.ports import LedgerContradicted, LedgerUnavailable
from gateway.state.checkpoints import Checkpoints
from gateway.state.group_commit import GroupCommit
from gateway.state.opening import begun
from gateway.state.postgres.server import shown
from gateway.state.postgres.store import LIMIT_S, Store
from gateway.state.premises import Networks, OffPremises

RETRY_S: Final = 1.0
LOOK_S: Final = 5.0
"""How often somebody looks whether the server is there, though nobody writes."""
_LOSSES: Final[tuple[tuple[type[BaseException], LedgerLoss], ...]] = (
    (errors.DiskFull, LedgerLoss.NO_SPACE),
    (errors.IoError, LedgerLoss.DISK),
    (errors.InsufficientPrivilege, LedgerLoss.NOT_WRITABLE),
    (errors.ReadOnlySqlTransaction, LedgerLoss.NOT_WRITABLE),
    (errors.UndefinedTable, LedgerLoss.NOT_WRITABLE),
    (errors.UndefinedColumn, LedgerLoss.NOT_WRITABLE),
    (errors.InvalidPassword, LedgerLoss.NOT_WRITABLE),
    (errors.IdleInTransactionSessionTimeout, LedgerLoss.UNREACHABLE),
    (errors.QueryCanceled, LedgerLoss.LOCKED),
    (psycopg.IntegrityError, LedgerLoss.DAMAGED),
    (sqlite3.IntegrityError, LedgerLoss.DAMAGED),
    (psycopg.NotSupportedError, LedgerLoss.UNOPENED),
    (psycopg.OperationalError, LedgerLoss.UNREACHABLE),
    (psycopg.InterfaceError, LedgerLoss.UNREACHABLE),
    (OffPremises, LedgerLoss.ELSEWHERE),
    (OSError, LedgerLoss.UNREACHABLE),
)


REMEDIES: Final = {
    LedgerLoss.NO_SPACE: "has no space left: make room there.",
    LedgerLoss.DISK: "is on a disk that fails.",
    LedgerLoss.NOT_WRITABLE: "cannot be written: are its tables those of deploy/postgres/ledger.sql, and may this user add rows?",
    LedgerLoss.DAMAGED: "is damaged: put its newest copy back.",
    LedgerLoss.LOCKED: "is locked by somebody else.",
    LedgerLoss.UNREACHABLE: "does not answer, or not to us: start it, look at the network, at user and password, at its log.",
    LedgerLoss.ELSEWHERE: "has a name that leads off the premises: look at DNS, or at `server.on_prem_networks`.",
    LedgerLoss.UNOPENED: "cannot be used: look whether the server's `fsync` and `full_page_writes` are on.",
}
"""What to say of each, after the name of the record."""

UNREAD: Final = {
    **REMEDIES,
    LedgerLoss.NOT_WRITABLE: "cannot be read: are its tables those of deploy/postgres/ledger.sql, and may this user read them?",
}
"""The same of who only reads."""


class Database:
    """A `Place`: the record in the database at a URL."""

    errors: tuple[type[Exception], ...] = (psycopg.Error, OSError, sqlite3.Error)

    def __init__(self, url: str, *, limit_s: float = LIMIT_S, networks: Networks = tuple) -> None:
        self._url: Final = url
        self._networks: Final = networks
        self._limit_s: Final = limit_s
        self.name: Final = shown(url)

    def open(self, words: Iterable[str]) -> Store:
        return Store(self._url, words=words, limit_s=self._limit_s, networks=self._networks)

    def begin(self, words: Iterable[str], checkpoints: Checkpoints | None) -> Store:
        return begun(self.open(words), checkpoints, name=self.name)

    def identity(self) -> object:
        """There is nothing to look at without a connection: the log says it, once there is one."""
        return None

    def loss_of(self, error: BaseException) -> LedgerLoss:
        return loss_of(error)


def loss_of(error: BaseException) -> LedgerLoss:
    """The cause of a record that cannot be opened or written, as a word of ours; never what the server said."""
    if isinstance(error, LedgerContradicted):
        return LedgerLoss.CONTRADICTED
    cause = error.__cause__ if isinstance(error, LedgerUnavailable) and error.__cause__ else error
    return next((loss for kind, loss in _LOSSES if isinstance(cause, kind)), LedgerLoss.UNOPENED)


class PostgresLedger(GroupCommit):
    """An `AuditSink` that all gateways share which name the same place."""

    def __init__(
        self,
        place: Database,
        *,
        words: Iterable[str],
        sink: EventSink,
        linger_s: float = 0.2,
        retry_s: float = RETRY_S,
        checkpoints: Checkpoints | None = None,
        witness_s: float = 60.0,
    ) -> None:
        """Open the record and start its thread. Raises `LedgerUnavailable` where that fails."""
        super().__init__(
            place,
            words=words,
            sink=sink,
            linger_s=linger_s,
            retry_s=retry_s,
            checkpoint_s=LOOK_S,
            checkpoints=checkpoints,
            witness_s=witness_s,
        )
