"""Requests that queue for a machine: in turn, bounded, told; models are loaded for them and evicted when idle."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter

import httpx
import pytest
from aiohttp import web

from gateway.config import load
from tests.kit import two_places
from tests.kit.ollama import Ollama
from tests.kit.patience import SOON_S, until
from tests.kit.queued import OneByOne, config, waiting
from tests.kit.servers import chunk, says
from tests.kit.shapes import check

KEYS = {name: f"key-of-{name}" for name in ("ann", "bob", "cyd")}
CALLERS = "callers:\n" + "".join(
    f"  {name}: {{key_sha256: {hashlib.sha256(key.encode()).hexdigest()}}}\n" for name, key in KEYS.items()
)


def ask(gateway, who="ann", content="Hello.", **headers):
    return asyncio.create_task(gateway.chat(content, headers={"authorization": f"Bearer {KEYS[who]}", **headers}))


async def test_two_hundred_for_one_slot_are_all_answered_one_at_a_time_and_in_turn(start, upstream):
    answer = OneByOne()
    gateway = await start(config(await upstream(answer), machine="max_queue: 300", more=CALLERS))
    async with gateway.client(limits=httpx.Limits(max_connections=None)) as client:
        asked = [
            asyncio.create_task(
                client.post(
                    "/v1/chat/completions",
                    json={"messages": [{"role": "user", "content": who}]},
                    headers={"authorization": f"Bearer {KEYS[who]}"},
                )
            )
            for who in ("ann",) * 120 + ("bob",) * 50 + ("cyd",) * 30
        ]
        await waiting(gateway, 199)
        for _ in asked:
            answer.go_on.release()
        async with asyncio.timeout(SOON_S * 2):
            answers = await asyncio.gather(*asked)
    assert {response.status_code for response in answers} == {200}
    assert answer.most == 1
    in_turn = Counter(answer.order[1:91])  # while all three have some left
    assert max(in_turn.values()) - min(in_turn.values()) <= 3
    assert gateway.metric("gateway_queue_wait_seconds_count", target="chat") == 200


async def test_one_too_many_is_told_at_once_and_when_to_come_again(start, upstream):
    answer = OneByOne()
    gateway = await start(config(await upstream(answer), machine="max_queue: 2"))
    asked = [asyncio.create_task(gateway.chat()) for _ in range(3)]
    await waiting(gateway, 2)
    async with gateway.client() as client:
        for path, body, dialect in (
            ("/v1/chat/completions", {}, "openai"),
            ("/v1/messages", {"max_tokens": 9}, "anthropic"),
            ("/api/chat", {}, "ollama"),
        ):
            said = {"model": "general", "messages": [{"role": "user", "content": "Hello."}], **body}
            refused = await client.post(path, json=said)
            check(refused, 503, dialect, code="overloaded")
            assert "2 wait" in refused.text
            assert gateway.settled()[-1]["outcome"] == "shed"  # it is our queue, and no failure of the server
            assert refused.headers["retry-after"] == "15"  # three answers of five seconds, until anything is known
    for _ in asked:
        answer.go_on.release()
    assert {(await task).status_code for task in asked} == {200}


async def test_one_who_waited_too_long_is_told(start, upstream):
    answer = OneByOne()
    gateway = await start(config(await upstream(answer), machine="max_wait_s: 0.2"))
    asked = {asyncio.create_task(gateway.chat()) for _ in range(2)}
    (refused,), (held,) = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    check(refused.result(), 503, "openai", code="overloaded")
    assert "as long as anybody may wait" in refused.result().text
    answer.go_on.release()
    assert (await held).status_code == 200


async def test_a_wait_that_outlasts_the_route_is_told_as_a_wait_and_not_as_a_slow_target(start, upstream):
    answer = OneByOne()
    hasty = "general: {targets: [chat]}\n  hasty: {targets: [chat], first_token_s: 1}"
    gateway = await start(config(await upstream(answer)).replace("general: {targets: [chat]}", hasty))
    held = asyncio.create_task(gateway.chat())
    await until(lambda: answer.order)
    refused = await gateway.chat(model="hasty")
    check(refused, 503, "openai", code="overloaded")
    assert "waited for its turn and was not sent" in refused.text
    assert gateway.settled()[-1]["outcome"] == "shed"
    assert gateway.metric("gateway_attempt_failures_total", cause="waited_too_long") == 1
    answer.go_on.release()
    assert (await held).status_code == 200
    assert len(answer.order) == 1


async def test_one_who_goes_away_makes_room_and_nothing_is_sent_for_it(start, upstream):
    answer = OneByOne()
    server = await upstream(answer)
    gateway = await start(config(server))
    asked = {content: asyncio.create_task(gateway.chat(content)) for content in ("One.", "Two.")}
    await waiting(gateway, 1)
    await until(lambda: answer.order)
    asked.pop(next(content for content in asked if content not in answer.order)).cancel()
    await waiting(gateway, 0)
    answer.go_on.release()
    (held,) = asked.values()
    assert (await held).status_code == 200
    assert len(answer.order) == 1
    assert [line["outcome"] for line in gateway.settled()].count("client_disconnect") == 1


async def test_a_stream_holds_its_slot_to_its_end_and_one_that_is_broken_off_gives_it_back(start, upstream):
    go_on = asyncio.Event()

    async def answer(request):
        if (await request.json())["messages"][-1]["content"] == "Then this.":
            return await says("After.")(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: " + json.dumps(chunk({"content": "Half"})).encode() + b"\n\n")
        await go_on.wait()
        return response

    gateway = await start(config(await upstream(answer)))
    async with gateway.client() as client:
        said = {"messages": [{"role": "user", "content": "Hello."}], "stream": True}
        async with client.stream("POST", "/v1/chat/completions", json=said) as streamed:
            assert streamed.status_code == 200
            second = asyncio.create_task(gateway.chat("Then this."))
            await waiting(gateway, 1)
            assert not second.done()
    assert (await second).json()["choices"][0]["message"]["content"] == "After."


async def test_batch_goes_last_by_header_or_agent(start, upstream):
    answer = OneByOne()
    more = CALLERS + "agents: {nightly: {route: general, priority: batch}}\n"
    gateway = await start(config(await upstream(answer), more=more))
    asked = [ask(gateway, content="first")]
    await until(lambda: answer.order == ["first"])
    for content, headers in (
        ("batch by header", {"x-gateway-priority": "batch"}),
        ("batch by agent", {"x-gateway-agent": "nightly"}),
        ("realtime in spite of its agent", {"x-gateway-agent": "nightly", "x-gateway-priority": "realtime"}),
        ("realtime", {}),
    ):
        asked.append(ask(gateway, content=content, **headers))
        await waiting(gateway, len(asked) - 1)
    for _ in asked:
        answer.go_on.release()
    await asyncio.gather(*asked)
    assert answer.order[:3] == ["first", "realtime in spite of its agent", "realtime"]
    assert set(answer.order[3:]) == {"batch by header", "batch by agent"}


@pytest.mark.parametrize(
    ("path", "dialect"), [("/v1/chat/completions", "openai"), ("/v1/messages", "anthropic"), ("/api/chat", "ollama")]
)
async def test_a_priority_that_is_none_is_400(start, upstream, path, dialect):
    gateway = await start(config(await upstream()))
    async with gateway.client() as client:
        said = {"max_tokens": 9, "messages": [{"role": "user", "content": "Hello."}]}
        response = await client.post(path, json=said, headers={"x-gateway-priority": "urgent, please"})
    check(response, 400, dialect, code="invalid_request")
    assert "`realtime` or `batch`" in response.text
    assert "urgent" not in response.text


@pytest.mark.parametrize("sensitive", [False, True])
async def test_a_full_queue_leads_to_the_next_target_that_policy_permits_and_to_no_other(start, upstream, sensitive):
    answer = OneByOne()
    local, cloud = await upstream(answer), await upstream(says("From the cloud."))
    text = two_places.config(local, cloud, more="first_token_s: 60").replace("model: qwen", "model: qwen, slots: 1")
    gateway = await start(text + "machines: {local: {max_queue: 1}}\n", {"rules.yaml": two_places.POLICY})
    held = [asyncio.create_task(gateway.chat(two_places.SENSITIVE)) for _ in range(2)]
    await until(lambda: gateway.metric("gateway_queue_waiting_requests", machine="local") == 1)
    response = await gateway.chat(two_places.SENSITIVE if sensitive else two_places.CLEAN)
    if sensitive:
        check(response, 503, "openai", code="overloaded")
        assert not cloud.sent
    else:
        assert response.json()["choices"][0]["message"]["content"] == "From the cloud."
    for _ in held:
        answer.go_on.release()
    assert {(await task).status_code for task in held} == {200}


# --- loading ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def ollama():
    server = Ollama(says("From memory."), models=["small", "large"])
    server.tags = [{"name": f"{name}:latest", "model": f"{name}:latest"} for name in server.models]
    await server.start()
    yield server
    await server.stop()


def loading(server, *, small="", large="") -> str:
    return f"""
