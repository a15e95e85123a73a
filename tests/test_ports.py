"""The contract of each port, held against every implementation in the tree."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain import Permission
from gateway.events import Noted
from gateway.ports import (
    AuditSink,
    Charge,
    ConfigRow,
    Counted,
    Exceeded,
    Health,
    KeyChange,
    KeyStore,
    KeysUnreadable,
    LedgerUnavailable,
    Probed,
    Quota,
    RowRefused,
    ScanMemory,
    StoredKey,
)
from gateway.state.memory import LruMemory, MemoryHealth, MemoryKeys, MemoryLedger
from gateway.state.postgres.ledger import Database, PostgresLedger
from gateway.state.quota import KEPT_US, MemoryQuota
from gateway.state.redis.quota import RedisQuota
from gateway.state.sqlite.keys import SqliteKeys
from gateway.state.sqlite.ledger import Ledger
from gateway.state.sqlite.quota import SqliteQuota
from gateway.testing import RecordingSink
from tests.kit.patience import SOON_S
from tests.kit.postgres_server import postgres_server
from tests.kit.redis_server import redis_server
from tests.kit.rows import WORDS, make_attempt, make_config, make_intent, make_outcome

# --- the record --------------------------------------------------------------------------------------------------------


class InSqlite:
    def __init__(self, directory):
        self._directory = directory
        self.sink: AuditSink = Ledger(directory, words=WORDS, sink=RecordingSink(), linger_s=3600)

    def rows(self):
        return self._asked("SELECT phase, request_id FROM entry ORDER BY seq")

    def configured(self):
        return [name for (name,) in self._asked("SELECT policy_after FROM config ORDER BY seq")]

    def _asked(self, query):
        reader = sqlite3.connect(self._directory / "ledger.db")
        try:
            return reader.execute(query).fetchall()
        finally:
            reader.close()


class InMemory:
    PHASES = MappingProxyType({"IntentRow": "intent", "AttemptRow": "attempt", "Settlement": "outcome"})

    def configured(self):
        return [row.policy_after for row in self._ledger.rows if isinstance(row, ConfigRow)]

    def __init__(self, _directory):
        self._ledger = MemoryLedger(words=WORDS)
        self.sink: AuditSink = self._ledger

    def rows(self):
        named = [row for row in self._ledger.rows if not isinstance(row, ConfigRow)]
        return [(self.PHASES[type(row).__name__], row.request_id) for row in named]


class InPostgres:
    def __init__(self, database):
        self._database = database
        self.sink: AuditSink = PostgresLedger(
            Database(database, limit_s=SOON_S), words=WORDS, sink=RecordingSink(), linger_s=3600
        )

    def rows(self):
        return self._asked("SELECT phase, request_id FROM entry ORDER BY seq")

    def configured(self):
        return [name for (name,) in self._asked("SELECT policy_after FROM config ORDER BY seq")]

    def _asked(self, query):
        with psycopg.connect(self._database) as reader:
            return reader.execute(query).fetchall()


@pytest.fixture(scope="module")
def postgres():
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def record(request, tmp_path):
    match request.param:
        case "memory":
            made = InMemory(tmp_path)
        case "sqlite":
            made = InSqlite(tmp_path / "state")
        case _:
            server = request.getfixturevalue("postgres")
            made = InPostgres(server.database())
    yield made
    made.sink.close()


async def test_an_intent_that_returned_is_kept(record):
    await record.sink.intend(make_intent(7))
    assert record.rows() == [("intent", make_intent(7).request_id)]


async def test_what_nobody_waits_for_is_kept_at_the_latest_when_it_closes(record):
    record.sink.attempt(make_attempt(1))
    record.sink.settle(make_outcome(1))
    record.sink.close()
    assert sorted(phase for phase, _ in record.rows()) == ["attempt", "outcome"]


async def test_an_intent_with_a_name_nobody_configured_is_refused_until_it_is_learnt(record):
    with pytest.raises(RowRefused):
        await record.sink.intend(make_intent(1, target="brand-new"))
    record.sink.learn(["brand-new"])
    await record.sink.intend(make_intent(1, target="brand-new"))
    assert len(record.rows()) == 1


async def test_another_row_with_such_a_name_is_dropped_without_a_word(record):
    record.sink.settle(make_outcome(1, target="brand-new"))
    record.sink.attempt(make_attempt(1, model="brand-new"))
    record.sink.close()
    assert record.rows() == []


async def test_what_came_into_force_is_kept_no_later_than_an_intent_after_it(record):
    record.sink.configured(make_config(1))
    await record.sink.intend(make_intent(1))
    assert record.configured() == [make_config().policy_after]


async def test_once_closed_it_takes_nothing_and_closing_again_is_harmless(record):
    assert record.sink.available
    record.sink.close()
    record.sink.close()
    assert not record.sink.available
    record.sink.attempt(make_attempt(1))
    record.sink.settle(make_outcome(1))
    record.sink.configured(make_config(1))
    with pytest.raises(LedgerUnavailable):
        await record.sink.intend(make_intent(1))
    assert record.rows() == []


def test_a_refused_row_is_an_unavailable_record_to_whoever_asks():
    assert issubclass(RowRefused, LedgerUnavailable)


# --- what scans remember -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weighed:
    size: int
    mark: str = ""


@pytest.fixture(params=[LruMemory], ids=["memory"])
def memory(request) -> ScanMemory[Weighed]:
    return request.param(limit_bytes=100)


def test_what_was_kept_is_recalled_under_its_digest_alone(memory):
    memory.keep(b"a", Weighed(1, "a"))
    assert memory.recall(b"a") == Weighed(1, "a")
    assert memory.recall(b"b") is None


def test_what_is_kept_again_takes_the_place_of_the_old(memory):
    memory.keep(b"a", Weighed(1, "old"))
    memory.keep(b"a", Weighed(1, "new"))
    assert memory.recall(b"a") == Weighed(1, "new")


def test_it_takes_anything_and_holds_no_more_than_its_limit(memory):
    for number in range(50):
        memory.keep(bytes([number]), Weighed(number * 3))
    held = [found.size for number in range(50) if (found := memory.recall(bytes([number])))]
    assert held
    assert sum(held) <= 100


# --- who answers -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[MemoryHealth], ids=["memory"])
def health(request) -> Health:
    return request.param()


def test_nobody_is_known_before_anybody_was_asked(health):
    assert dict(health.known()) == {}


def test_the_last_round_is_what_is_known(health):
    health.learn({"ollama": Probed(up=True, models=("a",)), "mlx": Probed(up=False)})
    health.learn({"ollama": Probed(up=False)})
    assert dict(health.known()) == {"ollama": Probed(up=False)}


def test_what_was_handed_out_stays_as_it_was(health):
    answers = {"ollama": Probed(up=True)}
    health.learn(answers)
    known = health.known()
    answers["mlx"] = Probed(up=True)
    health.learn({})
    assert dict(known) == {"ollama": Probed(up=True)}


# --- what may be used up -----------------------------------------------------------------------------------------------

NOW_US = 1_800_000_000_000_000
LATER_US = NOW_US + 60_000_000


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


def quota_in_memory(_directory, _redis) -> Quota:
    return MemoryQuota()


def quota_in_sqlite(directory, _redis) -> Quota:
    return SqliteQuota(directory)


def quota_in_redis(_directory, redis) -> Quota:
    return RedisQuota(redis.url, sink=RecordingSink(), prefix=secrets.token_hex(8), limit_s=SOON_S)


QUOTAS = pytest.mark.parametrize(
    "make_quota", [quota_in_memory, quota_in_sqlite, quota_in_redis], ids=["memory", "sqlite", "redis"]
)


@pytest.fixture(params=[quota_in_memory, quota_in_sqlite, quota_in_redis], ids=["memory", "sqlite", "redis"])
async def quota(request, tmp_path, redis):
    made = request.param(tmp_path / "state", redis)
    yield made
    await made.aclose()


def charge(amount, *, account="a", limit=100, since_s=0) -> Charge:
    return Charge(account, since_s, limit, amount)


async def reserve(quota, lease, *charges, now_us=NOW_US, until_us=LATER_US):
    return await quota.reserve(lease, charges, now_us=now_us, until_us=until_us)


async def counted(quota, *, account="a", since_s=0, now_us=NOW_US) -> Counted:
    return (await quota.recount([charge(0, account=account, since_s=since_s)], now_us=now_us))[0]


async def test_what_is_held_is_taken_from_what_is_left(quota):
    assert await reserve(quota, "one", charge(60)) == (Counted(0, 60),)
    assert await reserve(quota, "two", charge(41)) == Exceeded(charge(41), 40)
    assert await reserve(quota, "two", charge(40)) == (Counted(0, 100),)


async def test_all_are_held_or_none(quota):
    refused = await reserve(quota, "one", charge(10), charge(11, account="b", limit=10))
    assert refused == Exceeded(charge(11, account="b", limit=10), 10)
    assert await counted(quota) == await counted(quota, account="b") == Counted()


async def test_one_account_may_be_charged_twice_and_is_held_together(quota):
    assert await reserve(quota, "one", charge(60), charge(60)) == Exceeded(charge(60), 100)
    assert await counted(quota) == Counted()
    assert await reserve(quota, "one", charge(50), charge(50)) == (Counted(0, 50), Counted(0, 100))


async def test_settling_counts_what_was_used_and_lets_the_rest_go(quota):
    await reserve(quota, "one", charge(60))
    quota.settle("one", {"a": 25}, now_us=NOW_US)
    assert await counted(quota) == Counted(25, 0)


async def test_a_lease_is_settled_once_and_an_unknown_one_never(quota):
    await reserve(quota, "one", charge(60))
    quota.settle("one", {"a": 25}, now_us=NOW_US)
    quota.settle("one", {"a": 25}, now_us=NOW_US)
    quota.settle("another", {"a": 25}, now_us=NOW_US)
    assert await counted(quota) == Counted(25, 0)


async def test_more_than_was_held_is_counted_all_the_same(quota):
    await reserve(quota, "one", charge(60))
    quota.settle("one", {"a": 130}, now_us=NOW_US)
    assert (await counted(quota)).used == 130
    assert await reserve(quota, "two", charge(1)) == Exceeded(charge(1), 0)


async def test_a_refund_leaves_nothing_behind(quota):
    await reserve(quota, "one", charge(60))
    quota.refund("one", now_us=NOW_US)
    quota.settle("one", {"a": 60}, now_us=NOW_US)
    assert await counted(quota) == Counted()


async def test_who_holds_nothing_is_settled_refunded_and_ended_like_anybody(quota):
    for lease in ("a", "b", "c"):
        await reserve(quota, lease, charge(0), charge(1, account="tokens"))
    quota.settle("a", {"a": 0, "tokens": 1}, now_us=NOW_US)
    quota.refund("b", now_us=NOW_US)
    assert await counted(quota, account="tokens") == Counted(1, 1)
    assert await counted(quota, account="tokens", now_us=LATER_US) == Counted(1, 0)


async def test_spans_are_counted_apart(quota):
    await reserve(quota, "one", charge(100))
    assert await reserve(quota, "two", charge(100, since_s=60)) == (Counted(0, 100),)


async def test_a_lease_returns_by_itself_when_its_holder_died(quota):
    await reserve(quota, "one", charge(100))
    assert await reserve(quota, "two", charge(100), now_us=LATER_US - 1) == Exceeded(charge(100), 0)
    assert await reserve(quota, "two", charge(100), now_us=LATER_US, until_us=LATER_US + 1) == (Counted(0, 100),)


async def test_what_is_settled_after_its_time_is_counted_still(quota):
    await reserve(quota, "one", charge(100))
    assert await counted(quota, now_us=LATER_US) == Counted()
    quota.settle("one", {"a": 70}, now_us=LATER_US)
    assert await counted(quota, now_us=LATER_US) == Counted(70, 0)


async def test_a_lease_whose_holder_never_came_back_is_forgotten(quota):
    await reserve(quota, "one", charge(100))
    long_after = LATER_US + KEPT_US
    await counted(quota, now_us=LATER_US)
    await counted(quota, now_us=long_after)
    quota.settle("one", {"a": 70}, now_us=long_after)
    assert await counted(quota, now_us=long_after) == Counted()


async def test_many_that_reserve_at_once_hold_no_more_than_there_is(quota):
    answers = await asyncio.gather(*(reserve(quota, str(number), charge(3)) for number in range(200)))
    won = sum(isinstance(answer, tuple) for answer in answers)
    assert (won, await counted(quota)) == (33, Counted(0, 99))


async def test_what_was_heard_last_is_known_without_asking(quota):
    await reserve(quota, "one", charge(60))
    assert quota.counted([charge(0)], now_us=NOW_US) == (Counted(0, 60),)


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "settle", "refund", "wait"]), st.integers(0, 7), st.integers(0, 60)),
    max_size=60,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@QUOTAS
async def test_whatever_comes_in_whatever_order_never_more_is_used_and_held_than_there_is(
    make_quota, steps, redis, tmp_path_factory
):
    """Leases that nobody outlives are settled for what they held at most: then used and held stay within the limit."""
    quota, now_us = make_quota(tmp_path_factory.mktemp("quota"), redis), NOW_US
    live: dict[str, tuple[int, int]] = {}
    used = 0
    for at, (what, which, amount) in enumerate(steps):
        names = sorted(live)
        name = names[which % len(names)] if names else ""
        match what:
            case "reserve":
                until_us = now_us + 10
                if isinstance(await reserve(quota, str(at), charge(amount), now_us=now_us, until_us=until_us), tuple):
                    live[str(at)] = (amount, until_us)
            case "settle" if name:
                held, _ = live.pop(name)
                quota.settle(name, {"a": min(amount, held)}, now_us=now_us)
                used += min(amount, held)
            case "refund" if name:
                del live[name]
                quota.refund(name, now_us=now_us)
            case "wait":
                now_us += amount // 10
                live = {each: one for each, one in live.items() if one[1] > now_us}
            case _:
                continue
        said = await counted(quota, now_us=now_us)
        assert said == Counted(used, sum(held for held, _ in live.values()))
        assert said.used + said.held <= 100
    await quota.aclose()


@given(amounts=st.lists(st.integers(0, 50), max_size=6), refunded=st.integers(0, 100))
@settings(max_examples=50, deadline=None)
async def test_a_refund_restores_what_was_there_before(amounts, refunded):
    quota = MemoryQuota()
    for at, amount in enumerate(amounts):
        await reserve(quota, str(at), charge(amount))
    before = await counted(quota)
    if isinstance(await reserve(quota, "more", charge(refunded)), tuple):
        quota.refund("more", now_us=NOW_US)
    assert await counted(quota) == before


# --- keys --------------------------------------------------------------------------------------------------------------


def a_key(prefix="tgw_aaaaaaaa", **more) -> StoredKey:
    said = {"name": "soma", "salt": b"salt", "digest": bytes([ord(prefix[-1])]) * 32, "made_us": 1_000}
    return StoredKey(prefix=prefix, **{**said, **more})


def made(name="soma", at_us=1_000) -> KeyChange:
    return KeyChange(at_us=at_us, what=Noted.KEY_MADE, name=name)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path) -> KeyStore:
    return MemoryKeys() if request.param == "memory" else SqliteKeys(Path(tmp_path) / "state")


def test_a_key_store_nobody_used_has_no_keys_and_no_changes(store):
    assert (list(store.listed()), list(store.changes())) == ([], [])
    store.use({"tgw_aaaaaaaa": 7})
    assert list(store.listed()) == []


def test_a_key_comes_back_as_it_was_put_and_in_the_order_of_making(store):
    first = a_key(agents=("a", "b"), routes=("ollama/qwen3:32b",), may=(Permission.EXPLAIN,), expires_us=9_000)
    second = a_key("tgw_bbbbbbbb", made_us=2_000, name="ops")
    store.put([first], made())
    store.put([second], made("ops"))
    assert list(store.listed()) == [first, second]


def test_any_change_makes_another_version_and_nothing_else_does(store):
    before = store.version()
    store.put([a_key()], made())
    after = store.version()
    store.listed(), store.changes()
    assert before != after == store.version()


def test_only_the_end_of_a_known_key_can_change(store):
    store.put([a_key()], made())
    store.put([a_key(agents=("other",), name="ops", expires_us=5_000)], made())
    assert list(store.listed()) == [a_key(expires_us=5_000)]
    store.put([a_key()], made())
    assert list(store.listed()) == [a_key()]


def test_a_revoked_key_stays_revoked(store):
    store.put([a_key(revoked_us=3_000)], made())
    store.put([a_key()], made())
    store.put([a_key(revoked_us=9_000)], made())
    assert [key.revoked_us for key in store.listed()] == [3_000]


def test_another_key_with_the_same_beginning_is_refused_and_nothing_is_half_done(store):
    store.put([a_key()], made())
    with pytest.raises(KeysUnreadable, match="begins like"):
        store.put([a_key("tgw_bbbbbbbb"), a_key(digest=b"?" * 32)], made())
    assert list(store.listed()) == [a_key()]
    assert len(store.changes()) == 1


def test_the_last_use_is_kept_and_never_set_back(store):
    store.put([a_key()], made())
    store.use({"tgw_aaaaaaaa": 7_000, "tgw_unknown_": 1})
    store.use({"tgw_aaaaaaaa": 6_000})
    assert [key.used_us for key in store.listed()] == [7_000]


def test_changes_are_numbered_and_told_once(store):
    for at_us, name in enumerate(("a", "b", "c"), start=1):
        store.put([a_key(f"tgw_{name * 8}", name=name)], made(name, at_us))
    store.listed()
    assert [(change.number, change.name) for change in store.changes()] == [(1, "a"), (2, "b"), (3, "c")]
    store.told(2)
    store.told(1)
    assert list(store.changes()) == [replace(made("c", 3), number=3)]


@pytest.mark.parametrize(
    ("ends", "holds"),
    [
        ({}, True),
        ({"expires_us": 101}, True),
        ({"expires_us": 100}, False),
        ({"revoked_us": 100}, False),
        ({"revoked_us": 1_000, "expires_us": 2_000}, False),
    ],
)
def test_a_key_holds_until_it_ends(ends, holds):
    assert a_key(**ends).holds(100) is holds
