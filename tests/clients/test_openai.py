"""OpenAI's Python SDK against the gateway."""

import openai
import pytest
from pydantic import BaseModel

MODEL = "gpt-4o-mini"
HI = [{"role": "user", "content": "hello there"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
        },
    },
    {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}},
]


@pytest.fixture
def client(gateway_url):
    with openai.OpenAI(base_url=f"{gateway_url}/v1", api_key="unused", max_retries=0) as client:
        yield client


def test_create(client):
    reply = client.chat.completions.create(model=MODEL, messages=HI)
    assert reply.choices[0].message.content == "Echo: hello there"
    assert (reply.model, reply.choices[0].finish_reason) == (MODEL, "stop")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (11, 3)


def test_stream(client):
    options = {"include_usage": True}
    chunks = list(client.chat.completions.create(model=MODEL, messages=HI, stream=True, stream_options=options))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Echo: hello there"
    assert {chunk.model for chunk in chunks} == {MODEL}
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[-1].usage.completion_tokens == 3


def test_stream_helper_with_tools(client):
    with client.chat.completions.stream(model=MODEL, messages=HI, tools=TOOLS) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert message.tool_calls[0].function.arguments == '{"city": "Paris", "days": 7}'


def test_tools_round_trip(client):
    asked = [{"role": "user", "content": "both please"}]
    first = client.chat.completions.create(model=MODEL, messages=asked, tools=TOOLS, tool_choice="required").choices[0]
    assert first.finish_reason == "tool_calls"
    assert [call.function.name for call in first.message.tool_calls] == ["get_weather", "get_time"]
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": call.function.name} for call in first.message.tool_calls
    ]
    second = client.chat.completions.create(model=MODEL, messages=[*asked, first.message, *results], tools=TOOLS)
    assert second.choices[0].message.content == "The tool says: get_time"


def test_vision(client, png):
    content = [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{png}"}},
    ]
    reply = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])
    assert reply.choices[0].message.content == "I see image/png of 70 bytes."


def test_structured_output(client):
    class Patient(BaseModel):
        city: str
        visits: int

    reply = client.chat.completions.parse(model=MODEL, messages=HI, response_format=Patient)
    assert reply.choices[0].message.parsed == Patient(city="Paris", visits=7)
    loose = client.chat.completions.create(model=MODEL, messages=HI, response_format={"type": "json_object"})
    assert loose.choices[0].message.content == '{"ok": true}'


def test_embeddings_in_every_encoding(client):
    by_default = client.embeddings.create(model="embedding-model", input=["a", "abc"])
    assert [list(item.embedding[:2]) for item in by_default.data] == [[1.0, 0.0], [3.0, 1.0]]
    floats = client.embeddings.create(model="embedding-model", input="", encoding_format="float")
    assert floats.data[0].embedding[0] == 0.0
    tokens = client.embeddings.create(model="embedding-model", input=[1, 2, 3])
    assert len(tokens.data[0].embedding) == 8


def test_models(client):
    names = [model.id for model in client.models.list()]
    assert {"chat", "clinical-model", "fast-model", "embedding-model"} <= set(names)
    assert client.models.retrieve("qwen3:32b").id == "qwen3:32b"


ERRORS = {
    "unknown model": ({"model": "no-such-model"}, openai.NotFoundError, "model_not_found"),
    "no messages": ({"messages": []}, openai.BadRequestError, "invalid_request"),
    "temperature": ({"temperature": "hot"}, openai.BadRequestError, "invalid_request"),
    "target down": ({"model": "down"}, openai.InternalServerError, "upstream_failed"),
}


@pytest.mark.parametrize(("fields", "kind", "code"), ERRORS.values(), ids=ERRORS.keys())
@pytest.mark.parametrize("stream", [False, True])
def test_error_classes(client, fields, kind, code, stream):
    with pytest.raises(kind) as raised:
        client.chat.completions.create(**({"model": MODEL, "messages": HI, "stream": stream} | fields))
    assert raised.value.code == code


def test_a_wrong_key_is_refused(served):
    wrong = openai.OpenAI(base_url=f"{served.keyed_url}/v1", api_key="wrong", max_retries=0)
    with wrong as client, pytest.raises(openai.AuthenticationError):
        client.models.list()


async def test_async_stream_and_cancellation(gateway_url, cancelled):
    async with openai.AsyncOpenAI(base_url=f"{gateway_url}/v1", api_key="unused", max_retries=0) as client:
        waiting = [{"role": "user", "content": "wait"}]
        async with await client.chat.completions.create(model=MODEL, messages=waiting, stream=True) as stream:
            async for chunk in stream:
                if chunk.choices[0].delta.content:
                    break
    assert cancelled()


@pytest.mark.parametrize(("agent", "allowed"), [("radiologist", True), ("nobody", False)])
def test_an_agent_is_claimed_by_the_environment(gateway_url, monkeypatch, agent, allowed):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"x-gateway-agent: {agent}")
    with openai.OpenAI(base_url=f"{gateway_url}/v1", api_key="unused", max_retries=0) as client:
        if allowed:
            assert client.chat.completions.create(model=MODEL, messages=HI).model == MODEL
            return
        with pytest.raises(openai.PermissionDeniedError):
            client.chat.completions.create(model=MODEL, messages=HI)
