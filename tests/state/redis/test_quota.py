"""What becomes of the counts when Redis is killed, hangs, forgets or is another one; the contract of the port is in
tests/test_ports.py."""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from redis.asyncio import Connection

from gateway.events import SharedLoss, SharedSeen
from gateway.ports import Charge, Counted, Exceeded, QuotaUnavailable
from gateway.state.redis import quota as module
from gateway.state.redis.quota import RedisQuota
from gateway.state.redis.scripts import COUNT, REFUND, RESERVE, SCRIPTS, SETTLE
from gateway.state.redis.server import Away, RedisServer, packed
from gateway.testing import RecordingSink
from tests.kit.patience import SOON_S, until
from tests.kit.redis_server import redis_server

ONE = Charge("budget/caller/soma/dollars/month", 0, 100, 40)
NOW_US = 1_800_000_000_000_000
LATER_US = NOW_US + 60_000_000
CALLERS, EACH = (200, 50) if os.environ.get("BUDGETS_IN_FULL") else (40, 5)


@pytest.fixture
def server(tmp_path):
    with redis_server(tmp_path / "redis") as made:
        yield made


@pytest.fixture
async def replica(server):
    """Makes replicas that share the counts: `quota = replica()`."""
    made = []

    def make(url=None, **more) -> RedisQuota:
        quota = RedisQuota(url or server.url, **{"sink": RecordingSink(), "limit_s": SOON_S, "again_s": 0.01, **more})
        made.append(quota)
        return quota

    yield make
    for quota in made:
        await quota.aclose()


async def reserve(quota, lease, charge=ONE, *, now_us=NOW_US):
    return await quota.reserve(lease, [charge], now_us=now_us, until_us=now_us + 60_000_000)


async def counted(quota, *, now_us=NOW_US):
    return (await quota.recount([ONE], now_us=now_us))[0]


async def back(quota):
    """Return as soon as it counts again."""
    await until(lambda: quota.notes == ())


async def test_what_one_replica_holds_and_uses_the_others_count(replica):
    one, other = replica(), replica()
    assert await reserve(one, "a") == (Counted(0, 40),)
    assert await reserve(other, "b") == (Counted(0, 80),)
    assert await reserve(one, "c") == Exceeded(ONE, 20)
    one.settle("a", {ONE.account: 10}, now_us=NOW_US)
    assert await counted(one) == await counted(other) == Counted(10, 40)


async def test_what_a_replica_held_that_died_returns_when_its_time_is_up(replica, server):
    dead, alive = replica(), replica()
    await reserve(dead, "a", ONE._replace(amount=100))
    assert await reserve(alive, "b") == Exceeded(ONE, 0)
    assert await reserve(alive, "b", now_us=LATER_US) == (Counted(0, 40),)
    assert int(server.ask("PTTL", "{gateway:quota}:lease:a")) > 0  # and it is forgotten a day later


async def test_while_redis_is_away_nothing_is_held_and_it_is_said_at_once(replica, server):
    quota = replica()
    await reserve(quota, "a")
    server.kill()
    with pytest.raises(QuotaUnavailable):
        await reserve(quota, "b")
    assert "does not answer" in quota.notes[0]
    began = time.monotonic()
    for number in range(100):
        with pytest.raises(QuotaUnavailable):
            await reserve(quota, f"c{number}")
    assert time.monotonic() - began < SOON_S  # each by itself would wait as long


async def test_that_it_is_away_and_why_is_told_once_and_that_it_is_back(replica, server):
    sink = RecordingSink()
    quota = replica(sink=sink)
    await reserve(quota, "a")
    assert seen(sink) == []
    server.kill()
    for lease in ("b", "c"):
        with pytest.raises(QuotaUnavailable):
            await reserve(quota, lease)
    server.start()
    await back(quota)
    assert seen(sink) == [SharedSeen(loss=SharedLoss.UNREACHABLE), SharedSeen()]


