"""A copy of the record, made while it is written."""

from __future__ import annotations

import asyncio
import sqlite3
import stat

import pytest

from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.backup import backup
from gateway.state.sqlite.reader import tail


async def test_a_copy_holds_all_that_was_acknowledged_though_it_still_stands_in_the_log(open_ledger, intent, tmp_path):
    ledger = open_ledger()
    for number in range(20):
        await ledger.intend(intent(number))

    assert backup(tmp_path / "state" / "ledger.db", tmp_path / "copy.db") == 20

    assert len(tail(tmp_path / "copy.db", 100)) == 20
    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"]
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


async def test_the_ledger_is_written_meanwhile_and_nothing_is_lost(open_ledger, intent, tmp_path):
    ledger = open_ledger()
    await ledger.intend(intent(0))
    copies = 0

    async def write():
        for number in range(1, 200):
            await ledger.intend(intent(number))

    writing = asyncio.create_task(write())
    while not writing.done():
        rows = await asyncio.to_thread(backup, tmp_path / "state" / "ledger.db", tmp_path / f"{copies}.db")
        copies += 1
        assert rows >= 1
    await writing
    assert copies
    assert backup(tmp_path / "state" / "ledger.db", tmp_path / "last.db") == 200
    assert ledger.available


def test_nothing_is_copied_over_and_nothing_is_invented(tmp_path):
    with pytest.raises(LedgerUnavailable, match="no record"):
        backup(tmp_path / "ledger.db", tmp_path / "copy.db")
    (tmp_path / "ledger.db").touch()
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(LedgerUnavailable, match="is there already"):
        backup(tmp_path / "ledger.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerUnavailable):
        backup(path, tmp_path / "copy.db")
    with pytest.raises(LedgerUnavailable, match="no folder"):
        backup(path, tmp_path / "nowhere" / "copy.db")
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


async def test_a_copy_is_a_database_of_its_own(open_ledger, intent, tmp_path):
    await open_ledger().intend(intent(1))
    backup(tmp_path / "state" / "ledger.db", tmp_path / "copy.db")
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    copy.close()
