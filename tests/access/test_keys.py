from __future__ import annotations

import hashlib
import re

from gateway.access.callers import authenticate
from gateway.access.keys import PREFIX_CHARS, new_key, salted, snippet
from gateway.config import parse


def test_a_key_is_our_prefix_and_32_characters_of_base32() -> None:
    assert re.fullmatch(r"tgw_[a-z2-7]{32}", new_key().key)


def test_no_two_keys_are_the_same() -> None:
    assert len({new_key().key for _ in range(100)}) == 100


def test_the_digest_is_of_the_key_and_the_key_is_not_in_the_repr() -> None:
    key = new_key()
    assert key.sha256 == hashlib.sha256(key.key.encode()).hexdigest()
    assert key.key not in repr(key)


def test_the_printed_lines_admit_the_key() -> None:
    key = new_key()
    agents = "routes: {}\nagents: {}\n"
    settings = parse(f"version: 1\n{agents}{snippet('soma', key)}", file="c.yaml", environ={})
    caller = authenticate(f"Bearer {key.key}", "", keys=(settings.keyring,), anonymous=lambda: None)
    assert (caller.name, caller.agents) == ("soma", frozenset({"*"}))


def test_the_printed_lines_name_the_agents_granted() -> None:
    assert "agents: [radiologist, pathologist]" in snippet("soma", new_key(), agents=("radiologist", "pathologist"))


def test_what_is_stored_of_a_key_is_its_beginning_and_a_digest_with_a_salt_of_its_own() -> None:
    key = new_key()
    first, second = (key.stored("soma", agents=("a",), routes=("r",), may=(), made_us=7) for _ in range(2))
    assert first.prefix == key.key[:PREFIX_CHARS] == "tgw_" + key.key[4:12]
    assert first.digest == salted(key.key, first.salt) != second.digest
    assert key.key[PREFIX_CHARS:] not in repr(first)
    assert first.digest.hex() not in repr(first)
