"""Fallback: before the first content to the next permitted target, after it never; what is down is named."""

from __future__ import annotations

import asyncio
import json

import pytest

from gateway.document import DocumentInvalid
from tests.kit import written
from tests.kit.bad_upstreams import CALLS, assert_broken, sends
from tests.kit.patience import SOON_S
from tests.kit.ports import unused_port
from tests.kit.servers import breaks_after, chunk, hangs, says, status, streams
from tests.kit.shapes import CANARY, check

SSE = "text/event-stream"


def two(first, second, more: str = "", *, route: str = "") -> str:
    """A route over two local servers: an Ollama, then an LM Studio."""
    return f"""
version: 1
providers:
  one: {{kind: ollama, base_url: "http://127.0.0.1:{first}", traits: [on_prem], via: direct}}
  two: {{kind: lm_studio, base_url: "http://127.0.0.1:{second}/v1", traits: [on_prem]}}
targets:
  first: {{provider: one, model: llama}}
  second: {{provider: two, model: qwen}}
  vectors-one: {{provider: one, model: nomic, capabilities: [embeddings]}}
  vectors-other: {{provider: two, model: minilm, capabilities: [embeddings]}}
  vectors-same: {{provider: two, model: nomic, capabilities: [embeddings]}}
routes:
  general: {{targets: [first, second]{route}}}
  vectors: {{targets: [vectors-one, vectors-same], operation: embeddings}}
default_route: general
{more}
"""


@pytest.fixture
async def both(start, upstream):
    """Two servers, and gateways in front of them."""
    first, second = await upstream(), await upstream(says("Second."))

    async def begin(more="", environ=None, **kwargs):
        return await start(two(first.port, second.port, more, **kwargs), environ=environ)

    return begin, first, second


def busy(code, wait):
    return sends(b"{}", code=code, **{"Retry-After": wait})


FAILS = {
    "500": status(500),
    "502": status(502),
    "503": status(503),
    "429": status(429),
    "408": status(408),
    "a redirect": sends(b"", code=302, Location="http://127.0.0.1:9/"),
    "html": sends(b"<html></html>", "text/html"),
    "an error with 200": sends(json.dumps({"error": CANARY}).encode()),
    "an error with 200, as an object": sends(json.dumps({"error": {"message": CANARY}}).encode()),
    "an error as the first event": streams([{"error": {"message": CANARY}}]),
    "a role and then an error": streams([chunk({"role": "assistant", "content": ""}), {"error": CANARY}]),
    "an empty stream": streams([]),
    "a stream that ends properly with nothing in it": streams([chunk({"role": "assistant"}), chunk({}, "stop")]),
    "a stream that breaks before content": breaks_after(""),
    "nothing at all": sends(b""),
    "text that is no stream": sends(b"ok", "text/plain"),
}


def spoken(stream: str) -> str:
    """The text that a stream of chunks says."""
    events = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]
    return "".join(event["choices"][0]["delta"].get("content", "") for event in events)


@pytest.mark.parametrize("fault", FAILS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_before_any_content_the_next_target_answers(both, fault, streamed):
    begin, first, second = both
    gateway = await begin()
    first.answer = FAILS[fault]
    response = await gateway.chat(stream=streamed)
    assert response.status_code == 200
    assert response.headers["x-gateway-target"] == "second"
    text = response.text
    if streamed:
        assert text.endswith("data: [DONE]\n\n")
        text = spoken(text)
    assert "Second." in text
    assert (len(first.sent), len(second.sent)) == (1, 1)
    assert (first.sent[0].json["model"], second.sent[0].json["model"]) == ("llama", "qwen")
    assert gateway.metric("gateway_fallbacks_total", from_target="first", to_target="second", result="ok") == 1


async def test_a_refused_connection_falls_back(both, start, upstream):
    _, _, second = both
    gateway = await start(two(unused_port(), second.port))
    assert (await gateway.chat()).headers["x-gateway-target"] == "second"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_missed_first_token_limit_falls_back_and_cancels_the_late_one(both, streamed):
    begin, first, _ = both
    gateway = await begin(route=", first_token_s: 1.5")
    first.answer = hangs()
    response = await gateway.chat(stream=streamed)
    assert response.headers["x-gateway-target"] == "second"
    await asyncio.wait_for(first.cancelled.wait(), SOON_S)


async def test_headers_and_a_role_are_no_content(both):
    """A server that begins its stream and then thinks for ever has missed the limit too."""
    begin, first, _ = both
    gateway = await begin(route=", first_token_s: 1.5")

    async def answer(request):
        from aiohttp import web

        response = web.StreamResponse(headers={"Content-Type": SSE})
        await response.prepare(request)
        await response.write(b"data: " + json.dumps(chunk({"role": "assistant", "content": ""})).encode() + b"\n\n")
        await asyncio.Event().wait()

    first.answer = answer
    assert (await gateway.chat(stream=True)).headers["x-gateway-target"] == "second"
    await asyncio.wait_for(first.cancelled.wait(), SOON_S)


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "Some"},
        {"reasoning": "Some"},
        {"reasoning_content": "Some"},
        {"refusal": "Some"},
        {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "Some", "arguments": ""}}]},
    ],
    ids=str,
)
async def test_after_any_kind_of_content_nobody_else_is_asked(both, delta):
    begin, first, second = both
    gateway = await begin()
    first.answer = streams([chunk(delta)], done=False)
    response = await gateway.chat(stream=True)
    assert_broken(response.text, "openai")
    assert second.sent == []
    assert gateway.metric("gateway_fallbacks_total") == 0
    assert gateway.metric("gateway_requests_total", outcome="upstream_error") == 1


