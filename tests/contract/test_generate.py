"""Ollama's `/api/generate`: what only its own path can say reaches an Ollama as it is, and is refused by name elsewhere."""

from __future__ import annotations

import json

import ollama
import pytest
from aiohttp import web

from tests.kit import written
from tests.kit.ollama import Ollama
from tests.kit.two_places import CLEAN

PNG = "iVBORw0KGgoAAAANSUhEUg=="
BESIDE = {"suffix": "return a", "raw": True, "template": "{{ .Prompt }}", "context": [1, 2, 3]}
COUNTS = {"prompt_eval_count": 4, "eval_count": 2, "total_duration": 9, "eval_duration": 5}


async def prompts(request):
    """What Ollama says to a prompt: whole, or a line for each piece, the numbers to go on from in the last."""
    body = await request.json()
    last = {"model": body["model"], "done": True, "done_reason": "stop", "context": [1, 2, 3, 4], **COUNTS}
    if body["stream"] is False:
        return web.json_response({**last, "response": "and so on"})
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    lines = [{"model": body["model"], "response": piece, "done": False} for piece in ("and ", "so on")]
    for line in [*lines, {**last, "response": ""}]:
        await response.write(json.dumps(line).encode() + b"\n")
    await response.write_eof()
    return response


class Prompted(Ollama):
    """An Ollama that is asked prompts, and not only to load."""

    async def _handle(self, request):
        if request.path == "/api/generate" and (await request.json()).get("prompt"):
            return await self._answered(request)
        return await super()._handle(request)

    async def _answered(self, request):
        self.prompted = await request.json()
        return await prompts(request)


def one(server, **more):
    base = server.base_url.removesuffix("/v1")
    return written.config(
        providers={"house": {"kind": "ollama", "base_url": base, "traits": ["on_prem"], **more}},
        targets={"model": "house/qwen3:8b"},
        routes={"general": ["model"]},
    )


@pytest.fixture(params=["direct", "ollama"])
async def house(request, start, tripwire):
    server = Prompted(prompts, tags=[{"name": "qwen3:8b", "model": "qwen3:8b"}])
    await server.start()
    tripwire.providers.add(server.port)
    more = {"via": "ollama"} if request.param == "ollama" else {}
    yield await start(one(server, **more)), server
    await server.stop()


@pytest.mark.parametrize("field", BESIDE)
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_only_ollama_can_be_told_reaches_it_as_it_is(house, field, streamed):
    gateway, server = house
    asked = {field: BESIDE[field], "images": [PNG], "options": {"num_ctx": 512}}
    async with ollama.AsyncClient(host=gateway.url) as client:
        made = await client.generate(model="general", prompt=CLEAN, stream=streamed, **asked)
        lines = [line async for line in made] if streamed else [made]
    assert "".join(line.response for line in lines) == "and so on"
    assert (lines[-1].done, lines[-1].done_reason, lines[-1].eval_count) == (True, "stop", 2)
    assert list(lines[-1].context) == [1, 2, 3, 4]
    assert {**asked, "prompt": CLEAN, "model": "qwen3:8b", "truncate": False}.items() <= server.prompted.items()
    assert server.prompted["shift"] is False


@pytest.mark.parametrize("field", BESIDE)
async def test_elsewhere_it_is_refused_by_its_name(simple, field):
    gateway, server = simple
    async with gateway.client() as client:
        reply = await client.post("/api/generate", json={"prompt": CLEAN, field: BESIDE[field]})
    assert reply.status_code == 400
    assert f"`{field}`" in reply.json()["error"]
    assert server.sent == []


async def test_without_any_of_it_a_prompt_is_a_chat(simple):
    gateway, server = simple
    async with gateway.client() as client:
        reply = await client.post(
            "/api/generate", json={"prompt": CLEAN, "system": "Be brief.", "keep_alive": "5m", "stream": False}
        )
    assert reply.json()["response"] == "Hello."
    assert server.sent[0].path == "/v1/chat/completions"
