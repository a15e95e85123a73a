"""The adapter against vendors that really answer on loopback: what each is sent, what comes back, and what never may."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.domain import Operation, ProviderKind
from gateway.events import AttemptResult
from gateway.testing import RecordingSink
from gateway.upstream.litellm.adapter import LiteLlm
from gateway.upstream.port import AttemptFailed
from tests.kit.patience import SOON_S
from tests.kit.servers import breaks_after, chunk, completion, hangs, says, status, streams, streams_for_ever
from tests.kit.vendors import (
    ASKED,
    TOOL,
    answers,
    anthropic_events,
    aws_event,
    outbound_of,
    provider_of,
    raw_stream,
    sse,
)

pytestmark = [
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\b"),  # about LiteLLM's own models, on first use
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:litellm\b"),
]
GOLDEN = Path(__file__).parent / "golden"
CLAUDE = "claude-sonnet-4-20250514"
AWS = {"region": "us-east-1", "access_key_id": "AKID", "secret_access_key": "wJalr"}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": CLAUDE,
    "content": [{"type": "text", "text": "Hello."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 7, "output_tokens": 3},
}
CONVERSED = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello."}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 7, "outputTokens": 3, "totalTokens": 10},
    "metrics": {"latencyMs": 5},
}
REPLY = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
}


@pytest.fixture
def events():
    return RecordingSink()


@pytest.fixture
async def litellm(events):
    adapter = LiteLlm(networks=list, events=events, on_import=lambda: None)
    yield adapter
    await adapter.aclose()
    assert events.events == []


async def read(reply):
    try:
        return [chunk async for chunk in reply.events]
    finally:
        await reply.aclose()


async def failure(litellm, outbound) -> AttemptFailed:
    with pytest.raises(AttemptFailed) as caught:
        await read(await litellm.send(outbound))
    return caught.value


def core(tree):
    """Without what a version of LiteLLM adds of its own: further counts, a price, thinking told twice."""
    if isinstance(tree, list):
        return [core(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    made = {
        key: core(value) for key, value in tree.items() if key != "thinking_blocks" and (key, value) != ("images", [])
    }
    if isinstance(usage := made.get("usage"), dict):
        counts = {key: usage[key] for key in ("prompt_tokens", "completion_tokens", "total_tokens")}
        for details, name in (
            ("prompt_tokens_details", "cached_tokens"),
            ("completion_tokens_details", "reasoning_tokens"),
        ):
            counts[name] = (usage.get(details) or {}).get(name) or 0
        made["usage"] = counts
    return made


# --- what each vendor is sent ------------------------------------------------------------------------------------------


async def test_claude_is_sent_its_own_dialect(litellm, upstream):
    server = await upstream(answers(MESSAGE))
    payload = {**ASKED, "max_tokens": 50, "temperature": 0.5, "tools": [TOOL], "stop": ["END"]}
    reply = await litellm.send(outbound_of(payload, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE))
    assert core(reply.tree) == core(REPLY)
    [sent] = server.sent
    assert sent.path == "/v1/messages"
    assert (sent.headers["x-api-key"], sent.headers["anthropic-version"]) == ("sk-secret", "2023-06-01")
    assert sent.json["model"] == CLAUDE
    assert sent.json["system"] == [{"type": "text", "text": "Be brief."}]
    assert sent.json["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hello."}]}]
    assert sent.json["tools"][0]["name"] == "look_up"
    assert sent.json["tools"][0]["input_schema"]["properties"] == {"what": {"type": "string"}}
    assert (sent.json["max_tokens"], sent.json["temperature"], sent.json["stop_sequences"]) == (50, 0.5, ["END"])


@pytest.mark.parametrize("kind", [ProviderKind.OPENAI, ProviderKind.LM_STUDIO, ProviderKind.OLLAMA])
async def test_servers_of_openais_dialect_are_sent_the_request_as_it_is(litellm, upstream, kind):
    server = await upstream(says("Hello."))
    base = server.base_url.removesuffix("/v1") if kind is ProviderKind.OLLAMA else server.base_url
    local = kind is not ProviderKind.OPENAI
    provider = provider_of(kind, base_url=base, on_prem=local, api_key="" if local else "sk-secret")
    payload = {**ASKED, "reasoning_effort": "low", "tools": [TOOL], "tool_choice": "required", "seed": 7, "n": 2}
    reply = await litellm.send(outbound_of(payload, provider, model="openai/gpt-oss-20b"))
    assert reply.tree["choices"][0]["message"]["content"] == "Hello."
    [sent] = server.sent
    assert sent.path == "/v1/chat/completions"
    seed = sent.json["seed"]
    assert (seed == 7) is local  # off the premises a seed is a keyed hash of what the caller wrote
    assert {**sent.json, "stream": False} == {**payload, "model": "openai/gpt-oss-20b", "stream": False, "seed": seed}
    assert sent.headers["Authorization"] == ("Bearer none" if local else "Bearer sk-secret")


async def test_fields_of_local_servers_pass_and_never_become_arguments_of_litellm(litellm, upstream):
    server = await upstream(says("Hello."))
    provider = provider_of(ProviderKind.LM_STUDIO, base_url=server.base_url, on_prem=True)
    payload = {**ASKED, "top_k": 5, "ttl": 60, "drop_params": True, "caching": True}
    reply = await litellm.send(outbound_of(payload, provider))
    assert reply.tree["choices"][0]["message"]["content"] == "Hello."
    assert {"top_k": 5, "ttl": 60, "drop_params": True, "caching": True}.items() <= server.sent[0].json.items()


async def test_azure_is_sent_to_the_deployment_with_its_version(litellm, upstream):
    server = await upstream(says("Hello."))
    provider = provider_of(ProviderKind.AZURE, server, params={"api_version": "2024-10-21"})
    await litellm.send(outbound_of(ASKED, provider, model="my-deployment"))
    [sent] = server.sent
    assert sent.path == "/openai/deployments/my-deployment/chat/completions"
    assert sent.headers["api-key"] == "sk-secret"
    assert sent.json["messages"] == ASKED["messages"]


async def test_bedrock_is_sent_a_signed_converse_request(litellm, upstream):
    server = await upstream(answers(CONVERSED))
    provider = provider_of(ProviderKind.BEDROCK, server, params=AWS, api_key="")
    model = "anthropic.claude-3-5-sonnet-20240620-v1:0"
    reply = await litellm.send(outbound_of({**ASKED, "max_tokens": 50}, provider, model=model))
    assert core(reply.tree) == core(REPLY)
    [sent] = server.sent
    assert sent.path == f"/model/{model}/converse"
    assert sent.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "wJalr" not in str(sent)
    assert sent.json["messages"] == [{"role": "user", "content": [{"text": "Hello."}]}]
    assert sent.json["inferenceConfig"] == {"maxTokens": 50}


GENERATED = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello."}]}, "finishReason": "STOP", "index": 0}],
    "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10},
}


def google(server, **more):
    """A provider on Vertex whose service account gets its tokens from the same server."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    account = {
        "type": "service_account",
        "project_id": "clinic",
        "private_key": key.private_bytes(*form).decode(),
        "client_email": "gateway@clinic.example",
        "token_uri": f"http://127.0.0.1:{server.port}/token",
    }
    params = {"project": "clinic", "location": "europe-west4", "credentials": json.dumps(account)}
    return provider_of(ProviderKind.VERTEX, server, params=params, api_key="", **more)


