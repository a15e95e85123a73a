"""Anthropic's Python SDK against the gateway."""

import anthropic
import pytest
from pydantic import BaseModel

MODEL = "claude-sonnet-4-20250514"
TOOLS = [
    {
        "name": "get_weather",
        "description": "The weather in a city.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
    },
    {"name": "get_time", "input_schema": {"type": "object", "properties": {}}},
]
HI = [{"role": "user", "content": "hello there"}]

pytestmark = pytest.mark.filterwarnings("ignore:The model:DeprecationWarning")  # the one in the field is an old one


@pytest.fixture
def client(gateway_url):
    with anthropic.Anthropic(base_url=gateway_url, api_key="unused", max_retries=0) as client:
        yield client


def test_create(client):
    message = client.messages.create(model=MODEL, max_tokens=50, system="Be brief.", messages=HI)
    assert message.content[0].text == "Echo: hello there"
    assert (message.model, message.role, message.stop_reason) == (MODEL, "assistant", "end_turn")
    assert (message.usage.input_tokens, message.usage.output_tokens) == (11, 3)
    assert message.id.startswith("msg_")
    assert message._request_id.startswith("req_")


def test_system_blocks_and_a_limit(client):
    system = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    message = client.messages.create(model=MODEL, max_tokens=2, system=system, messages=HI)
    assert (message.content[0].text, message.stop_reason) == ("Echo: hello", "max_tokens")


def test_stream_helper(client):
    with client.messages.stream(model=MODEL, max_tokens=50, messages=HI) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
    assert text == message.content[0].text == "Echo: hello there"
    assert (message.stop_reason, message.usage.output_tokens, message.usage.input_tokens) == ("end_turn", 3, 11)


def test_raw_stream_has_the_whole_sequence(client):
    with client.messages.create(model=MODEL, max_tokens=50, messages=HI, stream=True) as stream:
        kinds = [event.type for event in stream]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert set(kinds[2:-3]) == {"content_block_delta"}
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]


