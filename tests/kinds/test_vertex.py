from __future__ import annotations

import json

import pytest

from gateway.domain import Adapter, Provider, ProviderKind
from gateway.kinds import profile
from gateway.kinds.origin import Origin


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("europe-west4", "https://europe-west4-aiplatform.googleapis.com"),
        ("global", "https://aiplatform.googleapis.com"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com"),
        ("evil.example/", ""),
        ("evil.example#", ""),
        ("", ""),
    ],
)
def test_vertex_is_where_its_location_says(location, address):
    assert profile(ProviderKind.VERTEX).address("", {"location": location}) == address


GOOGLE = Origin("https", "oauth2.googleapis.com", 443)


@pytest.mark.parametrize(
    ("credentials", "origins"),
    [
        ("/etc/gateway/google.json", {GOOGLE}),
        ("{}", {GOOGLE}),
        ("[1]", {GOOGLE}),
        (json.dumps({"token_uri": "https://oauth2.googleapis.com/token"}), {GOOGLE}),
        (
            json.dumps(
                {
                    "token_url": "https://sts.googleapis.com/v1/token",
                    "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/x",
                    "token_uri": 7,
                }
            ),
            {Origin("https", "sts.googleapis.com", 443), Origin("https", "iamcredentials.googleapis.com", 443)},
        ),
    ],
)
def test_tokens_of_vertex_are_made_where_the_credentials_say(credentials, origins):
    given = Provider("p", ProviderKind.VERTEX, Adapter.LITELLM, params={"credentials": credentials})
    assert profile(ProviderKind.VERTEX).credential_origins(given) == origins
