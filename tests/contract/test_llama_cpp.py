"""The real llama.cpp with a real small model behind the gateway: what the scripted servers only claim."""

from __future__ import annotations

import json

import pytest

from tests.kit.running import one_route
from tests.kit.shapes import raw

pytestmark = pytest.mark.embedded
TOKENS_LEFT = 50
"""What may still be written once the caller has left: on a machine at rest it is free within 0.1 s, and tests share theirs."""
LONG = {"messages": [{"role": "user", "content": "Tell me a long story about a river."}], "max_tokens": 1500}


def llama_cpp(server, more: str = "") -> str:
    return one_route(server, more).replace("openai_compatible", "llama_cpp").replace("test-model", "smollm2")


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_caller_who_leaves_frees_the_slot(start, llama, streamed):
    server = await llama()
    gateway = await start(llama_cpp(server))
    _, writer = await raw(gateway)
    content = json.dumps({**LONG, "stream": streamed}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    await writer.drain()
    written = await server.writes()
    writer.transport.abort()
    assert await server.rests() < written + TOKENS_LEFT


async def test_what_does_not_fit_is_an_error_before_it_is_sent_and_after(start, llama):
    gateway = await start(llama_cpp(await llama(context=512)))
    for words in (2_000, 520):  # the estimate is low: the second is left to the server
        reply = await gateway.chat("word " * words)
        error = reply.json()["error"]
        assert (reply.status_code, error["code"]) == (400, "context_length_exceeded")
        assert ("by an estimate" in error["message"]) is (words == 2_000)


async def test_two_answers_of_one_slot_come_in_turn(start, llama):
    gateway = await start(llama_cpp(await llama()))
    reply = await gateway.chat("Say hello.", n=2, max_tokens=5)
    assert reply.status_code == 200, reply.text
    choices = reply.json()["choices"]
    assert [choice["index"] for choice in choices] == [0, 1]
    assert all(choice["message"]["content"] for choice in choices)
    assert reply.json()["usage"]["completion_tokens"] == 10


async def test_its_only_model_answers_to_any_name_and_that_is_told(start, llama):
    gateway = await start(llama_cpp(await llama(alias="smollm2")).replace("model: smollm2", "model: qwen3"))
    reply = await gateway.chat("Say hello.", max_tokens=3)
    assert (reply.status_code, reply.headers["x-gateway-not-carried"]) == (200, "model")
