"""The whole way to Claude through LiteLLM: an OpenAI caller, the policy, Anthropic's wire, and back."""

from __future__ import annotations

import json

import openai
import pytest

from gateway.wire.openai.fields import CHAT, OF_LOCAL_SERVERS
from tests.kit import written
from tests.kit.servers import says, status
from tests.kit.vendors import answers, anthropic_events, raw_stream

pytestmark = [
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\b"),  # about LiteLLM's own models, on first use
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:litellm\b"),
]
CLAUDE = "claude-sonnet-4-20250514"
POLICY = {
    "clinic.yaml": """
version: 1
rules:
  - id: identifiers-stay-in-house
    why: Record numbers leave only under a BAA.
    when: {phi: [mrn], content: text, to: {without: [on_prem]}}
    then: {require: [baa], redact: [mrn]}
"""
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": CLAUDE,
    "content": [{"type": "text", "text": "A benign naevus."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 7, "output_tokens": 3},
}
STREAM = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "A benign "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "naevus."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
    {"type": "message_stop"},
]
PROMPT = "What does a symmetric, evenly pigmented lesion suggest?"


def config(local, cloud, *, targets=("balanced", "sonnet"), **more) -> str:
    claude = {"kind": "anthropic", "base_url": f"http://127.0.0.1:{cloud.port}", "api_key": "${ANTHROPIC_API_KEY:-}"}
    return written.config(
        providers={"local": written.at_home(local), "anthropic": {**claude, **more}},
        targets={"balanced": "local/test-model", "sonnet": f"anthropic/{CLAUDE}"},
        routes={"pathology": [*targets]},
        agents={"pathologist": {"route": "pathology"}},
        routing={"primary": "${LLM_PRIMARY_PROVIDER:-}", "auto_fallback": "${AUTO_FALLBACK:-true}"},
    )


@pytest.fixture
async def clinic(start, upstream):
    """Starts a gateway with a local server and a Claude; the environment makes Claude the first choice."""
    local, cloud = await upstream(says("Said at home.")), await upstream(answers(MESSAGE))

    async def begin(**environ):
        environ = {"ANTHROPIC_API_KEY": "sk-ant-test", "LLM_PRIMARY_PROVIDER": "claude", **environ}
        return await start(config(local, cloud), policies=POLICY, environ=environ), local, cloud

    return begin


async def test_a_plain_prompt_goes_to_claude_and_comes_back(clinic):
    gateway, local, cloud = await clinic(AUTO_FALLBACK="false")
    reply = await gateway.chat(PROMPT, model="pathology", headers={"x-gateway-agent": "pathologist"})
    assert reply.status_code == 200
    body = reply.json()
    assert body["choices"][0]["message"]["content"] == "A benign naevus."
    assert {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}.items() <= body["usage"].items()
    assert body["model"] == "pathology"
    assert reply.headers["x-gateway-target"] == "sonnet"
    [sent] = cloud.sent
    assert sent.path == "/v1/messages"
    assert sent.json["messages"][0]["content"] == [{"type": "text", "text": PROMPT}]
    assert local.sent == []


