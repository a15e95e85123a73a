"""Copies the record into one file while the gateway goes on writing it; changes nothing in the record itself."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from gateway.audit.verify_ledger import TABLES
from gateway.ports import LedgerUnavailable


def backup(path: Path, copy: Path) -> int:
    """Copy the record at `path` to `copy`, which must not be there yet; how many rows it holds, of requests and others.

    SQLite's own backup: a copy of one moment, with all that is committed, whole by itself (`cp` would miss what still
    stands in the log beside the file). It appears under its name only once it is complete and on the disk.

    Raises:
        LedgerUnavailable: there is no record, the copy is there already or cannot be written, or it is not sound.
    """
    if not path.is_file():
        raise LedgerUnavailable(
            f"There is no record at {path}. No gateway ran with this `state_dir`, or it was moved: put it back."
        )
    if not copy.parent.is_dir():
        raise LedgerUnavailable(f"There is no folder {copy.parent} to put the copy in: make it first.")
    if copy.exists():
        raise LedgerUnavailable(f"{copy} is there already: name a file that is not.")
    part = copy.with_name(f"{copy.name}.part")
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        rows = _copied(path, part)
        _flush(part)
        part.rename(copy)
        _flush(copy.parent)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise LedgerUnavailable(f"{path} cannot be copied to {copy}: {type(error).__name__}.") from error
    return rows


def _flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before going on."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _copied(path: Path, part: Path) -> int:
    with (
        closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(part, isolation_level=None)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        (verdict,) = target.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError("the copy is not sound")
        there = [
            it
            for (it,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if it in TABLES.values()
        ]
        counts = [target.execute(f"SELECT count(*) FROM {table}").fetchone() for table in there]  # noqa: S608  names of our own
        return sum(int(count) for (count,) in counts)
