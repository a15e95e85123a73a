from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gateway.access.emergency import Emergencies
from gateway.access.keys import new_key
from gateway.access.stored import StoredKeys
from gateway.api.holders import Held, Holders
from gateway.config import Listener
from gateway.domain import Caller, Permission
from gateway.errors import InvalidRequest, KeyEnded
from gateway.events import Noted
from gateway.ports import KeyChange
from gateway.state.memory import MemoryKeys, MemoryLedger
from gateway.testing import RecordingSink

CHANGE = KeyChange(at_us=1, what=Noted.KEY_MADE, name="soma")


def holders_of(keys, ledger):
    return Holders(keys, ledger=ledger, emergencies=Emergencies(events=RecordingSink(), ledger=ledger))


@pytest.fixture
def made():
    """Holders, the caller of a key that they know, and what ends that key."""
    holders = holders_of(StoredKeys(MemoryKeys(), now_us=lambda: 10), MemoryLedger(words=["soma"]))
    key = new_key()
    kept = key.stored("soma", agents=("*",), routes=("*",), may=(), made_us=1)
    holders.keys.store.put([kept], CHANGE)
    caller = holders.keys.owner(key.key)

    def end():
        holders.keys.store.put([replace(kept, revoked_us=5)], CHANGE)

    return holders, caller, end


async def test_what_runs_on_a_key_ends_with_it_and_the_task_goes_on(made):
    holders, caller, end = made
    begun = asyncio.Event()

    async def work():
        begun.set()
        await asyncio.Event().wait()

    async def request():
        with pytest.raises(KeyEnded):
            await holders.run(Held(caller), work())
        await asyncio.sleep(0)
        return asyncio.current_task().cancelling()

    running = asyncio.create_task(request())
    await begun.wait()
    holders.look()
    end()
    holders.look()
    assert await running == 0


async def test_an_end_that_comes_too_late_is_not_felt_by_what_follows(made):
    holders, caller, end = made

    async def work():
        end()
        holders.look()

    async def failing():
        await work()
        raise InvalidRequest("no")

    await holders.run(Held(caller), work())
    await asyncio.sleep(0)
    with pytest.raises(InvalidRequest):
        await holders.run(Held(caller), failing())
    await asyncio.sleep(0)
    assert asyncio.current_task().cancelling() == 0


def test_the_record_is_told_once_and_not_while_it_takes_nothing(made):
    holders, _, end = made
    end()
    holders.look()
    holders.look()
    holders.close()
    assert [row.number for row in holders._ledger.rows] == [1, 2]
    assert list(holders.keys.store.changes()) == []


def test_a_record_that_is_closed_leaves_the_changes_where_they_are(made):
    holders, _, _ = made
    ledger = MemoryLedger()
    ledger.close()
    closed = holders_of(holders.keys, ledger)
    closed.close()
    assert len(holders.keys.store.changes()) == 1


def test_the_first_key_shuts_the_open_door_and_takes_permissions_from_the_one_that_stays_open(made):
    holders, _, _ = made
    anyone = Caller("anonymous", may=frozenset(Permission))
    open_one = Listener("127.0.0.1", 1, anonymous=anyone)
    told = Listener("127.0.0.1", 1, anonymous=anyone, keyless=True)
    empty = holders_of(StoredKeys(MemoryKeys(), now_us=lambda: 10), MemoryLedger())
    assert empty.anonymous(open_one) is anyone is empty.anonymous(told)
    assert holders.anonymous(open_one) is None
    assert holders.anonymous(told) == Caller("anonymous")
