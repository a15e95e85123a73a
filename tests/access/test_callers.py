from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.callers import Keyring, authenticate, bearer
from gateway.domain import Caller
from gateway.errors import InvalidApiKey

SOMA, OPS, NOBODY = Caller("soma"), Caller("ops"), Caller("anonymous")


def ring(**keys: Caller) -> Keyring:
    return Keyring(tuple((hashlib.sha256(key.encode()).digest(), caller) for key, caller in keys.items()))


RING = ring(tgw_soma=SOMA, tgw_ops=OPS)


@pytest.mark.parametrize(
    ("authorization", "x_api_key", "caller"),
    [
        ("Bearer tgw_soma", "", SOMA),
        ("bearer  tgw_ops ", "", OPS),
        ("", "tgw_ops", OPS),
        ("Bearer wrong", "tgw_ops", OPS),
        ("Basic tgw_soma", " tgw_ops ", OPS),
        ("Bearer tgw_soma", "tgw_ops", SOMA),
    ],
)
def test_a_key_is_taken_from_either_header(authorization: str, x_api_key: str, caller: Caller) -> None:
    assert authenticate(authorization, x_api_key, keys=(RING,), anonymous=lambda: None) is caller


@pytest.mark.parametrize("key", ["", "wrong", "tgw_som", "tgw_somaa", "x" * 10_000, "\ud800"])
def test_any_other_key_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(InvalidApiKey) as caught:
        authenticate(f"Bearer {key}", key, keys=(RING,), anonymous=lambda: None)
    assert not key or key not in caught.value.message


def test_where_no_key_is_needed_a_made_up_one_is_ignored_and_a_real_one_counts() -> None:
    assert authenticate("Bearer not-needed", "", keys=(RING,), anonymous=lambda: NOBODY) is NOBODY
    assert authenticate("Bearer tgw_soma", "", keys=(RING,), anonymous=lambda: NOBODY) is SOMA


@pytest.mark.parametrize(
    ("header", "token"), [("Bearer x", "x"), ("BEARER x", "x"), ("Basic x", ""), ("x", ""), ("", "")]
)
def test_only_a_bearer_token_is_one(header: str, token: str) -> None:
    assert bearer(header) == token


@given(st.text(max_size=50))
def test_no_text_but_a_key_owns_anything(text: str) -> None:
    assert (RING.owner(text) is None) is (text not in ("tgw_soma", "tgw_ops"))


def test_keys_of_several_places_are_asked_in_their_order_and_for_both_headers_first() -> None:
    other = ring(tgw_soma=OPS, tgw_other=NOBODY)
    assert authenticate("Bearer tgw_other", "tgw_soma", keys=(RING, other), anonymous=lambda: None) is SOMA
    assert authenticate("Bearer tgw_other", "", keys=(RING, other), anonymous=lambda: None) is NOBODY
