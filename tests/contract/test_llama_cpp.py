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
