"""Routing over real sockets: who fails is left alone and told, nobody is asked twice by accident, orders are followed."""

from __future__ import annotations

import json

import pytest

from gateway.routing.breaker import CONSECUTIVE
from tests.kit.bad_upstreams import assert_broken, sends
from tests.kit.running import one_route
from tests.kit.servers import breaks_after, hangs, says, status
from tests.kit.shapes import check

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object", "properties": {}}}}


def pair(first, second, *, route="", first_more="", second_more="") -> str:
    return f"""
version: 1
providers:
  one: {{kind: openai_compatible, base_url: "{first.base_url}", traits: [on_prem]}}
  two: {{kind: openai_compatible, base_url: "{second.base_url}", traits: [on_prem]}}
targets:
  first: {{provider: one, model: test-model{first_more}}}
  second: {{provider: two, model: test-model{second_more}}}
routes:
  general: {{targets: [first, second]{route}}}
  alone: {{targets: [first]{route}}}
default_route: general
"""


async def test_who_keeps_failing_is_left_alone_and_the_next_one_is_asked_at_once(start, upstream):
    first, second = await upstream(status(500)), await upstream(says("Second."))
    gateway = await start(pair(first, second))
    for _ in range(CONSECUTIVE + 3):
        assert (await gateway.chat()).headers["x-gateway-target"] == "second"
    assert len(first.sent) == CONSECUTIVE
    told = [
        line for line in map(json.loads, gateway.log.getvalue().splitlines()) if line.get("result") == "passed_over"
    ]
    assert [line["target"] for line in told] == ["first"] * 3


async def test_a_sole_target_that_fails_at_once_is_asked_each_time_and_believed_when_it_is_well(start, upstream):
    server = await upstream(status(500))
    gateway = await start(one_route(server))
    for _ in range(CONSECUTIVE + 2):
        check(await gateway.chat(), 502, "openai", code="upstream_failed")
    assert len(server.sent) == CONSECUTIVE + 2
    server.answer = says("Well again.")
    assert (await gateway.chat()).status_code == 200


async def test_a_sole_target_that_hangs_keeps_nobody_waiting_for_long(start, upstream):
    server = await upstream(hangs())
    gateway = await start(one_route(server).replace("{targets: [chat]}", "{targets: [chat], first_token_s: 0.3}"))
    for _ in range(CONSECUTIVE):
        check(await gateway.chat(), 504, "openai", code="upstream_timeout")
    refused = await gateway.chat()
    check(refused, 503, "openai", code="overloaded")
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    assert len(server.sent) == CONSECUTIVE


async def test_a_named_wait_is_kept_without_asking_again(start, upstream):
    server = await upstream(sends(b"{}", code=429, **{"Retry-After": "30"}))
    gateway = await start(one_route(server))
    for _ in range(3):
        refused = await gateway.chat()
        check(refused, 429, "openai", code="rate_limit_exceeded")
        assert 28 <= int(refused.headers["retry-after"]) <= 30
    assert len(server.sent) == 1


async def test_an_answer_that_breaks_off_is_a_failed_attempt(start, upstream):
    server = await upstream(breaks_after("Some"))
    gateway = await start(one_route(server))
    for _ in range(CONSECUTIVE):
        assert_broken((await gateway.chat(stream=True)).text, "openai")
    broken = [
        line for line in map(json.loads, gateway.log.getvalue().splitlines()) if line.get("result") == "bad_reply"
    ]
    assert len(broken) == CONSECUTIVE


@pytest.mark.parametrize(("retries", "asked"), [(0, 1), (2, 3)])
async def test_a_route_may_ask_the_last_target_again_and_then_nobody_else_is_to(start, upstream, retries, asked):
    server = await upstream(status(503))
    gateway = await start(one_route(server).replace("{targets: [chat]}", f"{{targets: [chat], retries: {retries}}}"))
    refused = await gateway.chat()
    assert refused.status_code == 503
    assert len(server.sent) == asked
    assert (refused.headers.get("x-should-retry") == "false") is (retries > 0)


async def test_after_content_nothing_is_asked_again(start, upstream):
    server = await upstream(breaks_after("Some"))
    gateway = await start(one_route(server).replace("{targets: [chat]}", "{targets: [chat], retries: 3}"))
    assert_broken((await gateway.chat(stream=True)).text, "openai")
    assert len(server.sent) == 1


@pytest.mark.parametrize(
    ("lists", "body"),
    [
        ("json_schema", {"response_format": SCHEMA}),
        ("tools", {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}),
        ("vision", {"content": [{"type": "image_url", "image_url": {"url": PIXEL}}]}),
    ],
)
async def test_needs_of_a_request_choose_among_targets(start, upstream, lists, body):
    first, second = await upstream(says("First.")), await upstream(says("Second."))
    gateway = await start(pair(first, second, second_more=f", capabilities: [{lists}]"))
    assert (await gateway.chat()).headers["x-gateway-target"] == "first"
    assert (await gateway.chat(**body)).headers["x-gateway-target"] == "second"
    second.answer = status(500)
    assert (await gateway.chat(**body)).status_code == 502
    assert len(first.sent) == 1


