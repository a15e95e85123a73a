"""Cases of real servers: errors that echo, embeddings in other forms, calls under one index, one try, one address."""

from __future__ import annotations

import base64
import json
import struct

import openai
import pytest
from aiohttp import web

from tests.kit.bad_upstreams import sends
from tests.kit.running import one_route
from tests.kit.servers import chunk, says, streams
from tests.kit.shapes import CANARY, check

TOO_LONG = b'{"error":{"code":500,"message":"input (902 tokens) is too large to process","type":"server_error"}}'


def of_kind(server, kind: str, more: str = "") -> str:
    return one_route(server, more).replace("openai_compatible", kind)


# --- 3, 15: errors, and what they say ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "body"),
    [
        ("lm_studio", 400, {"error": f"Unexpected token in {CANARY}"}),
        ("mlx", 404, {"error": f"Cannot find {CANARY} on the local disk"}),
        (
            "llama_cpp",
            500,
            {"error": {"code": 500, "message": f"bad: {CANARY} at /srv/weights/model.gguf", "type": "server_error"}},
        ),
        (
            "ollama",
            400,
            {"error": {"message": f"invalid message {CANARY}", "type": "invalid_request_error", "code": None}},
        ),
        ("openai_compatible", 422, {"detail": [{"loc": ["body"], "input": CANARY}]}),
        ("openai_compatible", 502, f"<html><body>{CANARY}</body></html>"),
        ("lm_studio", 200, {"error": f"Unexpected endpoint or method. (POST {CANARY})"}),
    ],
)
async def test_an_error_that_echoes_what_it_was_asked_is_told_in_our_words(start, upstream, kind, code, body):
    text, sort = (json.dumps(body), "application/json") if isinstance(body, dict) else (body, "text/html")
    gateway = await start(of_kind(await upstream(sends(text.encode(), sort, code=code)), kind))
    reply = await gateway.chat(CANARY)
    error = reply.json()["error"]
    assert set(error) >= {"message", "type", "param", "code"}
    assert reply.status_code in {400, 502}
    assert CANARY not in reply.text + gateway.log.getvalue()
    assert "/home/ann" not in reply.text + gateway.log.getvalue()


async def test_an_embedding_that_is_too_long_for_llama_cpp_is_no_failure_of_it(start, upstream):
    gateway = await start(of_kind(await upstream(sends(TOO_LONG, code=500)), "llama_cpp"))
    async with gateway.client() as client:
        reply = await client.post("/v1/embeddings", json={"input": "word " * 900})
    check(reply, 400, "openai", code="context_length_exceeded")


# --- 8: embeddings -----------------------------------------------------------------------------------------------------


def floats(dimensions: int):
    """Numbers, whatever form and length are asked for, as LM Studio and llama.cpp answer."""

    async def answer(request):
        asked = await request.json()
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        vectors = [{"object": "embedding", "index": n, "embedding": [0.5] * dimensions} for n, _ in enumerate(texts)]
        return web.json_response(
            {
                "object": "list",
                "data": vectors,
                "model": asked["model"],
                "usage": {"prompt_tokens": 3, "total_tokens": 3},
            }
        )

    return answer


@pytest.mark.parametrize("kind", ["lm_studio", "llama_cpp", "openai_compatible"])
async def test_a_client_that_wants_base64_gets_what_it_decodes(start, upstream, kind):
    """openai's own clients ask for base64 by themselves, and read numbers as zeros."""
    server = await upstream(floats(8))
    gateway = await start(of_kind(server, kind))
    async with gateway.client() as client:
        reply = await client.post("/v1/embeddings", json={"input": ["a", "b"], "encoding_format": "base64"})
        assert reply.status_code == 200, reply.text
        made = [struct.unpack("<8f", base64.b64decode(one["embedding"])) for one in reply.json()["data"]]
        assert made == [(0.5,) * 8] * 2
        plain = (await client.post("/v1/embeddings", json={"input": "a"})).json()["data"][0]["embedding"]
        assert plain == [0.5] * 8
    assert server.sent[0].json.get("encoding_format") in {None, "float"}
    sdk = openai.AsyncOpenAI(base_url=gateway.v1, api_key="x", max_retries=0)
    assert (await sdk.embeddings.create(model="embedding", input="a")).data[0].embedding == [0.5] * 8
    await sdk.close()


async def test_dimensions_that_a_server_ignores_are_made_here(start, upstream):
    gateway = await start(of_kind(await upstream(floats(8)), "llama_cpp"))
    async with gateway.client() as client:
        reply = await client.post("/v1/embeddings", json={"input": "a", "dimensions": 4})
    made = reply.json()["data"][0]["embedding"]
    assert len(made) == 4
    assert sum(one * one for one in made) == pytest.approx(1.0)


# --- 12: tool calls ----------------------------------------------------------------------------------------------------


def call(call_id: str, name: str, arguments: str) -> dict:
    function = {"name": name, "arguments": arguments}
    return chunk({"tool_calls": [{"index": 0, "id": call_id, "type": "function", "function": function}]})


@pytest.mark.parametrize("streamed", [False, True])
async def test_parallel_calls_under_one_index_are_two(start, upstream, streamed):
    """Ollama up to 0.20 gave every call the index 0, and empty arguments mean none."""
    said = [call("call_a", "look", '{"at": 1}'), call("call_b", "wait", ""), chunk({}, "tool_calls")]
    gateway = await start(of_kind(await upstream(streams(said)), "ollama").replace("/v1", ""))
    tools = [{"type": "function", "function": {"name": name}} for name in ("look", "wait")]
    reply = await gateway.chat(tools=tools, stream=streamed)
    if streamed:
        events = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
        deltas = [
            one for event in events for choice in event["choices"] for one in choice["delta"].get("tool_calls") or ()
        ]
        assert {one["index"] for one in deltas} == {0, 1}
    else:
        calls = reply.json()["choices"][0]["message"]["tool_calls"]
        assert [(one["id"], one["function"]["arguments"]) for one in calls] == [
            ("call_a", '{"at": 1}'),
            ("call_b", "{}"),
        ]
        assert reply.json()["choices"][0]["finish_reason"] == "tool_calls"


# --- 20, 21: one try, under its own name -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [500, 503])
async def test_who_fails_is_asked_once_and_a_client_asks_again_by_itself(start, upstream, code):
    server = await upstream(sends(b'{"error": "busy"}', code=code))
    gateway = await start(of_kind(server, "ollama").replace("/v1", ""))
    await gateway.chat()
    assert len(server.sent) == 1


async def test_a_server_is_asked_under_its_own_address(start, upstream):
    """Ollama answers 403 to a `Host` that is not local."""
    server = await upstream(says("Hello."))
    gateway = await start(of_kind(server, "ollama", "server: {hosts: [gate.example]}").replace("/v1", ""))
    reply = await gateway.chat(headers={"Host": "gate.example"})
    assert reply.status_code == 200
    assert server.sent[0].headers["Host"] == f"127.0.0.1:{server.port}"