def vertex(pieces=None, *, token=200):
    """Gives tokens, and answers with them."""

    async def answer(request):
        if request.path == "/token":
            return web.json_response(
                {"access_token": "ya29.t", "expires_in": 3600, "token_type": "Bearer"}, status=token
            )
        if pieces is None:
            return web.json_response(GENERATED)
        return await raw_stream(pieces)(request)

    return answer


async def test_vertex_is_sent_its_own_dialect_with_a_token_fetched_on_our_wire(litellm, upstream, monkeypatch):
    proxy, server = await upstream(), await upstream(vertex())
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    provider = google(server)
    for _ in range(2):
        reply = await litellm.send(outbound_of({**ASKED, "max_tokens": 50}, provider, model="gemini-2.0-flash"))
        assert core(reply.tree) == core(REPLY)
    token, sent, again = server.sent
    assert token.path == "/token"
    model = "projects/clinic/locations/europe-west4/publishers/google/models/gemini-2.0-flash"
    assert sent.path == again.path == f"/v1/{model}:generateContent"
    assert sent.headers["Authorization"] == "Bearer ya29.t"
    assert sent.json["contents"][-1]["parts"][-1] == {"text": "Hello."}
    assert sent.json["generationConfig"]["max_output_tokens"] == 50
    assert proxy.sent == []


