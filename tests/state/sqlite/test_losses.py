"""What is wrong with a record is said by a word of ours, whatever the system said."""

from __future__ import annotations

import errno
import sqlite3
import time

import pytest

from gateway.events import LedgerLoss
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.losses import loss_of, recovered


def full():
    return OSError(errno.ENOSPC, "No space left on device")


def damaged(path):
    path.write_bytes(b"SQLite format 3\0" + b"damage" * 2000)
    with pytest.raises(sqlite3.Error) as caught:
        sqlite3.connect(path).execute("SELECT * FROM sqlite_master")
    return caught.value


def test_each_cause_has_a_word(tmp_path):
    assert loss_of(full()) is LedgerLoss.NO_SPACE
    assert loss_of(PermissionError(errno.EACCES, "")) is LedgerLoss.NOT_WRITABLE
    assert loss_of(damaged(tmp_path / "x.db")) is LedgerLoss.DAMAGED
    assert loss_of(OSError(errno.EIO, "")) is LedgerLoss.DISK
    assert loss_of(sqlite3.OperationalError("our own")) is LedgerLoss.UNOPENED
    wrapped = LedgerUnavailable("cannot be used")
    wrapped.__cause__ = full()
    assert loss_of(wrapped) is LedgerLoss.NO_SPACE
    assert loss_of(LedgerUnavailable("")) is LedgerLoss.UNOPENED


def test_a_clock_that_was_set_back_makes_no_outage_of_less_than_nothing():
    assert recovered(time.time_ns() // 1000 + 60_000_000, lost=3).outage_s == 0
