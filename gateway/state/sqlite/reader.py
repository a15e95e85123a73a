"""Reads the record for people; it opens the file read-only and changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
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
        raise LedgerUnavailable(f"There is no record at {path}. Start the gateway once, or see `state_dir`.")
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
