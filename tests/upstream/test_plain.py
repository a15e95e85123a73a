"""Connections are kept, and a request goes where it may, and once, or once more where nobody can have read it."""

from __future__ import annotations

import asyncio

import pytest
from yarl import URL

from gateway.kinds.origin import Origin
from gateway.upstream import plain
from gateway.upstream.plain import NotConnected, PlainClient
from gateway.upstream.plain_wire import Broken
from tests.kit.byte_server import OK, hangs_up, opened, read


async def test_a_connection_is_used_again(serving):
    server, post = await serving(OK, OK)
    for _ in range(2):
        answer = await post(Accept="application/json")
        assert (answer.status, await read(answer)) == (200, b"Hi")
    assert server.connections == 1
    assert answer.headers["content-type"] == "text/plain"
    [head, again] = [head for head, _ in server.requests]
    assert head == again
    assert head.startswith(f"POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUser-Agent: triage".encode())
    assert b"\r\nAccept: application/json\r\nContent-Length: 2\r\n\r\n" in head


async def test_two_requests_at_once_have_a_connection_each(serving):
    server, post = await serving(OK, OK)
    answers = await asyncio.gather(post(), post())
    assert [await read(answer) for answer in answers] == [b"Hi", b"Hi"]
    assert server.connections == 2


async def test_a_kept_connection_that_the_server_closed_is_none(serving):
    async def answers_and_closes(_reader, writer):
        writer.write(OK)
        await writer.drain()
        writer.close()

    server, post = await serving(answers_and_closes, OK)
    await read(await post())
    assert await read(await post()) == b"Hi"
    assert server.connections == 2
    assert len(server.requests) == 2


async def test_a_request_that_a_kept_connection_swallowed_goes_out_once_more(serving):
    server, post = await serving(OK, hangs_up, OK)
    await read(await post())
    assert await read(await post(b'{"second": 2}')) == b"Hi"
    assert [body for _, body in server.requests] == [b"{}", b'{"second": 2}', b'{"second": 2}']


async def test_it_goes_out_no_third_time(serving):
    server, post = await serving(OK, hangs_up, hangs_up, OK)
    await read(await post())
    with pytest.raises(Broken):
        await post()
    assert len(server.requests) == 3


async def test_over_a_new_connection_a_request_goes_out_once(serving):
    server, post = await serving(hangs_up, OK)
    with pytest.raises(Broken):
        await post()
    assert len(server.requests) == 1


async def test_a_request_that_was_answered_at_all_is_not_repeated(serving):
    async def begins(_reader, writer):
        writer.write(b"HTTP/1.1 2")
        await writer.drain()
        writer.close()

    server, post = await serving(OK, begins, OK)
    await read(await post())
    with pytest.raises(Broken):
        await post()
    assert len(server.requests) == 2


async def test_what_a_server_says_unasked_ends_the_connection(serving):
    server, post = await serving(OK + OK, OK)
    assert await read(await post()) == b"Hi"
    assert await read(await post()) == b"Hi"
    assert server.connections == 2


async def test_an_idle_connection_is_closed_in_time(serving, monkeypatch):
    monkeypatch.setattr(plain, "KEEPALIVE_S", 0.05)
    server, post = await serving(OK)
    await read(await post())
    await asyncio.wait_for(server.gone.wait(), 30)


async def test_nothing_goes_anywhere_else(serving):
    told = []
    server, _ = await serving()
    client = PlainClient(
        opened, frozenset({Origin("http", "127.0.0.1", 1)}), misled=lambda: told.append(1), connect_s=5
    )
    with pytest.raises(NotConnected):
        await client.post(URL(f"http://127.0.0.1:{server.port}/"), content=b"", headers={})
    assert (told, server.connections) == ([1], 0)


async def test_no_header_begins_another(serving):
    server, post = await serving()
    with pytest.raises(ValueError, match="line"):
        await post(Authorization="Bearer x\r\nX-Other: y")
    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
async def test_where_nobody_listens_nothing_went_out(host):
    def unknown(_place):
        raise OSError

    client = PlainClient(unknown, frozenset({Origin("http", host, 9)}), misled=lambda: None, connect_s=5)
    with pytest.raises(NotConnected):
        await client.post(URL(f"http://{host}:9/"), content=b"", headers={})


async def test_a_closed_client_connects_to_nobody(serving):
    server, post = await serving(OK)
    await server.client.close()
    with pytest.raises(NotConnected):
        await post()
