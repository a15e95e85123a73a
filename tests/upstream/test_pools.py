from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest

from gateway.domain import ProviderKind
from gateway.testing import RecordingSink
from gateway.upstream.pools import Pools
from tests.kit.vendors import provider_of


@pytest.fixture
async def pools():
    pools = Pools(networks=list, events=RecordingSink())
    yield pools
    await pools.aclose()


async def test_a_provider_has_one_session_until_it_is_configured_anew(pools):
    provider = provider_of(ProviderKind.OPENAI, base_url="http://127.0.0.1:1")
    session = pools.session(provider)
    assert pools.session(replace(provider)) is session
    changed = pools.session(replace(provider, base_url="http://127.0.0.1:2"))
    assert changed is not session
    assert not session.closed  # what is under way ends on it
    await pools.aclose()
    assert session.closed
    assert changed.closed


async def test_connections_of_networks_that_were_attested_before_are_not_used_again():
    attested = [ip_network("10.20.0.0/16")]
    pools = Pools(networks=lambda: tuple(attested), events=RecordingSink())
    provider = provider_of(ProviderKind.OLLAMA, base_url="http://127.0.0.1:1", on_prem=True)
    session = pools.session(provider)
    assert pools.session(provider) is session
    attested.clear()
    assert pools.session(provider) is not session
    await pools.aclose()


async def test_sessions_obey_no_variables_and_keep_no_cookies(pools):
    session = pools.session(provider_of(ProviderKind.OPENAI, base_url="http://127.0.0.1:1"))
    assert not session.trust_env
    session.cookie_jar.update_cookies({"a": "b"})
    assert not list(session.cookie_jar)