@pytest.mark.parametrize(("code", "result"), [(400, AttemptResult.MISCONFIGURED), (503, AttemptResult.SERVER_ERROR)])
async def test_credentials_that_google_refuses_are_a_failure_before_anything_is_sent(litellm, upstream, code, result):
    server = await upstream(vertex(token=code))
    failed = await failure(litellm, outbound_of(ASKED, google(server), model="gemini-2.0-flash"))
    assert failed.result is result
    assert [sent.path for sent in server.sent] == ["/token"]


async def test_another_vendor_is_named_by_the_model(litellm, upstream):
    server = await upstream(says("Hello."))
    await litellm.send(outbound_of(ASKED, provider_of(ProviderKind.LITELLM, server), model="mistral/mistral-small"))
    [sent] = server.sent
    assert sent.json["model"] == "mistral-small"
    assert sent.headers["Authorization"] == "Bearer sk-secret"


@pytest.mark.parametrize("given", ["a", ["a", "b"], [1, 2, 3]])
async def test_embeddings_are_asked_for_as_numbers(litellm, upstream, given):
    server = await upstream()
    provider = provider_of(ProviderKind.LM_STUDIO, base_url=server.base_url, on_prem=True)
    payload = {"input": given, "dimensions": 4}
    reply = await litellm.send(outbound_of(payload, provider, operation=Operation.EMBEDDINGS))
    assert reply.tree["data"][0]["embedding"] == [0.25, -0.5, 3.0, 0.125]
    assert server.sent[0].path == "/v1/embeddings"
    assert server.sent[0].json == {**payload, "model": "test-model", "encoding_format": "float"}


async def test_embeddings_of_bedrock(litellm, upstream):
    server = await upstream(answers({"embedding": [0.5, 0.25], "inputTextTokenCount": 3}))
    provider = provider_of(ProviderKind.BEDROCK, server, params=AWS, api_key="")
    model = "amazon.titan-embed-text-v2:0"
    payload = {"input": "a", "encoding_format": "base64", "dimensions": 256}
    reply = await litellm.send(outbound_of(payload, provider, model=model, operation=Operation.EMBEDDINGS))
    assert reply.tree["data"][0]["embedding"] == [0.5, 0.25]
    assert server.sent[0].path == f"/model/{model}/invoke"
    assert server.sent[0].json == {"inputText": "a"}


async def test_embeddings_of_vertex(litellm, upstream):
    async def answer(request):
        if request.path == "/token":
            return await vertex()(request)
        embedding = {"values": [0.5, 0.25], "statistics": {"token_count": 3}}
        return web.json_response({"predictions": [{"embeddings": embedding}]})

    server = await upstream(answer)
    outbound = outbound_of({"input": ["a"]}, google(server), model="text-embedding-005", operation=Operation.EMBEDDINGS)
    reply = await litellm.send(outbound)
    assert reply.tree["data"][0]["embedding"] == [0.5, 0.25]
    assert server.sent[-1].json["instances"] == [{"content": "a"}]


async def test_nothing_about_this_machine_is_sent_along(litellm, upstream):
    server = await upstream(says("Hello."))
    await litellm.send(outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server)))
    headers = {name.lower() for name in server.sent[0].headers}
    assert headers == {
        "host",
        "user-agent",
        "accept-encoding",
        "authorization",
        "accept",
        "content-type",
        "content-length",
    }
    assert server.sent[0].headers["User-Agent"].startswith("triage-gateway/")


