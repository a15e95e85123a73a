from __future__ import annotations

import asyncio
import json
import socket
from datetime import date

import aiohttp
import httpx
import pytest

from gateway.domain import BaaTerm, ProviderKind, Traced
from gateway.events import AttemptResult
from gateway.testing import RecordingSink
from gateway.upstream.litellm.wire import Exchange, NoWire, Stopped, Wire, fetch_token, no_other_way
from gateway.upstream.pools import Pools
from gateway.upstream.sockets import ForbiddenAddress
from tests.kit.servers import hangs, status
from tests.kit.vendors import ASKED, answers, outbound_of, provider_of, raw_stream


@pytest.fixture
async def exchange_of():
    """Makes exchanges with a server."""
    events = RecordingSink()
    pools = Pools(networks=list, events=events)

    def make(server, *, stream=False, **more) -> Exchange:
        kind = ProviderKind.VERTEX if more else ProviderKind.OPENAI
        return Exchange(outbound_of(ASKED, provider_of(kind, server, **more), stream=stream), pools)

    yield make
    await pools.aclose()


@pytest.fixture
async def client():
    async with httpx.AsyncClient(transport=Wire(), trust_env=False) as client:
        yield client


async def test_nothing_is_sent_without_an_exchange(client, upstream):
    server = await upstream()
    with pytest.raises(Stopped):
        await client.post(server.base_url)
    with pytest.raises(Stopped):
        fetch_token(server.base_url)
    assert server.sent == []


async def test_nothing_is_sent_after_a_failure(client, upstream, exchange_of):
    server = await upstream(status(500))
    exchange = exchange_of(server)
    with exchange.entered():
        for _ in range(3):
            with pytest.raises(Stopped):
                await client.post(server.base_url, json={})
    assert len(server.sent) == 1
    assert exchange.failure.result is AttemptResult.SERVER_ERROR


async def test_blocking_clients_have_no_wire(upstream):
    server = await upstream()
    with pytest.raises(Stopped):
        NoWire().handle_request(httpx.Request("POST", server.base_url))
    assert server.sent == []


async def test_headers_of_the_sdk_about_this_machine_stay_here(client, upstream, exchange_of):
    server = await upstream(answers({}))
    with exchange_of(server).entered():
        await client.post(server.base_url, json={}, headers={"x-stainless-os": "Linux", "x-api-key": "k"})
    headers = {name.lower(): value for name, value in server.sent[0].headers.items()}
    assert "x-stainless-os" not in headers
    assert headers["x-api-key"] == "k"


@pytest.mark.parametrize("baa", [None, BaaTerm("C-1", date(2099, 12, 31))])
async def test_a_vendor_with_a_baa_is_told_of_the_trace(client, upstream, baa):
    server, traced = await upstream(answers({})), Traced("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    pools = Pools(networks=list, events=RecordingSink())
    outbound = outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server, baa=baa), traced=traced)
    with Exchange(outbound, pools).entered():
        await client.post(server.base_url, json={}, headers={"accept": "*/*"})
    await pools.aclose()
    told = server.sent[0].headers.get("traceparent")
    assert told is None if baa is None else (traced.span_id in told and traced.trace_id not in told)


async def test_cookies_are_neither_kept_nor_shown(client, upstream, exchange_of):
    async def answer(request):
        response = await answers({})(request)
        response.set_cookie("id", "1")
        return response

    server = await upstream(answer)
    exchange = exchange_of(server)
    with exchange.entered():
        reply = await client.post(server.base_url, json={})
        await client.post(server.base_url, json={})
    assert "set-cookie" not in reply.headers
    assert "Cookie" not in server.sent[1].headers


@pytest.mark.parametrize(
    ("pieces", "finished"),
    [
        ([b'{"finish_reason": null}', b'{"text": "\\"finish_reason\\": \\"stop\\""}'], False),
        ([b'{"finish_', b'reason":"stop"}'], True),
        ([b'{"stopReason": "end_turn"}'], True),
        ([b'{"finishReason" : "STOP"}'], True),
        ([b'{"delta":{"stop_reason":"end_turn"}}'], True),
    ],
)
async def test_the_reason_for_an_end_is_seen_across_pieces_and_not_in_what_the_model_says(
    client, upstream, exchange_of, pieces, finished
):
    server = await upstream(raw_stream(pieces))
    exchange = exchange_of(server, stream=True)
    with exchange.entered():
        await client.post(server.base_url, json={})
    assert exchange.finished is finished


async def test_a_reply_without_end_is_cut(client, upstream, exchange_of, monkeypatch):
    monkeypatch.setattr("gateway.upstream.litellm.wire.MAX_REPLY_BYTES", 10)
    server = await upstream(raw_stream([b"x" * 100]))
    exchange = exchange_of(server)
    with exchange.entered(), pytest.raises(Stopped):
        await client.post(server.base_url, json={})
    assert exchange.failure.result is AttemptResult.BAD_REPLY


async def test_what_comes_packed_was_not_asked_for(client, upstream, exchange_of):
    async def answer(request):
        response = await answers({})(request)
        response.enable_compression(force=None)
        response.headers["Content-Encoding"] = "gzip"
        return response

    server = await upstream(answer)
    exchange = exchange_of(server)
    with exchange.entered(), pytest.raises(Stopped):
        await client.post(server.base_url, json={})
    assert exchange.failure.result is AttemptResult.BAD_REPLY


def makes_tokens(server):
    return {"credentials": json.dumps({"token_uri": f"{server.base_url}/token"})}


async def test_tokens_are_made_where_the_credentials_say_and_requests_go_where_the_provider_is(
    client, upstream, exchange_of
):
    server, tokens = await upstream(answers({})), await upstream(answers({}))
    exchange = exchange_of(server, params=makes_tokens(tokens))
    with exchange.entered(), pytest.raises(Stopped):
        await client.post(tokens.base_url, json={})
    exchange = exchange_of(server, params=makes_tokens(tokens))
    with exchange.entered(), pytest.raises(Stopped):
        await asyncio.to_thread(fetch_token, f"{server.base_url}/token", "POST", b"grant=jwt")
    assert server.sent == tokens.sent == []
    assert exchange.failure.reached is False


async def test_on_behalf_of_an_exchange_no_other_socket_opens(upstream, exchange_of, tripwire):
    """As a client would that a vendor brings along."""
    no_other_way()
    server = await upstream()
    tripwire.providers.clear()  # it would see the attempts
    with exchange_of(server).entered():
        with pytest.raises(ForbiddenAddress):
            await asyncio.open_connection("127.0.0.1", server.port)
        with pytest.raises(ForbiddenAddress):
            await asyncio.to_thread(socket.create_connection, ("localhost", server.port))
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.post(server.base_url)
    assert server.connections == 0


async def test_a_token_is_fetched_for_an_exchange_from_a_thread(upstream, exchange_of):
    server = await upstream(answers({"access_token": "t"}))
    with exchange_of(server, params=makes_tokens(server)).entered():
        token = await asyncio.to_thread(fetch_token, f"{server.base_url}/token", "POST", b"grant=jwt")
    assert (token.status, token.data) == (200, b'{"access_token": "t"}')
    assert server.sent[0].body == b"grant=jwt"


async def test_a_token_that_does_not_come_is_late(upstream, exchange_of):
    server = await upstream(hangs())
    exchange = exchange_of(server, params=makes_tokens(server))
    with exchange.entered(), pytest.raises(Stopped):
        await asyncio.to_thread(fetch_token, f"{server.base_url}/token", "POST", b"", None, 0.05)
    assert exchange.failure.result is AttemptResult.TIMEOUT
