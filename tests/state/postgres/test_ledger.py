"""What becomes of the record when its server is killed, hangs or comes back: nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import time

import psycopg
import pytest
from psycopg import errors

from gateway.audit.verify_ledger import verify
from gateway.events import LedgerLoss, LedgerLost, LedgerRecovered
from gateway.ports import LedgerContradicted, LedgerUnavailable
from gateway.state.checkpoints import Checkpoints
from gateway.state.postgres.ledger import REMEDIES, Database, PostgresLedger, loss_of
from gateway.state.postgres.moving import copy_out
from gateway.state.sqlite import log
from gateway.testing import RecordingSink
from tests.kit.patience import SOON_S, until
from tests.kit.postgres_server import postgres_server
from tests.kit.rows import WORDS, make_attempt, make_intent, make_outcome

SEED = bytes(range(32))
KILLS = 100 if os.environ.get("KILLS_IN_FULL") else 6


@pytest.fixture
def server():
    """One that may be killed: nobody else uses it."""
    with postgres_server() as made:
        yield made


@pytest.fixture
def ledger(server, tmp_path):
    """Opens ledgers of one record: `ledger = ledger()`; each signs into a file of its own."""
    made, url = [], server.database("record")

    def begun(**more) -> PostgresLedger:
        sink, checkpoints = RecordingSink(), Checkpoints(tmp_path / f"checkpoints-{len(made)}", seed=SEED)
        options = {"retry_s": 0.05, "linger_s": 0.01, **more}
        place = Database(url, limit_s=options.pop("limit_s", SOON_S))
        one = PostgresLedger(place, words=WORDS, sink=sink, checkpoints=checkpoints, **options)
        one.sink = sink
        made.append(one)
        return one

    begun.url = url
    yield begun
    server.go_on()
    for one in made:
        one.close()


def sound(url, folder):
    """The record, once it is verified."""
    path = folder / f"copy-{time.monotonic_ns()}.db"
    copy_out(url, path)
    assert verify(path, checkpoints="", keys=[]).problems == []
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT phase, request_id FROM entry ORDER BY seq").fetchall()


async def test_replicas_write_one_record(ledger, tmp_path):
    replicas = [ledger() for _ in range(3)]
    await asyncio.gather(*(replicas[number % 3].intend(make_intent(number)) for number in range(90)))
    for replica in replicas:
        replica.close()
    assert len(sound(ledger.url, tmp_path)) == 90


async def test_without_its_server_every_intent_is_refused_and_the_rest_is_written_later(server, ledger, tmp_path):
    one = ledger()
    await one.intend(make_intent(1))
    server.kill()
    with pytest.raises(LedgerUnavailable):
        await one.intend(make_intent(2))
    assert not one.available
    one.settle(make_outcome(1))
    server.start()
    await until(lambda: one.available)
    await one.intend(make_intent(3))
    one.close()
    rows = sound(ledger.url, tmp_path)
    assert ("outcome", make_outcome(1).request_id) in rows
    assert ("intent", make_intent(3).request_id) in rows
    lost = [event.loss for event in one.sink.events if isinstance(event, LedgerLost)]
    assert lost[0] is LedgerLoss.UNREACHABLE
    assert any(isinstance(event, LedgerRecovered) for event in one.sink.events)


async def test_it_is_lost_once_until_what_could_not_be_written_is(server, ledger, tmp_path):
    """A role that may not add rows, or somebody's lock: a line of its own would go in, and nothing else does."""
    one = ledger()
    await one.intend(make_intent(1))
    with psycopg.connect(server.owner + "/record", autocommit=True) as owner:
        owner.execute("REVOKE INSERT ON entry FROM gateway")
        one.settle(make_outcome(1))
        with pytest.raises(LedgerUnavailable):
            await one.intend(make_intent(2))
        tries = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'gateway' AND backend_start > %s"
        for _ in range(3):
            (now,) = owner.execute("SELECT clock_timestamp()").fetchone()
            await until(lambda now=now: owner.execute(tries, (now,)).fetchone() != (0,))
        assert (one.available, one.loss) == (False, LedgerLoss.NOT_WRITABLE)
        assert owner.execute("SELECT count(*) FROM event WHERE what = 'outage'").fetchone() == (0,)
        owner.execute("GRANT INSERT ON entry TO gateway")
    await until(lambda: one.available)
    assert one.loss is None
    told = [type(event) for event in one.sink.events if isinstance(event, LedgerLost | LedgerRecovered)]
    assert told == [LedgerLost, LedgerRecovered]
    one.close()
    assert sound(ledger.url, tmp_path)[-1] == ("outcome", make_outcome(1).request_id)


async def test_one_that_hangs_is_given_up_within_the_limit_and_then_refused_at_once(server, ledger, tmp_path):
    one = ledger(limit_s=0.3, retry_s=SOON_S)
    await one.intend(make_intent(1))
    server.hang()
    with pytest.raises(LedgerUnavailable):
        await one.intend(make_intent(2))
    for number in range(3, 200):
        with pytest.raises(LedgerUnavailable):
            await one.intend(make_intent(number))
    server.go_on()