# --- what comes back --------------------------------------------------------------------------------------------------


def goldens(wire):
    return sorted(path.stem for path in GOLDEN.glob(f"{wire}_*.json"))


def golden(name):
    kept = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return kept["events"], kept["chunks"]


def openai_wire(events):
    return [*(sse(event) for event in events), b"data: [DONE]\n\n"]


@pytest.mark.parametrize("name", goldens("anthropic"))
async def test_chunks_of_claude(litellm, upstream, name):
    events, chunks = golden(name)
    server = await upstream(raw_stream(anthropic_events(events)))
    outbound = outbound_of(
        {**ASKED, "tools": [TOOL]}, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE, stream=True
    )
    assert core(await read(await litellm.send(outbound))) == core(chunks)
    assert server.sent[0].json["stream"] is True


@pytest.mark.parametrize("name", goldens("openai"))
async def test_chunks_of_openais_dialect(litellm, upstream, name):
    events, chunks = golden(name)
    server = await upstream(raw_stream(openai_wire(events)))
    assert (
        await read(await litellm.send(outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server), stream=True)))
        == chunks
    )
    assert server.sent[0].json["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("name", goldens("bedrock"))
async def test_chunks_of_bedrock(litellm, upstream, name):
    events, chunks = golden(name)
    frames = [aws_event(kind, payload) for kind, payload in events]
    server = await upstream(raw_stream(frames, content_type="application/vnd.amazon.eventstream"))
    provider = provider_of(ProviderKind.BEDROCK, server, params=AWS, api_key="")
    outbound = outbound_of(
        {**ASKED, "tools": [TOOL]}, provider, model="anthropic.claude-3-5-sonnet-20240620-v1:0", stream=True
    )
    assert core(await read(await litellm.send(outbound))) == core(chunks)
    assert server.sent[0].path.endswith("/converse-stream")


@pytest.mark.parametrize("name", goldens("vertex"))
async def test_chunks_of_vertex(litellm, upstream, name):
    events, chunks = golden(name)
    server = await upstream(vertex([sse(event) for event in events]))
    outbound = outbound_of({**ASKED, "tools": [TOOL]}, google(server), model="gemini-2.0-flash", stream=True)
    made = json.dumps(await read(await litellm.send(outbound)))
    assert core(json.loads(re.sub(r"call_[0-9a-f]+", "call_1", made))) == core(chunks)  # Google gives calls no id
    assert server.sent[-1].path.endswith(":streamGenerateContent")


async def test_usage_that_nobody_reported_is_not_made_up(litellm, upstream):
    server = await upstream(streams([chunk({"content": "Hello."}), chunk({}, "stop")]))
    provider = provider_of(ProviderKind.OPENAI, server)
    assert not any(
        "usage" in made for made in await read(await litellm.send(outbound_of(ASKED, provider, stream=True)))
    )
    whole = completion()
    del whole["usage"]
    server.answer = answers(whole)
    assert "usage" not in (await litellm.send(outbound_of(ASKED, provider))).tree


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [ProviderKind.ANTHROPIC, ProviderKind.OPENAI, ProviderKind.BEDROCK, ProviderKind.AZURE]
)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("code", "result", "fallback"),
    [
        (302, AttemptResult.BAD_REPLY, True),
        (400, AttemptResult.REJECTED, False),
        (401, AttemptResult.MISCONFIGURED, True),
        (422, AttemptResult.REJECTED, False),
        (429, AttemptResult.RATE_LIMITED, True),
        (500, AttemptResult.SERVER_ERROR, True),
        (529, AttemptResult.SERVER_ERROR, True),
    ],
)
async def test_a_status_is_one_try_and_none_of_its_words(litellm, upstream, kind, stream, code, result, fallback):
    server = await upstream(status(code))
    params = {ProviderKind.BEDROCK: AWS, ProviderKind.AZURE: {"api_version": "v"}}.get(kind, {})
    failed = await failure(
        litellm, outbound_of(ASKED, provider_of(kind, server, params=params), model=CLAUDE, stream=stream)
    )
    assert (failed.result, failed.status, failed.fallback) == (result, code, fallback)
    assert len(server.sent) == 1
    assert "CANARY" not in str(failed)
    assert failed.__cause__ is None