@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_after_content_it_is_an_error_in_every_dialect(both, path, body, dialect):
    begin, first, second = both
    gateway = await begin()
    first.answer = breaks_after("Some")
    async with gateway.client() as client:
        response = await client.post(path, json={**body, "stream": True})
    assert_broken(response.text, dialect)
    assert second.sent == []


async def test_a_caller_that_does_not_stream_gets_502_and_no_half_answer(both):
    begin, first, second = both
    gateway = await begin()
    first.answer = breaks_after("Some")
    response = await gateway.chat()
    check(response, 502, "openai", code="upstream_failed")
    assert "Some" not in response.text
    assert second.sent == []


@pytest.mark.parametrize("code", [400, 413, 422])
async def test_what_the_provider_understood_and_refused_is_not_tried_elsewhere(both, code):
    begin, first, second = both
    gateway = await begin()
    first.answer = status(code, CANARY)
    check(await gateway.chat(), {400, 413}, "openai")
    assert second.sent == []


@pytest.mark.parametrize("code", [401, 402, 403, 404])
async def test_who_does_not_take_our_key_or_have_our_model_is_stepped_over_and_shouted_about(both, code):
    begin, first, _ = both
    gateway = await begin()
    first.answer = status(code, CANARY)
    for streamed in (False, True):
        response = await gateway.chat(stream=streamed)
        assert (response.status_code, response.headers["x-gateway-target"]) == (200, "second")
    assert gateway.metric("gateway_fallbacks_total", reason="misconfigured", result="ok") == 2
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    shouted = [line for line in lines if line["level"] == "error"]
    assert {(line["event"], line["target"], line["status"], line["result"]) for line in shouted} == {
        ("attempt.ended", "first", code, "misconfigured")
    }


@pytest.mark.parametrize(
    ("code", "body", "told", "retries"),
    [
        (401, "", (502, "upstream_rejected", "Check its `api_key`, or give target first another."), "false"),
        (404, "", (502, "upstream_rejected", "the model of target first. Load or pull it, or name another."), "false"),
        (402, "", (429, "insufficient_quota", "The account at provider"), "false"),
        (429, '{"error": {"code": "insufficient_quota"}}', (429, "insufficient_quota", "The account"), "false"),
    ],
)
async def test_the_error_of_a_sole_target_stays_and_says_what_to_change(both, code, body, told, retries):
    begin, first, second = both
    gateway = await begin("routing: {auto_fallback: false}")
    first.answer = status(code, body)
    response = await gateway.chat()
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == told[:2]
    assert told[2] in error["message"]
    assert response.headers["x-should-retry"] == retries
    assert "retry-after" not in response.headers
    assert second.sent == []


@pytest.mark.parametrize(("code", "ours"), [(429, 429), (503, 503), (529, 503)])
@pytest.mark.parametrize(("path", "body", "dialect"), CALLS)
async def test_who_is_busy_is_told_as_busy_and_for_how_long(both, code, ours, path, body, dialect):
    begin, first, second = both
    gateway = await begin()
    first.answer, second.answer = busy(code, "7"), busy(code, "3")
    for streamed in (False, True):
        async with gateway.client() as client:
            response = await client.post(path, json={**body, "stream": streamed})
        check(response, ours, dialect)
        assert response.headers["retry-after"] == "3"
        assert gateway.settled()[-1]["outcome"] == "upstream_error"
    assert (len(first.sent), len(second.sent)) == (1, 1)  # nobody is asked again before the time that it named


async def test_one_that_is_busy_is_told_before_one_that_is_down(both, start):
    _, first, _ = both
    first.answer = busy(429, "9")
    gateway = await start(two(first.port, unused_port()))
    response = await gateway.chat()
    assert (response.status_code, response.headers["retry-after"]) == (429, "9")


@pytest.mark.parametrize("fault", ["500", "an empty stream", "429"])
async def test_without_auto_fallback_there_is_one_attempt(both, fault):
    begin, first, second = both
    gateway = await begin('routing: {auto_fallback: "${AUTO_FALLBACK:-true}"}', {"AUTO_FALLBACK": "false"})
    first.answer = FAILS[fault]
    for streamed in (False, True):
        response = await gateway.chat(stream=streamed)
        assert response.status_code in {200, 429, 502}  # an empty answer that ends properly is the last target's word
        assert second.sent == []
    assert len(first.sent) == 2