def seen(sink):
    return [event for event in sink.events if isinstance(event, SharedSeen)]


async def test_one_that_does_not_know_us_is_said_to_refuse(replica, server):
    sink = RecordingSink()
    server.ask("CONFIG", "SET", "requirepass", "other")
    with pytest.raises(QuotaUnavailable, match="user and password"):
        await reserve(replica(server.url.replace("//", "//:wrong@"), sink=sink), "a")
    assert seen(sink) == [SharedSeen(loss=SharedLoss.REFUSED)]


async def test_what_was_told_while_it_was_away_is_counted_once_it_is_back(replica, server):
    quota = replica()
    await reserve(quota, "held")
    server.kill()
    with pytest.raises(QuotaUnavailable):
        await reserve(quota, "never held")
    quota.settle("held", {ONE.account: 7}, now_us=NOW_US)
    quota.settle("never held", {ONE.account: 5}, now_us=NOW_US)
    with pytest.raises(QuotaUnavailable):
        await reserve(quota, "refused")
    quota.refund("refused", now_us=NOW_US)
    server.start()
    await back(quota)
    assert await counted(quota) == Counted(12, 0)


async def test_what_comes_twice_is_counted_once(replica, server):
    """Redis may have heard what it could not confirm: so everything that is told can be told again."""
    quota = replica()
    await reserve(quota, "held")
    raw = RedisServer(server.url, SCRIPTS, limit_s=SOON_S)
    await raw.greet()
    span = f"{ONE.account}|0"
    for lease, unheld in (("held", 0), ("never held", 1), ("held", 0), ("never held", 1), ("held", 0)):
        await raw.run([(SETTLE, ["{gateway:quota}", NOW_US, lease, unheld, span, 5])])
    assert await raw.run([(COUNT, ["{gateway:quota}", NOW_US, span])]) == [[10, 0]]
    await raw.aclose()


@pytest.mark.parametrize("last", [(REFUND, ["late", 1]), (SETTLE, ["late", 1, f"{ONE.account}|0", 5])])
async def test_what_asks_later_than_it_is_over_holds_nothing(replica, server, last):
    """A network may keep what was asked until it was given up, and bring it over a connection that is closed by then."""
    raw, (script, arguments) = RedisServer(server.url, SCRIPTS, limit_s=SOON_S), last
    await raw.greet()
    await raw.run([(script, ["{gateway:quota}", NOW_US, *arguments])])
    asked = (RESERVE, ["{gateway:quota}", NOW_US, "late", LATER_US, f"{ONE.account}|0", 100, 40])
    used = 5 if script == SETTLE else 0
    assert await raw.run([asked]) == [[0, 0, used, 0]]
    await raw.aclose()
    assert await counted(replica()) == Counted(used, 0)


async def test_one_that_hangs_is_given_up_after_the_limit_and_nothing_is_held_or_counted_twice(replica, server):
    quota = replica(limit_s=0.2)
    await reserve(quota, "before")
    server.hang()
    with pytest.raises(QuotaUnavailable):
        await reserve(quota, "meanwhile")  # Redis reads it when it goes on
    assert "does not answer" in quota.notes[0]
    quota.refund("meanwhile", now_us=NOW_US)
    quota.settle("before", {ONE.account: 30}, now_us=NOW_US)
    server.go_on()
    await back(quota)
    await quota.recount([ONE], now_us=NOW_US)
    assert await counted(quota) == Counted(30, 0)


async def test_a_redis_that_forgot_is_told_what_was_used(tmp_path, replica):
    """Without a file Redis begins from nothing. What the replicas heard of it they say again, and no budget begins anew."""
    with redis_server(tmp_path / "forgets", keeps=False) as server:
        one, other = replica(server.url), replica(server.url)
        for quota, lease, used in ((one, "a", 30), (other, "b", 25)):
            await reserve(quota, lease)
            quota.settle(lease, {ONE.account: used}, now_us=NOW_US)
            await counted(quota)
        await reserve(other, "under way")
        server.kill()
        for quota in (one, other):
            with pytest.raises(QuotaUnavailable):
                await counted(quota)
        server.start()
        await back(one)
        await back(other)
        assert (await counted(one)).used == 55
        other.settle("under way", {ONE.account: 12}, now_us=NOW_US)
        assert await counted(other) == Counted(67, 0)


