from __future__ import annotations

import pytest

from gateway.detectors.cache import Cache, Digests, Kept
from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import Engine
from gateway.phi.find.hit import Hit

ENGINE = Engine()
KEY = b"k" * 32


def kept(text: str) -> Kept:
    return Kept.of(ENGINE.look(Passage(text)))


def digest(passage: Passage, *, key: bytes = KEY, version: str = "1", caller: str = "soma") -> bytes:
    return Digests(key, version=version).of([passage], caller=caller)[0]


@pytest.mark.parametrize(
    "other",
    [
        {"passage": Passage("b")},
        {"passage": Passage("a", "mrn")},
        {"passage": Passage("a", "", Carrier.SYSTEM)},
        {"key": b"x" * 32},
        {"version": "2"},
        {"caller": "ops"},
    ],
)
def test_a_digest_names_key_version_caller_keys_carrier_and_text(other):
    same = {"passage": Passage("a")}
    assert digest(**same) == digest(**same)
    assert digest(**(same | other)) != digest(**same)


def test_a_digest_takes_any_text():
    assert len(digest(Passage("\ud800"))) == 16


def test_what_is_kept_holds_no_text():
    one = kept("Olena Kovalchuk, MRN 8675309")
    assert "olena" not in repr(one).casefold()
    assert "8675309" not in repr(one)


def test_words_are_known_again():
    one = kept("Olena felt better")
    assert one.learned([hash("olena"), hash("kovalchuk")]) == [hash("olena")]
    assert kept("").learned([hash("olena")]) == []


def test_a_message_learns_nothing_from_itself():
    one = kept("Patient Name: Olena Kovalchuk")
    assert {hash("olena"), hash("kovalchuk")} <= one.names
    assert one.learned([hash("olena")]) == []


def test_what_is_kept_comes_back():
    cache = Cache()
    one = kept("MRN 8675309")
    cache.keep(b"1", one)
    cache.keep_window((b"1", b"2"), {0: [Hit(Kind.MRN, 0, 1, 0.9)]})
    assert cache.message(b"1") is one
    assert cache.message(b"2") is None
    assert cache.window((b"1", b"2")) == {0: [Hit(Kind.MRN, 0, 1, 0.9)]}
    assert cache.window((b"2", b"1")) is None


def test_the_least_recently_used_goes_first():
    cache = Cache(entries=2)
    for name in (b"1", b"2"):
        cache.keep(name, kept("a"))
    cache.message(b"1")
    cache.keep(b"3", kept("a"))
    assert [cache.message(name) is not None for name in (b"1", b"2", b"3")] == [True, False, True]


def test_bytes_are_bounded():
    one = kept("word " * 50)
    cache = Cache(limit_bytes=3 * one.size)
    for name in range(10):
        cache.keep(bytes([name]), one)
    assert len(cache) == 3
    assert cache.size <= 3 * one.size


def test_what_is_larger_than_the_cache_is_not_kept():
    cache = Cache(limit_bytes=10)
    cache.keep(b"1", kept("a"))
    assert len(cache) == 0


def test_keeping_twice_counts_once():
    cache = Cache()
    for _ in range(2):
        cache.keep(b"1", kept("a"))
    assert cache.size == kept("a").size
