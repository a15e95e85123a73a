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
        "message": "messages: must not be empty.",
    }


ASKS = {"anthropic-version": "2023-06-01"}


async def test_models_are_listed_in_the_dialect_of_who_asks(asked):
    listed = (await asked.get("/v1/models", headers=ASKS)).json()
    assert {"chat", "embedding"} <= {model["id"] for model in listed["data"]}
    assert {model["type"] for model in listed["data"]} == {"model"}
    assert (await asked.get("/v1/models/chat", headers=ASKS)).json() == listed["data"][0]
    assert (await asked.get("/v1/models")).json()["object"] == "list"


async def test_an_unknown_model_is_missed_in_the_dialect_of_who_asks(asked):
    for path, headers, shape in (
        ("/v1/models/none", ASKS, {"type", "error", "request_id"}),
        ("/agent/chat/v1/models/none", ASKS, {"type", "error", "request_id"}),
        ("/v1/models/none", {}, {"error"}),
    ):
        reply = await asked.get(path, headers=headers)
        assert reply.status_code == 404
        assert set(reply.json()) == shape


@pytest.mark.parametrize("body", [request(), request(stream=True), request(model="none")])
async def test_every_answer_names_our_id_where_sdks_look_for_it(asked, body):
    theirs = {"x-request-id": "theirs", "request-id": "theirs"}
    reply = await asked.post("/v1/messages", json=body, headers=theirs)
    ours = reply.headers["x-gateway-request-id"]
    assert ours.startswith("req_")
    assert [reply.headers["x-request-id"], reply.headers["request-id"]] == [ours, ours]


async def test_what_a_target_cannot_be_told_is_named(asked):
    cached = {"type": "text", "text": "you", "cache_control": {"type": "ephemeral"}}
    reply = await asked.post(
        "/v1/messages", json=request(messages=[{"role": "user", "content": [cached]}], speed="fast")
    )
    assert reply.headers["x-gateway-not-carried"] == "cache_control,speed"
    assert "x-gateway-not-carried" not in (await asked.post("/v1/messages", json=request())).headers
