"""Deadlines: what is not there is told at once, a model that loads is waited for, and every request ends."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from aiohttp import web

from tests.kit import two_places
from tests.kit.bad_upstreams import assert_broken
from tests.kit.patience import SOON_S
from tests.kit.ports import unused_port
from tests.kit.running import one_route
from tests.kit.servers import hangs, says, streams_for_ever
from tests.kit.shapes import check
from tests.kit.source import ROOT


def local_pair(first, second, route: str) -> str:
    return f"""
version: 1
providers:
  one: {{kind: ollama, base_url: "http://127.0.0.1:{first.port}", traits: [on_prem]}}
  two: {{kind: lm_studio, base_url: "{second.base_url}", traits: [on_prem]}}
targets:
  first: {{provider: one, model: test-model}}
  second: {{provider: two, model: test-model}}
routes:
  general: {{targets: [first, second], {route}}}
  alone: {{targets: [first], {route}}}
default_route: general
"""


class WhenTold:
    """Answers when it is told to: a model that loads meanwhile."""

    def __init__(self) -> None:
        self.loaded = asyncio.Event()

    async def __call__(self, request):
        await self.loaded.wait()
        return await says("First.")(request)


async def test_a_sole_local_server_that_refuses_is_told_at_once(start):
    gateway = await start(one_route(type("Gone", (), {"base_url": f"http://127.0.0.1:{unused_port()}/v1"})))
    await gateway.chat()
    took_s = []
    for _ in range(5):
        began = time.perf_counter()
        response = await gateway.chat()
        took_s.append(time.perf_counter() - began)
        check(response, 503, "openai", code="upstream_failed")
        assert "provider local" in response.text
    assert min(took_s) < 1.0  # some 20 ms; nothing is waited for


async def test_one_that_takes_no_connections_is_told_within_the_limit_for_connecting(start, tripwire):
    """A full backlog on loopback: the packets that would connect are dropped, as by a firewall."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        full = [socket.socket() for _ in range(4)]
        for one in full:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        tripwire.providers.add(port)
        try:
            text = one_route(type("Deaf", (), {"base_url": f"http://127.0.0.1:{port}/v1"}))
            gateway = await start(text.replace("discover: true", "connect_s: 0.2"), patience_s=0.01)
            took_s = []
            for _ in range(3):
                began = time.perf_counter()
                check(await gateway.chat(), 503, "openai", code="upstream_failed")
                took_s.append(time.perf_counter() - began)
            assert min(took_s) < 2.0  # without the setting it takes 3 s, and with it some 220 ms
        finally:
            for one in full:
                one.close()


async def test_a_loading_model_is_waited_for_beyond_the_limit_of_one_that_is_loaded(start, upstream):
    loads = WhenTold()
    first, second = await upstream(loads, loaded=[]), await upstream(says("Second."))
    gateway = await start(local_pair(first, second, "first_token_s: 0.2"))
    asked = asyncio.create_task(gateway.chat())
    await asyncio.wait_for(first.received.wait(), SOON_S)
    done, _ = await asyncio.wait({asked}, timeout=0.5)
    assert not done
    loads.loaded.set()
    assert (await asked).headers["x-gateway-target"] == "first"
    assert second.sent == []


async def test_a_loaded_model_has_the_shorter_limit(start, upstream):
    first, second = await upstream(hangs(), loaded=["test-model"]), await upstream(says("Second."))
    gateway = await start(local_pair(first, second, "first_token_s: 0.2"))
    assert (await gateway.chat()).headers["x-gateway-target"] == "second"
    check(await gateway.chat(model="alone"), 504, "openai", code="upstream_timeout")


async def test_a_load_that_takes_too_long_is_a_state_and_no_failure(start, upstream):
    first, second = await upstream(hangs(), loaded=[]), await upstream(says("Second."))
    gateway = await start(local_pair(first, second, "first_token_s: 0.2, cold_first_token_s: 0.3"))
    assert (await gateway.chat()).headers["x-gateway-target"] == "second"
    refused = await gateway.chat(model="alone")
    check(refused, 503, "openai", code="model_loading")
    assert refused.headers["retry-after"]


async def test_a_server_that_says_its_model_loads_is_told_as_that(start, upstream):
    def loading(_request):
        error = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
        return asyncio.sleep(0, web.json_response(error, status=503))

    gateway = await start(one_route(await upstream(loading)))
    check(await gateway.chat(), 503, "openai", code="model_loading")


async def test_the_limit_never_moves_a_request_to_where_it_may_not_go(start, upstream):
    local, cloud = await upstream(hangs()), await upstream(says("From afar."))
    gateway = await start(
        two_places.config(local, cloud, baa=False, more="first_token_s: 0.2"), {"p.yaml": two_places.POLICY}
    )
    response = await gateway.chat("MRN: 8675309")
    assert response.status_code in {503, 504}
    assert cloud.sent == []


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_that_never_ends_is_ended(start, upstream, streamed):
    server = await upstream(streams_for_ever("Some "))
    gateway = await start(one_route(server).replace("{targets: [chat]}", "{targets: [chat], total_s: 1}"))
    response = await gateway.chat(stream=streamed)
    if streamed:
        assert_broken(response.text, "openai")
    else:
        check(response, 504, "openai", code="upstream_timeout")
    assert "total_s" in response.text
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)


async def test_all_attempts_together_have_one_deadline(start, upstream):
    first, second = await upstream(hangs()), await upstream(hangs())
    gateway = await start(local_pair(first, second, "first_token_s: 20, total_s: 0.5"))
    check(await gateway.chat(), 504, "openai", code="upstream_timeout")
    assert second.sent == []


@pytest.mark.parametrize(("parts", "deadline_ms", "late"), [(50, 60_000, False), (20_000, 10, True)])
async def test_a_scan_that_is_late_with_its_walk_and_its_windows_counts_as_none(
    start, upstream, parts, deadline_ms, late
):
    """The deadline holds for all of it: many small parts are late where each by itself is read at once."""
    local, cloud = await upstream(says("Here.")), await upstream(says("There."))
    config = two_places.config(local, cloud, order="cloud, local", more="first_token_s: 60")
    text = f"{config}scan: {{deadline_ms: {deadline_ms}}}\n"
    gateway = await start(text, {"p.yaml": (ROOT / "policies" / "hipaa.yaml").read_text(encoding="utf-8")})
    response = await gateway.chat([{"type": "text", "text": f"a{at}"} for at in range(parts)])
    assert response.status_code == 200
    assert bool(cloud.sent) is not late
    assert bool(local.sent) is late
