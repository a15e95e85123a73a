"""OpenAI's Responses API as its unmodified SDK and Codex use it: answers, streams, tools, and what is not kept."""

from __future__ import annotations

import base64
import json

import openai
import pytest
from aiohttp import web
from pydantic import BaseModel

from gateway.state.sqlite.reader import tail
from tests.kit.responses import events_of
from tests.kit.running import one_route
from tests.kit.servers import breaks_after, chunk, completion, echoes, says, status, stream, streams
from tests.kit.two_places import MRN, POLICY, SENSITIVE, config

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
TOOLS = [{"type": "function", "name": "look_up", "parameters": {"type": "object", "properties": {}}, "strict": False}]
CALL = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": '{"city":"Sofia"}'}}


def sdk(gateway) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=gateway.v1, api_key="any", max_retries=0, _strict_response_validation=True)


@pytest.fixture
async def client(simple):
    gateway, _ = simple
    async with sdk(gateway) as client:
        yield client


# --- answers -----------------------------------------------------------------------------------------------------------


async def test_a_plain_answer(client, simple):
    response = await client.responses.create(model="general", input="Hello.", instructions="Be brief.")
    assert response.output_text == "Hello."
    assert (response.model, response.status, response.instructions) == ("general", "completed", "Be brief.")
    assert (response.usage.input_tokens, response.usage.output_tokens) == (11, 5)
    assert response.id == response._request_id.replace("req_", "resp_")
    [sent] = simple[1].sent
    assert sent.path == "/v1/chat/completions"
    assert sent.json["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello."},
    ]


async def test_a_stream_tells_every_step(client):
    stream = await client.responses.create(model="general", input="Hello.", stream=True)
    events = [event async for event in stream]
    assert [event.type for event in events[:4]] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "Hello."
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == "Hello."
    assert events[-1].response.usage.total_tokens == 16


async def test_the_helper_for_streams(client):
    async with client.responses.stream(model="general", input="Hello.") as stream:
        response = await stream.get_final_response()
    assert response.output_text == "Hello."


class Answer(BaseModel):
    good: bool


async def test_an_answer_in_a_form_is_parsed(client, simple):
    simple[1].answer = says('{"good": true}')
    response = await client.responses.parse(model="general", input="Is it?", text_format=Answer)
    assert response.output_parsed == Answer(good=True)
    form = simple[1].sent[0].json["response_format"]
    assert (form["type"], form["json_schema"]["name"], form["json_schema"]["strict"]) == ("json_schema", "Answer", True)
    async with client.responses.stream(model="general", input="Is it?", text_format=Answer) as stream:
        assert (await stream.get_final_response()).output_parsed == Answer(good=True)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_tool_is_called_and_answered(client, simple, streamed):
    _, server = simple
    server.answer = says(None, tool_calls=[CALL])
    if streamed:
        async with client.responses.stream(model="general", input="Where?", tools=TOOLS) as stream:
            response = await stream.get_final_response()
    else:
        response = await client.responses.create(model="general", input="Where?", tools=TOOLS)
    [called] = response.output
    assert (called.type, called.call_id, called.name, called.arguments) == (
        "function_call",
        "c1",
        "look_up",
        '{"city":"Sofia"}',
    )
    server.answer = says("In Sofia.")
    history = [
        {"role": "user", "content": "Where?"},
        *(item.to_dict() for item in response.output),
        {"type": "function_call_output", "call_id": "c1", "output": "42"},
    ]
    again = await client.responses.create(model="general", input=history, tools=TOOLS)
    assert again.output_text == "In Sofia."
    assert server.sent[-1].json["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]


async def test_pictures_reach_a_local_model(client, simple):
    parts = [{"type": "input_text", "text": "What is it?"}, {"type": "input_image", "image_url": PNG, "detail": "low"}]
    await client.responses.create(model="general", input=[{"role": "user", "content": parts}])
    [message] = simple[1].sent[0].json["messages"]
    assert message["content"][1] == {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}


async def test_reasoning_is_told_as_its_summary(client, simple):
    _, server = simple
    server.answer = streams(
        [chunk({"reasoning": "First "}), chunk({"reasoning": "look."}), chunk({"content": "Hi."}), chunk({}, "stop")]
    )
    stream = await client.responses.create(model="general", input="Hello.", stream=True)
    events = [event async for event in stream]
    deltas = [event.delta for event in events if event.type == "response.reasoning_summary_text.delta"]
    assert "".join(deltas) == "First look."
    reasoning, message = events[-1].response.output
    assert (reasoning.type, reasoning.summary[0].text, message.content[0].text) == ("reasoning", "First look.", "Hi.")
    server.answer = says("Hi.")
    history = [{"role": "user", "content": "Hello."}, reasoning.to_dict(), message.to_dict()]
    await client.responses.create(model="general", input=[*history, {"role": "user", "content": "More."}])
    assert server.sent[-1].json["messages"][1]["reasoning_content"] == "First look."


async def test_an_answer_that_was_cut_off_is_incomplete(client, simple):
    simple[1].answer = streams([chunk({"content": "Half an"}), chunk({}, "length")])
    stream = await client.responses.create(model="general", input="Hello.", stream=True)
    last = [event async for event in stream][-1]
    assert (last.type, last.response.incomplete_details.reason) == ("response.incomplete", "max_output_tokens")


# --- nothing is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("store", "told"), [({}, "store"), ({"store": True}, "store"), ({"store": False}, None)])
async def test_nothing_is_stored_and_an_answer_says_so(simple, store, told):
    gateway, server = simple
    async with gateway.client() as client:
        reply = await client.post("/v1/responses", json={"input": "Hello.", **store})
    assert reply.json()["store"] is False
    assert reply.headers.get("x-gateway-not-carried") == told
    assert "store" not in server.sent[0].json


STATEFUL = [
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"conversation": "conv_1"}, "conversation"),
    ({"conversation": {"id": "conv_1"}}, "conversation"),
    ({"background": True}, "background"),
    ({"prompt": {"id": "pmpt_1"}}, "prompt"),
]


