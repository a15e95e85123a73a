"""The record in PostgreSQL: one transaction for each batch, which takes the lock, goes on from the log's end, and commits.

Whoever holds the lock in a transaction is the sequencer for as long as that lasts. One that hangs is ended by the server, and
its transaction with it, so that nobody can be the old sequencer and still write; and a place in the log is a primary key.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import errors
from psycopg.rows import TupleRow

from gateway.audit.verify_ledger import TABLES, Tree
from gateway.events import LedgerLoss
from gateway.ports import IntentRow, Row
from gateway.state.postgres.server import Connection, connected
from gateway.state.postgres.staging import COLUMNS, Staging
from gateway.state.premises import Networks
from gateway.state.sqlite import log

LIMIT_S: Final = 0.8
"""A batch that takes longer is refused: whoever waits for the record knows within a second."""
LOCK: Final = 0x54524731
DUPLICATE: Final = "entry_request_id_phase_attempt_key"
_BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
_LOCK: Final = f"SELECT pg_advisory_xact_lock({LOCK})"
_LAST: Final = "SELECT " + ", ".join(  # noqa: S608
    f"(SELECT coalesce(max(seq), 0) FROM {table})"  # noqa: S608  names of our own
    for table in TABLES.values()
)
_LEAVES: Final = "SELECT idx, hash FROM leaf WHERE idx >= %s ORDER BY idx"
_INSERTS: Final = {
    table: f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s::json)"  # noqa: S608
    + (" ON CONFLICT DO NOTHING" if table == "policy" else "")
    for table in COLUMNS
}
_COLUMNS: Final = (
    "SELECT table_name::text, column_name::text FROM information_schema.columns"
    " WHERE table_schema = ANY(current_schemas(false))"
)
_LEARN: Final = "INSERT INTO word SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"


_MAY_ADD: Final = (
    "SELECT count(*) FROM unnest(%s::text[]) AS name WHERE has_table_privilege(to_regclass(name)::oid, 'SELECT')"
    " AND has_table_privilege(to_regclass(name)::oid, 'INSERT')"
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a server is like: columns that its tables lack, and whether a standby has each row before it is acknowledged."""

    may_add: bool
    lacking: frozenset[tuple[str, str]]
    has_standby: bool


def examined(url: str, *, limit_s: float, networks: Networks = tuple) -> Examined:
    """Look at a server, and write nothing. Raises what opening a record there raises."""
    connection = connected(url, limit_s=limit_s, networks=networks)
    staging = Staging(())
    try:
        connection.until_s = time.monotonic() + limit_s
        tables = sorted({table for table, _ in staging.columns})
        may_add = connection.execute(_MAY_ADD, (tables,)).fetchone() == (len(tables),)
        lacking = staging.columns - set(connection.execute(_COLUMNS).fetchall())
        named = connection.execute("SELECT current_setting('synchronous_standby_names') <> ''").fetchone()
        return Examined(may_add, frozenset(lacking), named == (True,))
    finally:
        staging.close()
        connection.close()