async def test_the_words_of_a_provider_are_relayed_where_configured(litellm, upstream):
    server = await upstream(status(400, '{"type": "error", "error": {"message": "max_tokens: too large"}}'))
    provider = provider_of(ProviderKind.ANTHROPIC, server, relay_errors=True)
    assert (await failure(litellm, outbound_of(ASKED, provider, model=CLAUDE))).error.message == "max_tokens: too large"


async def test_a_prompt_that_is_too_long_is_told_from_other_mistakes(litellm, upstream):
    server = await upstream(status(400, '{"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}'))
    failed = await failure(litellm, outbound_of(ASKED, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE))
    assert failed.error.code == "context_length_exceeded"


async def test_nobody_there_is_one_try(litellm, upstream):
    server = await upstream()
    await server.stop()
    for kind in (ProviderKind.ANTHROPIC, ProviderKind.OPENAI):
        failed = await failure(litellm, outbound_of(ASKED, provider_of(kind, server), model=CLAUDE))
        assert failed.result is AttemptResult.CONNECT


STARTED = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
]
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "CANARY"}}


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (raw_stream(anthropic_events(STARTED), broken=True), AttemptResult.BAD_REPLY),
        (raw_stream(anthropic_events(STARTED)), AttemptResult.BAD_REPLY),
        (raw_stream(anthropic_events([*STARTED, OVERLOADED])), AttemptResult.SERVER_ERROR),
    ],
    ids=["cut", "no end", "error event"],
)
async def test_a_stream_of_claude_that_breaks_never_ends_cleanly(litellm, upstream, behaviour, result):
    server = await upstream(behaviour)
    outbound = outbound_of(ASKED, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE, stream=True)
    reply = await litellm.send(outbound)
    first = await anext(reply.events)
    assert first["choices"][0]["delta"]["content"] == "Hel"
    with pytest.raises(AttemptFailed) as caught:
        await read(reply)
    assert caught.value.result is result
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize(
    "behaviour",
    [
        breaks_after("Hel"),
        streams([chunk({"content": "Hel"})], done=False),
        streams([chunk({"content": "Hel"}), {"error": "CANARY"}]),
    ],
    ids=["cut", "no end", "error chunk"],
)
async def test_a_stream_of_openais_dialect_that_breaks_never_ends_cleanly(litellm, upstream, behaviour):
    server = await upstream(behaviour)
    failed = await failure(litellm, outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server), stream=True))
    assert failed.result in {AttemptResult.BAD_REPLY, AttemptResult.SERVER_ERROR}
    assert "CANARY" not in str(failed)


async def test_a_stream_of_openais_dialect_that_says_it_is_done_needs_no_reason(litellm, upstream):
    server = await upstream(streams([chunk({"content": "Hello."})]))
    reply = await litellm.send(outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server), stream=True))
    events = [event async for event in reply.events]
    assert [choice["finish_reason"] for event in events for choice in event["choices"]][-1] == "stop"


@pytest.mark.parametrize("answer", [answers({}), answers({"error": "CANARY"}), status(200, "<html>", "text/html")])
@pytest.mark.parametrize("kind", [ProviderKind.ANTHROPIC, ProviderKind.OPENAI])
async def test_an_answer_that_is_none_is_a_failure(litellm, upstream, kind, answer):
    server = await upstream(answer)
    try:
        reply = await litellm.send(outbound_of(ASKED, provider_of(kind, server), model=CLAUDE))
    except AttemptFailed as failed:
        assert failed.result is AttemptResult.BAD_REPLY  # noqa: PT017 - or the reply shows it, which wire/ judges
    else:
        assert not reply.tree["choices"]


