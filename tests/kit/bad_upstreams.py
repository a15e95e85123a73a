"""Upstreams that misbehave, and what a caller of each dialect must get for it."""

from __future__ import annotations

import asyncio
import gzip
import json

from aiohttp import web

from tests.kit.servers import breaks_after, completion, status, streams
from tests.kit.shapes import CANARY, SAY

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
