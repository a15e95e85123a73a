"""The whole way to Claude through LiteLLM: an OpenAI caller, the policy, Anthropic's wire, and back."""

from __future__ import annotations

import openai
import pytest

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


def config(local, cloud) -> str:
    claude = {"kind": "anthropic", "base_url": f"http://127.0.0.1:{cloud.port}", "api_key": "${ANTHROPIC_API_KEY:-}"}
    return written.config(
        providers={"local": written.at_home(local), "anthropic": claude},
        targets={"balanced": "local/test-model", "sonnet": f"anthropic/{CLAUDE}"},
        routes={"pathology": ["balanced", "sonnet"]},
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
