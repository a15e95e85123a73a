"""A server of which each byte is written by the test, and the client that has to live with it."""

from __future__ import annotations

import asyncio
import socket

import pytest
from yarl import URL

from gateway.kinds.origin import Origin
from gateway.upstream import plain
from gateway.upstream.plain import Broken, Late, NotConnected, PlainClient

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nHi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Scripted:
    """Answers each request by the next of its scripts: coroutines of (reader, writer), or bytes."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.requests = []
        self.connections = 0
        self.gone = asyncio.Event()

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        self._server.close()

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append((head, await reader.readexactly(length)))
                script = self.scripts.pop(0)
                if callable(script):
                    await script(reader, writer)
                else:
                    writer.write(script)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone.set()
        finally:
            writer.close()


def opened(place):
    made = socket.socket(*place[:3])
    made.setblocking(False)
    return made


@pytest.fixture
async def serving():
    """Makes a scripted server and a client for it: `server, post = await serving(OK, OK)`."""
    stack = []

    async def start(*scripts):
        server = await Scripted(*scripts).start()
        client = PlainClient(opened, frozenset({Origin("http", "127.0.0.1", server.port)}), misled=lambda: None)
        stack.extend([client.close, server.stop])

        async def post(content=b"{}", path="/v1/x", **headers):
            return await client.post(URL(f"http://127.0.0.1:{server.port}{path}"), content=content, headers=headers)

        server.client = client
        return server, post

    yield start
    for stop in stack:
        await stop()


async def read(answer):
    pieces = []
    while piece := await answer.content.readany():
        pieces.append(piece)
    return b"".join(pieces)


async def hangs_up(_reader, writer):
    writer.close()


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


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHalf",
        CHUNKED + b"4\r\nHalf\r\n",
        CHUNKED + b"4\r\nHalf\r\nno size\r\n",
    ],
    ids=["length", "chunks", "no chunk"],
)
async def test_what_came_of_a_broken_body_is_read_first(serving, said):
    async def breaks(_reader, writer):
        writer.write(said)
        await writer.drain()
        writer.close()

    _, post = await serving(breaks)
    answer = await post()
    assert await answer.content.readany() == b"Half"
    with pytest.raises(Broken):
        await answer.content.readany()


async def test_a_body_without_a_length_ends_with_the_connection(serving):
    async def old(_reader, writer):
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nTo the end.")
        await writer.drain()
        writer.close()

    server, post = await serving(old, OK)
    assert await read(await post()) == b"To the end."
    assert await read(await post()) == b"Hi"
    assert server.connections == 2


async def test_pieces_of_a_chunked_body_are_one(serving):
    _, post = await serving(CHUNKED + b"2\r\nHi\r\n1\r\n!\r\n0\r\n\r\n")
    assert await read(await post()) == b"Hi!"


async def test_a_head_that_only_announces_another_is_none(serving):
    server, post = await serving(b"HTTP/1.1 100 Continue\r\n\r\n" + OK, OK)
    answer = await post()
    assert (answer.status, await read(answer)) == (200, b"Hi")
    await read(await post())
    assert server.connections == 1


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    ],
    ids=["no http", "a head without end", "an upgrade"],
)
async def test_what_is_no_answer_breaks(serving, said):
    _, post = await serving(said)
    with pytest.raises(Broken):
        await post()


async def test_an_answer_before_the_end_of_a_large_body_is_the_answer(serving):
    async def refuses(_reader, writer):
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")

    server, post = await serving(OK, OK)
    server.scripts.insert(0, refuses)
    answer = await post(b"x" * 3_000_000)
    assert answer.status == 413
    assert len(server.requests[0][1]) == 3_000_000
    await read(await post())
    assert len(server.requests) == 2


async def test_a_server_that_writes_faster_than_anybody_reads_has_to_wait(serving):
    written = []
    full = asyncio.Event()

    async def floods(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 80000000\r\n\r\n")
        for _ in range(800):
            writer.write(b"x" * 100_000)
            written.append(100_000)
            try:
                async with asyncio.timeout(0.5):
                    await writer.drain()
            except TimeoutError:
                full.set()
                await writer.drain()

    _, post = await serving(floods)
    answer = await post()
    await asyncio.wait_for(full.wait(), 60)
    assert sum(written) < 40_000_000
    assert len(await read(answer)) == 80_000_000


async def test_whoever_stops_reading_ends_the_connection(serving):
    server, post = await serving(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHalf")
    answer = await post()
    answer.close()
    await asyncio.wait_for(server.gone.wait(), 30)


async def test_closing_what_is_over_harms_nobody_else(serving):
    server, post = await serving(OK, OK)
    first = await post()
    await read(first)
    second = await post()
    first.close()
    assert await read(second) == b"Hi"
    assert server.connections == 1


async def test_whoever_stops_waiting_ends_the_connection(serving):
    asked = asyncio.Event()

    async def says_nothing(reader, _writer):
        asked.set()
        await reader.readexactly(1)

    server, post = await serving(says_nothing)
    waiting = asyncio.ensure_future(post())
    await asked.wait()
    waiting.cancel()
    await asyncio.wait_for(server.gone.wait(), 30)


async def test_a_server_without_a_sign_of_life_is_late(serving, monkeypatch):
    async def says_nothing(reader, _writer):
        await reader.readexactly(1)

    monkeypatch.setattr(plain, "SILENCE_S", 0.05)
    _, post = await serving(says_nothing)
    with pytest.raises(Late):
        await post()


async def test_an_idle_connection_is_closed_in_time(serving, monkeypatch):
    monkeypatch.setattr(plain, "KEEPALIVE_S", 0.05)
    server, post = await serving(OK)
    await read(await post())
    await asyncio.wait_for(server.gone.wait(), 30)


async def test_nothing_goes_anywhere_else(serving):
    told = []
    server, _ = await serving()
    client = PlainClient(opened, frozenset({Origin("http", "127.0.0.1", 1)}), misled=lambda: told.append(1))
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

    client = PlainClient(unknown, frozenset({Origin("http", host, 9)}), misled=lambda: None)
    with pytest.raises(NotConnected):
        await client.post(URL(f"http://{host}:9/"), content=b"", headers={})


async def test_a_closed_client_connects_to_nobody(serving):
    server, post = await serving(OK)
    await server.client.close()
    with pytest.raises(NotConnected):
        await post()
