"""A caller that goes away: its upstream is cancelled within a second, it is settled once, and nothing is left running."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from tests.kit.bad_upstreams import CALLS
from tests.kit.patience import SOON_S, until
from tests.kit.running import one_route
from tests.kit.servers import hangs, streams_for_ever
from tests.kit.shapes import raw


async def ask(gateway, path: str, body: dict):
    """A request on a connection of its own, sent and left alone."""
    reader, writer = await raw(gateway)
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    await writer.drain()
    return reader, writer


def ours() -> set[asyncio.Task]:
    """Tasks of the gateway and of uvicorn that serve requests."""
    return {task for task in asyncio.all_tasks() if "run_asgi" in repr(task) or "Pipeline.answer" in repr(task)}


@pytest.fixture
async def pair(start, upstream):
    server = await upstream(hangs())
    gateway = await start(one_route(server))
    yield gateway, server
    await until(lambda: not ours())


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_before_the_first_content_the_upstream_is_cancelled(pair, path, body, dialect, streamed):
    gateway, server = pair
    _, writer = await ask(gateway, path, {**body, "stream": streamed})
    await asyncio.wait_for(server.received.wait(), SOON_S)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(gateway.settled)
    assert [line["outcome"] for line in gateway.settled()] == ["client_disconnect"]
    assert gateway.metric("gateway_requests_total", outcome="client_disconnect") == 1
    assert gateway.metric("gateway_inflight_requests") == 0


async def test_an_embedding_is_cancelled_too(pair):
    gateway, server = pair
    _, writer = await ask(gateway, "/v1/embeddings", {"input": "text"})
    await asyncio.wait_for(server.received.wait(), SOON_S)
    writer.close()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(gateway.settled)
    assert [line["outcome"] for line in gateway.settled()] == ["client_disconnect"]


@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_in_the_middle_of_a_stream_the_upstream_is_cancelled(pair, path, body, dialect):
    gateway, server = pair
    server.answer = streams_for_ever()
    reader, writer = await ask(gateway, path, {**body, "stream": True})
    await asyncio.wait_for(reader.readuntil(b"word"), SOON_S)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(gateway.settled)
    (line,) = gateway.settled()
    assert (line["outcome"], line["target"], line["stream"]) == ("client_disconnect", "chat", True)
    assert gateway.metric("gateway_stream_aborts_total", phase="mid_stream", side="client") == 1
    assert gateway.metric("gateway_inflight_requests") == 0


async def test_a_stream_given_up_before_its_first_content_is_counted_as_such(pair):
    gateway, server = pair
    _, writer = await ask(gateway, CALLS[0][0], {**CALLS[0][1], "stream": True})
    await asyncio.wait_for(server.received.wait(), SOON_S)
    writer.transport.abort()
    await until(gateway.settled)
    assert gateway.metric("gateway_stream_aborts_total", phase="before_first_token", side="client") == 1


async def test_while_heartbeats_go_out_it_is_noticed_too(start, upstream):
    server = await upstream(hangs())
    gateway = await start(one_route(server, "server: {commit_s: 0.1}"))
    reader, writer = await ask(gateway, CALLS[0][0], {**CALLS[0][1], "stream": True})
    await asyncio.wait_for(server.received.wait(), SOON_S)  # a busy machine may send the first heartbeat before
    await asyncio.wait_for(reader.readuntil(b": waiting"), SOON_S)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(gateway.settled)
    assert [line["outcome"] for line in gateway.settled()] == ["client_disconnect"]


async def test_a_whole_answer_read_from_a_stream_is_cancelled_in_its_middle(start, upstream):
    """The caller does not stream; the gateway does, because it must see the first token."""
    streaming = asyncio.Event()
    server = await upstream(streams_for_ever(after_ten=streaming))
    gateway = await start(one_route(server).replace("{targets: [chat]}", "{targets: [chat], first_token_s: 30}"))
    _, writer = await ask(gateway, CALLS[0][0], CALLS[0][1])
    await asyncio.wait_for(streaming.wait(), SOON_S)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(gateway.settled)
    assert [line["outcome"] for line in gateway.settled()] == ["client_disconnect"]


async def test_a_caller_gone_before_its_body_was_whole_reaches_nobody(pair):
    gateway, server = pair
    _, writer = await raw(gateway)
    writer.write(b'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"messages"')
    await writer.drain()
    await until(ours)
    writer.transport.abort()
    await until(lambda: not ours())
    assert server.sent == []
    assert "gateway.faulted" not in gateway.log.getvalue()


async def test_a_client_with_a_timeout_of_its_own_lets_go(pair):
    gateway, server = pair
    with pytest.raises(httpx.ReadTimeout):
        async with httpx.AsyncClient(
            base_url=gateway.url, timeout=httpx.Timeout(SOON_S, read=1), trust_env=False
        ) as client:
            await client.post("/v1/chat/completions", json=CALLS[0][1])
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)


async def test_fifty_callers_gone_at_once_leave_nothing_behind(pair):
    gateway, server = pair
    before = len(asyncio.all_tasks())
    for turn, answer in enumerate((hangs(), streams_for_ever()), start=1):
        server.answer = answer
        asked = [await ask(gateway, CALLS[0][0], {**CALLS[0][1], "stream": bool(i % 2)}) for i in range(50)]
        await until(lambda turn=turn: server.connections == 50 * turn)
        for _, writer in asked:
            writer.transport.abort()
        await until(lambda: not ours())
    await until(lambda: len(gateway.settled()) == 100)
    assert {line["outcome"] for line in gateway.settled()} == {"client_disconnect"}
    assert len({line["request_id"] for line in gateway.settled()}) == 100
    assert gateway.metric("gateway_inflight_requests") == 0
    await until(lambda: len(asyncio.all_tasks()) <= before + 2)
    assert "gateway.faulted" not in gateway.log.getvalue()
