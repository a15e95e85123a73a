"""The tree in the file, against the tree in memory."""

from __future__ import annotations

import sqlite3

import pytest

from gateway.audit.verify_ledger import Tree, leaf_hash, verify
from gateway.state.sqlite import log, schema
from gateway.state.sqlite.store import Store
from tests.kit.records import make_record, rows_of
from tests.kit.rows import WORDS, make_intent


@pytest.fixture
def connection(tmp_path):
    record = make_record(tmp_path / "made", 400)
    opened = sqlite3.connect(record.ledger, isolation_level=None)
    yield opened
    opened.close()


def leaves(connection):
    return [bytes(digest) for (digest,) in connection.execute("SELECT hash FROM leaf ORDER BY idx")]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 900, 1203])
def test_the_tree_of_any_size_is_read_from_a_few_hashes(connection, size):
    expected = Tree()
    for digest in leaves(connection)[:size]:
        expected.append(digest)
    found = log.at(connection, size)
    assert (found.size, found.root, found.edge) == (size, expected.root, expected.edge)


def test_a_hole_is_not_bridged(connection):
    connection.execute("DROP TRIGGER leaf_DELETE")
    connection.execute("DELETE FROM leaf WHERE idx = 1200")
    with pytest.raises(log.LogBroken):
        log.read(connection)


def test_each_commit_extends_the_log_by_what_it_took(tmp_path):
    store = Store(tmp_path / "ledger.db", words=WORDS)
    assert store.write([make_intent(1), make_intent(2, rules=("a free text",)), make_intent(3)]) == [True, False, True]
    assert store.tree.size == 2
    store.write(rows_of(9))
    assert store.tree.size == 5
    store.close()
    assert verify(tmp_path / "ledger.db").problems == []


def test_a_commit_that_fails_leaves_the_log_as_it_was(tmp_path):
    store = Store(tmp_path / "ledger.db", words=WORDS)
    store.write(rows_of(1))
    before = store.tree
    store._connection.execute("PRAGMA max_page_count = 1")  # the file is full
    with pytest.raises(sqlite3.OperationalError):
        store.write([row for number in range(10, 200) for row in rows_of(number)])
    assert store.tree is before
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.write(rows_of(2))
    store.close()
    assert verify(tmp_path / "ledger.db").problems == []


def test_two_writers_take_turns_and_the_log_stays_one(tmp_path):
    one, other = (Store(tmp_path / "ledger.db", words=WORDS) for _ in range(2))
    for number in range(20):
        (one if number % 3 else other).write(rows_of(number))
    one.close()
    other.close()
    verdict = verify(tmp_path / "ledger.db")
    assert (verdict.size, verdict.problems) == (60, [])


def test_a_writer_does_not_go_on_in_a_log_that_lost_rows(tmp_path):
    store = Store(tmp_path / "ledger.db", words=WORDS)
    store.write(rows_of(1))
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("DROP TRIGGER leaf_DELETE")
    other.execute("DELETE FROM leaf WHERE idx = 2")
    other.close()
    with pytest.raises(log.LogBroken):
        store.write(rows_of(2))
    store.close()


OLD = schema.DDL + schema.CONFIGURED + schema.GUARDS + schema.NEVER


def test_a_record_without_a_log_is_taken_into_one_as_it_is(tmp_path):
    path = tmp_path / "ledger.db"
    old = sqlite3.connect(path, isolation_level=None)
    old.executescript(OLD + "PRAGMA user_version = 4;")
    schema.learn(old, [*WORDS, *schema.own_words()])
    columns = "at_us, phase, request_id, attempt, operation, result, status"
    for number in range(300):
        old.execute(f"INSERT INTO entry ({columns}) VALUES (1, 'outcome', 'req_{number:020}', 0, 'chat', 'ok', 200)")
        old.execute("INSERT INTO detail (seq, what, word, count) VALUES (?, 'found', 'mrn', 2)", (number + 1,))
    old.execute("INSERT INTO outage (from_us, to_us, lost) VALUES (3, 5, 7)")
    old.close()

    store = Store(path, words=WORDS)
    assert store.tree.size == 301
    store.write(rows_of(1))
    store.close()

    verdict = verify(path)
    assert (verdict.size, verdict.problems) == (304, [])
    reader = sqlite3.connect(path)
    assert reader.execute("SELECT what, since_us, at_us, number FROM event").fetchall() == [("outage", 3, 5, 7)]
    assert reader.execute("SELECT count(*) FROM entry WHERE status = 200").fetchone()[0] == 302
    reader.close()


def test_a_migration_that_was_cut_off_is_finished_by_the_next_start(tmp_path):
    path = tmp_path / "ledger.db"
    old = sqlite3.connect(path, isolation_level=None)
    old.executescript(OLD + "PRAGMA user_version = 4;")
    schema.learn(old, schema.own_words())
    old.execute(
        "INSERT INTO entry (at_us, phase, request_id, attempt, operation, result, status)"
        " VALUES (1, 'outcome', 'req_00000000000000000000', 0, 'chat', 'ok', 200)"
    )
    schema.prepare(old)  # and no further
    assert old.execute("SELECT count(*) FROM leaf").fetchone() == (0,)
    old.close()
    Store(path, words=WORDS).close()
    assert verify(path).problems == []
    assert verify(path).size == 1


def test_a_leaf_is_the_hash_of_the_bytes_that_the_database_gives(connection):
    row = connection.execute(f"SELECT {log.canonical('event')} FROM event WHERE seq = 1").fetchone()[0]
    assert leaf_hash(bytes(row)) in leaves(connection)
