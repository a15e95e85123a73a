"""Every parameter of OpenAI's chat, embeddings and models through the SDK, which holds each reply against its types."""

from __future__ import annotations

import openai
import pytest
from aiohttp import web

from tests.kit import written
from tests.kit.openai_api import api, chunks, completion

TOOL = {"name": "name", "description": "description", "parameters": {"foo": "bar"}}
MESSAGES = [{"role": "developer", "content": "string", "name": "name"}]
EVERYTHING = {
    "messages": MESSAGES,
    "model": "gpt-any",
    "audio": {"format": "wav", "voice": "alloy"},
    "frequency_penalty": -2,
    "function_call": "none",
    "functions": [TOOL],
    "logit_bias": {"50256": 0},
    "logprobs": True,
    "max_completion_tokens": 0,
    "max_tokens": 0,
    "metadata": {"purpose": "string"},
    "modalities": ["text"],
    "moderation": {"model": "model", "policy": {"input": {"mode": "score"}, "output": {"mode": "score"}}},
    "n": 1,
    "parallel_tool_calls": True,
    "prediction": {"type": "content", "content": "string"},
    "presence_penalty": -2,
    "prompt_cache_key": "key",
    "prompt_cache_options": {"mode": "implicit", "ttl": "30m"},
    "prompt_cache_retention": "in_memory",
    "reasoning_effort": "none",
    "response_format": {"type": "text"},
    "safety_identifier": "identifier",
    "seed": 7,
    "service_tier": "auto",
    "stop": "\n",
    "store": True,
    "stream_options": {"include_obfuscation": True, "include_usage": True},
    "temperature": 1,
    "tool_choice": "none",
    "tools": [{"type": "function", "function": {**TOOL, "strict": True}}],
    "top_logprobs": 0,
    "top_p": 1,
    "user": "user",
    "verbosity": "low",
    "web_search_options": {
        "search_context_size": "low",
        "user_location": {"type": "approximate", "approximate": {"city": "c", "country": "c", "timezone": "t"}},
    },
}
ABOUT_THE_CALLER = {
    *("metadata", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"),
}
CAPABILITIES = ["vision", "tools", "audio", "fetch_urls", "hosted_tools", "stored_files"]


@pytest.fixture
async def made(start, upstream):
    async def make(capabilities=CAPABILITIES):
        server = await upstream(api)
        return server, await start(
            written.config(
                providers={"local": written.at_home(server)},
                targets={
                    "chat": {"provider": "local", "model": "gpt-5.4", "capabilities": capabilities},
                    "vectors": {"provider": "local", "model": "vectors", "capabilities": ["embeddings"]},
                },
                routes={"general": ["chat"], "embedding": {"targets": ["vectors"], "operation": "embeddings"}},
                aliases={"gpt-any": "general", "gpt-*": "general"},
                default_embedding_route="embedding",
            )
        )

    return make


async def in_one_piece(_request) -> web.Response:
    return web.json_response(completion())


def sdk(gateway) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=gateway.v1, api_key="k", max_retries=0, _strict_response_validation=True)


async def test_every_parameter_reaches_the_target_but_those_about_the_caller(made):
    """A server that people run is asked for a stream; this one answers in one piece all the same."""
    server, gateway = await made()
    server.answer = in_one_piece
    async with sdk(gateway) as client:
        reply = await client.chat.completions.create(**EVERYTHING)
    sent = server.sent[0].json
    wanted = {name: value for name, value in EVERYTHING.items() if name not in {*ABOUT_THE_CALLER, "stream_options"}}
    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    assert sent == {**wanted, "model": "gpt-5.4", **streamed}
    ours = {"id": reply.id, "created": reply.created, "model": "gpt-any"}
    whole = completion()
    whole["choices"][0]["finish_reason"] = "tool_calls"  # a reply that calls a tool says so, whatever the server says
    assert reply.to_dict() == whole | ours
    assert reply._request_id == reply.id.replace("chatcmpl-", "req_")


async def test_every_parameter_streams(made):
    server, gateway = await made()
    async with sdk(gateway) as client:
        stream = await client.chat.completions.create(**EVERYTHING, stream=True)
        got = [chunk.to_dict() async for chunk in stream]
    assert server.sent[0].json["stream_options"] == {"include_usage": True}
    assert [len(chunk["choices"]) for chunk in got] == [1, 1, 0]
    ours = {key: got[0][key] for key in ("id", "created", "model")}
    theirs = chunks()
    for chunk, before in zip(got[:2], theirs[:2], strict=True):
        assert chunk["choices"][0]["delta"].keys() == before["choices"][0]["delta"].keys()
        assert {**before, "choices": [], **ours} == {**chunk, "choices": []}
    for group in ("prompt_tokens_details", "completion_tokens_details"):
        assert got[2]["usage"][group].items() <= theirs[2]["usage"][group].items()


async def test_to_store_is_answered_where_the_target_cannot_and_told(made):
    server, gateway = await made(["vision", "tools"])
    reply = await gateway.chat(store=True, metadata={"a": "b"}, user="u")
    assert reply.status_code == 200, reply.text
    assert "store" not in server.sent[0].json
    assert reply.headers["x-gateway-not-carried"] == "metadata,store,user"


@pytest.mark.parametrize("errand", ["web_search_options"])
async def test_an_errand_is_refused_where_the_target_lists_no_capability_for_it(made, errand):
    server, gateway = await made(["vision", "tools"])
    async with sdk(gateway) as client:
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await client.chat.completions.create(messages=MESSAGES, model="gpt-any", **{errand: EVERYTHING[errand]})
    assert caught.value.code == "errand_denied"
    assert server.connections == 0


async def test_embeddings_with_every_parameter(made):
    server, gateway = await made()
    async with sdk(gateway) as client:
        reply = await client.embeddings.create(
            input="The quick brown fox.", model="embedding", dimensions=1, encoding_format="float", user="user"
        )
    assert reply.data[0].embedding == [0.5]
    assert reply.model == "embedding"
    assert "user" not in server.sent[0].json


async def test_models_are_listed_and_found(made):
    _, gateway = await made()
    async with sdk(gateway) as client:
        assert {"general", "gpt-any"} <= {model.id async for model in client.models.list()}
        assert (await client.models.retrieve("gpt-4o-mini")).id == "gpt-4o-mini"
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("no-such-model")
        with pytest.raises(openai.APIStatusError) as caught:
            await client.models.delete("general")
    assert caught.value.status_code == 405


STORED = {
    "retrieve": (404, lambda stored: stored.retrieve("id")),
    "update": (404, lambda stored: stored.update("id", metadata={"a": "b"})),
    "delete": (404, lambda stored: stored.delete("id")),
    "messages": (404, lambda stored: stored.messages.list("id")),
    "list": (405, lambda stored: stored.list()),
}


@pytest.mark.parametrize("name", STORED)
async def test_what_a_provider_stored_is_not_to_be_had_here(made, name):
    """Never an empty list: that would read as "nothing is stored"."""
    server, gateway = await made()
    status, call = STORED[name]
    async with sdk(gateway) as client:
        with pytest.raises(openai.APIStatusError) as caught:
            await call(client.chat.completions)
    assert caught.value.status_code == status
    assert "Ask that provider itself." in str(caught.value)
    assert server.connections == 0
