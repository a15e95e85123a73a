"""Takes old rows of requests out of the record; their hashes stay, so that it still verifies, and a row says what went."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gateway.events import Noted
from gateway.ports import EventRow, LedgerUnavailable
from gateway.state.sqlite import schema
from gateway.state.sqlite.store import BUSY_MS, Store

CHUNK = 2000
_FIRST_YOUNG = (
    "SELECT leaf.idx FROM leaf JOIN entry ON entry.seq = leaf.seq"
    " WHERE leaf.of = 1 AND entry.at_us >= ? ORDER BY leaf.idx LIMIT 1"
)
_OLD = "SELECT entry.seq FROM leaf JOIN entry ON entry.seq = leaf.seq WHERE leaf.of = 1 AND leaf.idx < ? LIMIT ?"


def old_rows(path: Path, *, before_us: int) -> tuple[int, int]:
    """How many rows of requests all stand before the first that is not older, and the place of that one in the log.

    Raises:
        LedgerUnavailable: there is no record.
    """
    if not path.is_file():
        raise LedgerUnavailable(f"There is no record at {path}. See `state_dir`.")
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(_FIRST_YOUNG, (before_us,)).fetchone()
        (size,) = connection.execute("SELECT coalesce(max(idx) + 1, 0) FROM leaf").fetchone()
        upto = int(found[0]) if found else int(size)
        count = "SELECT count(*) FROM leaf JOIN entry ON entry.seq = leaf.seq WHERE leaf.of = 1 AND leaf.idx < ?"
        return int(connection.execute(count, (upto,)).fetchone()[0]), upto


def prune(path: Path, *, before_us: int) -> int:
    """Take them out, also while the gateway runs; how many went. What went is written down first.

    Raises:
        LedgerUnavailable: there is no record, or it cannot be written.
    """
    count, upto = old_rows(path, before_us=before_us)
    if not count:
        return 0
    try:
        with closing(Store(path, words=())) as store:
            noted = EventRow(at_us=time.time_ns() // 1000, what=Noted.PRUNED, since_us=before_us, number=upto)
            store.write([noted])
        return sum(_chunks(path, upto))
    except (OSError, sqlite3.Error) as error:
        raise LedgerUnavailable(f"{path} cannot be pruned: {type(error).__name__}. Run it again.") from error


def _chunks(path: Path, upto: int) -> Iterator[int]:
    """Delete little by little, so that the gateway waits for none of it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA synchronous = FULL")
        while True:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(_OLD, (upto, CHUNK)).fetchall()
            if rows:
                for table in ("detail", "entry"):
                    connection.execute(f"DROP TRIGGER IF EXISTS {table}_DELETE")
                    connection.executemany(f"DELETE FROM {table} WHERE seq = ?", rows)  # noqa: S608  our own names
                    connection.execute(schema.GUARD.format(table=table, verb="DELETE"))
            connection.execute("COMMIT")
            if not rows:
                return
            yield len(rows)