class _Asked:
    """The log's queries, in PostgreSQL's words."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, query: str, parameters: tuple[int, ...], /) -> psycopg.Cursor[TupleRow]:
        return self._connection.execute(query.replace("?", "%s").encode(), parameters)


class Store:
    """An open record. Used by one thread; every method raises `psycopg.Error`, or `LogBroken` where the log is another one."""

    def __init__(self, url: str, *, words: Iterable[str], limit_s: float = LIMIT_S, networks: Networks = tuple) -> None:
        self._limit_s: Final = limit_s
        self._connection: Final = connected(url, limit_s=limit_s, networks=networks)
        try:
            self._staging: Final = Staging(words)
            self._in_time()
            self._demand(self._staging.columns)
            self._connection.execute(_LEARN, (self._staging.words,))
            self.origin = self._begun()
            self._in_time()
            ((size,),) = self._connection.execute("SELECT coalesce(max(idx) + 1, 0) FROM leaf").fetchall()
            self.tree = log.at(_Asked(self._connection), size)
            last = self._connection.execute(_LEAVES, (size - 1,)).fetchone()
            self._last = bytes(last[1]) if last else b""
        except BaseException:
            self._connection.close()
            raise

    @property
    def identity(self) -> object:
        return None

    def write(self, rows: Sequence[Row]) -> list[bool]:
        """As `Store` of `state/store.py`. A row that stands there already, since it was sent before and the answer was lost,
        counts as taken; an intent does not, for nobody waits for that one any more.
        """
        self._in_time()
        try:
            return self._write(rows)
        except psycopg.IntegrityError as error:
            if error.diag.constraint_name != DUPLICATE:
                self._connection.close()
                raise
            self._connection.execute("ROLLBACK")
            if len(rows) == 1:
                return [not isinstance(rows[0], IntentRow)]
            return [taken for row in rows for taken in self.write([row])]
        except BaseException:
            self._connection.close()  # whatever it was, nobody should wait for the lock
            raise

    def _write(self, rows: Sequence[Row]) -> list[bool]:
        connection = self._connection
        with connection.pipeline() as pipeline:
            connection.execute(_BEGIN)
            connection.execute(_LOCK)
            last = connection.execute(_LAST.encode(), prepare=True)
            leaves = connection.execute(_LEAVES, (self.tree.size - 1,), prepare=True)
            pipeline.sync()
            ended = last.fetchall()[0]
            leaves_now = leaves.fetchall()
            tree = self._continued(leaves_now)
            made = self._staging.make(rows, tree, dict(zip(TABLES, ended, strict=True)))
            for table, listed in made.rows.items():
                connection.execute(_INSERTS[table].encode(), (listed,), prepare=True)
            commit = connection.execute("COMMIT")
            pipeline.sync()
            if commit.statusmessage != "COMMIT":
                raise psycopg.OperationalError("the transaction was not committed")
        self._last = made.last or (bytes(leaves_now[-1][1]) if leaves_now else b"")
        self.tree = made.tree
        return made.taken

    def _continued(self, leaves: Sequence[TupleRow]) -> Tree:
        """The tree with what others added; the first of `leaves` is our last one. Raises `LogBroken` where it is not."""
        size = self.tree.size
        known = leaves[0] if size and leaves else None
        if size and (known is None or (known[0], bytes(known[1])) != (size - 1, self._last)):
            raise log.LogBroken("the log is not the one that was written here")
        tree = Tree(size, self.tree.edge)
        for idx, digest in leaves[1:] if size else leaves:
            if idx != tree.size:
                raise log.LogBroken("the log has a hole")
            tree.append(bytes(digest))
        return tree

    def continues(self, tree: Tree) -> bool:
        return self.continues_to(tree.size, tree.root)

    def continues_to(self, size: int, root: bytes) -> bool:
        if size > self.tree.size:
            return False
        self._in_time()
        try:
            return log.at(_Asked(self._connection), size).root == root
        except log.LogBroken:
            return False

    def signing_key(self) -> bytes:
        self._in_time()
        query = "SELECT digest FROM event WHERE what = 'signing_key' ORDER BY seq DESC LIMIT 1"
        found = self._connection.execute(query).fetchone()
        return bytes(found[0]) if found else b""

    def loss(self) -> LedgerLoss | None:
        return None

    def is_log_long(self, *, idle: bool) -> bool:
        del idle
        return False

    def checkpoint(self) -> None:
        """Find out whether the server is still there, though nobody writes."""
        self._in_time()
        self._connection.execute("SELECT 1")

    def learn(self, words: Iterable[str]) -> None:
        before = set(self._staging.words)
        self._staging.learn(words)
        self._in_time()
        self._connection.execute(_LEARN, ([word for word in self._staging.words if word not in before],))

    def close(self) -> None:
        self._staging.close()
        self._connection.until_s = math.inf
        self._connection.close()

    def _demand(self, columns: set[tuple[str, str]]) -> None:
        """Tables of an older version would drop without a word what they have no column for, and the log would not fit."""
        if not columns <= set(self._connection.execute(_COLUMNS).fetchall()):
            raise errors.UndefinedColumn("the tables are of another version")

    def _begun(self) -> str:
        """The log's name, for ever."""
        self._in_time()
        with self._connection.transaction():
            self._connection.execute(_LOCK)
            found = self._connection.execute("SELECT origin FROM log").fetchone()
            if found is not None:
                return str(found[0])
            origin = f"triage-gateway/ledger/{secrets.token_hex(8)}"
            self._connection.execute("INSERT INTO log (one, origin) VALUES (1, %s)", (origin,))
        return origin

    def _in_time(self) -> None:
        self._connection.until_s = time.monotonic() + self._limit_s
