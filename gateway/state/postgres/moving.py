"""Moves a record between SQLite and PostgreSQL, row by row as they are, and proves that it is the same one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from gateway.audit.verify_ledger import verify
from gateway.ports import LedgerUnavailable
from gateway.state.postgres.ledger import UNREAD, loss_of
from gateway.state.postgres.server import opened, shown
from gateway.state.postgres.store import LOCK
from gateway.state.premises import Networks
from gateway.state.sqlite import schema
from gateway.state.sqlite.store import prepare_directory

_TABLES: Final = {
    "word": "name",
    "policy": "hash",
    "entry": "seq",
    "detail": "seq",
    "config": "seq",
    "event": "seq",
    "log": "one",
    "leaf": "idx",
    "node": "level, idx",
}
"""Every table, in an order in which rows may be put into them, and what they are read in order of."""
_TOGETHER: Final = 5_000
_OF_ALL_ROWS: Final = frozenset({"log", "leaf", "node"})


@dataclass(frozen=True, slots=True)
class Part:
    """The requests since a moment, or one of them; without the log, which speaks of all rows."""

    since_us: int = 0
    request_id: str = ""

    def of(self, table: str) -> tuple[str, tuple[object, ...]]:
        """Which rows of a table belong to it, in SQL."""
        if table in _OF_ALL_ROWS:
            return " WHERE false", ()
        if table not in {"entry", "detail"}:
            return "", ()
        chosen = " WHERE at_us >= %s AND (request_id = %s OR %s = '')"
        within = chosen if table == "entry" else f" WHERE seq IN (SELECT seq FROM entry{chosen})"  # noqa: S608
        return within, (self.since_us, self.request_id, self.request_id)


class Differs(LedgerUnavailable):
    """What was copied is not what was there; nothing was kept of it."""


def copy_out(url: str, path: Path, networks: Networks = tuple, *, part: Part | None = None) -> None:
    """Write the record in the database at `url`, or a part of it, into a new SQLite file, as it is at one moment.

    Raises:
        LedgerUnavailable: it cannot be read.
    """
    prepare_directory(path.parent)
    try:
        with opened(url, networks) as source, closing(sqlite3.connect(path, isolation_level=None)) as target:
            source.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            source.read_only = True
            schema.prepare(target)
            target.execute("BEGIN IMMEDIATE")
            for table, order in _TABLES.items():
                _into_sqlite(target, table, _of_postgres(source, target, table, order, part))
            target.execute("COMMIT")
    except (psycopg.Error, sqlite3.Error, OSError) as error:
        raise LedgerUnavailable(f"{shown(url)} cannot be read as a record. It {UNREAD[loss_of(error)]}") from error


def move_in(path: Path, url: str, *, check: Path, networks: Networks = tuple) -> tuple[int, bytes]:
    """Copy the record in the SQLite file at `path` into the database at `url`, which must have none.

    Returns:
        How many rows its log has, and their root.

    What came of it is read back into the new file `check` and verified, before it is committed.

    Raises:
        LedgerUnavailable: one of them cannot be read or written, or the record is not sound.
        Differs: what was read back is another record.
    """
    before = verify(path, checkpoints="", keys=[])
    if before.problems:
        raise LedgerUnavailable(f"{path} is not sound, and was not moved: `gateway audit verify` says what is wrong.")
    try:
        reading = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
        with opened(url, networks) as target, closing(reading) as source:
            source.execute("BEGIN")
            target.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            if target.execute("SELECT FROM log").fetchall():
                raise LedgerUnavailable(f"{shown(url)} holds a record already: nothing was moved. Use an empty one.")
            for table in _TABLES:
                _into_postgres(target, source, table)
            with closing(sqlite3.connect(check, isolation_level=None)) as again:
                schema.prepare(again)
                again.execute("BEGIN IMMEDIATE")
                for table, order in _TABLES.items():
                    _into_sqlite(again, table, _of_postgres(target, again, table, order))
                again.execute("COMMIT")
            after = verify(check, checkpoints="", keys=[])
            same = (after.problems, after.size, after.root, after.origin) == (
                [],
                before.size,
                before.root,
                before.origin,
            )
            if not same:
                raise Differs(f"What {shown(url)} gave back is another record: nothing was moved.")
    except (psycopg.Error, sqlite3.Error, OSError) as error:
        raise LedgerUnavailable(f"The record cannot be moved to {shown(url)}: {type(error).__name__}.") from error
    return before.size, before.root


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]


def _of_postgres(
    source: psycopg.Connection[TupleRow],
    target: sqlite3.Connection,
    table: str,
    order: str,
    part: Part | None = None,
) -> Iterator[TupleRow]:
    columns = ", ".join(_columns(target, table))
    where, values = part.of(table) if part else ("", ())
    with source.cursor(f"read_{table}") as cursor:
        cursor.itersize = _TOGETHER
        query = f"SELECT {columns} FROM {table}{where} ORDER BY {order}"  # noqa: S608  names of our own
        yield from cursor.execute(query.encode(), values)


def _into_sqlite(target: sqlite3.Connection, table: str, rows: Iterable[TupleRow]) -> None:
    columns = _columns(target, table)
    marks = ", ".join("?" * len(columns))
    verb = "INSERT OR IGNORE" if table == "word" else "INSERT"
    target.executemany(f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def _into_postgres(target: psycopg.Connection[TupleRow], source: sqlite3.Connection, table: str) -> None:
    columns = _columns(source, table)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    into = sql.Identifier(table)
    if table == "word":  # gateways that only looked may have brought theirs
        into = sql.Identifier("moved")
        target.execute("CREATE TEMPORARY TABLE moved (name text) ON COMMIT DROP")
    with target.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(into, names)) as copy:
            for row in source.execute(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608
                copy.write_row(row)
        if table == "word":
            cursor.execute("INSERT INTO word SELECT name FROM moved ON CONFLICT DO NOTHING")