async def test_the_same_as_a_stream_under_the_openai_sdk(clinic):
    gateway, local, cloud = await clinic()
    cloud.answer = raw_stream(anthropic_events(STREAM))
    async with openai.AsyncOpenAI(base_url=gateway.v1, api_key="any", max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="pathology",
            messages=[{"role": "user", "content": PROMPT}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "A benign naevus."
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.total_tokens == 10
    assert local.sent == []


async def test_a_record_number_stays_at_home(clinic):
    gateway, local, cloud = await clinic()
    reply = await gateway.chat(f"MRN 8675309. {PROMPT}", model="pathology")
    assert reply.json()["choices"][0]["message"]["content"] == "Said at home."
    assert len(local.sent) == 1
    assert cloud.connections == 0


@pytest.mark.parametrize("behaviour", [status(500), status(429), status(529)])
async def test_without_fallback_there_is_exactly_one_attempt(clinic, behaviour):
    gateway, local, cloud = await clinic(AUTO_FALLBACK="false")
    cloud.answer = behaviour
    reply = await gateway.chat(PROMPT, model="pathology")
    assert reply.status_code in {429, 502, 503}
    assert "CANARY" not in reply.text
    assert (cloud.connections, local.connections) == (1, 0)


async def test_with_fallback_the_next_target_answers(clinic):
    gateway, local, cloud = await clinic()
    cloud.answer = status(529)
    reply = await gateway.chat(PROMPT, model="pathology")
    assert reply.json()["choices"][0]["message"]["content"] == "Said at home."
    assert (cloud.connections, local.connections) == (1, 1)


async def test_a_stream_that_breaks_is_an_error_and_never_a_clean_end(clinic):
    gateway, _, cloud = await clinic()
    cloud.answer = raw_stream(anthropic_events(STREAM[:3]), broken=True)
    async with gateway.client() as client:
        body = {"model": "pathology", "stream": True, "messages": [{"role": "user", "content": PROMPT}]}
        reply = await client.post("/v1/chat/completions", json=body)
    assert "A benign " in reply.text
    assert '"error"' in reply.text
    assert "[DONE]" not in reply.text


# --- every field of a request ------------------------------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "properties": {"dose": {"$ref": "#/$defs/Dose"}},
    "required": ["dose"],
    "$defs": {"Dose": {"type": "object", "properties": {"unit": {"type": "string", "description": "UNIT-W"}}}},
}
FUNCTION = {"name": "look_up", "description": "TOOL-W", "parameters": SCHEMA}
TOOLS = {"tools": [{"type": "function", "function": FUNCTION}]}
FORM = {"type": "json_schema", "json_schema": {"name": "order", "schema": SCHEMA}}
SIGNED = [{"type": "thinking", "thinking": "THOUGHT-W", "signature": "c2lnbmF0dXJl"}]
WAV, PNG = "UklGRiQAAABXQVZF", "iVBORw0KGgo="
PDF = "JVBERi0xLjQKJeLjz9MK"


def turn(**message):
    """A request whose second message is this one."""
    first = {"role": "user", "content": PROMPT}
    return {"messages": [first, {"role": "assistant", **message}, {"role": "user", "content": "Go on."}]}


def part(value):
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": PROMPT}, value]}]}


CARRIED = {
    "messages": ({}, PROMPT),
    "system": ({"messages": [{"role": "system", "content": "SYSTEM-W"}, {"role": "user", "content": "x"}]}, "SYSTEM-W"),
    "developer": ({"messages": [{"role": "developer", "content": "DEV-W"}, {"role": "user", "content": "x"}]}, "DEV-W"),
    "temperature": ({"temperature": 0.25}, '"temperature": 0.25'),
    "top_p": ({"top_p": 0.75}, '"top_p": 0.75'),
    "max_tokens": ({"max_tokens": 77}, '"max_tokens": 77'),
    "max_completion_tokens": ({"max_completion_tokens": 77}, '"max_tokens": 77'),
    "stop": ({"stop": ["STOP-W"]}, "STOP-W"),
    "tools": (TOOLS, "TOOL-W"),
    "tools.ref": (TOOLS, '"#/$defs/Dose"'),
    "tool_choice": ({**TOOLS, "tool_choice": {"type": "function", "function": {"name": "look_up"}}}, '"tool"'),
    "parallel_tool_calls": ({**TOOLS, "parallel_tool_calls": False}, '"disable_parallel_tool_use": true'),
    "response_format": ({"response_format": FORM}, "UNIT-W"),
    "response_format.ref": ({"response_format": FORM}, '"#/$defs/Dose"'),
    "reasoning_effort": ({"reasoning_effort": "low"}, '"budget_tokens"'),
    "service_tier": ({"service_tier": "standard_only"}, '"service_tier": "standard_only"'),
    "stream": ({"stream": True}, '"stream": true'),
    "refusal": (turn(content=None, refusal="REFUSED-W"), "REFUSED-W"),
    "refusal part": (turn(content=[{"type": "refusal", "refusal": "REFUSED-W"}]), "REFUSED-W"),
    "thinking_blocks": (turn(content="x", thinking_blocks=SIGNED), "c2lnbmF0dXJl"),
    "image": (part({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}), PNG),
    "file": (part({"type": "file", "file": {"file_data": f"data:application/pdf;base64,{PDF}"}}), PDF),
    "cache_control": (part({"type": "text", "text": "y", "cache_control": {"type": "ephemeral"}}), '"cache_control"'),
}
"""What Claude is told, and the words of its body that show it."""
NAMED = {
    "response_format": {"response_format": {"type": "json_object"}},
    "seed": {"seed": 7},
    "reasoning": {"reasoning": {"effort": "low"}},
    "verbosity": {"verbosity": "low"},
    "prediction": {"prediction": {"type": "content", "content": "words"}},
    "moderation": {"moderation": {"level": "strict"}},
    "safety_identifier": {"safety_identifier": "s"},
    "prompt_cache_key": {"prompt_cache_key": "k"},
    "prompt_cache_retention": {"prompt_cache_retention": "24h"},
    "prompt_cache_options": {"prompt_cache_options": {"mode": "x"}},
    "metadata": {"metadata": {"ward": "x"}},
    "store": {"store": True},
    "top_k": {"top_k": 5},
    "keep_alive": {"keep_alive": "5m"},
    "chat_template_kwargs": {"chat_template_kwargs": {"enable_thinking": True}},
    "*": {"hospital_field": "x"},
    "messages.*.name": turn(content="x", name="scribe"),
    "messages.*.*": turn(content="x", mood="y"),
    "messages.*.reasoning_content": turn(content="x", reasoning_content="THOUGHT"),
    "messages.*.reasoning": turn(content="x", reasoning="THOUGHT"),
    "messages.*.thinking_blocks": turn(content="x", thinking_blocks=[{"type": "thinking", "thinking": "unsigned"}]),
    "messages.*.content.*.image_url.detail": part(
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}}
    ),
    "tools.*.function.strict": {"tools": [{"type": "function", "function": {**FUNCTION, "strict": True}}]},
    "response_format.json_schema.name": {"response_format": FORM},
}
"""What it is not told, and the header says so."""
REFUSED = {
    "n": {"n": 2},
    "presence_penalty": {"presence_penalty": 0.5},
    "frequency_penalty": {"frequency_penalty": 0.5},
    "logprobs": {"logprobs": True},
    "top_logprobs": {"top_logprobs": 2},
    "logit_bias": {"logit_bias": {"5": 1}},
    "functions": {"functions": [FUNCTION]},
    "function_call": {"function_call": {"name": "look_up"}},
    "modalities": {"modalities": ["audio"]},
    "audio": {"audio": {"voice": "alloy", "format": "wav"}},
    "messages": part({"type": "input_audio", "input_audio": {"data": WAV, "format": "wav"}}),
}
"""What would change the answer: refused by its name, and another target is asked."""
ERRANDS = {
    *(
        "previous_response_id",
        "conversation",
        "background",
        "web_search_options",
        "mcp_servers",
        "plugins",
        "container",
    ),
    *("adapters", "draft_model"),
}
ELSEWHERE = {"model", "stream_options"} | ERRANDS | set(OF_LOCAL_SERVERS)
"""What we write ourselves, what is refused as an errand, and what goes to servers on the premises only (as `top_k`)."""
SAYS_ALL = """
version: 1
rules:
  - {id: all, why: Anything may go to a vendor under contract., when: {to: {without: [on_prem]}}, then: {require: [baa]}}
"""