async def test_a_redis_that_is_emptied_while_they_are_connected_is_told_again_before_anything_is_held(replica, server):
    """FLUSHALL, DEL and eviction end no connection: that it says less than before is all that there is to notice."""
    sink = RecordingSink()
    one, other = replica(sink=sink), replica()
    await reserve(one, "a", ONE._replace(amount=70))
    one.settle("a", {ONE.account: 70}, now_us=NOW_US)
    assert await counted(one) == await counted(other) == Counted(70, 0)
    server.ask("FLUSHALL")
    assert await reserve(one, "b") == Exceeded(ONE, 30)
    server.ask("FLUSHALL")
    assert await counted(other) == Counted(70, 0)
    seen = [event.loss for event in sink.events if isinstance(event, SharedSeen)]
    assert seen == [SharedLoss.FORGOT, None]


async def test_what_is_under_way_when_it_is_emptied_is_counted(replica, server):
    quota = replica()
    for lease in ("a", "b"):
        await reserve(quota, lease)
    quota.settle("a", {ONE.account: 30}, now_us=NOW_US)
    assert await counted(quota) == Counted(30, 40)
    server.ask("FLUSHALL")
    assert await counted(quota) == Counted(30, 0)
    quota.settle("b", {ONE.account: 12}, now_us=NOW_US)
    assert await counted(quota) == Counted(42, 0)


async def test_a_script_that_is_gone_is_brought_again(replica, server):
    quota = replica()
    await reserve(quota, "a")
    server.ask("SCRIPT", "FLUSH")
    with pytest.raises(QuotaUnavailable):
        await reserve(quota, "b")
    await back(quota)
    quota.refund("b", now_us=NOW_US)
    assert await counted(quota) == Counted(0, 40)


