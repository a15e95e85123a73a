from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.access.keys import PREFIX_CHARS, NewKey, new_key
from gateway.access.stored import StoredKeys
from gateway.domain import Permission
from gateway.errors import KeyEnded, KeysUnavailable
from gateway.events import Noted
from gateway.ports import KeyChange, StoredKey
from gateway.state.memory import MemoryKeys
from gateway.state.sqlite.keys import FILE, SqliteKeys

NOW_US = 1_000_000


def stored(key: NewKey, name: str = "soma") -> StoredKey:
    return key.stored(name, agents=("radiologist",), routes=("*",), may=(Permission.EXPLAIN,), made_us=1)


def change(name: str = "soma") -> KeyChange:
    return KeyChange(at_us=1, what=Noted.KEY_MADE, name=name)


@pytest.fixture
def keys() -> StoredKeys:
    return StoredKeys(MemoryKeys(), now_us=lambda: NOW_US)


def test_a_stored_key_admits_its_caller_with_its_grant_from_the_moment_it_is_there(keys: StoredKeys) -> None:
    key = new_key()
    assert keys.owner(key.key) is None
    kept = stored(key)
    keys.store.put([kept], change())
    caller = keys.owner(key.key)
    assert caller is not None
    assert (caller.name, caller.agents, caller.may) == ("soma", {"radiologist"}, {Permission.EXPLAIN})
    assert (caller.prefix, caller.key) == (kept.prefix, kept.digest)
    assert keys.holds(caller)
    assert keys.used == {kept.prefix: NOW_US}


def test_no_other_key_does_and_least_of_all_one_that_begins_the_same(keys: StoredKeys) -> None:
    key = new_key()
    keys.store.put([stored(key)], change())
    last = "a" if key.key[-1] != "a" else "b"
    for other in (key.key[:PREFIX_CHARS], key.key[:-1], key.key + "a", key.key[:-1] + last, key.key.upper(), "", "x"):
        assert keys.owner(other) is None
    assert keys.owner("tgw_" + "\ud800" * 40) is None
    assert keys.used == {}


@pytest.mark.parametrize("ends", [{"revoked_us": NOW_US}, {"expires_us": NOW_US}])
def test_a_key_that_ended_is_told_so_and_holds_nothing_up(keys: StoredKeys, ends: dict[str, int]) -> None:
    key = new_key()
    keys.store.put([stored(key)], change())
    caller = keys.owner(key.key)
    assert caller is not None
    keys.store.put([replace(stored(key), digest=caller.key, **ends)], change())
    with pytest.raises(KeyEnded) as ended:
        keys.owner(key.key)
    assert key.key[:PREFIX_CHARS] not in str(ended.value)
    assert not keys.holds(caller)
    assert keys.any  # nobody is anonymous again because the last key ended


def test_a_name_is_told_before_the_caller_is(keys: StoredKeys) -> None:
    said: list[frozenset[str]] = []
    keys.named = lambda: said.append(keys.names)
    key = new_key()
    keys.store.put([stored(key)], change())
    keys.owner(key.key)
    keys.store.use({key.key[:PREFIX_CHARS]: 5})
    keys.owner(key.key)
    assert said == [frozenset({"soma"})]


def test_a_store_that_cannot_be_read_admits_nobody_and_says_what_to_do(tmp_path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be looked at as one" * 20)
    keys = StoredKeys(SqliteKeys(tmp_path), now_us=lambda: NOW_US)
    for asked in (lambda: keys.owner(new_key().key), lambda: keys.any):
        with pytest.raises(KeysUnavailable, match="gateway keys list"):
            asked()
    assert keys.owner("of-another-kind") is None
    assert "keys.db cannot be used" in keys.notes[0]
