"""A caller of OpenAI's Responses API whose target is OpenAI: the same request, scanned; the same answer, restored."""

from __future__ import annotations

import json

import openai
import pytest

from gateway.state.sqlite.reader import tail
from tests.kit.openai_responses import ENCRYPTED, answers, message, response, thought
from tests.kit.responses import events_of
from tests.kit.servers import breaks_after, says, status
from tests.kit.two_places import MRN, POLICY, SENSITIVE, config

TOOL = {"type": "function", "name": "look_up", "parameters": {"type": "object", "properties": {}}, "strict": False}
PATCH = {"type": "custom", "name": "patch"}


@pytest.fixture
async def cloud(start, upstream):
    """A gateway whose only target is OpenAI under a BAA, and that."""
    server = await upstream(answers())
    return await start(config(server, server, baa=True, order="cloud", more=""), {"p.yaml": POLICY}), server


@pytest.fixture
async def client(cloud):
    gateway, _ = cloud
    key, strict = "any", True
    async with openai.AsyncOpenAI(
        base_url=gateway.v1, api_key=key, max_retries=0, _strict_response_validation=strict
    ) as client:
        yield client


async def test_the_request_is_the_same_and_nothing_is_stored(client, cloud):
    made = await client.responses.create(
        model="diagnosis",
        input=[{"role": "user", "content": [{"type": "input_text", "text": "Hello."}], "type": "message"}],
        instructions="Be brief.",
        include=["reasoning.encrypted_content"],
        reasoning={"effort": "low", "summary": "auto"},
        text={"verbosity": "low"},
        tools=[TOOL, PATCH],
        truncation="auto",
        max_tool_calls=3,
        store=True,
        user="clerk-7",
        metadata={"desk": "7"},
        extra_body={"x_unknown": 1},
    )
    [sent] = cloud[1].sent
    assert sent.path == "/v1/responses"
    body = sent.json
    assert body.pop("user") not in {"", "clerk-7"}
    assert body == {
        "model": "big",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello."}], "type": "message"}],
        "instructions": "Be brief.",
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"verbosity": "low"},
        "tools": [TOOL, PATCH],
        "truncation": "auto",
        "max_tool_calls": 3,
        "store": False,
        "stream": False,
    }
    assert (made.id, made.model, made.store, made.user) == ("resp_up", "diagnosis", False, "clerk-7")
    assert (made.output_text, made.output[0].encrypted_content) == ("Hello.", ENCRYPTED)
    assert (made.usage.total_tokens, made.usage.input_tokens_details.cached_tokens) == (14, 4)
    assert made.metadata == {"desk": "7"}


async def test_what_was_not_carried_is_named(cloud):
    async with cloud[0].client() as client:
        for more, told in [
            ({}, "store"),
            ({"store": False}, None),
            ({"store": False, "metadata": {"a": "b"}, "x": 1}, "*,metadata"),
            ({"store": False, "input": [{"type": "reasoning", "id": "rs_1", "summary": []}, {"role": "user", "content": "Hi"}]},
             "input.reasoning"),
        ]:  # fmt: skip
            reply = await client.post("/v1/responses", json={"input": "Hello.", **more})
            assert reply.status_code == 200, reply.text
            assert reply.headers.get("x-gateway-not-carried") == told


async def test_encrypted_reasoning_comes_back_as_it_was(client, cloud):
    first = await client.responses.create(model="diagnosis", input="Hello.", store=False)
    history = [{"role": "user", "content": "Hello."}, *(item.to_dict() for item in first.output)]
    again = await client.responses.create(
        model="diagnosis", input=[*history, {"role": "user", "content": "More."}], store=False
    )
    assert again.output_text == "More."
    assert cloud[1].sent[-1].json["input"] == [
        {"role": "user", "content": "Hello."},
        thought(),
        {**message("Hello."), "content": [{"type": "output_text", "text": "Hello.", "annotations": []}]},
        {"role": "user", "content": "More."},
    ]


async def test_encrypted_reasoning_goes_to_its_own_dialect_only(start, upstream):
    server = await upstream()
    gateway = await start(config(server, server, order="local"), {"p.yaml": POLICY})
    async with gateway.client() as client:
        items = [thought("So."), {"role": "user", "content": "Hello."}]
        reply = await client.post("/v1/responses", json={"input": items, "store": False})
    assert reply.status_code == 200
    assert ENCRYPTED.encode() not in server.sent[0].body
    assert reply.headers["x-gateway-not-carried"] == "reasoning.encrypted_content"


