"""Rows that are too old."""

from __future__ import annotations

import sqlite3

import pytest

from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.prune import old_rows, prune
from gateway.state.sqlite.store import Store
from tests.kit.records import make_record, rows_of
from tests.kit.rows import WORDS

FIRST_US = 1_790_000_000_000_000


def count(path):
    reader = sqlite3.connect(path)
    try:
        return reader.execute("SELECT count(*) FROM entry").fetchone()[0]
    finally:
        reader.close()


def test_what_is_pruned_is_gone_and_the_rest_still_verifies(tmp_path):
    record = make_record(tmp_path / "made", 200)
    assert old_rows(record.ledger, before_us=FIRST_US + 50) == (150, 153)  # three rows of other kinds came first
    assert prune(record.ledger, before_us=FIRST_US + 50) == 150
    assert count(record.ledger) == 450
    verdict = record.verdict()
    assert (verdict.problems, verdict.pruned, verdict.checkpoints) == ([], 150, 2)
    assert prune(record.ledger, before_us=FIRST_US + 50) == 0


def test_a_row_that_somebody_else_took_out_is_still_missed(tmp_path):
    record = make_record(tmp_path / "made", 200)
    prune(record.ledger, before_us=FIRST_US + 50)
    other = sqlite3.connect(record.ledger, isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute("DELETE FROM entry WHERE seq = 500")
    other.execute("DROP TRIGGER entry_DELETE")
    other.execute("DELETE FROM detail WHERE seq = 500")
    other.execute("DELETE FROM entry WHERE seq = 500")
    other.close()
    assert record.verdict().kinds["deleted"] == 1


def test_a_gateway_that_runs_goes_on(tmp_path):
    record = make_record(tmp_path / "made", 200)
    store = Store(record.ledger, words=WORDS)
    store.write(rows_of(900))
    prune(record.ledger, before_us=FIRST_US + 50)
    store.write(rows_of(901))
    store.close()
    assert record.verdict().problems == []


def test_all_of_it_may_be_old_and_what_is_not_there_is_said(tmp_path):
    record = make_record(tmp_path / "made", 10)
    assert prune(record.ledger, before_us=FIRST_US * 2) == 30
    assert record.verdict().problems == []
    with pytest.raises(LedgerUnavailable, match="no record"):
        prune(tmp_path / "none.db", before_us=1)