async def test_the_better_model_gets_what_is_complex_and_a_header_says_so_too(start, upstream):
    first, second = await upstream(says("First.")), await upstream(says("Second."))
    text = pair(
        first, second, route=", order: by_complexity", first_more=", quality: 0.4", second_more=", quality: 0.9"
    )
    gateway = await start(text)
    assert (await gateway.chat("Hello.")).headers["x-gateway-target"] == "first"
    hard = "Compare the two treatments, evaluate their risks, and justify each step of a detailed plan."
    assert (await gateway.chat(hard)).headers["x-gateway-target"] == "second"
    assert (await gateway.chat(hard, headers={"x-gateway-complexity": "simple"})).headers["x-gateway-target"] == "first"
    check(await gateway.chat(headers={"x-gateway-complexity": "medium-rare"}), 400, "openai", code="invalid_request")


async def test_a_target_says_for_which_level_it_is_meant(start, upstream):
    first, second = await upstream(says("First.")), await upstream(says("Second."))
    more = {"first_more": ", complexity: [medium, complex]", "second_more": ", complexity: [simple]"}
    gateway = await start(pair(first, second, route=", order: by_complexity", **more))
    assert (await gateway.chat("Hello.")).headers["x-gateway-target"] == "second"
    letter = (
        "Draft a letter to a patient about her new appointment: when, where, what to bring. Plain words, half a page."
    )
    ordinary = await gateway.chat(letter)
    assert ordinary.headers["x-gateway-target"] == "first"
    said = await gateway.chat(headers={"x-gateway-complexity": "medium"})
    assert said.headers["x-gateway-target"] == "first"


async def test_under_the_floor_of_a_route_nobody_answers(start, upstream):
    first, second = await upstream(says("First.")), await upstream(status(500))
    more = {"first_more": ", quality: 0.4", "second_more": ", quality: 0.9"}
    text = pair(first, second, route=", min_quality: 0.4", **more)
    gateway = await start(text.replace("min_quality: 0.4", "min_quality: 0.8", 1))
    assert (await gateway.chat()).status_code == 502
    assert first.sent == []


async def test_explain_says_how_the_order_came_about(start, upstream):
    first, second = await upstream(says("First.")), await upstream(says("Second."))
    gateway = await start(
        pair(first, second, route=", order: by_complexity", second_more=", quality: 0.9, capabilities: [tools]")
    )
    question = {
        "messages": [
            {
                "role": "user",
                "content": "Compare both designs, their risks and trade-offs, and justify a migration plan.",
            }
        ],
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }
    async with gateway.client() as client:
        told = (await client.post("/gateway/explain", json=question)).json()
    assert told["order"] == ["second"]
    routing = told["routing"]
    assert (routing["order"], routing["passed_over"]) == (
        "by_complexity",
        [{"target": "first", "why": "lacks", "lacks": ["tools"]}],
    )
    assert "complex" in routing["complexity"]
    assert routing["estimates"]["second"]["quality"] == 0.9


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("lm_studio", "data:image/webp;base64,UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "reads no WEBP"),
        ("ollama", "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "reads no GIF"),
    ],
)
async def test_a_picture_that_a_server_cannot_read_is_not_sent_there(start, upstream, kind, data, told):
    first, second = await upstream(says("First.")), await upstream(says("Second."))
    text = pair(first, second).replace(
        f'one: {{kind: openai_compatible, base_url: "{first.base_url}"',
        f'one: {{kind: {kind}, base_url: "{first.base_url}"',
    )
    gateway = await start(text)
    picture = [{"type": "image_url", "image_url": {"url": data}}]
    assert (await gateway.chat(content=picture)).headers["x-gateway-target"] == "second"
    refused = await gateway.chat(content=picture, model="alone")
    check(refused, 400, "openai", code="invalid_request")
    assert told in refused.text
    assert first.sent == []


async def test_fastest_leaves_a_model_that_has_to_be_loaded_to_those_that_need_none(start, upstream):
    cold, warm = await upstream(says("Cold."), loaded=[]), await upstream(says("Warm."), loaded=["test-model"])
    text = pair(cold, warm, route=", order: fastest").replace("openai_compatible", "ollama").replace("/v1", "")
    gateway = await start(text)
    await gateway.gateway.refresh()
    for _ in range(3):
        assert (await gateway.chat()).headers["x-gateway-target"] == "second"
    assert cold.sent == []
    async with gateway.client() as client:
        told = (await client.post("/gateway/explain", json={"messages": [{"role": "user", "content": "Hi."}]})).json()
    assert told["routing"]["estimates"]["first"]["load_s"] == 30.0
    assert told["routing"]["estimates"]["second"]["load_s"] is None