version: 1
machines: {{mac: {{memory_gb: 24}}}}
providers:
  ollama: {{kind: ollama, base_url: "{server.base_url.removesuffix("/v1")}", traits: [on_prem], machine: mac}}
targets:
  small: {{provider: ollama, model: small, memory_gb: 8{small}}}
  large: {{provider: ollama, model: large, memory_gb: 20{large}}}
routes:
  quick: {{targets: [small]}}
  deep: {{targets: [large]}}
"""


async def test_models_are_loaded_for_whoever_waits_once_and_the_idle_one_makes_room(start, ollama):
    ollama.may_load = asyncio.Event()
    gateway = await start(loading(ollama))
    asked = [asyncio.create_task(gateway.chat(model="quick")) for _ in range(3)]
    await until(lambda: ollama.orders == [("load", "small")])
    ollama.may_load.set()
    assert {(await task).status_code for task in asked} == {200}
    assert (await gateway.chat(model="deep")).status_code == 200
    assert (await gateway.chat(model="deep")).status_code == 200
    assert ollama.orders == [("load", "small"), ("unload", "small"), ("load", "large")]
    assert gateway.metric("gateway_backend_model_load_seconds_count", gen_ai_provider_name="ollama") == 2


async def test_what_somebody_else_loaded_is_not_loaded_again(start, ollama):
    ollama.running = [{"name": "large:latest"}]
    gateway = await start(loading(ollama))
    assert (await gateway.chat(model="deep")).status_code == 200
    assert ollama.orders == []


async def test_a_preloaded_model_is_there_before_anybody_asks_and_is_never_evicted(start, ollama):
    gateway = await start(loading(ollama, small=", preload: true", large=", slots: 2").replace("20, s", "15, s"))
    await until(lambda: ollama.running == [{"name": "small"}])
    assert (await gateway.chat(model="deep")).status_code == 200
    assert ollama.orders == [("load", "small"), ("load", "large")]


async def test_a_model_that_cannot_be_loaded_is_told_in_words(start, ollama):
    ollama.cannot_load = {"large"}
    gateway = await start(loading(ollama))
    response = await gateway.chat(model="deep")
    check(response, 503, "openai", code="model_loading")
    assert "target large could not be loaded" in response.text
    assert gateway.metric("gateway_backend_model_load_failures_total", gen_ai_provider_name="ollama") == 1
    assert not ollama.sent


async def test_for_a_model_that_is_not_there_nothing_is_evicted(start, ollama):
    ollama.running = [{"name": "large:latest"}]
    gateway = await start(loading(ollama).replace("model: small", "model: unheard-of"))
    response = await gateway.chat(model="quick")
    check(response, 502, "openai", code="upstream_rejected")
    assert "does not have the model of target small" in response.text
    assert ollama.orders == []


async def test_the_limit_for_the_first_token_holds_for_the_queue_too(start, upstream):
    answer = OneByOne()
    local, cloud = await upstream(answer), await upstream(says("From the cloud."))
    text = two_places.config(local, cloud, more="first_token_s: 0.5").replace("model: qwen", "model: qwen, slots: 1")
    gateway = await start(text, {"rules.yaml": two_places.POLICY})
    held = asyncio.create_task(gateway.chat(two_places.SENSITIVE))
    await until(lambda: answer.order)
    waited = await gateway.chat(two_places.CLEAN)
    assert waited.json()["choices"][0]["message"]["content"] == "From the cloud."
    check(await held, 503, "openai")  # the other target may not see it


async def test_waiting_costs_nobody_energy_and_is_not_our_time(start, upstream):
    answer = OneByOne()
    gateway = await start(config(await upstream(answer), target="slots: 1, power_w: 1000"))
    asked = [asyncio.create_task(gateway.chat()) for _ in range(2)]
    await waiting(gateway, 1)
    await asyncio.sleep(0.3)  # what is measured is time
    answer.go_on.release()
    answer.go_on.release()
    await asyncio.gather(*asked)
    first, second = sorted(gateway.settled(), key=lambda line: line["energy_wh"], reverse=True)
    assert second["duration_s"] > 0.25
    assert second["energy_wh"] < first["energy_wh"] / 2
    assert second["overhead_s"] < 0.25


async def test_a_server_off_the_premises_is_asked_nothing_about_its_models(start, upstream):
    """Neither at the start nor at a probe: such a question would be a connection without an `Outbound` (law 1)."""
    server = await upstream(says("From afar."))
    address = server.base_url.removesuffix("/v1")
    gateway = await start(f"""
version: 1
providers: {{afar: {{kind: ollama, base_url: "{address}"}}}}
targets: {{chat: {{provider: afar, model: m}}}}
routes: {{general: {{targets: [chat]}}}}
default_route: general
""")
    await gateway.gateway.refresh()
    assert gateway.metric("gateway_phi_egress_violations_total") == 0


async def test_a_reload_moves_what_is_preloaded_and_unpins_what_is_gone(start, ollama):
    text = loading(ollama, small=", preload: true").replace("memory_gb: 20", "memory_gb: 16")
    gateway = await start(text)
    await until(lambda: ollama.running == [{"name": "small"}])
    file = gateway.state_dir.parent / "config.yaml"
    file.write_text(text.replace("  small:", "  other:").replace("[small]", "[large]").replace(", preload: true", "")
                    .replace("model: small", "model: tiny").replace("memory_gb: 16", "memory_gb: 20"))  # fmt: skip
    gateway.gateway.reload(load(str(file), {}, port=0))
    await gateway.gateway.refresh()
    assert (await gateway.chat(model="deep")).status_code == 200  # for which it may be evicted now
    assert ollama.orders == [("load", "small"), ("unload", "small"), ("load", "large")]
