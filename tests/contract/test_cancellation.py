"""A caller that goes away: its upstream is cancelled within a second, it is settled once, and nothing is left running."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from tests.kit.bad_upstreams import CALLS
from tests.kit.running import one_route
from tests.kit.servers import hangs, streams_for_ever
from tests.kit.shapes import raw

SOON_S = 1.0


async def ask(gateway, path: str, body: dict):
    """A request on a connection of its own, sent and left alone."""
    reader, writer = await raw(gateway)
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    await writer.drain()
    return reader, writer


def settled(gateway) -> list[dict]:
    """The log lines of requests that are over."""
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    return [line for line in lines if line["event"] == "request.settled"]


async def until(claim) -> None:
    """Waits for a claim to come true; for at most two seconds."""
    async with asyncio.timeout(2):
        while not claim():  # noqa: ASYNC110  the gateway tells nobody
            await asyncio.sleep(0.01)


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
    await asyncio.wait_for(server.received.wait(), 5)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(lambda: settled(gateway))
    assert [line["outcome"] for line in settled(gateway)] == ["client_disconnect"]
    assert gateway.metric("gateway_requests_total", outcome="client_disconnect") == 1
    assert gateway.metric("gateway_inflight_requests") == 0


async def test_an_embedding_is_cancelled_too(pair):
    gateway, server = pair
    _, writer = await ask(gateway, "/v1/embeddings", {"input": "text"})
    await asyncio.wait_for(server.received.wait(), 5)
    writer.close()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(lambda: settled(gateway))
    assert [line["outcome"] for line in settled(gateway)] == ["client_disconnect"]


@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_in_the_middle_of_a_stream_the_upstream_is_cancelled(pair, path, body, dialect):
    gateway, server = pair
    server.answer = streams_for_ever()
    reader, writer = await ask(gateway, path, {**body, "stream": True})
    await asyncio.wait_for(reader.readuntil(b"word"), 5)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(lambda: settled(gateway))
    (line,) = settled(gateway)
    assert (line["outcome"], line["target"], line["stream"]) == ("client_disconnect", "chat", True)
    assert gateway.metric("gateway_stream_aborts_total", phase="mid_stream", side="client") == 1
    assert gateway.metric("gateway_inflight_requests") == 0


async def test_a_stream_given_up_before_its_first_content_is_counted_as_such(pair):
    gateway, server = pair
    _, writer = await ask(gateway, CALLS[0][0], {**CALLS[0][1], "stream": True})
    await asyncio.wait_for(server.received.wait(), 5)
    writer.transport.abort()
    await until(lambda: settled(gateway))
    assert gateway.metric("gateway_stream_aborts_total", phase="before_first_token", side="client") == 1


async def test_while_heartbeats_go_out_it_is_noticed_too(start, upstream):
    server = await upstream(hangs())
    gateway = await start(one_route(server, "server: {commit_s: 0.1}"))
    reader, writer = await ask(gateway, CALLS[0][0], {**CALLS[0][1], "stream": True})
    await asyncio.wait_for(reader.readuntil(b": waiting"), 5)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(lambda: settled(gateway))
    assert [line["outcome"] for line in settled(gateway)] == ["client_disconnect"]


async def test_a_whole_answer_read_from_a_stream_is_cancelled_in_its_middle(start, upstream):
    """The caller does not stream; the gateway does, because it must see the first token."""
    server = await upstream(streams_for_ever())
    gateway = await start(one_route(server).replace("{targets: [chat]}", "{targets: [chat], first_token_s: 30}"))
    _, writer = await ask(gateway, CALLS[0][0], CALLS[0][1])
    await asyncio.wait_for(server.received.wait(), 5)
    await asyncio.sleep(0.1)
    writer.transport.abort()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(lambda: settled(gateway))
    assert [line["outcome"] for line in settled(gateway)] == ["client_disconnect"]


async def test_a_caller_gone_before_its_body_was_whole_reaches_nobody(pair):
    gateway, server = pair
    _, writer = await raw(gateway)
    writer.write(b'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"messages"')
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()
    await until(lambda: not ours())
    assert server.sent == []
    assert "gateway.faulted" not in gateway.log.getvalue()


async def test_a_client_with_a_timeout_of_its_own_lets_go(pair):
    gateway, server = pair
    with pytest.raises(httpx.ReadTimeout):
        async with httpx.AsyncClient(base_url=gateway.url, timeout=0.3, trust_env=False) as client:
            await client.post("/v1/chat/completions", json=CALLS[0][1])
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)


async def test_fifty_callers_gone_at_once_leave_nothing_behind(pair):
    gateway, server = pair
    before = len(asyncio.all_tasks())
    for answer in (hangs(), streams_for_ever()):
        server.answer = answer
        asked = [await ask(gateway, CALLS[0][0], {**CALLS[0][1], "stream": bool(i % 2)}) for i in range(50)]
        await asyncio.sleep(0.2)
        for _, writer in asked:
            writer.transport.abort()
        await until(lambda: not ours())
    await until(lambda: len(settled(gateway)) == 100)
    assert {line["outcome"] for line in settled(gateway)} == {"client_disconnect"}
    assert len({line["request_id"] for line in settled(gateway)}) == 100
    assert gateway.metric("gateway_inflight_requests") == 0
    await until(lambda: len(asyncio.all_tasks()) <= before + 2)
    assert "gateway.faulted" not in gateway.log.getvalue()