@pytest.fixture
async def claude(start, upstream):
    """A gateway in front of Claude, and of a local server that nobody asks unless Claude cannot be."""
    local, cloud = await upstream(says("Said at home.")), await upstream(answers(MESSAGE))
    made = config(local, cloud, targets=("sonnet",), baa=written.BAA)
    gateway = await start(made, policies={"clinic.yaml": SAYS_ALL}, environ={"ANTHROPIC_API_KEY": "sk-ant-test"})
    return gateway, cloud


async def ask(gateway, fields):
    async with gateway.client() as client:
        body = {"model": "pathology", "messages": [{"role": "user", "content": PROMPT}], **fields}
        return await client.post("/v1/chat/completions", json=body)


def named(reply) -> list[str]:
    return [name for name in reply.headers.get("x-gateway-not-carried", "").split(",") if name]


def test_the_tables_say_of_every_field_what_becomes_of_it():
    covered = {name.partition(".")[0] for name in (*CARRIED, *NAMED, *REFUSED)} | ELSEWHERE
    assert CHAT.fields.keys() - covered == {"user"}  # below: it is a hash


@pytest.mark.parametrize("field", CARRIED)
async def test_what_claude_is_told_stands_in_its_body(claude, field):
    gateway, cloud = claude
    fields, witness = CARRIED[field]
    if fields.get("stream"):
        cloud.answer = raw_stream(anthropic_events(STREAM))
    reply = await ask(gateway, fields)
    assert reply.status_code == 200, reply.text
    assert witness in json.dumps(cloud.sent[0].json)
    assert field not in named(reply)


@pytest.mark.parametrize("field", NAMED)
async def test_what_it_is_not_told_is_named(claude, field):
    gateway, _ = claude
    reply = await ask(gateway, NAMED[field])
    assert reply.status_code == 200, reply.text
    assert field in named(reply)


@pytest.mark.parametrize("field", REFUSED)
async def test_what_would_change_the_answer_is_refused_by_its_name(claude, field):
    gateway, cloud = claude
    reply = await ask(gateway, REFUSED[field])
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == field
    assert cloud.sent == []


async def test_a_caller_is_told_apart_by_a_hash(claude):
    gateway, cloud = claude
    reply = await ask(gateway, {"user": "ward-7"})
    assert set(cloud.sent[0].json["metadata"]["user_id"]) <= set("abcdefghijklmnop")
    assert "user" not in named(reply)
