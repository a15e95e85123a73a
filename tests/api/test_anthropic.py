import json

import pytest

HI = [{"role": "user", "content": "you"}]


def request(**fields):
    return {"max_tokens": 50, "messages": HI} | fields


def events(text):
    """Name and data of each event; comments apart."""
    blocks = [block for block in text.split("\n\n") if block.startswith("event: ")]
    pairs = [block.split("\ndata: ") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data)) for name, data in pairs]


async def test_a_message_is_answered_with_our_ids_and_the_decision(asked):
    reply = await asked.post("/v1/messages", json=request())
    body = reply.json()
    assert body["content"] == [{"type": "text", "text": "Hello, you"}]
    assert body["model"] == "chat"
    assert body["id"] == "msg_" + reply.headers["x-gateway-request-id"].removeprefix("req_")
    assert reply.headers["request-id"] == reply.headers["x-gateway-request-id"]
    assert reply.headers["x-gateway-target"] == "good"


async def test_a_stream_begins_and_ends_as_the_dialect_says(asked):
    reply = await asked.post("/v1/messages", json=request(stream=True))
    found = events(reply.text)
    assert [name for name, _ in found[:3]] == ["message_start", "ping", "content_block_start"]
    assert [name for name, _ in found[-3:]] == ["content_block_stop", "message_delta", "message_stop"]
    assert reply.headers["x-gateway-target"] == "good"
    assert "".join(data["delta"]["text"] for name, data in found if name == "content_block_delta") == "Hello, you"


async def test_a_stream_that_breaks_ends_with_an_error_and_not_with_a_stop(asked):
    reply = await asked.post("/v1/messages", json=request(stream=True, model="broken"))
    found = events(reply.text)
    assert reply.status_code == 200
    assert found[-1][0] == "error"
    assert found[-1][1]["error"]["type"] == "api_error"
    assert "message_stop" not in dict(found)


async def test_a_slow_target_is_bridged_by_pings_until_it_fails(asked):
    reply = await asked.post("/v1/messages", json=request(stream=True, model="slow"))
    names = [name for name, _ in events(reply.text)]
    assert reply.headers["x-gateway-target"] == "pending"
    assert set(names[:-1]) == {"ping"}
    assert names[-1] == "error"


async def test_tokens_are_estimated_here(asked):
    reply = await asked.post("/v1/messages/count_tokens", json={"messages": HI})
    assert reply.json()["input_tokens"] > 0
    assert reply.headers["x-gateway-token-count"] == "estimate"


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
async def test_a_bad_request_is_refused_in_the_dialect(asked, path):
    reply = await asked.post(path, json={"max_tokens": 5, "messages": []})
    assert reply.status_code == 400
    assert reply.json()["error"] == {
        "type": "invalid_request_error",
        "message": "messages: at least one message is required.",
    }
