"""Why a try failed stands in the log and in the metrics, as one word of ours, and no word of the server's."""

from __future__ import annotations

import asyncio
import json

import pytest

from gateway.events import Cause
from tests.kit import written
from tests.kit.ports import unused_port
from tests.kit.servers import breaks_after, status

SAID = "Zebulon Quarkenbusch"


async def resets(reader, writer):
    """Takes the request, and closes the connection in the place of an answer."""
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


@pytest.fixture
async def aborts(tripwire):
    server = await asyncio.start_server(resets, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    tripwire.providers.add(port)
    yield port
    server.close()
    await server.wait_closed()


async def failures(start, provider, **target):
    """What the log and the metrics say of one request to a target of that provider."""
    target = {"provider": "local", "model": "test-model", **target}
    route = {"targets": ["chat"], "idle_s": 0.2, "first_token_s": 20}
    gateway = await start(
        written.config(providers={"local": provider}, targets={"chat": target}, routes={"general": route}),
        {"all.yaml": "version: 1\nrules: [{id: all, why: All., when: {phi: [any]}, then: {require: [on_prem]}}]\n"},
    )
    assert (await gateway.chat()).status_code >= 400
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    logged = [line["cause"] for line in lines if line["event"] == "attempt.ended"]
    counted = [
        sample.labels["cause"]
        for family in gateway.gateway.metrics.registry.collect()
        for sample in family.samples
        if sample.name == "gateway_attempt_failures_total" and sample.labels["target"] == "chat" and sample.value
    ]
    assert SAID not in gateway.log.getvalue()
    return logged, counted


@pytest.mark.parametrize(
    ("code", "body", "cause"),
    [
        (401, SAID, Cause.KEY_REFUSED),
        (403, SAID, Cause.FORBIDDEN),
        (404, SAID, Cause.NOT_FOUND),
        (402, SAID, Cause.NO_CREDIT),
        (429, SAID, Cause.RATE_LIMITED),
        (500, SAID, Cause.SERVER_ERROR),
        (503, SAID, Cause.OVERLOADED),
        (400, SAID, Cause.REJECTED),
        (400, '{"error": {"message": "This model\'s maximum context length is 8192 tokens"}}', Cause.TOO_LONG),
        (302, SAID, Cause.BAD_REPLY),
    ],
)
async def test_a_status(start, upstream, code, body, cause):
    server = await upstream()
    server.answer = status(code, body)
    assert await failures(start, written.at_home(server)) == ([cause], [cause])


async def test_nobody_listens(start):
    provider = {
        "kind": "openai_compatible",
        "base_url": f"http://127.0.0.1:{unused_port()}/v1",
        "traits": ["on_prem"],
    }
    assert await failures(start, provider) == ([Cause.REFUSED], [Cause.REFUSED])


async def test_no_tls_where_tls_was_promised(start, upstream):
    server = await upstream()
    provider = {
        "kind": "openai_compatible",
        "base_url": server.base_url.replace("http:", "https:"),
        "traits": ["on_prem"],
    }
    assert await failures(start, provider) == ([Cause.TLS], [Cause.TLS])


async def test_a_connection_that_breaks_off(start, aborts):
    provider = {"kind": "openai_compatible", "base_url": f"http://127.0.0.1:{aborts}/v1", "traits": ["on_prem"]}
    logged, counted = await failures(start, provider)
    assert (set(logged), counted) in (
        ({Cause.BROKEN}, [Cause.BROKEN]),
        ({Cause.NOT_ATTESTED}, [Cause.NOT_ATTESTED]),  # it broke off already where it was asked what it runs
    )


async def test_an_answer_that_breaks_off(start, upstream):
    server = await upstream()
    server.answer = breaks_after("Half an ans")
    assert await failures(start, written.at_home(server)) == ([Cause.BROKEN], [Cause.BROKEN])
