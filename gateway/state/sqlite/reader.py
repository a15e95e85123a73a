"""Reads the record for people; it opens the file read-only and changes nothing."""

from __future__ import annotations

import heapq
import json
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
EVENT: Final = "event"
"""The phase of a row that says what happened to the record or to callers; it is counted by itself too."""
_BESIDE: Final = {CONFIG: frozenset({"result"}), EVENT: frozenset[str]()}
"""The tables of rows that are of no request, and the columns that somebody may ask of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its columns that hold something, and its details by what they are ("redacted": ("mrn:token",))."""

    seq: int
    columns: Mapping[str, Value]
    details: Mapping[str, tuple[str, ...]]

    @property
    def phase(self) -> str:
        return str(self.columns.get("phase", "-"))

    @property
    def at_us(self) -> int:
        at = self.columns.get("at_us")
        return at if isinstance(at, int) else 0

    @property
    def table(self) -> str:
        """The table it is of: `seq` counts the rows of each, and the two together are of one row."""
        return self.phase if self.phase in _BESIDE else "entry"

    @property
    def opens(self) -> tuple[str, ...]:
        """What a configuration lets out that the one before did not, in sentences."""
        return opened(self.columns.get("opens"))

    def as_json(self) -> dict[str, object]:
        details = {what: list(words) for what, words in self.details.items()}
        sentences: dict[str, object] = {"opens": list(self.opens)} if "opens" in self.columns else {}
        return {"table": self.table, "seq": self.seq, **self.columns, **sentences, **details}


def opened(text: object) -> tuple[str, ...]:
    """The sentences of column `opens`, each printable; what is none, in a record that was altered, says nothing."""
    try:
        tree = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return ()
    sentences = tree if isinstance(tree, list) else []
    return tuple("".join(it if it.isprintable() else "?" for it in str(one)) for one in sentences)


def tail(path: Path, count: int, *, after: int = 0, after_config: int = 0, after_event: int = 0) -> list[Entry]:
    """The last `count` rows, oldest first, of those after row `after`, `after_config`, `after_event` of their tables.

    Raises:
        LedgerUnavailable: there is no record, or none that can be read.
    """
    with _reading(path) as connection:
        rows = connection.execute(
            "SELECT * FROM (SELECT * FROM entry WHERE seq > ? ORDER BY seq DESC LIMIT ?) ORDER BY seq",
            (after, count),
        ).fetchall()
        entries = [_entry(connection, row) for row in rows]
        for table, last in ((CONFIG, after_config), (EVENT, after_event)):
            entries += _beside(connection, table, "seq > ?", (last,), newest=count)
        return sorted(entries, key=lambda entry: entry.at_us)[-count:]


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
    *("error_code", "operation", "policy_hash", "config_hash", "baa_ref", "emergency"),
)


def select(path: Path, asked: Asked) -> Iterator[Entry]:
    """The rows that were asked for, of every table, oldest first, one by one.

    Raises:
        LedgerUnavailable: there is no record, or none that can be read.
    """
    yield from heapq.merge(requests(path, asked), _of_no_request(path, asked), key=lambda entry: entry.at_us)


def requests(path: Path, asked: Asked) -> Iterator[Entry]:
    """Those of them that are of requests. Raises `LedgerUnavailable`."""
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
    """What came into force in that time, and what happened to the record and to callers, as mappings, oldest first."""
    return [entry.as_json() for entry in _of_no_request(path, Asked(since_us=since_us, until_us=until_us))]


NAMED: Final = ("caller", "agent", "route", "target", "provider")


def names(path: Path, column: str) -> list[str]:
    """The names that rows hold in `column`, one of `NAMED`, sorted. Raises `LedgerUnavailable`."""
    if column not in NAMED:
        raise ValueError("a column that holds no names")
    listed = (
        "SELECT agents FROM entry WHERE agents IS NOT NULL GROUP BY agents" if column == "agent" else "SELECT 1 WHERE 0"
    )
    with _reading(path) as connection:
        query = f"SELECT {column} FROM entry WHERE {column} IS NOT NULL GROUP BY {column}"  # noqa: S608  names of our own
        found = {str(name) for (name,) in connection.execute(query)}
        return sorted(found.union(*(str(several).split(",") for (several,) in connection.execute(listed))))


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
        raise LedgerUnavailable(
            f"{path} cannot be read as a record: {type(error).__name__}. {_remedy(error)}"
        ) from error


def _remedy(error: Exception) -> str:
    """What somebody can do about a file that cannot be read."""
    if isinstance(error, sqlite3.OperationalError) and "no such" in str(error):
        return "If an older gateway wrote it, start this one on it once."
    return (
        "It is damaged, or another program has it: `gateway audit verify` says what of it still holds. Keep the file, put the "
        "newest copy of `gateway audit backup` in its place, and `gateway audit restored` goes on from there."
    )


def _of_no_request(path: Path, asked: Asked) -> list[Entry]:
    """Rows of configurations and events that were asked for; a question about requests has none of them as an answer."""
    equal = dict(asked.equal)
    phase = equal.pop("phase", None)
    if asked.request_id or asked.agent:
        return []
    entries: list[Entry] = []
    with _reading(path) as connection:
        for table, columns in _BESIDE.items():
            if phase in {None, table} and set(equal) <= columns:
                clauses = ["at_us >= ?", "at_us < ?", *(f"{column} = ?" for column in equal)]
                values: tuple[str | int, ...] = (asked.since_us, asked.until_us or 2**63 - 1, *equal.values())
                entries += _beside(connection, table, " AND ".join(clauses), values)
    return sorted(entries, key=lambda entry: entry.at_us)


def _beside(
    connection: sqlite3.Connection, table: str, where: str, values: tuple[str | int, ...], *, newest: int = -1
) -> list[Entry]:
    """Rows of one of those tables, the newest first; a record of an older gateway has none of them."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
        return []
    query = f"SELECT * FROM {table} WHERE {where} ORDER BY seq DESC LIMIT ?"  # noqa: S608  names of our own
    rows = connection.execute(query, (*values, newest)).fetchall()
    return [Entry(row["seq"], {"phase": table, **_columns(row)}, {}) for row in rows[::-1]]


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
