from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Kind
from gateway.phi.replace import pseudonym
from gateway.phi.replace.pseudonym import Original, PseudonymCollision, Pseudonymiser, Pseudonyms, conversation_key
from gateway.phi.replace.spelling import canonical

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
        Pseudonymiser(KEY).token(Kind.PLACE, "Anna"),
        Pseudonymiser(KEY).token(Kind.NAME, "Annas"),
    ],
)
def test_another_conversation_caller_secret_kind_or_value_is_another_token(other):
    code, own = (token.rpartition("_")[2] for token in (other, Pseudonymiser(KEY).token(Kind.NAME, "Anna")))
    assert code[:8] != own[:8]


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (Kind.PHONE, ["(202) 555-0142", "202-555-0142", "202.555.0142"]),
        (Kind.NAME, ["Lopez", "LOPEZ", "lopez", "López"]),
        (Kind.NAME, ["Lopez, Maria", "Maria Lopez", "MARIA LOPEZ"]),
        (Kind.SSN, ["912-04-1234", "912 04 1234", "912041234"]),
        (Kind.EMAIL, ["Jane@Example.org", "jane@example.org"]),
    ],
)
def test_spellings_of_one_value_share_eight_characters_and_have_two_of_their_own(kind, spellings):
    maker = Pseudonymiser(KEY)
    names = [maker.name(kind, spelling) for spelling in spellings]
    assert len({name[:-2] for name in names}) == 1
    assert len({name[-2:] for name in names}) == len(spellings)
    assert [original.surface for _, original in maker.pseudonyms.items()] == spellings


def test_a_number_in_json_is_a_spelling_of_its_own():
    maker = Pseudonymiser(KEY)
    text, number = maker.name(Kind.MRN, "8675309"), maker.name(Kind.MRN, "8675309", bare=True)
    assert text[:-2] == number[:-2]
    assert text != number


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Kind.NAME, Kind.MRN, Kind.DATE]),
            st.text("aAáb1 -.", min_size=1, max_size=6),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_two_spellings_never_share_a_token_and_each_has_one(values):
    maker = Pseudonymiser(KEY)
    names = {(kind, surface, bare): maker.name(kind, surface, bare=bare) for kind, surface, bare in values}
    assert len(set(names.values())) == len(names)
    assert {value: maker.name(*value[:2], bare=value[2]) for value in names} == names
    heads = {name[:-2] for name in names.values()}
    assert len(heads) == len({(kind, canonical(kind, surface)) for kind, surface, _ in names})


def test_two_spellings_with_the_same_two_characters_get_others():
    """A thousand spellings of one value: many of them come to the same two characters at first."""
    maker = Pseudonymiser(KEY)
    spellings = ["".join(pair) for pair in itertools.product(*zip("annalopez", "ANNALOPEZ", strict=True))][:300]
    assert len({maker.name(Kind.NAME, spelling) for spelling in spellings}) == 300


def test_values_whose_tokens_would_begin_alike_are_refused(monkeypatch):
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
    assert (known.number(f"[{number}x"), known.number(f"x{number}]")) == (None, None)
    assert "Anna" not in repr(known) + repr(known.items())
    assert not Pseudonyms()


def test_what_a_token_stands_for_is_text_unless_it_was_a_number():
    assert not Pseudonyms({"NAME_abcdefgh23": Original("Anna")}).has_bare


def test_broken_text_has_a_token_too():
    assert Pseudonymiser(KEY).token(Kind.NAME, "\ud800")