async def test_a_stream_of_vertex_that_stops_without_a_reason_broke(litellm, upstream):
    half = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hel"}]}, "index": 0}]}
    server = await upstream(vertex([sse(half)]))
    failed = await failure(litellm, outbound_of(ASKED, google(server), model="gemini-2.0-flash", stream=True))
    assert failed.result is AttemptResult.BAD_REPLY


async def test_a_model_may_repeat_itself(litellm, upstream):
    end = [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    server = await upstream(raw_stream(anthropic_events([*STARTED, *[STARTED[-1]] * 200, *end])))
    outbound = outbound_of(ASKED, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE, stream=True)
    said = [
        choice["delta"].get("content", "")
        for made in await read(await litellm.send(outbound))
        for choice in made["choices"]
    ]
    assert "".join(said) == "Hel" * 201


async def test_what_a_vendor_cannot_honour_is_refused_by_name_before_anything_is_sent(litellm, upstream):
    server = await upstream(answers(MESSAGE))
    provider = provider_of(ProviderKind.ANTHROPIC, server)
    failed = await failure(litellm, outbound_of({**ASKED, "logprobs": True}, provider, model=CLAUDE))
    assert "`logprobs`" in failed.error.message
    assert failed.fallback
    assert server.sent == []


@pytest.mark.parametrize(
    ("kind", "params"), [(ProviderKind.BEDROCK, {}), (ProviderKind.AZURE, {}), (ProviderKind.VERTEX, {})]
)
async def test_a_provider_that_is_configured_in_part_says_what_is_missing(litellm, upstream, kind, params):
    server = await upstream()
    failed = await failure(litellm, outbound_of(ASKED, provider_of(kind, server, params=params)))
    assert "under `params`" in failed.error.message
    assert server.sent == []


async def test_a_vendor_that_nobody_knows_is_named_as_such(litellm, upstream):
    server = await upstream()
    failed = await failure(litellm, outbound_of(ASKED, provider_of(ProviderKind.LITELLM, server), model="nonsense"))
    assert "does not know the vendor" in failed.error.message


# --- the wire ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ProviderKind.ANTHROPIC, ProviderKind.OPENAI])
async def test_closing_or_cancelling_a_stream_stops_the_upstream(litellm, upstream, kind):
    forever = raw_stream(anthropic_events(STARTED) + [sse(STARTED[-1], named=True)] * 100_000)
    server = await upstream(forever if kind is ProviderKind.ANTHROPIC else streams_for_ever())
    reply = await litellm.send(outbound_of(ASKED, provider_of(kind, server), model=CLAUDE, stream=True))
    await anext(reply.events)
    await reply.aclose()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)


async def test_cancelling_a_call_stops_the_upstream(litellm, upstream):
    arrived = asyncio.Event()

    async def answer(request):
        arrived.set()
        return await hangs()(request)

    server = await upstream(answer)
    calling = asyncio.create_task(
        litellm.send(outbound_of(ASKED, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE))
    )
    await asyncio.wait_for(arrived.wait(), SOON_S)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)


async def test_proxy_variables_are_not_obeyed(litellm, upstream, monkeypatch):
    proxy, server = await upstream(), await upstream(answers(MESSAGE))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    await litellm.send(outbound_of(ASKED, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE))
    server.answer = says("Hello.")
    for kind, params in ((ProviderKind.OPENAI, {}), (ProviderKind.AZURE, {"api_version": "v"})):
        await litellm.send(outbound_of(ASKED, provider_of(kind, server, params=params)))
    provider = provider_of(ProviderKind.OLLAMA, server, on_prem=True)
    await litellm.send(outbound_of({"input": "a"}, provider, operation=Operation.EMBEDDINGS))
    assert proxy.sent == []
    assert len(server.sent) == 4


async def test_a_configured_proxy_is_used(litellm, upstream):
    proxy = await upstream(says("Hello."))
    provider = provider_of(
        ProviderKind.OPENAI, base_url="http://vendor.example/v1", proxy=f"http://127.0.0.1:{proxy.port}"
    )
    await litellm.send(outbound_of(ASKED, provider))
    assert proxy.sent[0].headers["Host"] == "vendor.example"


