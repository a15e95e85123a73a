from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from aiohttp import web

from gateway.domain import ProviderKind
from gateway.events import EgressViolation
from gateway.testing import RecordingSink
from gateway.upstream.pools import Misled, Pools, never_connected
from gateway.upstream.port import leaving
from tests.kit.vendors import ASKED, outbound_of, provider_of


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


@pytest.mark.parametrize(
    ("base", "url", "reaches"),
    [
        ("http://127.0.0.1:{port}/v1", "http://127.0.0.1:{port}/v1/chat/completions", True),
        ("HTTP://127.0.0.1:{port}/v1", "http://127.0.0.1:{port}/elsewhere?x=1", True),
        ("http://LocalHost:{port}", "http://localhost:{port}/", True),
        ("http://localhost:{port}", "http://127.0.0.1:{port}/", False),
        ("http://127.0.0.1:{port}", "http://localhost:{port}/", False),
        ("http://127.0.0.1:{port}", "http://127.0.0.2:{port}/", False),
        ("http://127.0.0.1", "http://127.0.0.1:{port}/", False),
        ("https://127.0.0.1:{port}", "http://127.0.0.1:{port}/", False),
        ("http://vendor.example:{port}", "http://127.0.0.1:{port}/", False),
        ("http://vendor.example:{port}", "http://vendor.example@127.0.0.1:{port}/", False),
        ("http://127.0.0.1:1", "http://2130706433:{port}/", False),
        ("", "http://127.0.0.1:{port}/", False),
    ],
)
async def test_a_pool_leads_to_its_provider_and_nowhere_else(upstream, base, url, reaches):
    server = await upstream()
    heard = RecordingSink()
    pools = Pools(networks=list, events=heard)
    outbound = outbound_of(ASKED, provider_of(ProviderKind.OPENAI_COMPATIBLE, base_url=base.format(port=server.port)))
    session = pools.session(outbound.target.provider)
    token = leaving.set(outbound)
    try:
        if reaches:
            await (await session.post(url.format(port=server.port))).read()
        else:
            with pytest.raises(Misled) as caught:
                await session.post(url.format(port=server.port))
            assert never_connected(caught.value)
    finally:
        leaving.reset(token)
        await pools.aclose()
    assert len(server.sent) == reaches
    assert heard.events == ([] if reaches else [EgressViolation(provider="vendor")])


async def test_a_redirect_that_is_followed_leads_nowhere_else(upstream):
    """Nobody follows any; should somebody begin to, it ends here."""
    elsewhere = await upstream()

    async def redirect(_request):
        return web.Response(status=307, headers={"Location": elsewhere.base_url})

    server = await upstream(redirect)
    heard = RecordingSink()
    pools = Pools(networks=list, events=heard)
    outbound = outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server))
    token = leaving.set(outbound)
    try:
        with pytest.raises(Misled):
            await pools.session(outbound.target.provider).post(server.base_url, data=b"{}", allow_redirects=True)
    finally:
        leaving.reset(token)
        await pools.aclose()
    assert elsewhere.sent == []
    assert heard.events == [EgressViolation(provider="vendor")]


async def test_an_open_connection_is_no_way_around(upstream):
    server = await upstream()
    pools = Pools(networks=list, events=RecordingSink())
    outbound = outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server))
    token = leaving.set(outbound)
    try:
        session = pools.session(outbound.target.provider)
        await (await session.post(server.base_url, data=b"{}")).read()
        with pytest.raises(Misled):
            await session.post(f"http://localhost:{server.port}", data=b"{}")
        with pytest.raises(Misled):
            await session.post(server.base_url, data=b"{}", proxy=f"http://127.0.0.1:{server.port}")
    finally:
        leaving.reset(token)
        await pools.aclose()
    assert len(server.sent) == 1


async def test_sessions_obey_no_variables_and_keep_no_cookies(pools):
    session = pools.session(provider_of(ProviderKind.OPENAI, base_url="http://127.0.0.1:1"))
    assert not session.trust_env
    session.cookie_jar.update_cookies({"a": "b"})
    assert not list(session.cookie_jar)
