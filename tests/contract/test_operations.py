"""Every row of the table of operations, as a client meets it: one question, and what comes back for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import web

from gateway.domain import Carrier, Operation
from gateway.wire import operations
from gateway.wire.fields import Object, Replaced, Text
from gateway.wire.hub import Translated
from gateway.wire.openai import embeddings
from gateway.wire.openai.reply import usage_of
from gateway.wire.operations import ENDPOINTS
from gateway.wire.reply import Channels, ReplyShape
from tests.kit.running import every_operation, one_route
from tests.kit.servers import says

HI = [{"role": "user", "content": "Hello."}]
CASES = {
    "openai.chat": ({"messages": HI}, lambda body: body["choices"][0]["message"]["content"]),
    "openai.embeddings": ({"input": "Hello."}, lambda body: body["data"][0]["embedding"]),
    "openai.completions": ({"prompt": "Hello."}, lambda body: body["choices"][0]["text"]),
    "openai.moderations": ({"model": "judging", "input": "Hello."}, lambda body: body["results"][0]["categories"]),
    "openai.rerank": ({"model": "ranking", "query": "Hi.", "documents": ["a", "b"]}, lambda body: body["results"]),
    "openai.transcriptions": ({"model": "hearing", "file": {"data": "AAAA"}}, lambda body: body["text"]),
    "openai.translations": ({"model": "hearing", "file": {"data": "AAAA"}}, lambda body: body["text"]),
    "openai.responses": ({"input": "Hello."}, lambda body: body["output"][0]["content"][0]["text"]),
    "openai.input_tokens": ({"input": "Hello."}, lambda body: body["input_tokens"]),
    "anthropic.messages": ({"max_tokens": 9, "messages": HI}, lambda body: body["content"][0]["text"]),
    "anthropic.count_tokens": ({"messages": HI}, lambda body: body["input_tokens"]),
    "ollama.chat": ({"messages": HI, "stream": False}, lambda body: body["message"]["content"]),
    "ollama.generate": ({"prompt": "Hello.", "stream": False}, lambda body: body["response"]),
    "ollama.embed": ({"input": "Hello."}, lambda body: body["embeddings"][0]),
    "ollama.embeddings": ({"prompt": "Hello."}, lambda body: body["embedding"]),
}
COUNTED = {"anthropic.count_tokens", "openai.input_tokens"}
ROWS = {f"{row.dialect}.{row.name}": row for row in ENDPOINTS}


def test_every_row_has_its_case():
    assert CASES.keys() == ROWS.keys()


@pytest.mark.parametrize("name", CASES)
async def test_a_row_is_answered_at_each_of_its_paths(start, upstream, name):
    gateway = await start(every_operation(await upstream(says("Good day."))))
    payload, answer = CASES[name]
    async with gateway.client() as client:
        for path in ROWS[name].paths:
            reply = await client.post(path, json=payload)
            assert reply.status_code == 200, reply.text
            assert answer(reply.json()), reply.text


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.writer])
async def test_a_row_that_streams_streams(start, upstream, name):
    gateway = await start(every_operation(await upstream(says("Good day."))))
    payload, _ = CASES[name]
    async with gateway.client() as client:
        reply = await client.post(ROWS[name].paths[0], json={**payload, "stream": True})
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith(("text/event-stream", "application/x-ndjson")) or (
            name in COUNTED
        )


@pytest.mark.parametrize("name", CASES)
async def test_a_row_refuses_in_its_own_words(start, upstream, name):
    gateway = await start(every_operation(await upstream()))
    row, (payload, _) = ROWS[name], CASES[name]
    async with gateway.client() as client:
        reply = await client.post(row.paths[0], json={**payload, row.subject: 5})
        assert reply.status_code == 400
        assert row.subject in reply.text


# --- one row more ------------------------------------------------------------------------------------------------------


@pytest.fixture
def summary(monkeypatch):
    """An operation nobody knew: a word, and a row of the table. Nothing else of the gateway is touched."""
    word = str.__new__(Operation, "summary")
    word._name_, word._value_ = "SUMMARY", "summary"
    monkeypatch.setitem(Operation._member_map_, "SUMMARY", word)
    monkeypatch.setattr(Operation, "_member_names_", [*Operation._member_names_, "SUMMARY"])
    row = replace(
        embeddings.ENDPOINT,
        name="summary",
        operation=word,
        paths=("/v1/summaries",),
        subject="text",
        fields=Object({"model": Replaced(), "text": Text(Carrier.INPUT)}, required=("text",)),
        to_hub=Translated,
        reply=ReplyShape(
            channels=Channels.NONE, whole=lambda tree, asked: {**tree, "model": asked.model}, usage_of=usage_of
        ),
        spoken=replace(embeddings.ENDPOINT.spoken, path="summaries"),
    )
    monkeypatch.setattr(operations, "ENDPOINTS", (*ENDPOINTS, row))
    return word


async def test_an_operation_is_added_by_a_word_and_a_row(start, upstream, summary):
    async def shortened(_request):
        return web.json_response({"summary": "short", "usage": {"prompt_tokens": 3}})

    server = await upstream(shortened)
    gateway = await start(one_route(server))
    in_force = gateway.gateway._in_force
    settings = in_force.settings
    routes = {
        **settings.table.routes,
        "short": replace(settings.table.routes["general"], name="short", operation=summary),
    }
    in_force.settings = replace(settings, table=replace(settings.table, routes=routes))
    async with gateway.client() as client:
        reply = await client.post("/v1/summaries", json={"model": "short", "text": "MRN 8675309 came back."})
        assert (reply.status_code, reply.json()["summary"]) == (200, "short")
        assert reply.headers["x-gateway-route"] == "short"
        refused = await client.post("/v1/summaries", json={"model": "short", "text": 5})
        assert refused.json()["error"]["param"] == "text"
        wrong = await client.post("/v1/summaries", json={"model": "general", "text": "x"})
        assert wrong.status_code == 400
    [sent] = server.sent
    assert sent.path == "/v1/summaries"
    assert sent.json == {"model": "test-model", "text": "MRN 8675309 came back."}
