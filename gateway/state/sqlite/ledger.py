"""The record in SQLite, in one file of `state_dir`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from gateway.events import EventSink, LedgerLoss
from gateway.state.checkpoints import Checkpoints
from gateway.state.group_commit import GroupCommit
from gateway.state.opening import begun
from gateway.state.sqlite.losses import loss_of
from gateway.state.sqlite.store import FILE, Store, identity_of, prepare_directory


class File:
    """A `Place`: the file of the record in a directory."""

    errors: tuple[type[Exception], ...] = (OSError, sqlite3.Error)

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / FILE

    @property
    def name(self) -> str:
        return str(self._path)

    def open(self, words: Iterable[str]) -> Store:
        return Store(self._path, words=words)

    def begin(self, words: Iterable[str], checkpoints: Checkpoints | None) -> Store:
        prepare_directory(self._path.parent)
        return begun(self.open(words), checkpoints, name=self.name)

    def identity(self) -> object:
        return identity_of(self._path)

    def loss_of(self, error: BaseException) -> LedgerLoss:
        return loss_of(error)


class Ledger(GroupCommit):
    """An `AuditSink` on `state_dir/ledger.db`."""

    def __init__(  # noqa: PLR0913  (each is one of its clocks or limits)
        self,
        state_dir: Path,
        *,
        words: Iterable[str],
        sink: EventSink,
        linger_s: float = 0.2,
        retry_s: float = 5.0,
        checkpoint_s: float = 120.0,
        max_waiting: int = 20_000,
        checkpoints: Checkpoints | None = None,
        witness_s: float = 60.0,
    ) -> None:
        """Open or make the ledger and start its thread. Raises `LedgerUnavailable` where that fails."""
        super().__init__(
            File(state_dir),
            words=words,
            sink=sink,
            linger_s=linger_s,
            retry_s=retry_s,
            checkpoint_s=checkpoint_s,
            max_waiting=max_waiting,
            checkpoints=checkpoints,
            witness_s=witness_s,
        )
