from __future__ import annotations

import pytest

from gateway.detectors.kept import Digests, Kept, Window
from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import Engine
from gateway.phi.find.hit import Hit
from gateway.phi.find.own_words import Said

ENGINE = Engine()
KEY = b"k" * 32


def kept(text: str) -> Kept:
    return Kept.of(Said(ENGINE.look(Passage(text))))


def digest(passage: Passage, *, key: bytes = KEY, version: str = "1", caller: str = "soma", own: str = "") -> bytes:
    return Digests(key, version=version).of([passage], caller=caller, own=own)[0]


@pytest.mark.parametrize(
    "other",
    [
        {"passage": Passage("b")},
        {"passage": Passage("a", "mrn")},
        {"passage": Passage("a", "", Carrier.SYSTEM)},
        {"key": b"x" * 32},
        {"version": "2"},
        {"caller": "ops"},
        {"own": "0" * 64},
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


def test_what_is_kept_knows_its_size():
    assert kept("MRN 8675309 " * 9).size > kept("MRN 8675309").size > kept("").size > 0
    hit = Hit(Kind.MRN, 0, 1, 0.9)
    assert Window({0: [hit, hit]}).size > Window({0: [hit]}).size > Window({}).size > 0
