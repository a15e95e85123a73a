"""Whether a route has a fallback or a limit, and whether the target streams, never changes an answer."""

from __future__ import annotations

import json
from itertools import product

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.wire.openai.pieces import aggregate, chunks_of
from tests.kit import written
from tests.kit.sdk_types import SCALARS, TEXTS
from tests.kit.servers import chunk, stream

WAYS = ["one", "two", "timed"]


def config(first, second, *, of_the_other=("tools", "vision")):
    able, other = {"capabilities": ["tools", "vision"]}, {"capabilities": list(of_the_other)}
    return written.config(
        providers={"here": written.at_home(first), "there": written.at_home(second)},
        targets={"a": {"provider": "here", "model": "a", **able}, "b": {"provider": "there", "model": "b", **other}},
        routes={"one": ["a"], "two": ["a", "b"], "timed": {"targets": ["a"], "first_token_s": 30}},
    )


CALL = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b"]), "type": st.just("function")},
    optional={"extra_content": st.just({"google": {"thought_signature": "c2ln"}})},
).flatmap(
    lambda call: TEXTS.map(lambda text: {**call, "function": {"name": "f", "arguments": json.dumps({"x": text})}})
)
MESSAGES = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.just("Hello.")},
    optional={
        "reasoning_content": TEXTS.filter(bool),
        "refusal": st.none() | TEXTS,
        "annotations": st.lists(st.fixed_dictionaries({"type": st.just("url_citation"), "url": TEXTS}), max_size=2),
        "images": st.lists(st.just({"type": "image_url", "image_url": {"url": "data:,"}}), max_size=2),
        "audio": st.just({"id": "audio_1", "data": "AAAA", "transcript": "Hello.", "expires_at": 9}),
        "tool_calls": st.lists(CALL, min_size=1, max_size=2, unique_by=lambda call: call["id"]),
        "x_unknown": SCALARS,
    },
)
REPLIES = st.builds(
    lambda messages, **more: {
        "choices": [
            {"index": n, "message": m, "finish_reason": "length", "logprobs": None} for n, m in enumerate(messages)
        ],
        **more,
    },
    st.lists(MESSAGES, min_size=1, max_size=2),
    usage=st.none()
    | st.just({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5, "cost": 0.1, "x": {"audio_tokens": 1}}),
    system_fingerprint=st.just("fp"),
    timings=st.just({"prompt_ms": 1.5}),
)


def scripted(reply):
    """Answers as it is asked: the reply, or what says the same in pieces."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not (await request.json()).get("stream"):
            return web.json_response(reply)
        return await stream(request, chunks_of(reply))

    return answer


def ours(tree):
    """An answer without what is another with every request."""
    return {name: value for name, value in tree.items() if name not in {"id", "created", "model"}}


async def asked(gateway, model, *, streamed):
    if not streamed:
        reply = await gateway.chat(model=model)
        assert reply.status_code == 200, reply.text
        return ours(reply.json())
    reply = await gateway.chat(model=model, stream=True, stream_options={"include_usage": True})
    assert reply.text.endswith("data: [DONE]\n\n"), reply.text
    chunks = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
    usage = next((chunk["usage"] for chunk in chunks if chunk.get("usage")), None)
    return ours(aggregate(chunks, usage))


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
async def test_neither_route_nor_stream_changes_an_answer(start, upstream):
    servers = [await upstream(), await upstream()]
    gateway = await start(config(*servers))
    replies = []

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(REPLIES)
    def collect(reply):
        replies.append(reply)

    collect()
    for reply in replies:
        for server in servers:
            server.answer = scripted(reply)
        answers = [await asked(gateway, way, streamed=streamed) for way, streamed in product(WAYS, (False, True))]
        assert all(answer == answers[0] for answer in answers), answers
        assert answers[0]["usage"] == reply["usage"]
        assert answers[0]["timings"] == reply["timings"]
        assert [c["message"] | {"content": None} for c in answers[0]["choices"]] == [
            c["message"] | {"content": None} for c in reply["choices"]
        ]


async def test_a_target_that_answers_a_stream_in_one_piece_changes_nothing_either(start, upstream):
    servers = [await upstream(), await upstream()]
    gateway = await start(config(*servers))
    message = {"role": "assistant", "content": "Hello.", "annotations": [{"url": "a"}], "audio": {"id": "x"}}
    reply = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "citations": ["a"]}

    async def whole(_request: web.Request) -> web.StreamResponse:
        return web.json_response(reply)

    for server in servers:
        server.answer = whole
    answers = [await asked(gateway, way, streamed=streamed) for way, streamed in product(WAYS, (False, True))]
    assert all(answer == answers[0] for answer in answers), answers
    assert answers[0]["choices"][0]["message"] == message
    assert (answers[0]["citations"], answers[0]["usage"]) == (["a"], None)


async def test_what_one_target_cannot_carry_the_next_one_may(start, upstream):
    servers = [await upstream(), await upstream()]
    able = config(*servers, of_the_other=["vision", "fetch_urls"])
    gateway = await start(able)
    image = [{"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}]
    reply = await gateway.chat(image, model="two")
    assert reply.status_code == 200, reply.text
    assert (len(servers[0].sent), len(servers[1].sent)) == (0, 1)
    refused = await gateway.chat(image, model="one")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "errand_denied"


async def test_an_answer_that_cannot_be_written_to_its_end_is_an_error_line_and_one_row(start, upstream):
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "not json"}}
    pieces = [chunk({"tool_calls": [call]}), chunk({}, "tool_calls")]

    async def answer(request: web.Request) -> web.StreamResponse:
        return await stream(request, pieces)

    servers = [await upstream(answer), await upstream()]
    gateway = await start(config(*servers))
    async with gateway.client() as client:
        reply = await client.post("/api/chat", json={"model": "one", "messages": [{"role": "user", "content": "Hi"}]})
    assert reply.status_code == 200
    assert list(json.loads(reply.text.splitlines()[-1])) == ["error"]
    assert len(gateway.settled()) == 1


async def test_a_fault_of_ours_is_never_told_as_the_providers(start, upstream, monkeypatch):
    def broken(_tree, *_before):
        raise KeyError("choices")

    servers = [await upstream(), await upstream()]
    gateway = await start(config(*servers))
    monkeypatch.setattr("gateway.wire.openai.reply.counts_of", broken)
    reply = await gateway.chat()
    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "internal_error")
