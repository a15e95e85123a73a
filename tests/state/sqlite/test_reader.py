"""Reading the record."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from gateway.events import ReloadResult
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.reader import tail
from tests.kit.rows import make_config


@pytest.fixture
async def path(open_ledger, intent, outcome, tmp_path):
    ledger = open_ledger()
    for number in range(1, 4):
        await ledger.intend(intent(number))
    ledger.settle(outcome(3))
    ledger.close()
    return tmp_path / "state" / "ledger.db"


def test_the_last_rows_come_oldest_first(path):
    assert [entry.seq for entry in tail(path, 2)] == [3, 4]
    assert [entry.seq for entry in tail(path, 10, after=2)] == [3, 4]
    assert tail(path, 10, after=4) == []


def test_what_came_into_force_stands_among_the_rows_by_its_time(open_ledger, outcome, tmp_path):
    ledger = open_ledger()
    ledger.configured(make_config(at_us=1, result=ReloadResult.STARTED))
    ledger.settle(outcome(1))
    ledger.configured(make_config(at_us=outcome(1).at_us + 1, result=ReloadResult.STOPPED))
    ledger.close()
    path = tmp_path / "state" / "ledger.db"
    first, middle, last = tail(path, 10)
    assert [first.phase, middle.phase, last.phase] == ["config", "outcome", "config"]
    assert (first.columns["result"], last.columns["result"]) == ("started", "stopped")
    assert first.as_json()["config_after"] == first.columns["config_after"]
    assert tail(path, 1) == [last]
    assert tail(path, 10, after=middle.seq, after_config=first.seq) == [last]


def test_an_older_record_says_nothing_of_what_was_in_force(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE config")
    assert len(tail(path, 10)) == 4


def test_an_entry_shows_its_columns_and_details(path):
    intent, outcome = tail(path, 2)

    assert intent.columns["target"] == "sonnet"
    assert intent.columns["body_digest"] == "00" * 32
    assert "status" not in intent.columns
    assert intent.details == {"redacted": ("mrn:token", "name:token"), "rule": ("no-phi",), "trait": ("baa",)}
    assert outcome.details == {"found": ("mrn:2",), "unknown": ("image",)}
    assert outcome.as_json()["found"] == ["mrn:2"]


async def test_the_record_can_be_read_while_it_is_written(open_ledger, intent, tmp_path):
    ledger = open_ledger()
    await ledger.intend(intent(1))

    assert len(tail(tmp_path / "state" / "ledger.db", 5)) == 1


def test_no_record_and_no_database_say_what_to_do(tmp_path):
    with pytest.raises(LedgerUnavailable, match="state_dir"):
        tail(tmp_path / "ledger.db", 5)

    (tmp_path / "ledger.db").write_text("not a database" * 50)
    with pytest.raises(LedgerUnavailable, match="cannot be read"):
        tail(tmp_path / "ledger.db", 5)
