from __future__ import annotations

import pytest

from gateway.domain import Adapter, Provider, ProviderKind
from gateway.kinds import profile
from gateway.kinds.origin import Origin

ANTHROPIC, BEDROCK, OLLAMA, VLLM = (
    profile(kind) for kind in (ProviderKind.ANTHROPIC, ProviderKind.BEDROCK, ProviderKind.OLLAMA, ProviderKind.VLLM)
)


@pytest.mark.parametrize("url", ["http://o:1", "http://o:1/", "http://o:1/v1", "http://o:1/v1/"])
def test_ollama_speaks_openai_under_v1_of_its_root(url):
    assert OLLAMA.openai_base(url) == "http://o:1/v1"
    assert OLLAMA.root(url) == "http://o:1"


def test_another_server_speaks_openai_where_its_address_says():
    assert VLLM.openai_base("https://v:1/models/a/") == "https://v:1/models/a"


def test_a_providers_own_address_comes_before_its_vendors():
    assert ANTHROPIC.address("https://proxy.example", {}) == "https://proxy.example"
    assert ANTHROPIC.address("", {}) == "https://api.anthropic.com"


def test_a_vendors_address_may_need_a_setting():
    assert BEDROCK.address("", {"region": "eu-west-1"}) == "https://bedrock-runtime.eu-west-1.amazonaws.com"
    assert BEDROCK.address("", {}) == ""


def test_a_server_without_a_public_address_has_none():
    assert VLLM.address("", {"region": "x"}) == ""


@pytest.mark.parametrize(
    ("kind", "base_url", "params", "origins"),
    [
        (ProviderKind.OLLAMA, "http://o:1/v1", {}, {Origin("http", "o", 1)}),
        (ProviderKind.ANTHROPIC, "", {}, {Origin("https", "api.anthropic.com", 443)}),
        (ProviderKind.ANTHROPIC, "https://relay.example:8443/x", {}, {Origin("https", "relay.example", 8443)}),
        (ProviderKind.BEDROCK, "", {}, set()),
        (ProviderKind.LITELLM, "", {}, set()),
        (ProviderKind.EMBEDDED, "", {}, set()),
    ],
)
def test_a_provider_has_one_origin_or_none(kind, base_url, params, origins):
    given = Provider("p", kind, Adapter.DIRECT, base_url, params=params)
    assert profile(kind).origins(given) == origins
    assert profile(kind).credential_origins(given) == frozenset()
