"""The unmodified `openai` SDK against a real gateway: what its users do, and the exceptions they catch."""

from __future__ import annotations

import asyncio
import base64
import struct

import openai
import pytest

from tests.kit.servers import says, status

TOOLS = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}]
MESSAGES = [{"role": "user", "content": "Hello."}]


@pytest.fixture
async def client(simple):
    gateway, _ = simple
    async with openai.AsyncOpenAI(base_url=gateway.v1, api_key="any", max_retries=0) as client:
        yield client


async def test_a_plain_answer(client, simple):
    completion = await client.chat.completions.create(model="general", messages=MESSAGES)
    assert completion.choices[0].message.content == "Hello."
    assert completion.model == "general"
    assert completion.usage.prompt_tokens == 11
    assert simple[1].sent[0].json["model"] == "test-model"


async def test_a_synchronous_client(simple):
    gateway, _ = simple

    def ask():
        with openai.OpenAI(base_url=gateway.v1, api_key="any", max_retries=0) as client:
            return client.chat.completions.create(model="general", messages=MESSAGES).choices[0].message.content

    assert await asyncio.to_thread(ask) == "Hello."


@pytest.mark.parametrize("include_usage", [True, False])
async def test_a_stream(client, include_usage):
    options = {"stream_options": {"include_usage": True}} if include_usage else {}
    stream = await client.chat.completions.create(model="general", messages=MESSAGES, stream=True, **options)
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "Hello."
    assert {chunk.model for chunk in chunks} == {"general"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert [bool(chunk.usage) for chunk in chunks][-1] is include_usage


async def test_tools_go_there_and_come_back(client, simple):
    gateway, server = simple
    calls = [{"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}]
    server.answer = says(None, tool_calls=calls)
    completion = await client.chat.completions.create(model="general", messages=MESSAGES, tools=TOOLS)
    choice = completion.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls[0].function.name == "look_up"
    history = [*MESSAGES, choice.message, {"role": "tool", "tool_call_id": "c1", "content": "42"}]
    server.answer = says("It is 42.")
    completion = await client.chat.completions.create(model="general", messages=history, tools=TOOLS)
    assert completion.choices[0].message.content == "It is 42."
    assert server.sent[-1].json["messages"][-1] == {"role": "tool", "tool_call_id": "c1", "content": "42"}
    del gateway


async def test_response_format_and_images_reach_a_local_model(client, simple):
    _, server = simple
    server.answer = says('{"ok": true}')
    image = "data:image/png;base64," + base64.b64encode(b"not really a picture").decode()
    await client.chat.completions.create(
        model="general",
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is it?"},
                    {"type": "image_url", "image_url": {"url": image}},
                ],
            }
        ],
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
    )
    sent = server.sent[0].json
    assert sent["messages"][0]["content"][1]["image_url"]["url"] == image
    assert sent["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("given", ["one", ["one", "two", "three"], "", [1, 2, 3], [[1, 2], [3]]])
@pytest.mark.parametrize("encoding", ["float", "base64"])
async def test_embeddings_in_every_form_and_both_encodings(client, simple, given, encoding):
    reply = await client.embeddings.create(model="embedding", input=given, encoding_format=encoding)
    expected = 1 if isinstance(given, str) or isinstance(given[0], int) else len(given)
    assert len(reply.data) == expected
    assert simple[1].sent[0].json["encoding_format"] == "float"
    vector = reply.data[0].embedding
    if encoding == "base64":
        vector = list(struct.unpack("<4f", base64.b64decode(vector)))
    assert vector == [0.25, -0.5, 3.0, 0.125]


async def test_embeddings_in_the_default_encoding_of_the_sdk(client):
    reply = await client.embeddings.create(model="embedding", input="text")
    assert reply.data[0].embedding == [0.25, -0.5, 3.0, 0.125]


async def test_models_are_listed_and_found_by_ids_with_slashes(client):
    names = [model.id async for model in client.models.list()]
    assert "general" in names
    assert "local/test-model" in names
    assert (await client.models.retrieve("local/test-model")).id == "local/test-model"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("no/such:model")


@pytest.mark.parametrize(
    ("behaviour", "exception"),
    [
        (status(400), openai.BadRequestError),
        (status(401), openai.InternalServerError),
        (status(404), openai.InternalServerError),
        (status(429), openai.RateLimitError),
        (status(503), openai.InternalServerError),
        (status(500), openai.InternalServerError),
    ],
)
async def test_failures_of_the_provider_are_the_right_exceptions_without_its_words(
    client, simple, behaviour, exception
):
    simple[1].answer = behaviour
    with pytest.raises(exception) as caught:
        await client.chat.completions.create(model="general", messages=MESSAGES)
    assert "CANARY" not in str(caught.value)


async def test_our_refusals_are_the_right_exceptions(client):
    with pytest.raises(openai.NotFoundError) as caught:
        await client.chat.completions.create(model="CANARY-no-such-model", messages=MESSAGES)
    assert caught.value.code == "model_not_found"
    assert "CANARY" not in str(caught.value)
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="general", messages=[])
    assert caught.value.code == "invalid_request"
