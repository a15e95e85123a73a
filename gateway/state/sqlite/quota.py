"""Counts what is used up, and keeps it in a file beside the record; decides by memory, and writes behind.

Only one gateway runs on a `state_dir` (`state/holder.py`), so memory is the truth while it runs and the file is what the
next one begins with. Requests wait for no disk: what changed is written together, `LINGER_S` later at most.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from typing_extensions import override

from gateway.state.quota import Lease, MemoryQuota, Span
from gateway.state.sqlite.store import prepare_directory

FILE: Final = "quota.db"
LINGER_S: Final = 0.02
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS used (
    account TEXT NOT NULL, since_s INTEGER NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (account, since_s)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lease (
    name TEXT NOT NULL, account TEXT NOT NULL, since_s INTEGER NOT NULL, amount INTEGER NOT NULL,
    until_us INTEGER NOT NULL, PRIMARY KEY (name, account, since_s)
) STRICT, WITHOUT ROWID;
"""


class SqliteQuota(MemoryQuota):
    """A `Quota` that the next start goes on from; leases of a gateway that died end when their time is up."""

    def __init__(self, state_dir: Path, *, linger_s: float = LINGER_S) -> None:
        """Read what is there, and begin to write.

        Raises:
            sqlite3.Error, OSError: the file cannot be read or written.
        """
        super().__init__()
        prepare_directory(state_dir)
        path = state_dir / FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._linger_s: Final = linger_s
        self._new_used: set[Span] = set()
        self._new_leases: dict[str, Lease | None] = {}
        self._gone: set[Span] = set()
        self._wake: Final = threading.Event()
        self._stopping: Final = threading.Event()
        self._connection: Final = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA busy_timeout = 2000")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)
            self._read()
        except BaseException:
            self._connection.close()
            raise
        self._writer: Final = threading.Thread(target=self._keep_writing, name="quota", daemon=True)
        self._writer.start()

    @override
    async def aclose(self) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Write what is waiting, then stop. Blocks."""
        self._stopping.set()
        self._wake.set()
        self._writer.join()
        with closing(self._connection):
            self._write()

    def _read(self) -> None:
        for account, since_s, amount in self._connection.execute("SELECT account, since_s, amount FROM used"):
            self._used[account, since_s] = amount
        leases: dict[str, Lease] = {}
        for name, account, since_s, amount, until_us in self._connection.execute("SELECT * FROM lease"):
            leases.setdefault(name, Lease(until_us, {})).held[account, since_s] = amount
        for name, lease in leases.items():
            for span, amount in lease.held.items():
                self._held[span] = self._held.get(span, 0) + amount
            self._take(name, lease)
        self._new_leases.clear()  # they stand there already

    @override
    def _changed(self, span: Span) -> None:
        self._new_used.add(span)
        self._wake_up()

    @override
    def _begun(self, name: str, lease: Lease) -> None:
        self._new_leases[name] = lease
        self._wake_up()

    @override
    def _over(self, name: str) -> None:
        if self._new_leases.get(name) is not None:
            del self._new_leases[name]  # it began a moment ago, and nothing of it was written yet
            return
        self._new_leases[name] = None
        self._wake_up()

    @override
    def _forgotten(self, spans: Iterable[Span]) -> None:
        self._gone.update(spans)

    def _wake_up(self) -> None:
        if not self._wake.is_set():  # to ask costs a tenth of telling again
            self._wake.set()

    def _keep_writing(self) -> None:
        while not self._stopping.is_set():  # asked again: what `close` told may have been cleared with the rest
            self._wake.wait()
            if self._stopping.wait(self._linger_s):
                return
            self._wake.clear()
            try:
                self._write()
            except sqlite3.Error:  # a full disk, a file that is gone: it stays to be written, and is enforced meanwhile
                self._wake.set()
                if self._stopping.wait(1.0):
                    return

    def _write(self) -> None:
        """Commit what changed since the last time; what could not be written stays to be."""
        with self._lock:
            used = {span: self._used[span] for span in self._new_used if span in self._used}
            leases = {name: None if lease is None else dict(lease.held) for name, lease in self._new_leases.items()}
            ends = {name: lease.until_us for name, lease in self._new_leases.items() if lease is not None}
            gone, taken, changed = self._gone, self._new_leases, self._new_used
            self._new_used, self._new_leases, self._gone = set(), {}, set()
        if not (changed or taken or gone):
            return
        try:
            self._commit(used, leases, ends, gone)
        except BaseException:
            with self._lock:
                self._new_used |= changed
                self._new_leases = {**taken, **self._new_leases}
                self._gone |= gone
            raise

    def _commit(
        self,
        used: dict[Span, int],
        leases: dict[str, dict[Span, int] | None],
        ends: dict[str, int],
        gone: set[Span],
    ) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(
                "INSERT INTO used VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = excluded.amount",
                [(*span, amount) for span, amount in used.items()],
            )
            connection.executemany("DELETE FROM used WHERE account = ? AND since_s = ?", list(gone - used.keys()))
            connection.executemany("DELETE FROM lease WHERE name = ?", [(name,) for name in leases])
            connection.executemany(
                "INSERT INTO lease VALUES (?, ?, ?, ?, ?)",
                [
                    (name, *span, amount, ends[name])
                    for name, held in leases.items()
                    if held
                    for span, amount in held.items()
                ],
            )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
