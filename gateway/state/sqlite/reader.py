"""Reads the record for people; it opens the file read-only and changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gateway.ports import LedgerUnavailable

Value = str | int | None


CONFIG: Final = "config"
"""The phase of a row that says which configuration came into force; it is counted by itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its columns that hold something, and its details by what they are ("redacted": ("mrn:token",))."""

    seq: int
    columns: Mapping[str, Value]
    details: Mapping[str, tuple[str, ...]]

    @property
    def phase(self) -> str:
        return str(self.columns["phase"])

    @property
    def at_us(self) -> int:
        return int(self.columns["at_us"] or 0)

    def as_json(self) -> dict[str, object]:
        return {"seq": self.seq, **self.columns, **{what: list(words) for what, words in self.details.items()}}


def tail(path: Path, count: int, *, after: int = 0, after_config: int = 0) -> list[Entry]:
    """The last `count` rows, oldest first, of those after row `after` and after row `after_config` of configurations.

    Raises:
        LedgerUnavailable: there is no record, or none that can be read.
    """
    if not path.is_file():
        raise LedgerUnavailable(
            f"There is no record at {path}. No gateway ran with this `state_dir`, or it was moved: put it back."
        )
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(
                "SELECT * FROM (SELECT * FROM entry WHERE seq > ? ORDER BY seq DESC LIMIT ?) ORDER BY seq",
                (after, count),
            ).fetchall()
            entries = [_entry(connection, row) for row in rows] + _configurations(connection, count, after_config)
            return sorted(entries, key=lambda entry: entry.at_us)[-count:]
    except sqlite3.Error as error:
        raise LedgerUnavailable(f"{path} cannot be read as a record: {type(error).__name__}.") from error


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows somebody asks for; "" and 0 ask for all. `agent` is also found among several that were claimed."""

    since_us: int = 0
    until_us: int = 0
    request_id: str = ""
    agent: str = ""
    equal: tuple[tuple[str, str], ...] = ()
    """Columns and what must stand in them; the columns are those of `COLUMNS_ASKED`."""


COLUMNS_ASKED: Final = (
    *("caller", "route", "target", "provider", "model", "sensitivity", "destination", "result", "phase", "reason"),
    *("error_code", "operation", "policy_hash", "config_hash", "baa_ref"),
)


def select(path: Path, asked: Asked) -> Iterator[Entry]:
    """The rows of requests that were asked for, oldest first, one by one.

    Raises:
        LedgerUnavailable: there is no record, or none that can be read.
    """
    clauses = ["1"]
    values: list[str | int] = []
    for clause, value in (
        ("at_us >= ?", asked.since_us),
        ("at_us < ?", asked.until_us),
        ("request_id = ?", asked.request_id),
    ):
        if value:
            clauses.append(clause)
            values.append(value)
    if asked.agent:
        clauses.append("(agent = ? OR ',' || agents || ',' LIKE '%,' || ? || ',%')")
        values += [asked.agent, asked.agent]
    for column, value in asked.equal:
        if column not in COLUMNS_ASKED:
            raise ValueError("a column that is not asked for")
        clauses.append(f"{column} = ?")
        values.append(value)
    with _reading(path) as connection:
        query = f"SELECT * FROM entry WHERE {' AND '.join(clauses)} ORDER BY seq"  # noqa: S608  names of our own
        for row in connection.execute(query, values):
            yield _entry(connection, row)


def happened(path: Path, *, since_us: int, until_us: int) -> list[dict[str, object]]:
    """What else happened to the record in that time, as mappings."""
    with _reading(path) as connection:
        query = "SELECT * FROM event WHERE at_us >= ? AND at_us < ? ORDER BY seq"
        return [dict(_columns(row)) for row in connection.execute(query, (since_us, until_us))]


def name_and_key(path: Path) -> tuple[str, bytes]:
    """The log's name, and the public key that its checkpoints are signed with now (b"" where none is).

    Raises:
        LedgerUnavailable: there is no record with a log.
    """
    with _reading(path) as connection:
        (origin,) = connection.execute("SELECT origin FROM log").fetchone()
        query = "SELECT digest FROM event WHERE what = 'signing_key' ORDER BY seq DESC LIMIT 1"
        found = connection.execute(query).fetchone()
        return str(origin), bytes(found[0]) if found else b""


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise LedgerUnavailable(
            f"There is no record at {path}. No gateway ran with this `state_dir`, or it was moved: put it back."
        )
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            yield connection
    except (sqlite3.Error, TypeError) as error:
        remedy = "If an older gateway wrote it, start this one on it once."
        raise LedgerUnavailable(f"{path} cannot be read as a record: {type(error).__name__}. {remedy}") from error


def _configurations(connection: sqlite3.Connection, count: int, after: int) -> list[Entry]:
    """What came into force, or did not; a record of an older gateway does not say."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'config'").fetchone():
        return []
    query = "SELECT * FROM config WHERE seq > ? ORDER BY seq DESC LIMIT ?"
    rows = connection.execute(query, (after, count)).fetchall()
    return [Entry(row["seq"], {"phase": CONFIG, **_columns(row)}, {}) for row in rows]


def _columns(row: sqlite3.Row) -> dict[str, Value]:
    return {name: _shown(row[name]) for name in row.keys() if name != "seq" and row[name] is not None}  # noqa: SIM118


def _entry(connection: sqlite3.Connection, row: sqlite3.Row) -> Entry:
    details: dict[str, tuple[str, ...]] = {}
    query = "SELECT what, word, coalesce(style, count) AS more FROM detail WHERE seq = ? ORDER BY what, word"
    for what, word, more in connection.execute(query, (row["seq"],)):
        details[what] = (*details.get(what, ()), word if more is None else f"{word}:{more}")
    return Entry(seq=row["seq"], columns=_columns(row), details=details)


def _shown(value: object) -> Value:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int) else None