def test_tools_round_trip(client):
    asked = [{"role": "user", "content": "the weather, both please"}]
    first = client.messages.create(model=MODEL, max_tokens=50, tools=TOOLS, messages=asked)
    assert first.stop_reason == "tool_use"
    assert [(block.name, block.input) for block in first.content] == [
        ("get_weather", {"city": "Paris", "days": 7}),
        ("get_time", {}),
    ]
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": f"result {block.name}"} for block in first.content
    ]
    history = [*asked, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    second = client.messages.create(model=MODEL, max_tokens=50, tools=TOOLS, messages=history)
    assert second.content[0].text == "The tool says: result get_time"


def test_tools_stream(client):
    choice = {"type": "any"}
    with client.messages.stream(model=MODEL, max_tokens=50, tools=TOOLS, tool_choice=choice, messages=HI) as stream:
        partial = [event.partial_json for event in stream if event.type == "input_json"]
        message = stream.get_final_message()
    assert "".join(partial) == '{"city": "Paris", "days": 7}'
    assert message.content[0].input == {"city": "Paris", "days": 7}
    assert message.stop_reason == "tool_use"


def test_vision(client, png):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": png}}
    content = [image, {"type": "text", "text": "What is this?"}]
    message = client.messages.create(model=MODEL, max_tokens=50, messages=[{"role": "user", "content": content}])
    assert message.content[0].text == "I see image/png of 70 bytes."


def test_document(client):
    source = {"type": "text", "media_type": "text/plain", "data": "the findings"}
    content = [{"type": "document", "source": source}, {"type": "text", "text": "in short"}]
    message = client.messages.create(model=MODEL, max_tokens=50, messages=[{"role": "user", "content": content}])
    assert message.content[0].text == "Echo: the findings in short"


def test_thinking(client):
    thinking = {"type": "enabled", "budget_tokens": 1024}
    with client.messages.stream(model=MODEL, max_tokens=2000, thinking=thinking, messages=HI) as stream:
        message = stream.get_final_message()
    assert [(block.type) for block in message.content] == ["thinking", "text"]
    assert message.content[0].thinking == "Let me think."
    history = [*HI, {"role": "assistant", "content": message.content}, {"role": "user", "content": "and now"}]
    again = client.messages.create(model=MODEL, max_tokens=2000, thinking=thinking, messages=history)
    assert again.content[-1].text == "Echo: and now"


def test_structured_output(client):
    class Patient(BaseModel):
        city: str
        visits: int

    message = client.messages.parse(model=MODEL, max_tokens=50, messages=HI, output_format=Patient)
    assert message.parsed_output == Patient(city="Paris", visits=7)


def test_count_tokens(client):
    assert 2 <= client.messages.count_tokens(model=MODEL, messages=HI).input_tokens <= 20


def test_a_claude_target_gets_the_request_and_gives_the_reply_untranslated(client, seen):
    system = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    message = client.messages.create(model="signed", max_tokens=50, system=system, messages=HI)
    assert seen()["last"]["system"] == system
    assert message.content[0].signature == "c2lnbmVk"
    assert (message.model, message.id, message.usage.cache_read_input_tokens) == ("signed", "msg_claude", 4)
    with client.messages.stream(model="signed", max_tokens=50, messages=HI) as stream:
        streamed = stream.get_final_message()
    assert [block.to_dict() for block in streamed.content] == [block.to_dict() for block in message.content]
    assert (streamed.model, streamed.usage.cache_read_input_tokens) == ("signed", 4)


ERRORS = {
    "unknown model": ({"model": "no-such-model"}, anthropic.NotFoundError, "not_found_error"),
    "no messages": ({"messages": []}, anthropic.BadRequestError, "invalid_request_error"),
    "bad limit": ({"max_tokens": -1}, anthropic.BadRequestError, "invalid_request_error"),
    "target down": ({"model": "down"}, anthropic.InternalServerError, "overloaded_error"),
}


@pytest.mark.parametrize(("fields", "kind", "name"), ERRORS.values(), ids=ERRORS.keys())
@pytest.mark.parametrize("stream", [False, True])
def test_error_classes(client, fields, kind, name, stream):
    request = {"model": MODEL, "max_tokens": 50, "messages": HI, "stream": stream} | fields
    with pytest.raises(kind) as raised:
        client.messages.create(**request)
    assert raised.value.body["error"]["type"] == name
    assert raised.value.body["request_id"].startswith("req_")


def test_keys_by_either_header(served):
    for credentials in ({"api_key": served.key}, {"auth_token": served.key, "api_key": None}):
        with anthropic.Anthropic(base_url=served.keyed_url, max_retries=0, **credentials) as client:
            assert (
                client.messages.create(model=MODEL, max_tokens=50, messages=HI).content[0].text == "Echo: hello there"
            )
    wrong = anthropic.Anthropic(base_url=served.keyed_url, api_key="wrong", max_retries=0)
    with wrong as client, pytest.raises(anthropic.AuthenticationError):
        client.messages.create(model=MODEL, max_tokens=50, messages=HI)


def test_an_agent_is_claimed_by_the_base_url(gateway_url):
    with anthropic.Anthropic(base_url=f"{gateway_url}/agent/radiologist", api_key="unused", max_retries=0) as client:
        assert client.messages.create(model=MODEL, max_tokens=50, messages=HI).content[0].text == "Echo: hello there"
    nobody = anthropic.Anthropic(base_url=f"{gateway_url}/agent/nobody", api_key="unused", max_retries=0)
    with nobody as client, pytest.raises(anthropic.PermissionDeniedError):
        client.messages.create(model=MODEL, max_tokens=50, messages=HI)


def test_an_agent_is_claimed_by_the_environment(gateway_url, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-gateway-agent: nobody")
    nobody = anthropic.Anthropic(base_url=gateway_url, api_key="unused", max_retries=0)
    with nobody as client, pytest.raises(anthropic.PermissionDeniedError):
        client.messages.create(model=MODEL, max_tokens=50, messages=HI)


async def test_async_stream_and_cancellation(gateway_url, cancelled):
    async with anthropic.AsyncAnthropic(base_url=gateway_url, api_key="unused", max_retries=0) as client:
        async with client.messages.stream(model=MODEL, max_tokens=50, messages=HI) as stream:
            assert await stream.get_final_text() == "Echo: hello there"
        waiting = [{"role": "user", "content": "wait"}]
        async with client.messages.stream(model=MODEL, max_tokens=50, messages=waiting) as stream:
            async for text in stream.text_stream:
                assert text == "Well"
                break
    assert cancelled()
