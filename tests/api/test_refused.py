"""What a refusal says of keys, grants and doors."""

from __future__ import annotations

import pytest

from gateway.api.exchange import Exchange
from gateway.api.refused import auth_failure, unheard
from gateway.domain import Destination, Dialect, Outcome
from gateway.errors import InvalidApiKey, InvalidRequest, PermissionDenied
from gateway.events import AuthFailure


def exchange(**headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Exchange({"method": "POST", "path": "/v1/chat/completions", "headers": raw}, None, None)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, AuthFailure.MISSING),
        ({"authorization": " "}, AuthFailure.MISSING),
        ({"authorization": "Bearer "}, AuthFailure.MALFORMED),
        ({"authorization": "Basic abc"}, AuthFailure.MALFORMED),
        ({"authorization": "Bearer abc"}, AuthFailure.UNKNOWN_KEY),
        ({"authorization": "Basic abc", "x_api_key": "abc"}, AuthFailure.UNKNOWN_KEY),
        ({"api_key": "abc"}, AuthFailure.UNKNOWN_KEY),
    ],
)
def test_a_key_that_is_none_is_told_from_one_that_nobody_knows(headers, reason):
    assert auth_failure(exchange(**headers), InvalidApiKey("")) is reason


def test_what_is_wrong_with_a_body_says_nothing_of_keys():
    assert auth_failure(exchange(), InvalidRequest("")) is None


def test_the_account_of_a_refusal_says_who_asked_where_that_is_known():
    asked = exchange()
    asked.caller = "ann"
    settled = unheard(asked, PermissionDenied(""), Dialect.OPENAI, duration_s=0.5)
    assert (settled.caller, settled.outcome, settled.status) == ("ann", Outcome.CLIENT_ERROR, 403)
    assert (settled.destination, settled.duration_us) == (Destination.DENIED, 500_000)
