from __future__ import annotations

import contextlib
import hmac
from dataclasses import replace

import pytest

from gateway.access import stored as access_stored
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
    keys.on_names = lambda: said.append(keys.names)
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


def test_a_caller_is_found_by_name_with_the_grant_of_its_newest_key(keys: StoredKeys) -> None:
    first, last = new_key(), new_key()
    keys.store.put([stored(first)], change())
    keys.store.put([replace(stored(last), agents=("pathologist",), made_us=2)], change())
    found = keys.named("soma")
    assert found is not None
    assert found.agents == {"pathologist"}
    assert keys.named("nobody") is None


def test_whatever_is_presented_one_digest_is_made_and_one_comparison(keys: StoredKeys, monkeypatch) -> None:
    """So that the time it takes says nothing of how much of a key was right, nor whether it ended."""
    key, ended = new_key(), new_key()
    keys.store.put([stored(key), replace(stored(ended), revoked_us=1)], change())
    done: list[str] = []
    compare, digest = hmac.compare_digest, access_stored.salted
    monkeypatch.setattr(hmac, "compare_digest", lambda *both: done.append("compare") or compare(*both))
    monkeypatch.setattr(access_stored, "salted", lambda *both: done.append("digest") or digest(*both))
    unknown = "tgw_" + "a" * 32
    for presented in (key.key, key.key[:-1] + ("a" if key.key[-1] != "a" else "b"), unknown, ended.key):
        done.clear()
        with contextlib.suppress(KeyEnded):
            keys.owner(presented)
        assert done == ["digest", "compare"]