@pytest.mark.parametrize(("more", "param"), STATEFUL)
async def test_what_needs_a_memory_is_refused_with_what_to_do(simple, more, param):
    gateway, server = simple
    async with sdk(gateway) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.responses.create(model="general", input="Hello.", **more)
    assert caught.value.param == param
    assert "keep" in str(caught.value) or "kept" in str(caught.value)
    assert server.sent == []


@pytest.mark.parametrize(
    "item",
    [{"type": "item_reference", "id": "msg_1"}, {"type": "file_search_call", "id": "fs_1", "status": "completed"}],
)
async def test_an_item_that_somebody_else_keeps_is_refused(client, item):
    with pytest.raises(openai.BadRequestError) as caught:
        await client.responses.create(model="general", input=[{"role": "user", "content": "Hello."}, item])
    assert caught.value.param.startswith("input[1]")


HOSTED = [
    {"type": "web_search"},
    {"type": "web_search_preview"},
    {"type": "file_search", "vector_store_ids": ["vs_1"]},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "computer_use_preview", "display_height": 1, "display_width": 1, "environment": "linux"},
    {"type": "mcp", "server_label": "s", "server_url": "https://mcp.example"},
    {"type": "image_generation"},
    {"type": "local_shell"},
]


@pytest.mark.parametrize("tool", HOSTED, ids=lambda tool: tool["type"])
async def test_a_tool_that_a_provider_would_run_is_an_errand(simple, tool):
    gateway, server = simple
    async with sdk(gateway) as client:
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await client.responses.create(model="general", input="Hello.", tools=[*TOOLS, tool])
    assert caught.value.code == "errand_denied"
    assert server.sent == []


async def test_a_target_that_runs_tools_is_asked_for_a_chat_all_the_same(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server).replace("model: test-model}", "model: m, capabilities: [hosted_tools]}"))
    async with sdk(gateway) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.responses.create(model="general", input="Hello.", tools=[{"type": "image_generation"}])
    assert caught.value.param == "tools[0].type"


async def test_a_response_cannot_be_had_again(client):
    for ask in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.NotFoundError) as caught:
            await ask("resp_1")
        assert "keeps no responses" in str(caught.value)
    with pytest.raises(openai.NotFoundError):
        await client.responses.input_items.list("resp_1")


async def test_tokens_are_counted_here(client, simple):
    counted = await client.responses.input_tokens.count(model="general", input="Hello there.", instructions="Be brief.")
    assert 5 < counted.input_tokens < 30
    assert simple[1].sent == []


# --- identifiers -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def cloud(start, upstream):
    """A gateway whose only target is a cloud with a BAA, which knows chats only, and that cloud."""
    server = await upstream(echoes())
    made = config(server, server, baa=True, order="cloud", more="").replace("kind: openai,", "kind: openai_compatible,")
    return await start(made, {"p.yaml": POLICY}), server


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_cloud_gets_pseudonyms_and_the_answer_is_restored(cloud, streamed):
    gateway, server = cloud
    body = {"input": SENSITIVE, "instructions": f"About MRN {MRN}.", "store": False}
    if streamed:
        reply, found = await events_of(gateway, body)
        text = "".join(event["delta"] for event in found if event["type"] == "response.output_text.delta")
        response = found[-1]["response"]
        assert text == SENSITIVE
    else:
        async with gateway.client() as client:
            reply = await client.post("/v1/responses", json=body)
        response = reply.json()
    assert response["output"][0]["content"][0]["text"] == SENSITIVE
    assert response["instructions"] == body["instructions"]
    assert MRN.encode() not in server.sent[0].body
    assert reply.headers["x-gateway-redacted"] == "mrn"
    rows = [row.columns for row in tail(gateway.state_dir / "ledger.db", 10)]
    assert [row["target"] for row in rows if "body_digest" in row] == ["cloud"]


