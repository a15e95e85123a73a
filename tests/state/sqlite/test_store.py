"""Commits to the file."""

from __future__ import annotations

import sqlite3
import stat

import pytest

from gateway.state.sqlite.store import Store, prepare_directory

WORDS = ("soma", "triage", "pathologist", "sonnet", "anthropic-eu", "claude-sonnet-4", "no-phi")


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "ledger.db", words=WORDS)
    yield opened
    opened.close()


def test_a_refused_row_does_not_take_its_neighbours_with_it(store, intent, tmp_path):
    rows = [intent(1), intent(2, rules=("a free text",)), intent(3, body_bytes=2**70), intent(4, redacted=7), intent(5)]

    assert store.write(rows) == [True, False, False, False, True]

    with sqlite3.connect(tmp_path / "ledger.db") as reader:
        assert reader.execute("SELECT request_id FROM entry ORDER BY seq").fetchall() == [
            (intent(1).request_id,),
            (intent(5).request_id,),
        ]
    reader.close()


def test_every_file_of_the_ledger_is_ours_alone(store, intent, tmp_path):
    store.write([intent()])

    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert files == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}


def test_the_state_directory_is_closed_to_others(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)

    for name in ("open", "new/deep"):
        prepare_directory(tmp_path / name)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700


def test_commits_reach_the_disk(store):
    connection = store._connection

    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_words_may_be_learnt_later(store, intent):
    row = intent(target="brand-new")

    assert store.write([row]) == [False]
    store.learn(["brand-new"])
    assert store.write([row]) == [True]


def test_a_file_that_is_no_ledger_is_an_error_and_stays_as_it_was(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(sqlite3.DatabaseError):
        Store(path, words=WORDS)
    assert path.read_bytes().startswith(b"not a database")
