"""The record in PostgreSQL: the rows and the log of SQLite, one sequencer at a time, and a role that only adds."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from gateway.audit.verify_ledger import COLUMNS, TABLES, Tree, verify
from gateway.events import Noted
from gateway.ports import EventRow
from gateway.state.postgres.moving import copy_out
from gateway.state.postgres.store import LOCK, Store
from gateway.state.sqlite import log
from gateway.state.sqlite.store import Store as SqliteStore
from tests.kit.patience import SOON_S
from tests.kit.rows import WORDS, make_attempt, make_config, make_intent, make_outcome


@pytest.fixture
def opened(database):
    """Opens the record: `store = opened()`, as many as there are to be replicas."""
    made = []

    def open_one() -> Store:
        made.append(Store(database, words=WORDS, limit_s=SOON_S))
        return made[-1]

    yield open_one
    for store in made:
        store.close()


def verdict(database, folder):
    copy_out(database, folder / "copy.db")
    return verify(folder / "copy.db", checkpoints="", keys=[])


def rows_of(number):
    return [make_intent(number), make_attempt(number), make_outcome(number)]


GIVEN, CELLS = (
    "seq, at_us, phase, request_id, attempt, operation",
    "90, 1, 'attempt', 'req_0000000000000000', 1, 'chat'",
)
BATCHES = (
    [make_config(1)],
    [*rows_of(1), EventRow(at_us=5, what=Noted.OUTAGE, since_us=3, number=2)],
    [*rows_of(2), make_config(2), *rows_of(3), EventRow(at_us=7, what=Noted.OUTAGE, since_us=6, number=0)],
    [make_intent(4, target="brand-new"), make_intent(5), make_outcome(6, route="never-heard-of"), make_config(3)],
    *([make_intent(number) for number in range(first, first + 70)] for first in range(100, 600, 70)),
)


def test_the_same_rows_come_to_the_same_root_in_both(opened, database, tmp_path):
    store, file = opened(), SqliteStore(tmp_path / "ledger.db", words=WORDS)
    with closing(file):
        for batch in BATCHES:
            assert store.write(batch) == file.write(batch)
        assert (store.tree.size, store.tree.root) == (file.tree.size, file.tree.root)
    found = verdict(database, tmp_path)
    assert (found.problems, found.size, found.root, found.origin) == ([], file.tree.size, file.tree.root, store.origin)


def test_its_columns_are_those_that_the_verifier_reads(opened, database):
    opened()
    with psycopg.connect(database) as reader:
        for table in TABLES.values():
            found = reader.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
            ).fetchall()
            assert {name for (name,) in found} == {"seq", *COLUMNS[table]}


def test_a_row_that_the_schema_refuses_leaves_its_neighbours(opened):
    assert opened().write([make_intent(1), make_intent(2, target="brand-new"), make_intent(3)]) == [True, False, True]


def test_replicas_take_turns_and_their_rows_make_one_log(opened, database, tmp_path):

    def writes(at):
        with closing(Store(database, words=WORDS, limit_s=SOON_S)) as store:
            return [store.write(rows_of(at * 1000 + number)) for number in range(20)], store.tree

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(writes, range(4)))
    assert all(all(batch) for taken, _ in done for batch in taken)
    last = opened()
    assert last.tree.size == 240
    assert all(last.continues(tree) for _, tree in done)
    found = verdict(database, tmp_path)
    assert (found.problems, found.size, found.root) == ([], 240, last.tree.root)


def test_a_sequencer_that_does_not_hold_the_lock_cannot_take_a_place_that_is_taken(opened, database):
    """The lock orders those who ask for it; the key of the log stops whoever does not."""
    one = opened()
    one.write([make_intent(1)])
    with psycopg.connect(database) as stray, pytest.raises(psycopg.errors.UniqueViolation):
        stray.execute("INSERT INTO leaf (idx, of, seq, hash) VALUES (0, 1, 9, %s)", (bytes(32),))
    assert one.write([make_intent(2)]) == [True]


def test_one_that_hangs_with_the_lock_is_ended_and_cannot_commit_any_more(opened, database):
    """Its session is ended by the server: then there is no old sequencer that could still write."""
    hangs, goes_on = opened(), opened()
    hangs._connection.execute("SET idle_in_transaction_session_timeout = 200")
    hangs._connection.execute("BEGIN")
    hangs._connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
    assert goes_on.write([make_intent(1)]) == [True]  # waits for the lock, which is let go
    with pytest.raises(psycopg.Error):
        hangs._connection.execute("COMMIT")


def test_a_log_that_is_not_the_one_that_was_written_is_not_continued(opened, database, postgres):
    store = opened()
    store.write([make_intent(1), make_intent(2)])
    with psycopg.connect(database.replace("gateway@", "postgres@"), autocommit=True) as owner:
        owner.execute("ALTER TABLE leaf DISABLE TRIGGER guard")
        owner.execute("UPDATE leaf SET hash = %s WHERE idx = 1", (bytes(32),))
    with pytest.raises(log.LogBroken):
        store.write([make_intent(3)])
    assert not opened().continues(store.tree)


def test_a_log_that_lost_its_end_is_not_continued(opened, database):
    store = opened()
    store.write([make_intent(1), make_intent(2)])
    with psycopg.connect(database.replace("gateway@", "postgres@"), autocommit=True) as owner:
        owner.execute("ALTER TABLE leaf DISABLE TRIGGER guard")
        owner.execute("DELETE FROM leaf WHERE idx = 1")
    with pytest.raises(log.LogBroken):
        store.write([make_intent(3)])
    assert not opened().continues(store.tree)
    assert opened().continues(Tree(0, ()))


def test_what_was_sent_twice_since_the_answer_was_lost_stands_there_once(opened):
    store = opened()
    sent = [make_attempt(1), make_outcome(1)]
    assert store.write(sent) == [True, True]
    assert store.write([*sent, make_outcome(2)]) == [True, True, True]
    assert store.write([make_intent(3)]) == [True]
    assert store.write([make_intent(3)]) == [False]  # nobody waits for the first one any more
    assert store.tree.size == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET result = 'ok'",
        "DELETE FROM entry",
        "TRUNCATE entry CASCADE",
        "UPDATE leaf SET hash = hash",
        "DELETE FROM word",
        "DROP TABLE node",
        "ALTER TABLE entry DISABLE TRIGGER guard",
        "ALTER TABLE entry DISABLE TRIGGER words",
    ],
)
def test_gateways_may_only_add_and_read(opened, database, statement):
    opened().write(rows_of(1))
    with psycopg.connect(database) as gateway, pytest.raises(psycopg.errors.InsufficientPrivilege):
        gateway.execute(statement)


@pytest.mark.parametrize("table", ["entry", "detail", "config", "event", "policy", "log", "leaf", "node"])
def test_the_owner_is_kept_from_accidents_too(opened, database, table):
    opened()
    with (
        psycopg.connect(database.replace("gateway@", "postgres@")) as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        owner.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO event (seq, at_us, what, subject) VALUES (90, 1, 'outage', 'Philippa Marrowbone')",
        "INSERT INTO config (seq, at_us, result, config_after, policy_after) SELECT 90, 1, 'cough', hash, hash FROM policy",
        "INSERT INTO detail (seq, what, word) VALUES (1, 'rule', 'Philippa Marrowbone')",
        f"INSERT INTO entry (label, {GIVEN}) VALUES ('no-phi,Marrowbone', {CELLS})",
        f"INSERT INTO entry (caller, {GIVEN}) VALUES ('Marrowbone', {CELLS})",
    ],
)
def test_the_database_itself_refuses_a_text_that_is_no_known_word(opened, database, statement):
    opened().write([make_config(1), *rows_of(1)])
    with psycopg.connect(database) as gateway, pytest.raises(psycopg.errors.ForeignKeyViolation):
        gateway.execute(statement)


def test_a_server_that_keeps_nothing_through_a_loss_of_power_is_not_used(database, postgres):
    with psycopg.connect(f"{postgres.owner}/postgres", autocommit=True) as owner:
        owner.execute("ALTER SYSTEM SET full_page_writes = off")
        owner.execute("SELECT pg_reload_conf()")
        try:
            with closing(psycopg.connect(database, autocommit=True)) as waits:
                while waits.execute("SHOW full_page_writes").fetchone() == ("on",):
                    waits.execute("SELECT pg_sleep(0.01)")
            with pytest.raises(psycopg.NotSupportedError):
                Store(database, words=WORDS, limit_s=SOON_S)
        finally:
            owner.execute("ALTER SYSTEM RESET full_page_writes")
            owner.execute("SELECT pg_reload_conf()")


def test_tables_of_an_older_version_are_not_written(database):
    """A column that is missing would be dropped without a word, and the log would not fit its rows."""
    with psycopg.connect(database.replace("gateway@", "postgres@"), autocommit=True) as owner:
        owner.execute("ALTER TABLE entry DROP COLUMN baseline_nano_usd")
        try:
            with pytest.raises(psycopg.errors.UndefinedColumn):
                Store(database, words=WORDS, limit_s=SOON_S)
        finally:
            owner.execute("ALTER TABLE entry ADD COLUMN baseline_nano_usd amount")


def test_what_was_told_to_be_durable_is_whatever_the_server_usually_does(database):
    with psycopg.connect(database.replace("gateway@", "postgres@"), autocommit=True) as owner:
        owner.execute("ALTER ROLE gateway SET synchronous_commit = off")
    store = Store(database, words=WORDS, limit_s=SOON_S)
    with closing(store):
        said = store._connection.execute("SELECT current_setting('synchronous_commit')").fetchone()
    with psycopg.connect(database.replace("gateway@", "postgres@"), autocommit=True) as owner:
        owner.execute("ALTER ROLE gateway RESET synchronous_commit")
    assert said == ("on",)


def test_the_staging_record_holds_the_words_and_nothing_of_a_batch(opened):
    store = opened()
    store.write(rows_of(1))
    held: sqlite3.Connection = store._staging._connection
    assert held.execute("SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM leaf)").fetchone() == (0, 0)