@pytest.mark.parametrize("streamed", [False, True])
async def test_arguments_inputs_and_summaries_are_restored(cloud, streamed):
    gateway, server = cloud

    async def answer(request):
        sent = await request.json()
        token = sent["messages"][-1]["content"].split()[-1]
        calls = [
            {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": json.dumps({"mrn": token})}},
            {"id": "c2", "type": "function", "function": {"name": "patch", "arguments": json.dumps({"input": token})}},
        ]
        if not sent["stream"]:
            return web.json_response(completion(None, reasoning_content=token, tool_calls=calls))
        pieces = [chunk({"reasoning_content": piece}) for piece in token]
        for at, call in enumerate(calls):
            pieces.append(
                chunk({"tool_calls": [{**call, "index": at, "function": {**call["function"], "arguments": ""}}]})
            )
            pieces += [
                chunk({"tool_calls": [{"index": at, "function": {"arguments": piece}}]})
                for piece in call["function"]["arguments"]
            ]
        return await stream(request, [*pieces, chunk({}, "tool_calls")])

    server.answer = answer
    body = {"input": f"Look up MRN {MRN}", "tools": [*TOOLS, {"type": "custom", "name": "patch"}]}
    if streamed:
        _, found = await events_of(gateway, body)
        response = found[-1]["response"]
        pieces = "".join(event["delta"] for event in found if event["type"].endswith("arguments.delta"))
        assert json.loads(pieces) == {"mrn": MRN}
    else:
        async with gateway.client() as client:
            response = (await client.post("/v1/responses", json=body)).json()
    reasoning, called, patched = response["output"]
    assert reasoning["summary"][0]["text"] == MRN
    assert json.loads(called["arguments"]) == {"mrn": MRN}
    assert patched["input"] == MRN
    assert MRN.encode() not in server.sent[0].body


async def test_identifiers_without_a_baa_stay(start, upstream):
    server = await upstream()
    gateway = await start(config(server, server, order="cloud", more=""), {"p.yaml": POLICY})
    async with sdk(gateway) as client:
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await client.responses.create(model="diagnosis", input=SENSITIVE)
    assert caught.value.code == "egress_denied"
    assert server.sent == []


async def test_an_agent_is_known_by_its_instructions(start, upstream):
    server = await upstream()
    gateway = await start(config(server, server), {"p.yaml": POLICY})
    async with gateway.client() as client:
        for said in (
            {"instructions": "You are an expert pathologist.", "input": "Hello."},
            {
                "input": [
                    {"role": "developer", "content": "You are an expert pathologist."},
                    {"role": "user", "content": "Hi"},
                ]
            },
        ):
            assert (await client.post("/v1/responses", json=said)).status_code == 200
    assert [line["agent"] for line in gateway.settled()] == ["pathologist", "pathologist"]


# --- faults ------------------------------------------------------------------------------------------------------------


async def test_an_error_before_the_first_content_is_a_plain_one(client, simple):
    simple[1].answer = status(500)
    with pytest.raises(openai.InternalServerError):
        await client.responses.create(model="general", input="Hello.", stream=True)


async def test_a_stream_that_breaks_is_a_response_that_failed(simple):
    gateway, server = simple
    server.answer = breaks_after("Half an ans")
    _, found = await events_of(gateway, {"input": "Hello."})
    assert [event["type"] for event in found[-2:]] == ["error", "response.failed"]
    assert found[-1]["response"]["error"]["code"] == "server_error"
    assert "CANARY" not in json.dumps(found[-1]["response"]["error"])


async def test_a_client_that_asks_for_a_websocket_is_sent_to_http(simple):
    """Codex asks for one first, and only this status lets it go on at once."""
    gateway, _ = simple
    upgrade = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "eA==",
    }
    async with gateway.client() as http:
        reply = await http.get("/v1/responses", headers=upgrade)
        assert (reply.status_code, reply.json()["error"]["code"]) == (426, "upgrade_required")
        assert (await http.get("/v1/responses")).status_code == 405
