"""What is kept of the counts from one start to the next; the contract of the port is in tests/test_ports.py."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
import threading
from contextlib import closing

import pytest

from gateway.ports import Charge, Counted, Exceeded
from gateway.state.sqlite.quota import FILE, SqliteQuota
from tests.kit.patience import SOON_S

ONE = Charge("budget/caller/soma/dollars/month", 0, 100, 40)

DIES = """
import asyncio, os, signal, sqlite3, sys, time
from pathlib import Path
from gateway.ports import Charge
from gateway.state.sqlite.quota import SqliteQuota
one = Charge("budget/caller/soma/dollars/month", 0, 100, 40)
quota = SqliteQuota(Path(sys.argv[1]), linger_s=0)
asyncio.run(quota.reserve("settled", [one], now_us=1, until_us=1000))
quota.settle("settled", {one.account: 30}, now_us=1)
asyncio.run(quota.reserve("under way", [one], now_us=1, until_us=1000))
reader = sqlite3.connect(Path(sys.argv[1]) / "quota.db")
while reader.execute("SELECT count(*) FROM lease").fetchone() != (1,) or not reader.execute("SELECT 1 FROM used").fetchone():
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_what_was_used_is_used_after_a_start(tmp_path):
    first = SqliteQuota(tmp_path)
    await first.reserve("one", [ONE], now_us=1, until_us=1000)
    first.settle("one", {ONE.account: 25}, now_us=1)
    first.close()
    second = SqliteQuota(tmp_path)
    assert second.counted([ONE], now_us=1) == (Counted(25, 0),)
    second.close()


async def test_what_a_gateway_held_that_was_killed_is_held_until_its_time_is_up(tmp_path):
    dying = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, str(tmp_path))
    assert await dying.wait() == -signal.SIGKILL
    quota = SqliteQuota(tmp_path)
    assert quota.counted([ONE], now_us=2) == (Counted(30, 40),)
    assert await quota.reserve("next", [ONE], now_us=2, until_us=9) == Exceeded(ONE, 30)
    assert quota.counted([ONE], now_us=1000) == (Counted(30, 0),)
    quota.close()


async def test_a_lease_that_ends_before_it_was_written_is_never_written(tmp_path):
    quota = SqliteQuota(tmp_path, linger_s=SOON_S)
    await quota.reserve("over", [ONE], now_us=1, until_us=1000)
    quota.settle("over", {ONE.account: 25}, now_us=1)
    await quota.reserve("under way", [ONE], now_us=1, until_us=1000)
    assert list(quota._new_leases) == ["under way"]
    quota.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as reader:
        assert reader.execute("SELECT name FROM lease").fetchall() == [("under way",)]
        assert reader.execute("SELECT amount FROM used").fetchall() == [(25,)]


async def test_it_ends_also_when_it_is_told_to_just_after_it_asked(tmp_path):
    """What wakes the writer is cleared once it was asked whether to stop, and with it what `close` told in between."""
    made, told = SqliteQuota(tmp_path, linger_s=0), threading.Event()

    class Wake(threading.Event):
        def set(self):
            super().set()
            if made._stopping.is_set():
                told.set()

    class Stopping(threading.Event):
        def wait(self, timeout=None):
            before = self.is_set()
            told.wait(SOON_S)
            return before

    woken, made._wake, made._stopping = made._wake, Wake(), Stopping()
    woken.set()  # the writer now asks the others
    await made.reserve("a", [ONE], now_us=1, until_us=1000)
    closing = threading.Thread(target=made.close, daemon=True)
    closing.start()
    closing.join(SOON_S)
    assert not closing.is_alive()


async def test_the_file_is_for_nobody_else(tmp_path):
    SqliteQuota(tmp_path / "state").close()
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o077 == 0


async def test_what_cannot_be_written_is_enforced_and_written_when_it_can_be(tmp_path):
    quota = SqliteQuota(tmp_path, linger_s=0)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")  # somebody else keeps the file
    await quota.reserve("one", [ONE], now_us=1, until_us=1000)
    quota.settle("one", {ONE.account: 90}, now_us=1)
    assert await quota.reserve("two", [ONE], now_us=1, until_us=1000) == Exceeded(ONE, 10)
    other.execute("COMMIT")
    other.close()
    quota.close()
    again = SqliteQuota(tmp_path)
    assert again.counted([ONE], now_us=1) == (Counted(90, 0),)
    again.close()


async def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / FILE).write_bytes(b"no database" * 500)
    with pytest.raises(sqlite3.Error):
        SqliteQuota(tmp_path)
