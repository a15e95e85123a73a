"""From a request to a call: bodies in flight are bounded together, and every claim is taken down."""

from __future__ import annotations

import asyncio

import pytest

from tests.kit.patience import SOON_S, until
from tests.kit.running import one_route
from tests.kit.shapes import answer_of, check, raw

LIMITS = "server: {max_body_mb: 1, body_budget_mb: 4, body_timeout_s: 5}"


async def test_bodies_in_flight_together_are_bounded_and_given_back(start, upstream):
    gateway = await start(one_route(await upstream(), LIMITS))
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
    held = [await raw(gateway) for _ in range(2)]
    for _, writer in held:
        writer.write(head)
    await until(lambda: gateway.gateway._in_flight.body_bytes == 2 * 2_000_000)
    reader, writer = await raw(gateway)
    writer.write(head + b" " * 1_000_000)
    response = await answer_of(reader)
    check(response, 503, "openai", code="overloaded")
    assert response.headers["retry-after"] == "1"
    writer.close()
    for _, writer in held:
        writer.transport.abort()
    async with asyncio.timeout(SOON_S):
        while (await gateway.chat("x" * 500_000)).status_code != 200:
            pass  # until the server has noticed that they are gone


async def test_a_conversation_and_an_agent_of_any_length_do_no_harm(simple):
    gateway, _ = simple
    assert (await gateway.chat(headers={"x-gateway-conversation": "c" * 5000})).status_code == 200
    check(await gateway.chat(headers={"x-gateway-agent": "a" * 300}), 400, "openai", code="invalid_request")


async def test_a_claim_that_is_no_text_is_no_claim(simple):
    gateway, _ = simple
    for agent in (None, 5, [], {}, ""):
        assert (await gateway.chat(metadata={"agent": agent})).status_code == 200


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/gateway/explain"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_over_budget_every_client_gets_its_answer_and_no_reset(start, upstream, chunked, path):
    """Each sends all that it has before it reads, as most clients do."""
    gateway = await start(
        one_route(await upstream(), "server: {max_body_mb: 4, body_budget_mb: 8, body_timeout_s: 60}")
    )
    body = b'{"messages": [{"role": "user", "content": "' + b"x" * 3_000_000 + b'"}]}'
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"

    async def one() -> int:
        reader, writer = await raw(gateway)
        writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n".encode())
        writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body)
        await writer.drain()
        response = await answer_of(reader)
        writer.close()
        if response.status_code == 503:
            check(response, 503, "openai", code="overloaded")
            assert response.headers["retry-after"] == "1"
        return response.status_code

    statuses = await asyncio.gather(*(one() for _ in range(8)))
    assert set(statuses) <= {200, 503}
    assert 503 in statuses
    assert gateway.gateway._in_flight.body_bytes == 0
