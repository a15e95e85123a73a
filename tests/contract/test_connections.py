"""Connections that end: early answers are read, readers that take nothing are cut, a stop is told in every dialect."""

from __future__ import annotations

import asyncio
import gc
import json
import socket

import anthropic
import httpx
import openai
import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from tests.kit.patience import SOON_S
from tests.kit.running import one_route
from tests.kit.servers import hangs, says, streams_for_ever
from tests.kit.shapes import ENDPOINTS, SAY, answer_of, check, closed, raw

MEGABYTE = 2**20


# --- answers before the body ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["HTTP/1.1\r\nConnection: close", "HTTP/1.1", "HTTP/1.0"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_an_early_answer_reaches_a_client_that_first_sends_all_it_has(gateway, head, chunked):
    """A close over unread bytes is a reset, and the client would see that instead of the answer."""
    if chunked and head == "HTTP/1.0":
        return  # which has no chunks
    body = b"x" * (8 * MEGABYTE)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    reader, writer = await raw(gateway)
    writer.write(f"POST /nowhere {head}\r\nHost: localhost\r\n{length}\r\n\r\n".encode())
    writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body)
    await writer.drain()
    check(await answer_of(reader), 404, "openai")
    if head == "HTTP/1.1":
        writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await answer_of(reader)).json() == {"status": "ok"}
    else:
        await closed(reader)
    writer.close()