async def test_a_replica_that_hangs_holds_nobody_up(server, ledger, tmp_path):
    """Its session is ended by the server, and it finds out when it goes on."""
    hung, alive = ledger(limit_s=0.3), ledger()
    await hung.intend(make_intent(1))
    with psycopg.connect(server.owner + "/record", autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gateway'")
    for number, one in enumerate((alive, hung)):
        with contextlib.suppress(LedgerUnavailable):
            await one.intend(make_intent(10 + number))
        await until(lambda one=one: one.available)
        await one.intend(make_intent(20 + number))
    for one in (alive, hung):
        one.close()
    assert ("intent", make_intent(21).request_id) in sound(ledger.url, tmp_path)


async def test_whenever_it_is_killed_no_acknowledged_intent_is_lost(server, ledger, tmp_path):
    replicas, chance = [ledger(), ledger()], random.Random(7)
    acknowledged, number, stopping = [], 0, False

    async def writes(replica):
        nonlocal number
        while not stopping:
            number += 1
            mine = number
            try:
                await replica.intend(make_intent(mine))
            except LedgerUnavailable:
                await until(lambda: replica.available)
            else:
                acknowledged.append(make_intent(mine).request_id)
            replica.attempt(make_attempt(mine))

    tasks = [asyncio.create_task(writes(replica)) for replica in replicas for _ in range(4)]
    for _ in range(KILLS):
        before = len(acknowledged) + chance.randrange(5, 60)
        await until(lambda before=before: len(acknowledged) >= before)
        server.kill()
        await asyncio.to_thread(server.start)
        await until(lambda: all(replica.available for replica in replicas))
    stopping = True
    await asyncio.gather(*tasks)
    for replica in replicas:
        await asyncio.to_thread(replica.close)
    kept = {request_id for phase, request_id in sound(ledger.url, tmp_path) if phase == "intent"}
    assert len(acknowledged) > KILLS * 5
    assert [request_id for request_id in acknowledged if request_id not in kept] == []


async def test_a_server_that_lost_the_end_of_the_record_is_not_continued(server, ledger, tmp_path):
    """A standby that took over without the last rows is an older copy: nothing leaves until somebody says so."""
    first = ledger()
    for number in range(3):
        await first.intend(make_intent(number))
    first.close()
    with psycopg.connect(server.owner + "/record", autocommit=True) as owner:
        for table in ("leaf", "entry", "detail"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER guard")
        owner.execute("DELETE FROM leaf WHERE idx = (SELECT max(idx) FROM leaf)")
        owner.execute("DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)")
    again = Checkpoints(tmp_path / "checkpoints-0", seed=SEED)
    with pytest.raises(LedgerContradicted, match="older copy"):
        PostgresLedger(Database(ledger.url, limit_s=SOON_S), words=WORDS, sink=RecordingSink(), checkpoints=again)


async def test_a_database_without_tables_is_said_to_be_no_place(server):
    with psycopg.connect(f"{server.owner}/postgres", autocommit=True) as owner:
        owner.execute("CREATE DATABASE empty")
    with pytest.raises(LedgerUnavailable) as refused:
        PostgresLedger(Database(f"{server.owner}/empty", limit_s=SOON_S), words=WORDS, sink=RecordingSink())
    assert loss_of(refused.value) is LedgerLoss.NOT_WRITABLE
    assert "postgres@" not in str(refused.value)


@pytest.mark.parametrize(
    ("error", "loss"),
    [
        (errors.DiskFull(), LedgerLoss.NO_SPACE),
        (errors.IoError(), LedgerLoss.DISK),
        (errors.ReadOnlySqlTransaction(), LedgerLoss.NOT_WRITABLE),
        (errors.UndefinedColumn(), LedgerLoss.NOT_WRITABLE),
        (errors.QueryCanceled(), LedgerLoss.LOCKED),
        (errors.AdminShutdown(), LedgerLoss.UNREACHABLE),
        (errors.IdleInTransactionSessionTimeout(), LedgerLoss.UNREACHABLE),
        (psycopg.OperationalError(), LedgerLoss.UNREACHABLE),
        (log.LogBroken(), LedgerLoss.DAMAGED),
        (errors.UniqueViolation(), LedgerLoss.DAMAGED),
        (LedgerContradicted(), LedgerLoss.CONTRADICTED),
        (psycopg.NotSupportedError(), LedgerLoss.UNOPENED),
        (RuntimeError(), LedgerLoss.UNOPENED),
    ],
)
def test_each_cause_has_a_word_and_something_to_do(error, loss):
    assert loss_of(error) is loss
    assert loss is LedgerLoss.CONTRADICTED or REMEDIES[loss]