async def test_without_auto_fallback_one_that_is_down_is_not_stepped_over(both, start):
    _, _, second = both
    gateway = await start(two(unused_port(), second.port, "routing: {auto_fallback: false}"))
    response = await gateway.chat()
    check(response, 503, "openai", code="upstream_failed")
    assert "ollama serve" in response.json()["error"]["message"]
    assert second.sent == []


async def test_the_latency_threshold_of_the_environment_is_a_first_token_limit(both):
    begin, first, _ = both
    environ = {"LATENCY_THRESHOLD_MS": "1500"}
    gateway = await begin('routing: {first_token_ms: "${LATENCY_THRESHOLD_MS:-}"}', environ)
    first.answer = hangs()
    assert (await gateway.chat()).headers["x-gateway-target"] == "second"


async def test_a_routes_own_limit_comes_before_that_of_the_environment(both):
    begin, first, _ = both
    gateway = await begin("routing: {first_token_ms: 50}", route=", first_token_s: 20")

    async def answer(request):
        await asyncio.sleep(0.3)  # six times the limit that must not hold here
        return await says("First.")(request)

    first.answer = answer
    assert (await gateway.chat()).headers["x-gateway-target"] == "first"


async def test_a_missed_limit_without_another_target_is_504(both):
    begin, first, _ = both
    gateway = await begin("routing: {auto_fallback: false, first_token_ms: 200}")
    first.answer = hangs()
    check(await gateway.chat(), 504, "openai", code="upstream_timeout")
    await asyncio.wait_for(first.cancelled.wait(), SOON_S)


@pytest.mark.parametrize(
    ("value", "target"), [("", "first"), ("one", "first"), ("two", "second"), ("lm_studio", "second")]
)
async def test_the_primary_provider_of_the_environment_comes_first(both, value, target):
    begin, _, _ = both
    environ = {"LLM_PRIMARY_PROVIDER": value}
    gateway = await begin('routing: {primary: "${LLM_PRIMARY_PROVIDER:-}"}', environ)
    assert (await gateway.chat()).headers["x-gateway-target"] == target


async def test_embeddings_fall_back_to_the_same_model_elsewhere(both):
    begin, first, second = both
    gateway = await begin()
    first.answer = status(500)
    async with gateway.client() as client:
        response = await client.post("/v1/embeddings", json={"model": "vectors", "input": "text"})
    assert response.headers["x-gateway-target"] == "vectors-same"
    assert second.sent[0].json["model"] == "nomic"


async def test_embeddings_never_fall_back_to_another_model(both):
    begin, _, _ = both
    with pytest.raises(DocumentInvalid, match="one and the same model"):
        await begin("", route="}\n  mixed: {targets: [vectors-one, vectors-other], operation: embeddings} #")


async def test_with_everything_down_503_names_what_to_start(start):
    gateway = await start(two(unused_port(), unused_port()))
    for streamed in (False, True):
        response = await gateway.chat(stream=streamed)
        check(response, 503, "openai", code="upstream_failed")
        message = response.json()["error"]["message"]
        assert "`ollama serve`" in message
        assert "`ollama pull llama`" in message
        assert "LM Studio" in message
        assert "qwen" in message
        assert response.headers["retry-after"] == "5"


async def test_a_local_failure_never_reaches_a_cloud_that_no_rule_lets_in(both, start, upstream):
    """A target for each fault, since one that named a time (`Retry-After`) is left alone until then."""
    _, first, _ = both
    cloud = await upstream()
    # Of the last target, a stream that ends properly with nothing in it is the answer.
    faults = [fault for name, fault in FAILS.items() if name != "a stream that ends properly with nothing in it"]
    near = [f"near-{number}" for number in range(len(faults) + 1)]
    gateway = await start(
        written.config(
            providers={
                "one": written.at_home(first, kind="ollama", base_url=f"http://127.0.0.1:{first.port}", via="direct"),
                "cloud": written.away(cloud, baa=False),
            },
            targets=dict.fromkeys(near, "one/llama") | {"far": "cloud/gpt-4o-mini"},
            routes={f"by-{name}": [name, "far"] for name in near},
        )
    )
    for name, fault in zip(near, faults, strict=False):
        first.answer = fault
        for streamed in (False, True):
            response = await gateway.chat(model=f"by-{name}", stream=streamed)
            check(response, {429, 503}, "openai")
            assert "far was not allowed" in response.json()["error"]["message"]
    first.answer = breaks_after("Some")
    assert_broken((await gateway.chat(model=f"by-{near[-1]}", stream=True)).text, "openai")
    assert cloud.sent == []
    assert cloud.connections == 0
