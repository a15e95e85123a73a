"""HTTP as its standard wants it: methods, HEAD, Host, headers that stand twice, paths that are a little off."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.kit.running import one_route
from tests.kit.servers import hangs
from tests.kit.shapes import CANARY, ENDPOINTS, answer_of, check, raw

ANTHROPIC = {"anthropic-version": "2023-06-01"}


async def ask(gateway, *lines: str) -> httpx.Response:
    """The answer to a request that is written out by hand."""
    reader, writer = await raw(gateway)
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await answer_of(reader)
    writer.close()
    return answer


# --- methods -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
async def test_a_405_says_which_methods_there_are(gateway, endpoint):
    async with gateway.client() as client:
        response = await client.request("PATCH", endpoint.path)
    check(response, 405, endpoint.dialect, code="method_not_allowed")
    assert "POST" in response.headers["allow"].split(", ")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/health", "GET, HEAD"),
        ("/ready", "GET, HEAD"),
        ("/v1/models", "GET, HEAD"),
        ("/v1/models/general", "GET, HEAD"),
        ("/api/tags", "GET, HEAD"),
        ("/metrics", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/gateway/explain", "POST"),
    ],
)
async def test_what_is_read_and_what_is_asked_say_so_too(gateway, path, allowed):
    async with gateway.client() as client:
        response = await client.put(path)
    check(response, 405, "ollama" if path.startswith("/api") else "openai")
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/health", "/ready", "/v1/models", "/v1/models/general", "/api/tags", "/metrics", "/openapi.json", "/"]
)
async def test_head_is_get_without_the_body(gateway, path):
    async with gateway.client() as client:
        whole, head = await client.get(path), await client.head(path)
        assert head.status_code == whole.status_code == 200
        assert head.content == b""
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert (await client.get("/health")).status_code == 200  # the connection is still good


async def test_head_of_what_is_not_there_is_404(gateway):
    async with gateway.client() as client:
        assert (await client.head("/v1/models/nowhere")).status_code == 404
        assert (await client.head("/nowhere")).status_code == 404


# --- headers -----------------------------------------------------------------------------------------------------------


async def test_without_a_host_it_is_400_but_in_http_1_0(gateway):
    check(await ask(gateway, "GET /health HTTP/1.1"), 400, "openai", code="invalid_request")
    assert (await ask(gateway, "GET /health HTTP/1.0")).status_code == 200


DOUBLED = [
    ("Host", "localhost", "localhost"),
    ("Host", "localhost", "evil.example"),
    ("Origin", "https://portal.example", "https://evil.example"),
    ("Authorization", "Bearer a", "Bearer b"),
    ("X-Api-Key", "a", "b"),
    ("X-Gateway-Agent", "helper", "other"),
    ("X-Gateway-Route", "general", "other"),
    ("X-Gateway-Conversation", "a", "b"),
    ("X-Clinic-Task", "a", "b"),
    ("Content-Encoding", "identity", "gzip"),
]


@pytest.mark.parametrize(("name", "first", "second"), DOUBLED)
async def test_a_header_that_decides_something_may_not_stand_twice(gateway, name, first, second):
    for one, other in ((first, second), (second, first)):
        host = [] if name == "Host" else ["Host: localhost"]
        lines = ["GET /v1/models HTTP/1.1", *host, f"{name}: {one}", f"{name.lower()}: {other}"]
        check(await ask(gateway, *lines), 400, "openai", code="invalid_request")


async def test_other_headers_may(gateway):
    lines = ["GET /v1/models HTTP/1.1", "Host: localhost", "Accept: a/b", "Accept: c/d", "Via: 1.1 a", "Via: 1.1 b"]
    assert (await ask(gateway, *lines)).status_code == 200


# --- paths -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
async def test_doubled_and_last_slashes_make_no_difference(gateway, endpoint):
    start, _, end = endpoint.path.rpartition("/")
    async with gateway.client() as client:
        for path in (f"/{endpoint.path}", f"{endpoint.path}/", f"{start}//{end}", f"//{start}//{end}//"):
            url = httpx.URL(gateway.url).copy_with(raw_path=path.encode())
            assert (await client.post(url, json=endpoint.body)).status_code == 200, path


@pytest.mark.parametrize("path", ["/health/", "//ready", "/v1/models/", "/v1//models//general", "//"])
async def test_nor_where_something_is_read(gateway, path):
    async with gateway.client() as client:
        assert (await client.get(httpx.URL(gateway.url).copy_with(raw_path=path.encode()))).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "dialect"),
    [
        (f"/{CANARY}", {}, "openai"),
        (f"/v1/{CANARY}", {}, "openai"),
        (f"/v1/{CANARY}", ANTHROPIC, "anthropic"),
        (f"/{CANARY}", ANTHROPIC, "anthropic"),
        (f"/agent/helper/v1/{CANARY}", ANTHROPIC, "anthropic"),
        (f"/v1/messages/{CANARY}", {}, "anthropic"),
        (f"/api/{CANARY}", {}, "ollama"),
        (f"/api/{CANARY}", ANTHROPIC, "ollama"),
        ("/v1/chat/nowhere", ANTHROPIC, "openai"),
    ],
)
async def test_an_unknown_path_is_answered_in_the_dialect_of_whoever_asks(gateway, path, headers, dialect):
    async with gateway.client() as client:
        for method in ("GET", "POST", "DELETE"):
            check(await client.request(method, path, headers=headers), 404, dialect, code="not_found")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/v1/responses/compact", "keeps no responses"),
        ("/v1/v1/messages", "base URL"),
        ("/v1/v1/chat/completions", "base URL"),
        ("/messages", "base URL"),
        ("/v1/api/chat", "base URL"),
        ("/api/api/chat", "base URL"),
        ("/v1/files", "keeps nothing"),
        ("/v1/messages/batches", "keeps nothing"),
    ],
)
async def test_the_404_of_a_known_path_says_what_to_do(gateway, path, says):
    async with gateway.client() as client:
        assert says in (await client.post(path, json={})).text


async def test_the_404_of_a_facade_that_is_not_offered_names_the_setting(start, upstream):
    gateway = await start(one_route(await upstream(), "listeners: [{port: 0, facades: [ollama]}]"))
    async with httpx.AsyncClient(trust_env=False) as client:
        for path, facade in (("/v1/chat/completions", "openai"), ("/v1/messages", "anthropic")):
            response = await client.post(f"{gateway.urls[1]}{path}", json={})
            assert response.status_code == 404
            assert f"`{facade}`" in response.text
            assert "`facades`" in response.text


# --- liveness ----------------------------------------------------------------------------------------------------------


async def test_liveness_and_readiness_take_no_place_among_the_requests(start, upstream):

    server = await upstream(hangs())
    gateway = await start(one_route(server, "server: {max_concurrency: 1}"))
    async with gateway.client() as client, gateway.client() as other:
        held = asyncio.create_task(client.post("/v1/chat/completions", json=ENDPOINTS[0].body))
        await server.received.wait()
        check(await other.get("/v1/models"), 503, "openai", code="overloaded")
        assert (await other.get("/health")).status_code == 200
        assert (await other.get("/ready")).json() == {"ready": True}
        held.cancel()