async def test_a_provider_on_the_premises_is_reached_nowhere_else(litellm, events):
    provider = provider_of(ProviderKind.LM_STUDIO, base_url="http://192.0.2.1:9/v1", on_prem=True)
    assert (await failure(litellm, outbound_of(ASKED, provider))).result is AttemptResult.CONNECT
    assert [type(event).__name__ for event in events.events] == ["EgressViolation"]
    events.events.clear()


async def test_a_redirect_is_not_followed(litellm, upstream):
    elsewhere = await upstream(says("Hello."))

    async def redirect(_request):
        return web.Response(status=307, headers={"Location": f"{elsewhere.base_url}/chat/completions"})

    server = await upstream(redirect)
    failed = await failure(litellm, outbound_of(ASKED, provider_of(ProviderKind.OPENAI, server)))
    assert failed.result is AttemptResult.BAD_REPLY
    assert elsewhere.sent == []


async def test_litellm_prints_and_logs_nothing(litellm, upstream, capfd, caplog):
    server = await upstream(status(500))
    await failure(litellm, outbound_of(ASKED, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE))
    server.answer = raw_stream(anthropic_events([*STARTED, OVERLOADED]))
    await failure(litellm, outbound_of(ASKED, provider_of(ProviderKind.ANTHROPIC, server), model=CLAUDE, stream=True))
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.startswith("LiteLLM")]


# --- the import -------------------------------------------------------------------------------------------------------

LEAN = "import sys, gateway.app, gateway.cli.serve; sys.exit('litellm' in sys.modules or 'openai' in sys.modules)"
WARM = """
import asyncio, sys
sys.addaudithook(lambda event, args: event == "socket.connect" and isinstance(args[1], tuple) and sys.exit(3))
from gateway.upstream.litellm.adapter import LiteLlm
async def main():
    called = []
    adapter = LiteLlm(networks=list, events=None, on_import=lambda: called.append(1))
    adapter.warm()
    await adapter.aclose()
    import litellm, os
    assert called and litellm.num_retries == 0 and not litellm.callbacks and "CANARY" not in os.environ
asyncio.run(main())
"""


def test_the_gateway_does_not_import_litellm_unless_a_target_needs_it():
    assert subprocess.run([sys.executable, "-c", LEAN], check=False, timeout=60).returncode == 0


def test_the_import_asks_no_network_reads_no_env_file_and_prints_nothing(tmp_path):
    (tmp_path / ".env").write_text("CANARY=1\n", encoding="utf-8")
    path = os.pathsep.join(path for path in (str(Path.cwd()), os.environ.get("PYTHONPATH", "")) if path)
    environ = {**os.environ, "PYTHONPATH": path, "LITELLM_LOG": "DEBUG"}
    done = subprocess.run(
        [sys.executable, "-c", WARM], cwd=tmp_path, env=environ, capture_output=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# --- Gemini ------------------------------------------------------------------------------------------------------------


async def test_gemini_is_reached_for_chats_and_for_vectors_on_our_wire(litellm, upstream):
    """LiteLLM makes a blocking client before it asks for vectors, and does not use it."""
    server = await upstream(answers({**GENERATED, "embeddings": [{"values": [0.5, 0.25]}]}))
    provider = provider_of(ProviderKind.LITELLM, base_url=f"http://127.0.0.1:{server.port}/v1beta")
    said = await litellm.send(outbound_of(ASKED, provider, model="gemini/gemini-2.0-flash"))
    assert core(said.tree) == core(REPLY)
    asked = outbound_of({"input": "a"}, provider, model="gemini/gemini-embedding-001", operation=Operation.EMBEDDINGS)
    vectors = await litellm.send(asked)
    assert vectors.tree["data"][0]["embedding"] == [0.5, 0.25]
    chat, embed = server.sent
    assert chat.path == "/v1beta/models/gemini-2.0-flash:generateContent"
    assert embed.path == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert embed.json["requests"][0]["content"]["parts"] == [{"text": "a"}]
