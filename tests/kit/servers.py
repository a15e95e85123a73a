"""Upstreams for tests: real servers on loopback that behave, and misbehave, as the notes say real ones do."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Sent:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class UpstreamServer:
    """A server with one behaviour at a time: `answer` is what it does with a POST."""

    answer: Handler
    models: list[str] = field(default_factory=lambda: ["test-model"])
    remote: set[str] = field(default_factory=set)
    sent: list[Sent] = field(default_factory=list)
    received: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    port: int = 0
    loaded: list[str] | None = None
    """What it says is in memory; None: it does not say."""
    tells: tuple[str, object] = ("", None)
    """A path, and what it answers there to a GET."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> None:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        await self._runner.cleanup()

    def _tag(self, name: str) -> dict[str, str]:
        return {"name": name, **({"remote_host": "https://ollama.example"} if name in self.remote else {})}

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            if request.path == self.tells[0]:
                return web.json_response(self.tells[1])
            if request.path.endswith("/models"):
                return web.json_response({"object": "list", "data": [{"id": name} for name in self.models]})
            if request.path == "/api/ps":
                if self.loaded is None:
                    return web.json_response({"error": "Unexpected endpoint or method."})
                return web.json_response({"models": [{"name": name} for name in self.loaded]})
            if request.path == "/api/tags":
                return web.json_response({"models": [self._tag(name) for name in self.models]})
            return web.json_response({"error": "Unexpected endpoint or method."})
        if request.path == "/api/show":
            return web.json_response(self._tag((await request.json())["model"]))
        self.connections += 1
        self.sent.append(Sent(request.path, dict(request.headers), await request.read()))
        self.received.set()
        try:
            return await self.answer(request)
        except (asyncio.CancelledError, ConnectionResetError):
            self.cancelled.set()
            raise


# --- behaviours ------------------------------------------------------------------------------------------------------


def completion(text="Hello.", **message):
    return {
        "id": "chatcmpl-7",
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16},
    }


def chunk(delta=None, finish=None, **more):
    return {"id": "x", "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **more}


def says(text="Hello.", *, size=3, tool_calls=None) -> Handler:
    """Answers in one piece or in a stream of pieces of `size` characters, as asked."""
    calls = {"tool_calls": tool_calls} if tool_calls else {}

    async def answer(request: web.Request) -> web.StreamResponse:
        if "/audio/" in request.path:
            return web.json_response({"text": text})
        body = await request.json()
        if request.path.endswith("/embeddings"):
            return await _embeddings(body)
        if request.path.endswith("/rerank"):
            return _ranking(body)
        if request.path.endswith("/moderations"):
            return _judgement(body)
        if not body.get("stream"):
            return web.json_response(completion(text, **calls) | {"model": body.get("model", "")})
        pieces = [chunk({"role": "assistant", "content": ""})]
        pieces += [chunk({"content": text[i : i + size]}) for i in range(0, len(text or ""), size)]
        pieces += [chunk({"tool_calls": [{**call, "index": i}]}) for i, call in enumerate(tool_calls or [])]
        pieces.append(chunk({}, "stop"))
        if (body.get("stream_options") or {}).get("include_usage"):
            usage = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
            pieces.append({"id": "x", "choices": [], "usage": usage})
        return await stream(request, pieces)

    return answer


def echoes() -> Handler:
    """Says the last message back."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        content = body["messages"][-1]["content"]
        text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        return await says(text)(request)

    return answer


async def _embeddings(body):
    given = body["input"]
    inputs = given if isinstance(given, list) and given and not isinstance(given[0], int) else [given]
    data = [{"object": "embedding", "index": i, "embedding": [0.25, -0.5, 3.0, 0.125]} for i in range(len(inputs))]
    return web.json_response({"object": "list", "data": data, "usage": {"prompt_tokens": 3, "total_tokens": 3}})


def _ranking(body):
    """Scores that grow from the first document to the last, told in that order."""
    results = [{"index": index, "relevance_score": index / 10} for index in range(len(body["documents"]))]
    return web.json_response({"model": body.get("model", ""), "results": results, "usage": {"total_tokens": 7}})


def _judgement(body):
    verdict = {"flagged": False, "categories": {"violence": False}, "category_scores": {"violence": 0.01}}
    return web.json_response({"id": "modr-1", "model": body.get("model", ""), "results": [verdict]})


async def stream(request: web.Request, chunks, *, done=True) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for piece in chunks:
        await response.write(b"data: " + json.dumps(piece).encode() + b"\n\n")
    if done:
        await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


def streams(chunks, *, done=True) -> Handler:
    """Streams just these chunks."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await stream(request, chunks, done=done)

    return answer


def status(code: int, body: str = "upstream says CANARY-UPSTREAM-TEXT", content_type: str = "text/plain") -> Handler:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=body, content_type=content_type)

    return answer


def hangs() -> Handler:
    """Takes the request and never answers."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return answer


def streams_for_ever(text="word ", *, after_ten: asyncio.Event | None = None) -> Handler:
    """Never stops by itself: ends only when the caller goes away. `after_ten` is set after ten pieces."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number in itertools.count():
            await response.write(b"data: " + json.dumps(chunk({"content": text})).encode() + b"\n\n")
            await asyncio.sleep(0.005)
            if number == 9 and after_ten:
                after_ten.set()
        raise AssertionError

    return answer


def breaks_after(text="Half an ans") -> Handler:
    """Drops the connection in the middle of a stream, of Ollama's lines where it is asked in Ollama's words."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        if text and request.path == "/api/chat":
            line = {"message": {"role": "assistant", "content": text}, "done": False}
            await response.write(json.dumps(line).encode() + b"\n")
        elif text:
            await response.write(b"data: " + json.dumps(chunk({"content": text})).encode() + b"\n\n")
        request.transport.close()
        return response

    return answer