async def test_a_body_that_goes_on_after_its_answer_is_cut_by_its_size(gateway, monkeypatch):
    monkeypatch.setattr("gateway.api.connection.LINGER_BYTES", 2 * MEGABYTE)
    reader, writer = await raw(gateway)
    writer.write(b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
    check(await answer_of(reader), 404, "openai")
    with pytest.raises(ConnectionError):
        await _send_for_ever(writer)
    writer.close()


async def _send_for_ever(writer) -> None:
    async with asyncio.timeout(SOON_S):
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()


async def test_a_client_that_asks_before_it_sends_is_refused_and_left(gateway):
    reader, writer = await raw(gateway)
    writer.write(b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    check(await answer_of(reader), 404, "openai")
    await closed(reader)
    writer.close()


# --- HTTP/1.0 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/api/chat"])
async def test_a_stream_over_http_1_0_ends_with_the_connection_and_has_no_chunks(gateway, path):
    body = json.dumps({"messages": SAY, "stream": True, "max_tokens": 9}).encode()
    reader, writer = await raw(gateway)
    writer.write(f"POST {path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    async with asyncio.timeout(SOON_S):
        head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding" not in head.lower()
    async with gateway.client() as client:
        whole = (await client.post(path, content=body)).text
    assert len(answer.decode().splitlines()) == len(whole.splitlines())
    assert answer.decode().splitlines()[-1][:6] == whole.splitlines()[-1][:6]


# --- readers that take nothing ---------------------------------------------------------------------------------------------


async def test_a_reader_that_takes_nothing_is_cut_and_its_upstream_with_it(start, upstream):
    server = await upstream(streams_for_ever("word " * 2000))
    gateway = await start(one_route(server, "server: {write_timeout_s: 0.3, max_concurrency: 1}"))
    body = json.dumps({"messages": SAY, "stream": True}).encode()
    silent = socket.socket()
    silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    url = httpx.URL(gateway.url)
    await asyncio.to_thread(silent.connect, (url.host, url.port))
    silent.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body))
    silent.sendall(body)
    async with asyncio.timeout(SOON_S):
        await server.cancelled.wait()
    server.answer = says()
    async with asyncio.timeout(SOON_S):
        while (await gateway.chat()).status_code != 200:
            pass  # until its place is free
    silent.close()


# --- the gateway stops -------------------------------------------------------------------------------------------------------


def ended(gateway):
    """How requests ended by the record: by the gateway's own doing and not by a client who went away."""
    return {(line["outcome"], line["status"], line.get("error_code")) for line in gateway.settled()}


STREAMS = {"/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/api/chat", "/api/generate"}


@pytest.mark.parametrize(
    "endpoint", [row for row in ENDPOINTS if row.path in STREAMS], ids=lambda endpoint: endpoint.path
)
async def test_a_request_without_content_gets_a_503_in_its_dialect_when_the_gateway_stops(start, upstream, endpoint):
    server = await upstream(hangs())
    gateway = await start(one_route(server))
    async with gateway.client() as client:
        asked = [
            asyncio.create_task(client.post(endpoint.path, json={**endpoint.body, "stream": stream}))
            for stream in (False, True)
        ]
        async with asyncio.timeout(SOON_S):
            while len(server.sent) < 2:
                await server.received.wait()
                server.received.clear()
        gateway.servers.stop()
        gateway.servers.stop()
        for task in asked:
            response = await task
            check(response, 503, endpoint.dialect, code="overloaded")
            assert response.headers["retry-after"] == "5"
    assert ended(gateway) == {("shed", 503, "overloaded")}


async def test_one_that_ends_in_time_is_answered(start, upstream, monkeypatch):
    go_on = asyncio.Event()

    async def waits(request):
        await go_on.wait()
        return await says("Late, but here.")(request)

    server = await upstream(waits)
    gateway = await start(one_route(server))
    asked = asyncio.create_task(gateway.chat())
    await server.received.wait()
    gateway.servers.stop()
    go_on.set()
    assert (await asked).json()["choices"][0]["message"]["content"] == "Late, but here."


async def test_a_stream_ends_with_an_error_event_in_each_dialect(start, upstream):
    gateway = await start(one_route(await upstream(streams_for_ever())))
    began = [asyncio.Event() for _ in range(3)]

    async def by_openai():
        async with openai.AsyncOpenAI(base_url=gateway.v1, api_key="x", max_retries=0) as client:
            async for _ in await client.chat.completions.create(model="general", messages=SAY, stream=True):
                began[0].set()

    async def by_anthropic():
        async with (
            anthropic.AsyncAnthropic(base_url=gateway.url, api_key="x", max_retries=0) as client,
            client.messages.stream(model="general", max_tokens=9, messages=SAY) as stream,
        ):
            async for _ in stream:
                began[1].set()

    async def by_ollama():
        lines = []
        async with gateway.client() as client, client.stream("POST", "/api/chat", json={"messages": SAY}) as response:
            async for line in response.aiter_lines():
                lines.append(json.loads(line))
                began[2].set()
        return lines

    asked = [asyncio.create_task(work()) for work in (by_openai, by_anthropic, by_ollama)]
    for event in began:
        await event.wait()
    gateway.servers.stop()
    gateway.servers.stop()
    first, second, lines = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(first, openai.APIError)
    assert "stopped" in str(first)
    assert isinstance(second, anthropic.APIStatusError)
    assert "stopped" in str(second)
    assert "stopped" in lines[-1]["error"]
    assert ended(gateway) == {("shed", 503, "overloaded")}
    assert len(gateway.settled()) == 3
    assert gateway.metric("gateway_stream_aborts_total", phase="mid_stream", side="gateway") == 3


# --- what is no body and no head ---------------------------------------------------------------------------------------------


def chunked(*after: bytes) -> bytes:
    body = ENDPOINT_BODY
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\n" % (len(body), body) + b"".join(after) + b"\r\n"


ENDPOINT_BODY = json.dumps({"messages": SAY}).encode()


async def test_a_trailer_is_no_header(gateway):
    reader, writer = await raw(gateway)
    writer.write(chunked(b"X-Gateway-Agent: nobody\r\n", b"Host: evil.example\r\n"))
    assert (await answer_of(reader)).status_code == 200
    writer.close()


async def test_trailers_without_end_are_cut(gateway):
    reader, writer = await raw(gateway)
    writer.write(chunked()[:-2])
    for _ in range(40):
        writer.write(b"X-Trailer: " + b"a" * 8000 + b"\r\n")
        await asyncio.sleep(0)
    check(await answer_of(reader), 431, "openai", code="headers_too_large")
    writer.close()


@pytest.mark.parametrize("target", ["http://evil.example/health", "http://localhost@evil.example/health"])
async def test_an_absolute_target_of_another_host_is_400(gateway, target):
    for host in ("localhost", "127.0.0.1"):
        reader, writer = await raw(gateway)
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        check(await answer_of(reader), 400, "openai", code="invalid_request")
        writer.close()
    reader, writer = await raw(gateway)
    writer.write(b"GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await answer_of(reader)).status_code == 200
    writer.close()


@pytest.mark.parametrize("behind", [b"GARBAGE\r\n\r\n", b"GET /health HT", b"GET / HTTP/1.1\r\nX-A: " + b"a" * 100_000])
async def test_what_comes_behind_a_request_does_not_end_its_answer(start, upstream, behind):
    go_on = asyncio.Event()

    async def waits(request):
        await go_on.wait()
        return await says("All of it.")(request)

    server = await upstream(waits)
    gateway = await start(one_route(server, "server: {header_timeout_s: 0.2}"))
    reader, writer = await raw(gateway)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(ENDPOINT_BODY)
    writer.write(head + ENDPOINT_BODY + behind)
    await server.received.wait()
    asyncio.get_running_loop().call_later(0.4, go_on.set)  # after the time that a head has
    answer = await answer_of(reader)
    assert answer.json()["choices"][0]["message"]["content"] == "All of it."
    await closed(reader)
    writer.close()


async def test_requests_that_are_over_are_gone_before_anybody_looks_for_cycles(gateway):
    """The collector looks seldom (`cli/serve.py`): what a cycle holds of each request is a leak for hours."""

    def alive() -> int:
        return sum(isinstance(one, RequestResponseCycle) for one in gc.get_objects())

    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(ENDPOINT_BODY)
    gc.collect()
    before = alive()
    gc.disable()
    try:
        reader, writer = await raw(gateway)
        for _ in range(5):
            writer.write(head + ENDPOINT_BODY)
            await answer_of(reader)
        assert alive() <= before + 1  # the connection has its last one
        writer.close()
    finally:
        gc.enable()
