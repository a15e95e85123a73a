"""Makes the rows of a batch and their leaves in a record in memory, which is thrown away: one definition of both.

So a record in PostgreSQL has the rows, refuses the rows and hashes the bytes that a record in SQLite has, refuses and hashes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.audit.verify_ledger import TABLES, Tree
from gateway.ports import ConfigRow, EventRow, Row
from gateway.state.sqlite import log, schema
from gateway.state.sqlite.store import REFUSALS

COLUMNS: Final = {
    "entry": (),
    "detail": ("seq", "what", "word", "style", "count"),
    "policy": ("hash", "text"),
    "config": (),
    "event": (),
    "leaf": ("idx", "of", "seq", "hash"),
    "node": ("level", "idx", "hash"),
}
"""Tables in the order in which rows may be put into them; `()`: all columns, as `verify_ledger` names them."""
_CONFIG: Final = next(of for of, table in TABLES.items() if table == "config")
_EVENT: Final = next(of for of, table in TABLES.items() if table == "event")


@dataclass(frozen=True, slots=True)
class Made:
    """`taken` says of each row whether the schema took it; `rows` is a JSON array of objects for each table that has any.

    `last` is the hash of the last leaf that came, b"" where none did.
    """

    taken: list[bool]
    tree: Tree
    last: bytes
    rows: Mapping[str, str]


class Staging:
    """Used by one thread."""

    def __init__(self, words: Iterable[str]) -> None:
        self._connection: Final = sqlite3.connect(":memory:", isolation_level=None, cached_statements=128)
        schema.prepare(self._connection)
        for (guard,) in self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND (name LIKE '%_UPDATE' OR name LIKE '%_DELETE')"
        ).fetchall():
            self._connection.execute(f"DROP TRIGGER {guard}")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._queries: Final = {table: self._query(table) for table in COLUMNS}
        self.learn(words)

    def learn(self, words: Iterable[str]) -> None:
        schema.learn(self._connection, words)

    @property
    def columns(self) -> set[tuple[str, str]]:
        """Tables and columns that rows are made for."""
        listed = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        return {(table, column) for table, column in self._connection.execute(listed) if table in COLUMNS}

    @property
    def words(self) -> list[str]:
        """All that are known."""
        return [name for (name,) in self._connection.execute("SELECT name FROM word")]

    def make(self, rows: Sequence[Row], tree: Tree, after: Mapping[int, int]) -> Made:
        """The rows as they come after the last numbers in `after` of each table, and the log of `tree` with them."""
        connection = self._connection
        connection.execute("BEGIN")
        try:
            taken = self._put(rows, after[log.ENTRY])
            for table, of in (("config", _CONFIG), ("event", _EVENT)):
                connection.execute(f"UPDATE {table} SET seq = -seq - ?", (after[of],))  # noqa: S608  names of our own
                connection.execute(f"UPDATE {table} SET seq = -seq")  # noqa: S608
            grown = log.extend(connection, tree, after)
            made = {table: connection.execute(query).fetchone()[0] for table, query in self._queries.items()}
            last = connection.execute("SELECT hash FROM leaf ORDER BY idx DESC LIMIT 1").fetchone()
        finally:
            connection.execute("ROLLBACK")
        return Made(
            taken, grown, last[0] if last else b"", {table: rows for table, rows in made.items() if rows != "[]"}
        )

    def close(self) -> None:
        self._connection.close()

    def _put(self, rows: Sequence[Row], after: int) -> list[bool]:
        if self._taken(rows, after):
            return [True] * len(rows)
        taken = []
        for row in rows:
            taken.append(self._taken([row], after))
            after += taken[-1] and not isinstance(row, ConfigRow | EventRow)
        return taken

    def _taken(self, rows: Sequence[Row], after: int) -> bool:
        self._connection.execute("SAVEPOINT these")
        try:
            schema.insert_all(self._connection, rows, after=after)
        except REFUSALS:
            self._connection.execute("ROLLBACK TO these")
            return False
        finally:
            self._connection.execute("RELEASE these")
        return True

    def _query(self, table: str) -> str:
        listed = self._connection.execute(f"PRAGMA table_info({table})").fetchall()
        cells = []
        for _, name, kind, *_ in listed:
            value = f"iif({name} IS NULL, NULL, '\\x' || hex({name}))" if kind == "BLOB" else name
            cells.append(f"'{name}', {value}")
        return f"SELECT json_group_array(json_object({', '.join(cells)})) FROM {table}"  # noqa: S608
