from __future__ import annotations

import re

import pytest

from gateway.domain import Kind
from gateway.phi.replace import pseudonym
from gateway.phi.replace.pseudonym import PseudonymCollision, Pseudonymiser, Pseudonyms, conversation_key

KEY = conversation_key(b"s" * 32, "soma", "visit 4")


def test_the_key_of_a_conversation_stays_the_same_from_release_to_release():
    assert KEY.hex() == "40c6827e819c3908bd9f2b9f843bb817c346bacbbbe7df1636bd3e86e2e946f5"


def test_a_token_is_its_kind_and_ten_characters():
    assert re.fullmatch(r"\[PLAN_MEMBER_[a-z2-7]{10}\]", Pseudonymiser(KEY).token(Kind.PLAN_MEMBER, "XG-77"))


def test_the_same_value_is_the_same_token_in_every_turn():
    first, second = Pseudonymiser(KEY), Pseudonymiser(KEY)
    assert first.token(Kind.NAME, "Anna") == first.token(Kind.NAME, "Anna") == second.token(Kind.NAME, "Anna")


@pytest.mark.parametrize(
    "other",
    [
        Pseudonymiser(conversation_key(b"s" * 32, "soma", "visit 5")).token(Kind.NAME, "Anna"),
        Pseudonymiser(conversation_key(b"s" * 32, "other", "visit 4")).token(Kind.NAME, "Anna"),
        Pseudonymiser(conversation_key(b"t" * 32, "soma", "visit 4")).token(Kind.NAME, "Anna"),
        Pseudonymiser(conversation_key(b"s" * 32, "somav", "isit 4")).token(Kind.NAME, "Anna"),
        Pseudonymiser(KEY).token(Kind.NAME, "anna"),
        Pseudonymiser(KEY).token(Kind.PLACE, "Anna"),
        Pseudonymiser(KEY).token(Kind.NAME, "Anna", bare=True),
    ],
)
def test_another_conversation_caller_secret_kind_or_spelling_is_another_token(other):
    assert other.rpartition("_")[2] != Pseudonymiser(KEY).token(Kind.NAME, "Anna").rpartition("_")[2]


def test_two_values_with_one_token_are_refused(monkeypatch):
    monkeypatch.setattr(pseudonym.hmac, "digest", lambda *_: b"0" * 32)
    maker = Pseudonymiser(KEY)
    maker.token(Kind.NAME, "Anna")
    with pytest.raises(PseudonymCollision):
        maker.token(Kind.NAME, "Berta")


def test_a_map_knows_its_tokens_and_shows_no_value():
    maker = Pseudonymiser(KEY)
    name, number = maker.name(Kind.NAME, "Anna"), maker.name(Kind.MRN, "8675309", bare=True)
    known = maker.pseudonyms
    assert (name in known, "NAME_aaaaaaaaaa" in known, len(known), known.has_bare) == (True, False, 2, True)
    assert (known.number(f"[{number}]"), known.number(f"[{name}]"), known.number("x")) == (8675309, None, None)
    assert "Anna" not in repr(known) + repr(known.items())
    assert not Pseudonyms()


def test_broken_text_has_a_token_too():
    assert Pseudonymiser(KEY).token(Kind.NAME, "\ud800")
