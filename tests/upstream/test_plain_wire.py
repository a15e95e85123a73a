"""One connection: what comes of an answer is read, what is none breaks, and nobody is waited for in vain."""

from __future__ import annotations

import asyncio

import pytest

from gateway.upstream import plain_wire
from gateway.upstream.plain_wire import Broken, Late
from tests.kit.byte_server import OK, read

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


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

    monkeypatch.setattr(plain_wire, "SILENCE_S", 0.05)
    _, post = await serving(says_nothing)
    with pytest.raises(Late):
        await post()


async def test_each_piece_has_its_time_though_the_timer_was_set_for_an_earlier_one(serving):
    more = asyncio.Event()

    async def writes(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        for piece in (b"a", b"b"):
            await more.wait()
            more.clear()
            writer.write(piece)
        await writer.drain()
        await more.wait()

    _, post = await serving(writes)
    answer = await post()
    for piece in (b"a", b"b"):
        waiting = asyncio.ensure_future(answer.read_within(600.0))
        await asyncio.sleep(0)
        answer._alarmed(asyncio.get_running_loop())  # as it rings when it was set before the piece that came last
        more.set()
        assert await waiting == piece
    with pytest.raises(TimeoutError):
        await answer.read_within(0.05)  # though the timer that is set would ring in ten minutes
    with pytest.raises(TimeoutError):
        await answer.read_within(0.0)
    more.set()
    answer.close()


async def test_no_timer_outlives_its_answer(serving):
    _, post = await serving(CHUNKED + b"2\r\nHi\r\n", OK)
    answer = await post()
    assert await answer.read_within(600.0) == b"Hi"
    waiting = asyncio.ensure_future(answer.read_within(600.0))
    await asyncio.sleep(0)
    assert answer._alarm is not None
    answer.close()
    with pytest.raises(Broken):
        await waiting
    assert answer._alarm is None
