"""Upstreams that misbehave: whatever they send, the caller gets an answer or an error of ours, and soon."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest
from aiohttp import web

from tests.conftest import one_route
from tests.contract.shapes import CANARY, SAY, check
from tests.upstream_server import breaks_after, chunk, completion, says, status, streams

WHOLE = json.dumps(completion("Hi.")).encode()
CALLS = [
    ("/v1/chat/completions", {"messages": SAY}, "openai"),
    ("/v1/messages", {"max_tokens": 9, "messages": SAY}, "anthropic"),
    ("/api/chat", {"messages": SAY}, "ollama"),
    ("/api/generate", {"prompt": "Hello."}, "ollama"),
]
EMBEDDINGS = [
    ("/v1/embeddings", {"input": "text"}, "openai"),
    ("/api/embed", {"input": "text"}, "ollama"),
]


def sends(body: bytes, content_type="application/json", *, code=200, **headers):
    """Just these bytes, whatever was asked."""

    async def answer(_request):
        return web.Response(status=code, body=body, headers={"Content-Type": content_type, **headers})

    return answer


def closes_at_once():
    async def answer(request):
        request.transport.close()
        await asyncio.Event().wait()

    return answer


def half_a_body():
    async def answer(request):
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(WHOLE[:40])
        request.transport.close()
        return response

    return answer


def endless(start: bytes, more: bytes):
    """A line, or an event, that has no end."""

    async def answer(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(start)
        while True:
            await response.write(more)

    return answer


SSE = "text/event-stream"
BAD = {
    "html": sends(f"<html><body>{CANARY}</body></html>".encode(), "text/html"),
    "html that says it is json": sends(f"<html>{CANARY}</html>".encode()),
    "nothing": sends(b""),
    "an empty stream": sends(b"", SSE),
    "only [DONE]": sends(b"data: [DONE]\n\n", SSE),
    "null": sends(b"null"),
    "a list": sends(b"[1, 2]"),
    "an empty object": sends(b"{}"),
    "an error string with 200": sends(json.dumps({"error": CANARY}).encode()),
    "an error object with 200": sends(json.dumps({"error": {"message": CANARY}}).encode()),
    "no choices": sends(b'{"choices": []}'),
    "choices that are none": sends(json.dumps({"choices": [CANARY, 5, None], "data": [CANARY]}).encode()),
    "a message that is none": sends(b'{"choices": [{"message": 5}], "data": [{"embedding": "?"}]}'),
    "a redirect": sends(b"", code=307, Location="http://127.0.0.1:9/v1/chat/completions"),
    "a redirect with a body": sends(WHOLE, code=302, Location=f"http://{CANARY}.example/"),
    "204": sends(b"", code=204),
    "201": sends(WHOLE, code=201),
    "gzip that nobody asked for": sends(gzip.compress(WHOLE), **{"Content-Encoding": "gzip"}),
    "half a body": half_a_body(),
    "a connection closed at once": closes_at_once(),
    "a stream broken before any content": breaks_after(""),
    "an error in place of the first chunk": streams([{"error": {"message": CANARY}}]),
    "an error event as text": sends(f"event: error\ndata: {CANARY}\n\n".encode(), SSE),
    "json deeper than any": sends(b'{"choices": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "a byte that is no text": sends(b'{"choices": [{"message": {"content": "\xff"}}]}'),
    "500 with words": status(500, CANARY),
    "503 with words": status(503, json.dumps({"error": {"message": CANARY}}), "application/json"),
    "401 with words": status(401, CANARY),
    "404 with words": status(404, CANARY),
    "418": status(418, CANARY),
    "999": sends(CANARY.encode(), code=599),
}


@pytest.fixture
async def pair(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server, "server: {commit_s: 0.2}"))
    yield gateway, server
    assert CANARY not in gateway.log.getvalue()
    assert "gateway.faulted" not in gateway.log.getvalue()


@pytest.mark.parametrize("fault", BAD)
async def test_before_any_content_it_is_an_error_of_ours_in_every_dialect(pair, fault):
    gateway, server = pair
    server.answer = BAD[fault]
    async with gateway.client() as client:
        for path, body, dialect in CALLS:
            for streamed in (False, True):
                async with asyncio.timeout(5):
                    response = await client.post(path, json={**body, "stream": streamed})
                check(response, {400, 502, 503}, dialect)
        if "stream" in fault or fault == "an error in place of the first chunk":
            return
        for path, body, dialect in EMBEDDINGS:
            check(await client.post(path, json=body), {400, 502, 503}, dialect)
    assert len(server.sent) >= 8  # no redirect went elsewhere, nothing was cached


@pytest.mark.parametrize(
    ("begin", "more"),
    [(b"data: ", b"x" * 2**18), (b"", b"data: " + b"x" * 2**18 + b"\n"), (b"", b": comment" + b"x" * 2**18)],
)
async def test_a_line_or_an_event_without_an_end_is_cut_off(pair, begin, more):
    gateway, server = pair
    server.answer = endless(begin, more)
    async with asyncio.timeout(5):
        response = await gateway.chat(stream=True)
    assert '"code":"upstream_failed"' in response.text
    assert "[DONE]" not in response.text
    await asyncio.wait_for(server.cancelled.wait(), 1)


DELTA = {"content": "Some"}
BROKEN = {
    "the connection drops": breaks_after("Some"),
    "the stream ends without a finish reason": streams([chunk(DELTA)]),
    "the stream ends without anything more": streams([chunk(DELTA)], done=False),
    "an error string": streams([chunk(DELTA), {"error": CANARY}]),
    "an error object": streams([chunk(DELTA), {"error": {"message": CANARY, "code": 500}}]),
    "a chunk that is no json": sends(
        b"data: " + json.dumps(chunk(DELTA)).encode() + b"\n\ndata: {CANARY\n\ndata: [DONE]\n\n", SSE
    ),
    "a chunk that is a list": streams([chunk(DELTA), [CANARY], chunk({}, "stop")]),
    "a chunk that is null": streams([chunk(DELTA), None, chunk({}, "stop")]),
}


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_after_content_it_ends_as_an_error_in_the_callers_dialect(pair, fault, path, body, dialect):
    gateway, server = pair
    server.answer = BROKEN[fault]
    async with gateway.client() as client:
        response = await client.post(path, json={**body, "stream": True})
    assert response.status_code == 200
    assert_broken(response.text, dialect)
    assert len(server.sent) == 1


def assert_broken(text: str, dialect: str) -> None:
    """The text so far, then an error event, and nothing that looks like a proper end."""
    assert "Some" in text
    assert CANARY not in text
    last = [line for line in text.splitlines() if line][-1]
    match dialect:
        case "openai":
            assert "[DONE]" not in text
            assert set(json.loads(last.removeprefix("data: "))["error"]) == {"message", "type", "param", "code"}
        case "anthropic":
            assert "message_stop" not in text
            assert "event: error\n" in text
            assert json.loads(last.removeprefix("data: "))["type"] == "error"
        case _:
            assert set(json.loads(last)) == {"error"}
            assert not any(json.loads(line).get("done") for line in text.splitlines())


ODD = [
    {"content": 5},
    {"content": ["a", "b"]},
    {"content": {"a": "b"}},
    {"content": True},
    {"role": 5, "content": "x"},
    {"tool_calls": "text"},
    {"tool_calls": [5, None]},
    {"tool_calls": [{"index": "zero", "id": 5, "function": "f"}]},
    {"tool_calls": [{"index": 0, "id": ["a"], "function": {"name": 5, "arguments": {"a": 1}}}]},
    {"tool_calls": [{"index": 10**18, "function": {"arguments": None}}]},
    {"reasoning": {"a": 1}},
    {"reasoning_content": 7},
    {"refusal": ["x"]},
    {"audio": {"data": 5}},
    {"function_call": {"name": 5}},
]


@pytest.mark.parametrize("delta", ODD, ids=json.dumps)
@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_deltas_of_odd_types_never_break_the_gateway(pair, delta, path, body, dialect):
    """A clean end or an error event; never a connection that just stops, never a fault."""
    gateway, server = pair
    for chunks in (
        [chunk(delta), chunk({}, "stop")],
        [chunk({"content": "Some"}), chunk(delta), chunk({}, "stop")],
        [{"id": 5, "choices": [{"index": "x", "delta": delta, "finish_reason": 5}], "usage": "much"}],
    ):
        server.answer = streams(chunks)
        async with gateway.client() as client:
            response = await client.post(path, json={**body, "stream": True})
            assert response.status_code in {200, 502}, response.text
            if response.status_code == 502:
                check(response, 502, dialect)
        server.answer = sends(
            json.dumps(
                {"choices": [{"message": {"role": "assistant", **delta}, "finish_reason": "stop"}], "usage": []}
            ).encode()
        )
        async with gateway.client() as client:
            response = await client.post(path, json={**body, "stream": False})
            assert response.status_code in {200, 502}, response.text


@pytest.mark.parametrize(
    "content_type", ["text/event-stream", "text/event-stream; charset=utf-8", "text/plain", "application/octet-stream"]
)
async def test_a_stream_is_read_as_one_whatever_it_says_it_is(pair, content_type):
    gateway, server = pair
    events = b"".join(
        b"data:" + json.dumps(piece).encode() + b"\r\n\r\n" for piece in [chunk(DELTA), chunk({}, "stop")]
    )
    server.answer = sends(b": keepalive\r\n\r\n" + events, content_type)
    response = await gateway.chat(stream=True)
    assert response.status_code == 200
    assert response.text.endswith("data: [DONE]\n\n")


async def test_a_whole_answer_where_a_stream_was_asked_is_streamed(pair):
    gateway, server = pair
    server.answer = sends(json.dumps(completion("Whole.")).encode())
    response = await gateway.chat(stream=True)
    assert "Whole." in response.text
    assert response.text.endswith("data: [DONE]\n\n")


async def test_events_split_anywhere_are_read_the_same(pair):
    gateway, server = pair

    async def answer(request):
        response = web.StreamResponse(headers={"Content-Type": SSE})
        await response.prepare(request)
        text = "".join(
            f"data: {json.dumps(piece, ensure_ascii=False)}\n\n"
            for piece in [chunk({"content": "Größe 🩺"}), chunk({}, "stop")]
        )
        for byte in text.encode():
            await response.write(bytes([byte]))
        await response.write(b"data: [DONE]\n\n")
        return response

    server.answer = answer
    response = await gateway.chat(stream=True)
    assert "Größe 🩺" in response.text


async def test_after_every_fault_the_gateway_still_answers(pair):
    gateway, server = pair
    for fault in BAD.values():
        server.answer = fault
        await gateway.chat(stream=True)
    server.answer = says("Hi.")
    assert (await gateway.chat()).json()["choices"][0]["message"]["content"] == "Hi."


async def test_heartbeats_while_a_model_loads_and_an_error_event_if_it_then_fails(pair):
    gateway, server = pair
    release = asyncio.Event()

    async def answer(_request):
        await release.wait()
        return web.Response(status=500, text=CANARY)

    server.answer = answer
    asyncio.get_running_loop().call_later(0.7, release.set)
    response = await gateway.chat(stream=True)
    assert response.status_code == 200
    assert response.headers["x-gateway-target"] == "pending"
    assert response.text.count(": waiting\n\n") >= 2
    assert CANARY not in response.text
    assert "[DONE]" not in response.text
    assert '"code":"upstream_failed"' in response.text


async def test_a_late_answer_says_its_target_in_a_last_comment(pair):
    gateway, server = pair
    release = asyncio.Event()

    async def answer(request):
        await release.wait()
        return await says("Late.")(request)

    server.answer = answer
    asyncio.get_running_loop().call_later(0.5, release.set)
    response = await gateway.chat(stream=True)
    assert "x-gateway-target=chat" in response.text
    assert response.text.endswith("data: [DONE]\n\n")
