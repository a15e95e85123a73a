"""What somebody sees who waits, asks what is loaded, or is refused: the queue, the memory, the decision."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.kit import two_places
from tests.kit.patience import SOON_S, until
from tests.kit.queued import OneByOne, config, waiting
from tests.kit.servers import says
from tests.kit.shapes import check


def lines(gateway, **wanted) -> list[dict]:
    """The lines of the log with these values."""
    told = map(json.loads, gateway.log.getvalue().splitlines())
    return [line for line in told if all(line.get(key) == value for key, value in wanted.items())]


async def test_the_time_in_a_queue_stands_in_header_and_log(start, upstream):
    answer = OneByOne()
    gateway = await start(config(await upstream(answer)))
    first = asyncio.create_task(gateway.chat())
    await until(lambda: answer.order)
    second = asyncio.create_task(gateway.chat())
    await waiting(gateway, 1)
    for _ in range(2):
        answer.go_on.release()
    first, second = await first, await second
    settled = gateway.settled()
    assert float(first.headers.get("x-gateway-queued-ms", "0")) < float(second.headers["x-gateway-queued-ms"])
    assert settled[-1]["queued_s"] * 1000 == pytest.approx(float(second.headers["x-gateway-queued-ms"]), rel=0.01)


async def test_heartbeats_say_the_place_and_the_wait(start, upstream):
    answer = OneByOne()
    gateway = await start(config(await upstream(answer), more="server: {commit_s: 0.1}"))
    first = asyncio.create_task(gateway.chat())
    await until(lambda: answer.order)
    body = {"messages": [{"role": "user", "content": "Hello."}], "stream": True}
    async with gateway.client() as client, client.stream("POST", "/v1/chat/completions", json=body) as stream:
        seen = []
        async with asyncio.timeout(SOON_S):
            async for line in stream.aiter_lines():
                if "x-gateway-queue-place=1" in line and not seen:
                    for _ in range(2):
                        answer.go_on.release()
                seen.append(line)
    told = [line for line in seen if "x-gateway-queue-place=1" in line]
    assert told[0].startswith(": ")
    assert "x-gateway-expected-wait-s=" in told[0]
    assert "data: [DONE]" in seen
    await first


async def test_one_who_waited_too_long_is_not_told_as_one_too_many(start, upstream):
    answer = OneByOne()
    gateway = await start(config(await upstream(answer), machine="max_wait_s: 0.2"))
    first = asyncio.create_task(gateway.chat())
    await until(lambda: answer.order)
    check(await gateway.chat(), 503, "openai", code="overloaded")
    answer.go_on.release()
    await first
    assert len(lines(gateway, result="waited_too_long")) == 1
    assert lines(gateway, result="queue_full") == []


async def test_a_client_of_ollama_sees_what_is_in_memory(start, upstream):
    server = await upstream(says("Hello."), loaded=["there:latest"], models=["there", "away"])
    gateway = await start(f"""
version: 1
providers: {{ollama: {{kind: ollama, base_url: "http://127.0.0.1:{server.port}", traits: [on_prem]}}}}
targets: {{near: {{provider: ollama, model: there}}, far: {{provider: ollama, model: away}}}}
routes: {{first: {{targets: [near]}}, second: {{targets: [far]}}}}
""")
    async with gateway.client() as client:
        running = (await client.get("/api/ps")).json()["models"]
    assert [model["name"] for model in running] == ["first"]
    assert running[0]["expires_at"]


async def test_a_refusal_says_what_was_decided(start, upstream):
    local, cloud = await upstream(), await upstream()
    gateway = await start(two_places.config(local, cloud, order="cloud"), {"p.yaml": two_places.POLICY})
    refused = await gateway.chat(two_places.SENSITIVE)
    check(refused, 403, "openai", code="egress_denied")
    assert refused.headers["x-gateway-decision"] == gateway.settled()[-1]["decision_reason"]
