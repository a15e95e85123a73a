"""Upstreams that misbehave: whatever they send, the caller gets an answer or an error of ours, and soon."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from tests.kit.bad_upstreams import BAD, CALLS, EMBEDDINGS, SSE, assert_broken, endless, sends
from tests.kit.patience import SOON_S
from tests.kit.running import one_route
from tests.kit.servers import breaks_after, chunk, completion, says, streams
from tests.kit.shapes import CANARY, SAY, check


@pytest.fixture
async def pair(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server, "server: {commit_s: 0.2}"))
    yield gateway, server
    assert CANARY not in gateway.log.getvalue()
    assert "gateway.faulted" not in gateway.log.getvalue()


@pytest.mark.parametrize("fault", BAD)
async def test_before_any_content_it_is_an_error_of_ours_in_every_dialect(start, upstream, fault):
    server = await upstream()
    gateway = await start(one_route(server, "server: {commit_s: 30}"))  # no heartbeat, however busy the machine
    server.answer = BAD[fault]
    async with gateway.client() as client:
        for path, body, dialect in CALLS:
            for streamed in (False, True):
                async with asyncio.timeout(SOON_S):
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
    async with asyncio.timeout(SOON_S):
        response = await gateway.chat(stream=True)
    assert '"code":"upstream_failed"' in response.text
    assert "[DONE]" not in response.text
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)


DELTA = {"content": "Some"}
BODY = {"messages": SAY, "stream": True}
BROKEN = {
    "the connection drops": breaks_after("Some"),
    "the stream ends without anything more": streams([chunk(DELTA)], done=False),
    "a finish reason that is empty": streams([chunk(DELTA), chunk({}, "")], done=False),
    "content after an early finish reason": streams([chunk({}, "stop"), chunk(DELTA)], done=False),
    "one of two choices without its own": streams(
        [chunk(DELTA), {"choices": [{"index": 1, "delta": DELTA}]}, chunk({}, "stop")], done=False
    ),
    "one of two choices without its own, and it says that it is done": streams(
        [chunk(DELTA), {"choices": [{"index": 1, "delta": DELTA}]}, chunk({}, "stop")]
    ),
    "an error string": streams([chunk(DELTA), {"error": CANARY}]),
    "an error object": streams([chunk(DELTA), {"error": {"message": CANARY, "code": 500}}]),
    "a chunk that is no json": sends(
        b"data: " + json.dumps(chunk(DELTA)).encode() + b"\n\ndata: {CANARY\n\ndata: [DONE]\n\n", SSE
    ),
    "a chunk that is a list": streams([chunk(DELTA), [CANARY], chunk({}, "stop")]),
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


CALL = {"tool_calls": [{"index": 0, "id": "call_a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}


@pytest.mark.parametrize(
    ("delta", "ends"),
    [
        (DELTA, {"openai": '"finish_reason":"stop"', "anthropic": '"end_turn"', "ollama": '"done_reason":"stop"'}),
        (CALL, {"openai": '"finish_reason":"tool_calls"', "anthropic": '"tool_use"', "ollama": '"done_reason":"stop"'}),
    ],
    ids=["text", "call"],
)
@pytest.mark.parametrize("more", [[], [chunk({}, "")], [{"choices": [], "usage": {"prompt_tokens": 3}}]])
@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_who_says_that_it_is_done_and_gives_no_reason_ends_clean(pair, delta, ends, more, path, body, dialect):
    gateway, server = pair
    server.answer = streams([chunk(delta), *more])
    async with gateway.client() as client:
        response = await client.post(path, json={**body, "stream": True})
    assert "error" not in response.text
    assert ends[dialect] in response.text
    assert gateway.settled()[-1]["outcome"] == "ok"


async def test_a_choice_that_was_asked_for_and_never_began_was_cut_off(start, upstream):
    server = await upstream()  # of a kind that heeds `n`: others are asked as often
    gateway = await start(one_route(server, "server: {commit_s: 0.2}").replace("openai_compatible", "vllm"))
    for done in (True, False):
        server.answer = streams([chunk(DELTA), chunk({}, "stop")], done=done)
        assert_broken((await gateway.chat(stream=True, n=2)).text, "openai")
    both = [{"choices": [{"index": at, "delta": DELTA, "finish_reason": "stop"}]} for at in (0, 1)]
    server.answer = streams(both)
    assert (await gateway.chat(stream=True, n=2)).text.endswith("data: [DONE]\n\n")


# --- silence ----------------------------------------------------------------------------------------------------------

PATIENT = "server: {commit_s: 30}\n"


def falls_silent(*, heartbeat: bytes = b""):
    """Begins an answer, and then says nothing more, or nothing but heartbeats."""

    async def answer(request):
        response = web.StreamResponse(headers={"Content-Type": SSE})
        await response.prepare(request)
        await response.write(f"data: {json.dumps(chunk(DELTA))}\n\n".encode())
        while True:
            await asyncio.sleep(0.02)
            if heartbeat:
                await response.write(heartbeat)

    return answer


@pytest.mark.parametrize("where", ["route", "target", "target first"])
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_who_falls_silent_is_waited_for_as_long_as_is_configured(
    start, upstream, where, streamed, path, body, dialect
):
    server = await upstream(falls_silent())
    on_route = {"route": ", idle_s: 0.2", "target": "", "target first": ", idle_s: 3600"}[where]
    on_target = "" if where == "route" else ", idle_s: 0.2"
    config = one_route(server, PATIENT).replace("targets: [chat]", f"targets: [chat], first_token_s: 60{on_route}")
    gateway = await start(config.replace("model: test-model", f"model: test-model{on_target}"))
    async with gateway.client() as client, asyncio.timeout(SOON_S):
        response = await client.post(path, json={**body, "stream": streamed})
    if streamed:
        assert response.status_code == 200
        assert_broken(response.text, dialect)
    else:
        check(response, 504, dialect)
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)  # the upstream stops working
    [settled] = gateway.settled()
    assert (settled["outcome"], settled["error_code"]) == ("deadline", "upstream_timeout")


@pytest.mark.parametrize("heartbeat", [b": ping\n\n", b"data:\n\n", b"data: null\n\n"])
async def test_heartbeats_are_life_and_not_for_ever(start, upstream, monkeypatch, heartbeat):
    monkeypatch.setattr("gateway.upstream.silence.SILENCE_S", 1.0)
    server = await upstream(falls_silent(heartbeat=heartbeat))
    gateway = await start(one_route(server, PATIENT).replace("targets: [chat]", "targets: [chat], idle_s: 0.9"))
    async with asyncio.timeout(SOON_S):
        began = asyncio.get_running_loop().time()
        response = await gateway.chat(stream=True)
    assert asyncio.get_running_loop().time() - began >= 0.95  # silence alone would have ended it before
    assert_broken(response.text, "openai")


@pytest.mark.parametrize("heartbeat", [b"data:\n\n", b"data: \n\n", b"data: null\n\n", b": ping\n\n"])
@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_a_heartbeat_is_no_chunk(pair, heartbeat, path, body, dialect):
    gateway, server = pair
    pieces = [f"data: {json.dumps(one)}\n\n".encode() for one in (chunk(DELTA), chunk({}, "stop"))]
    server.answer = sends(heartbeat + heartbeat.join(pieces) + heartbeat + b"data: [DONE]\n\n", SSE)
    async with gateway.client() as client:
        response = await client.post(path, json={**body, "stream": True})
    assert "Some" in response.text
    assert "error" not in response.text


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
    text = ""
    async with gateway.client() as client, client.stream("POST", "/v1/chat/completions", json=BODY) as response:
        async for line in response.aiter_lines():
            text += f"{line}\n"
            if text.count(": waiting\n\n") == 2:
                release.set()
    assert response.status_code == 200
    assert response.headers["x-gateway-target"] == "pending"
    assert CANARY not in text
    assert "[DONE]" not in text
    assert '"code":"upstream_failed"' in text


async def test_a_late_answer_says_its_target_in_a_last_comment(pair):
    gateway, server = pair
    release = asyncio.Event()

    async def answer(request):
        await release.wait()
        return await says("Late.")(request)

    server.answer = answer
    text = ""
    async with gateway.client() as client, client.stream("POST", "/v1/chat/completions", json=BODY) as response:
        async for piece in response.aiter_text():
            text += piece
            release.set()  # the first heartbeat has gone out, and with it the headers
    assert "x-gateway-target=chat" in text
    assert text.endswith("data: [DONE]\n\n")


# --- streams that say nothing, and have no end -------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
async def test_a_stream_of_empty_deltas_is_a_bad_reply_and_not_kept(start, upstream, monkeypatch, stream):
    monkeypatch.setattr("gateway.pipeline.opening.MAX_SILENT_CHUNKS", 50)
    config = one_route(await upstream(streams([chunk({"content": ""})] * 200))).replace(
        "[chat]", "[chat], first_token_s: 20"
    )
    check(await (await start(config)).chat(stream=stream), 502, "openai", code="upstream_failed")


@pytest.mark.parametrize("limit", ["pipeline.flow.MAX_CHUNKS", "upstream.bodies.MAX_JOINED"])
async def test_an_answer_without_end_that_is_gathered_for_a_caller_is_an_error(start, upstream, monkeypatch, limit):
    monkeypatch.setattr(f"gateway.{limit}", 50)
    unlike = "FLOW" in limit.upper()  # each has another number, and so none is taken for more text of the one before
    chunks = [{**chunk({"content": "a"}), "timings": {"n": n if unlike else 0}} for n in range(200)]
    config = one_route(await upstream(streams(chunks))).replace("[chat]", "[chat], first_token_s: 20")
    check(await (await start(config)).chat(), 502, "openai", code="upstream_failed")