async def test_what_is_found_in_it_keeps_it_here(cloud):
    gateway, server = cloud
    item = {**thought(), "encrypted_content": f"ssn-536-22-8417-{ENCRYPTED}"}
    async with gateway.client() as client:
        reply = await client.post("/v1/responses", json={"input": [item, {"role": "user", "content": "Hi."}]})
    assert reply.status_code == 403
    assert server.sent == []


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_cloud_gets_pseudonyms_and_every_text_is_restored(cloud, streamed):
    gateway, server = cloud

    def output(body):
        token = body["input"].split()[-1]
        call = {"id": "fc_up", "call_id": "c1", "name": "look_up", "arguments": json.dumps({"mrn": token})}
        return [
            thought(token),
            message(token),
            {"type": "function_call", "status": "completed", **call},
            {"type": "custom_tool_call", "id": "ctc_up", "call_id": "c2", "name": "patch", "input": f"about {token}"},
        ]

    server.answer = answers(output, size=1)
    body = {"input": f"Look up MRN {MRN}", "instructions": f"About MRN {MRN}.", "tools": [TOOL, PATCH], "store": False}
    if streamed:
        reply, events = await events_of(gateway, body)
        made = events[-1]["response"]
        said = {}
        for event in events:
            if event["type"].endswith(".delta"):
                said[event["type"]] = said.get(event["type"], "") + event["delta"]
        assert said == {
            "response.reasoning_summary_text.delta": MRN,
            "response.output_text.delta": MRN,
            "response.function_call_arguments.delta": json.dumps({"mrn": MRN}),
            "response.custom_tool_call_input.delta": f"about {MRN}",
        }
        assert {event["response"]["instructions"] for event in events if "response" in event} == {body["instructions"]}
    else:
        async with gateway.client() as client:
            reply = await client.post("/v1/responses", json=body)
        made = reply.json()
    assert MRN.encode() not in server.sent[0].body
    assert "_" in server.sent[0].json["instructions"]
    reasoning, spoken, called, patched = made["output"]
    assert (reasoning["summary"][0]["text"], reasoning["encrypted_content"]) == (MRN, ENCRYPTED)
    assert (spoken["content"][0]["text"], json.loads(called["arguments"])) == (MRN, {"mrn": MRN})
    assert patched["input"] == f"about {MRN}"
    assert made["instructions"] == body["instructions"]
    assert reply.headers["x-gateway-redacted"] == "mrn"
    [row] = [row.columns for row in tail(gateway.state_dir / "ledger.db", 10) if "body_digest" in row.columns]
    assert row["target"] == "cloud"


async def test_a_model_is_told_of_tokens_in_its_instructions(start, upstream):
    server = await upstream(answers())
    told = config(server, server, baa=True, order="cloud", more="").replace(
        "model: big}", "model: big, token_note: true}"
    )
    gateway = await start(told, {"p.yaml": POLICY})
    async with gateway.client() as client:
        reply = await client.post("/v1/responses", json={"input": SENSITIVE})
    assert "Codes in brackets" in server.sent[0].json["instructions"]
    assert reply.json()["instructions"] is None


async def test_the_sdks_stream_ends_with_its_whole_response(client):
    async with client.responses.stream(model="diagnosis", input="Hello.") as stream:
        made = await stream.get_final_response()
    assert (made.output_text, made.model, made.usage.output_tokens) == ("Hello.", "diagnosis", 5)


async def test_a_server_that_does_not_stream_answers_a_stream(cloud):
    gateway, server = cloud

    async def whole(_request):
        from aiohttp import web

        return web.json_response(response({"store": False}, [message("Hello.")]))

    server.answer = whole
    _, events = await events_of(gateway, {"input": "Hello."})
    assert "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta") == "Hello."


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_local_model_stands_in_with_a_chat(start, upstream, streamed):
    local, cloud = await upstream(says("From here.")), await upstream(status(503))
    gateway = await start(config(local, cloud, baa=True, order="cloud, local", more=""), {"p.yaml": POLICY})
    body = {"input": "Hello.", "store": False, "include": ["reasoning.encrypted_content"]}
    if streamed:
        reply, events = await events_of(gateway, body)
        made = events[-1]["response"]
    else:
        async with gateway.client() as client:
            reply = await client.post("/v1/responses", json=body)
        made = reply.json()
    assert made["output"][0]["content"][0]["text"] == "From here."
    assert reply.headers["x-gateway-target"] == "local"
    assert [sent.path for sent in (*cloud.sent, *local.sent)] == ["/v1/responses", "/v1/chat/completions"]


async def test_a_limit_for_the_first_token_changes_no_answer(start, upstream):
    server = await upstream(answers())
    gateway = await start(config(server, server, baa=True, order="cloud", more="first_token_s: 30"), {"p.yaml": POLICY})
    async with gateway.client() as client:
        made = (await client.post("/v1/responses", json={"input": SENSITIVE})).json()
    assert made["output"][1]["content"][0]["text"] == SENSITIVE
    assert server.sent[0].json["stream"] is True


@pytest.mark.parametrize("answer", [breaks_after(0), status(500), status(200, "<html>", "text/html")])
async def test_a_failure_before_content_is_told_as_one(cloud, answer):
    gateway, server = cloud
    server.answer = answer
    async with gateway.client() as client:
        reply = await client.post("/v1/responses", json={"input": "Hello.", "stream": True})
    assert reply.status_code == 502
    assert "CANARY" not in reply.text


async def test_a_stream_that_breaks_ends_as_a_failure_and_never_clean(cloud):
    gateway, server = cloud
    server.answer = answers(size=1, cut_after=14)
    _, events = await events_of(gateway, {"input": SENSITIVE})
    assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
    assert events[-1]["response"]["id"] == "resp_up"
    assert "response.completed" not in {event["type"] for event in events}


async def test_tools_of_openais_own_run_where_that_is_allowed(start, upstream):
    search = {
        "type": "web_search_call",
        "id": "ws_1",
        "status": "completed",
        "action": {"type": "search", "query": "q"},
    }
    server = await upstream(answers(lambda _body: [search, message("Found.")]))
    allowed = config(server, server, order="cloud", more="").replace(
        "model: big}", "model: big, capabilities: [hosted_tools]}"
    )
    gateway = await start(allowed, {"p.yaml": POLICY})
    async with openai.AsyncOpenAI(base_url=gateway.v1, api_key="any", max_retries=0) as client:
        made = await client.responses.create(model="diagnosis", input="Hello.", tools=[{"type": "web_search"}])
        history = [*(item.to_dict() for item in made.output), {"role": "user", "content": "More."}]
        await client.responses.create(model="diagnosis", input=history)
    assert server.sent[0].json["tools"] == [{"type": "web_search"}]
    assert server.sent[1].json["input"][0] == {
        "type": "web_search_call",
        "id": "ws_1",
        "status": "completed",
        "action": {"type": "search", "query": "q"},
    }
