"""One connection to the ledger's file and its commits; what it reports as written survives the loss of power."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gateway.audit.verify_ledger import Tree
from gateway.events import LedgerLoss
from gateway.ports import Row
from gateway.state.sqlite import log, schema

FILE = "ledger.db"
BUSY_MS = 2000
LOG_COMMITS, LOG_ROWS = 200, 4_000
"""After so many the log is as long as SQLite would let it grow (1,000 pages): from its beginning it is written again, without
the disk having to find new room at each commit."""
TOO_LONG = 4
"""So many times that, it is emptied although somebody waits."""
REFUSALS = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ArithmeticError,
    AttributeError,
    TypeError,
    ValueError,
)
"""What is raised about one row: it is refused, and its neighbours are written. Anything else is about the file."""


def prepare_directory(state_dir: Path) -> None:
    """Make `state_dir` with mode 0700, and close an existing one to others. Raises `OSError`."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if state_dir.stat().st_mode & 0o077:
        state_dir.chmod(0o700)


def identity_of(path: str | Path) -> tuple[int, int] | None:
    """Device and inode of the file that stands at `path` now. Raises `OSError` where nobody can tell."""
    try:
        status = os.stat(path)  # noqa: PTH116  three times a commit, and a third of the time of Path.stat
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


class Store:
    """An open ledger. Used by one thread; every method raises `sqlite3.Error` or `OSError` where the file fails."""

    def __init__(self, path: Path, *, words: Iterable[str]) -> None:
        # SQLite gives -wal and -shm the mode of the database file.
        made = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        meant = os.fstat(made)
        os.close(made)  # before SQLite has it open, see `loss`
        path.chmod(0o600)
        self._commits = self._rows = 0
        self._files = tuple(f"{path}{suffix}" for suffix in ("", "-wal", "-shm"))
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=64)
        try:
            self._configure()
            schema.prepare(self._connection)
            self.learn(words)
            self.origin = log.begin(self._connection)
            self.tree = log.read(self._connection)
            self._opened = tuple(identity_of(file) for file in self._files)
            if self._opened[0] != (meant.st_dev, meant.st_ino):
                raise FileNotFoundError("the ledger was moved while it was being opened")
        except BaseException:
            self._connection.close()
            raise

    def write(self, rows: Sequence[Row]) -> list[bool]:
        """Commit `rows` together, and the log with them; for each, whether it was taken (True) or refused by the schema.

        Somebody else may have written meanwhile (`gateway audit prune`): then the log goes on from what they left.
        """
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            tree = self.tree if log.stands(connection, self.tree) else self._continued()
            before = log.last_rows(connection)
            taken = [True] * len(rows) if self._all(rows, before) else [self._try(row) for row in rows]
            grown = log.extend(connection, tree, before)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self.tree = grown
        self._commits += 1
        self._rows += len(rows)
        return taken

    def continues(self, tree: Tree) -> bool:
        """Whether the log is `tree`, or came out of it."""
        return self.continues_to(tree.size, tree.root)

    def continues_to(self, size: int, root: bytes) -> bool:
        """Whether the log's first `size` rows came to `root`."""
        if size > self.tree.size:
            return False
        try:
            return log.at(self._connection, size).root == root
        except log.LogBroken:
            return False

    def signing_key(self) -> bytes:
        """The public key that the record named last, or b""."""
        query = "SELECT digest FROM event WHERE what = 'signing_key' ORDER BY seq DESC LIMIT 1"
        found = self._connection.execute(query).fetchone()
        return bytes(found[0]) if found else b""

    def _continued(self) -> Tree:
        before, self.tree = self.tree, log.read(self._connection)
        if not self.continues(before):
            self.tree = before
            raise log.LogBroken("the log is not the one that was written here")
        return self.tree

    @property
    def identity(self) -> tuple[int, int] | None:
        """Device and inode of the main file."""
        return self._opened[0]

    def loss(self) -> LedgerLoss | None:
        """Whether the files that are written are no longer those at the path: rows in them would be kept by nobody.

        SQLite has them open, and goes on writing to a file that was removed. By name, because opening the file here and
        closing it again would drop the locks of this process (POSIX `fcntl`).
        """
        now = tuple(identity_of(file) for file in self._files)
        if now == self._opened:
            return None
        return LedgerLoss.GONE if None in now else LedgerLoss.REPLACED

    def is_log_long(self, *, idle: bool) -> bool:
        """Whether `checkpoint` is due: of a long log where nobody waits (`idle`), else of one that is too long."""
        times = 1 if idle else TOO_LONG
        return self._commits >= LOG_COMMITS * times or self._rows >= LOG_ROWS * times

    def checkpoint(self) -> None:
        """Move rows from the log into the main file, as far as no reader is in the way; waits for nobody."""
        self._commits = self._rows = 0
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def learn(self, words: Iterable[str]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        schema.learn(self._connection, words)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()

    def _all(self, rows: Sequence[Row], before: Mapping[int, int]) -> bool:
        """Write them together; False, and none is written, where the schema refuses any of them."""
        self._connection.execute("SAVEPOINT all_rows")
        try:
            schema.insert_all(self._connection, rows, after=before[log.ENTRY])
        except REFUSALS:
            self._connection.execute("ROLLBACK TO all_rows")
            self._connection.execute("RELEASE all_rows")
            return False
        self._connection.execute("RELEASE all_rows")
        return True

    def _try(self, row: Row) -> bool:
        self._connection.execute("SAVEPOINT one_row")
        try:
            schema.insert(self._connection, row)
        except REFUSALS:
            self._connection.execute("ROLLBACK TO one_row")
            self._connection.execute("RELEASE one_row")
            return False
        self._connection.execute("RELEASE one_row")
        return True

    def _configure(self) -> None:
        connection = self._connection
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # `checkpoint` says when, see `is_log_long`
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        if sys.platform == "darwin":  # fsync of macOS does not reach the disk
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