async def test_one_that_takes_no_more_writes_is_said_to_refuse(replica, server):
    quota = replica()
    server.ask("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(QuotaUnavailable, match="refuses to count"):
        await reserve(quota, "a")
    server.ask("CONFIG", "SET", "maxmemory", "0")
    await back(quota)


async def test_a_replica_whose_clock_is_another_counts_nothing(replica, monkeypatch):
    """It would count for another minute, day or month than the others do."""
    monkeypatch.setattr("gateway.state.redis.server.SKEW_S", -1)
    with pytest.raises(QuotaUnavailable, match="clock"):
        await reserve(replica(), "a")


async def test_a_clock_that_is_set_while_they_are_connected_is_noticed_too(replica, server, monkeypatch):
    sink = RecordingSink()
    quota = replica(sink=sink)
    await reserve(quota, "a")
    monkeypatch.setattr("gateway.state.redis.server.CLOCK_S", 0)
    right = time.time
    monkeypatch.setattr("gateway.state.redis.server.time.time", lambda: right() + 60)
    with pytest.raises(QuotaUnavailable, match="clock"):
        await reserve(quota, "b")
    quota.settle("a", {ONE.account: 7}, now_us=NOW_US)
    monkeypatch.setattr("gateway.state.redis.server.time.time", lambda: right() + 20)
    await back(quota)
    assert seen(sink) == [SharedSeen(loss=SharedLoss.CLOCK), SharedSeen()]
    quota.refund("b", now_us=NOW_US)
    assert await counted(quota) == Counted(7, 0)  # what came with the wrong clock can be told twice, too


@pytest.mark.parametrize("spoilt", [("SET", "x"), ("HSET", "used", "many")])
async def test_a_settlement_that_redis_never_takes_holds_up_nothing(replica, server, spoilt):
    """Somebody wrote into one span by hand: what is for it is set aside and counted as lost, and the others go on."""
    sink = RecordingSink()
    quota, good = replica(sink=sink), ONE._replace(account="budget/caller/pacs/dollars/month")
    for charge, lease in ((ONE, "a"), (good, "b"), (good, "c")):
        await reserve(quota, lease, charge)
    key = f"{{gateway:quota}}:span:{ONE.account}|0"
    server.ask("DEL", key)
    server.ask(spoilt[0], key, *spoilt[1:])
    quota.settle("a", {ONE.account: 7}, now_us=NOW_US)
    quota.settle("b", {good.account: 8}, now_us=NOW_US)
    with pytest.raises(QuotaUnavailable, match="does not take"):
        await reserve(quota, "d")
    assert await quota.recount([good], now_us=NOW_US) == (Counted(8, 40),)
    quota.settle("c", {good.account: 9}, now_us=NOW_US)
    assert await quota.recount([good], now_us=NOW_US) == (Counted(17, 0),)
    assert quota.notes == (
        "1 settlements were lost, since Redis did not answer or take them: budgets have more left than is so.",
    )
    assert seen(sink) == [SharedSeen(lost=1)]


async def test_whoever_leaves_while_asking_holds_nothing(replica, server):
    quota = replica()
    await counted(quota)
    server.hang()
    asking = asyncio.create_task(reserve(quota, "a"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    server.go_on()
    assert await counted(quota) == Counted(0, 0)


async def test_of_too_much_that_waits_the_oldest_is_lost_and_it_is_said(replica, server, monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    quota = replica()
    await counted(quota)
    server.kill()
    with pytest.raises(QuotaUnavailable):
        await counted(quota)
    for lease in "abc":
        with pytest.raises(QuotaUnavailable):
            await reserve(quota, lease)
        quota.settle(lease, {ONE.account: 1}, now_us=NOW_US)
    assert "1 settlements were lost" in quota.notes[1]


def test_what_is_sent_is_what_the_library_would_send():
    commands = [
        ("EVALSHA", "ab" * 20, 1, "{gateway:quota}", 0, -7, 10**18, "budget/caller/Zoë 心/dollars|0", ""),
        ("TIME",),
    ]
    assert packed(commands) == b"".join(Connection().pack_commands(commands))


async def test_nobody_listening_is_away():
    server = RedisServer("redis://127.0.0.1:1/0", SCRIPTS, limit_s=SOON_S)
    with pytest.raises(Away, match="does not answer"):
        await server.greet()
    await server.aclose()


async def test_three_replicas_with_many_callers_each_never_overspend_together(replica, server):
    """Each takes all that it may, while Redis is killed and comes back: what was let go is never more than there is."""
    limit = 40 * CALLERS
    charge, spent = ONE._replace(limit=limit, amount=7), 0
    replicas = [replica() for _ in range(3)]
    asked = 0

    async def caller(quota, name):
        nonlocal spent, asked
        for number in range(EACH):
            asked += 1
            if asked == CALLERS * EACH // 2:
                server.kill()
                server.start()
            try:
                answer = await reserve(quota, f"{name}/{number}", charge)
            except QuotaUnavailable:
                quota.refund(f"{name}/{number}", now_us=NOW_US)
                await until(lambda: quota.notes == ())
                continue
            if isinstance(answer, tuple):
                spent += 7
                quota.settle(f"{name}/{number}", {charge.account: 7}, now_us=NOW_US)

    async with asyncio.timeout(SOON_S * 20):
        callers = [caller(quota, f"{at}/{who}") for at, quota in enumerate(replicas) for who in range(CALLERS)]
        await asyncio.gather(*callers)
    for quota in replicas:
        await back(quota)
        await counted(quota)
    count = await counted(replicas[0])
    assert count == Counted(spent, 0)
    assert limit - 7 < spent <= limit
