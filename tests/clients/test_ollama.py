"""Ollama's Python client against the gateway."""

import contextlib

import ollama
import pytest
from pydantic import BaseModel

MODEL = "qwen3:32b"
HI = [{"role": "user", "content": "hello there"}]


def get_weather(city: str, days: int) -> str:
    """The weather in a city.

    Args:
        city: where
        days: how many
    """
    return f"{city} {days}"


@pytest.fixture
def client(gateway_url):
    with ollama.Client(host=gateway_url) as client:
        yield client


def test_chat(client, seen):
    reply = client.chat(MODEL, HI, options={"temperature": 0.3, "num_predict": 800, "num_ctx": 8192, "top_p": 0.9})
    assert reply.message.content == "Echo: hello there"
    assert (reply.model, reply.done, reply.done_reason) == (MODEL, True, "stop")
    assert (reply.prompt_eval_count, reply.eval_count) == (11, 3)
    assert reply.total_duration > 0
    sent = seen()["last"]
    assert (sent["temperature"], sent["max_tokens"], sent["top_p"]) == (0.3, 800, 0.9)


def test_chat_stream(client):
    parts = list(client.chat(MODEL, HI, stream=True))
    assert "".join(part.message.content for part in parts) == "Echo: hello there"
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert (parts[-1].eval_count, parts[-1].done_reason) == (3, "stop")


def test_generate(client):
    assert client.generate(MODEL, "hello there", system="Be brief.").response == "Echo: hello there"
    parts = list(client.generate(MODEL, "hello there", stream=True))
    assert "".join(part.response for part in parts) == "Echo: hello there"
    assert parts[-1].eval_count == 3


@pytest.mark.parametrize("stream", [False, True])
def test_tools_round_trip(client, stream):
    asked = client.chat(MODEL, HI, tools=[get_weather], stream=stream)
    replies = list(asked) if stream else [asked]
    [call] = [call for reply in replies for call in reply.message.tool_calls or []]
    assert (call.function.name, call.function.arguments) == ("get_weather", {"city": "Paris", "days": 7})
    result = get_weather(**call.function.arguments)
    history = [
        *HI,
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_name": call.function.name, "content": result},
    ]
    assert client.chat(MODEL, history, tools=[get_weather]).message.content == "The tool says: Paris 7"


def test_vision(client, png):
    reply = client.chat(MODEL, [{"role": "user", "content": "What is this?", "images": [png]}])
    assert reply.message.content == "I see image/png of 70 bytes."
    assert client.generate(MODEL, "What is this?", images=[png]).response == "I see image/png of 70 bytes."


def test_thinking(client):
    reply = client.chat(MODEL, HI, think=True)
    assert (reply.message.thinking, reply.message.content) == ("Let me think.", "Echo: hello there")
    assert client.chat(MODEL, HI, think=False).message.thinking is None
    parts = list(client.chat(MODEL, HI, think="high", stream=True))
    assert "".join(part.message.thinking or "" for part in parts) == "Let me think."


def test_structured_output(client):
    class Patient(BaseModel):
        city: str
        visits: int

    schema = Patient.model_json_schema()
    assert Patient.model_validate_json(client.chat(MODEL, HI, format=schema).message.content).visits == 7
    assert client.generate(MODEL, "hi", format="json", think=False).response == '{"ok": true}'


def test_embed(client):
    reply = client.embed("embedding-model", ["a", "abc"])
    assert [vector[:2] for vector in reply.embeddings] == [[1.0, 0.0], [3.0, 1.0]]
    assert reply.prompt_eval_count == 2
    assert client.embed("embedding-model", "ab").embeddings[0][0] == 2.0
    assert client.embeddings("embedding-model", "abcd").embedding[0] == 4.0


def test_list_show_ps(client):
    names = [model.model for model in client.list().models]
    assert any("qwen3" in name for name in names)
    assert "clinical-model" in names
    shown = client.show(MODEL)
    assert {"completion", "vision", "tools"} <= set(shown.capabilities)
    assert "embedding" in client.show("embedding-model").capabilities
    assert list(client.ps().models) == []


def test_a_request_without_content_loads(client):
    assert client.chat(MODEL, []).done_reason == "load"
    assert client.generate(MODEL, "").done_reason == "load"
    assert client.generate(MODEL, "", keep_alive=0).done_reason == "unload"


ERRORS = {
    "unknown model": (lambda client, stream: client.chat("no-such-model", HI, stream=stream), 404),
    "bad option": (lambda client, stream: client.chat(MODEL, HI, options={"temperature": "hot"}, stream=stream), 400),
    "bad think": (lambda client, stream: client.chat(MODEL, HI, think="wildly", stream=stream), 400),
    "target down": (lambda client, stream: client.chat("down", HI, stream=stream), 503),
    "administration": (lambda client, stream: client.pull("llama3.2", stream=stream), 403),
}


@pytest.mark.parametrize(("ask", "status"), ERRORS.values(), ids=ERRORS.keys())
@pytest.mark.parametrize("stream", [False, True])
def test_error_classes(client, ask, status, stream):
    with pytest.raises(ollama.ResponseError) as raised:
        list(ask(client, stream))
    assert raised.value.status_code == status
    assert raised.value.error


def test_administration_is_refused(client):
    for ask in (
        lambda: client.delete("m"),
        lambda: client.copy("a", "b"),
        lambda: client.create("m", from_="n"),
        lambda: client.push("m"),
    ):
        with pytest.raises(ollama.ResponseError) as raised:
            ask()
        assert raised.value.status_code == 403


def test_an_agent_is_claimed_by_the_address(gateway_url):
    with ollama.Client(host=f"{gateway_url}/agent/radiologist") as client:
        assert client.chat(MODEL, HI).message.content == "Echo: hello there"
    with ollama.Client(host=f"{gateway_url}/agent/nobody") as client:
        with pytest.raises(ollama.ResponseError) as raised:
            client.chat(MODEL, HI)
        assert raised.value.status_code == 403


async def test_async_stream_and_cancellation(gateway_url, cancelled):
    client = ollama.AsyncClient(host=gateway_url)
    parts = [part async for part in await client.chat(MODEL, HI, stream=True)]
    assert "".join(part.message.content for part in parts) == "Echo: hello there"
    waiting = await client.chat(MODEL, [{"role": "user", "content": "wait"}], stream=True)
    async with contextlib.aclosing(waiting):
        assert (await anext(waiting)).message.content == "Well"
    await client.close()
    assert cancelled()
