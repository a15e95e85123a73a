"""The doors: keys, Host and Origin, and connections that are slow, oversized or no HTTP at all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib

import httpx
import pytest

from tests.kit.running import one_route
from tests.kit.servers import hangs
from tests.kit.shapes import CANARY, ENDPOINTS, answer_of, check, closed, raw

KEY = "tgw_" + "a" * 32
ALL = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)

# --- who, from where -------------------------------------------------------------------------------------------------


@pytest.fixture
async def keyed(start, upstream):
    """A gateway that wants a key, and one that it knows."""
    callers = f"callers: {{app: {{key_sha256: {hashlib.sha256(KEY.encode()).hexdigest()}}}}}"
    return await start(one_route(await upstream(), f"agents: {{helper: {{route: general}}}}\n{callers}"))


BAD_KEYS = [
    {},
    {"authorization": f"Bearer {CANARY}"},
    {"authorization": "Bearer"},
    {"authorization": f"Basic {CANARY}"},
    {"authorization": KEY},
    {"authorization": f"Bearer {KEY}x"},
    {"authorization": f"Bearer {KEY.upper()}"},
    {"authorization": "Bearer ' OR 1=1 --"},
    {"authorization": "Bearer " + "k" * 5000},
    {"x-api-key": CANARY},
    {"x-api-key": ""},
    {"x-api-key": "ä".encode()},
]


@ALL
async def test_without_a_good_key_everything_is_401(keyed, endpoint):
    async with keyed.client() as client:
        for headers in BAD_KEYS:
            response = await client.post(endpoint.path, json=endpoint.body, headers=headers)
            check(response, 401, endpoint.dialect, code="invalid_api_key")


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/models", "openai"),
        ("/v1/models/general", "openai"),
        ("/metrics", "openai"),
        ("/docs", "openai"),
        ("/api/tags", "ollama"),
        ("/api/version", "ollama"),
        (f"/{CANARY}", "openai"),
        ("/agent/helper/metrics", "openai"),
        ("/agent/helper/v1/models", "openai"),
        ("/health/../metrics", "openai"),
        ("/%6detrics", "openai"),
    ],
)
async def test_what_is_read_needs_a_key_too(keyed, path, dialect):
    async with keyed.client() as client:
        url = httpx.URL(keyed.url).copy_with(raw_path=path.encode())
        check(await client.get(url), 401, dialect, code="invalid_api_key")


async def test_a_good_key_works_in_either_header_and_beside_a_bad_one(keyed):
    for headers in (
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer  {KEY}"},
        {"x-api-key": KEY},
        {"x-api-key": KEY, "authorization": "Bearer made-up"},
    ):
        assert (await keyed.chat(headers=headers)).status_code == 200


async def test_health_and_readiness_need_no_key(keyed):
    async with keyed.client() as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
        assert (await client.get("/ready")).json() == {"ready": True}


async def test_metrics_need_the_permission(keyed):
    async with keyed.client(headers={"x-api-key": KEY}) as client:
        check(await client.get("/metrics"), 403, "openai", code="permission_denied")


BAD_HOSTS = [CANARY, "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost:abc", "10.0.0.8"]
BAD_HOSTS += ["localhost@evil", "[::1", ""]


@ALL
async def test_a_strange_host_is_403(gateway, endpoint):
    async with gateway.client() as client:
        for host in BAD_HOSTS:
            response = await client.post(endpoint.path, json=endpoint.body, headers={"host": host})
            check(response, 403, endpoint.dialect, code="host_not_allowed")


@pytest.mark.parametrize("path", ["/health", "/metrics", "/v1/models", f"/{CANARY}"])
async def test_a_strange_host_or_origin_may_not_even_look(gateway, path):
    async with gateway.client() as client:
        check(await client.get(path, headers={"host": "evil.example"}), 403, "openai", code="host_not_allowed")
        check(await client.get(path, headers={"origin": f"https://{CANARY}"}), 403, "openai", code="origin_not_allowed")
        check(await client.get(path, headers={"origin": "null"}), 403, "openai", code="origin_not_allowed")
        check(await client.options(path, headers={"origin": "https://evil.example"}), 403, "openai")


async def test_known_hosts_and_origins_are_let_in(gateway):
    origin = {"origin": "https://portal.example"}
    async with gateway.client() as client:
        for host in ("localhost", "127.0.0.1:80", "[::1]:1234", "gate.example", "GATE.example:8080"):
            assert (await client.get("/health", headers={"host": host})).status_code == 200
        response = await client.get("/v1/models", headers=origin)
        assert response.headers["access-control-allow-origin"] == "https://portal.example"
        response = await client.post("/v1/chat/completions", content=b"{", headers=origin)
        assert response.headers["access-control-allow-origin"] == "https://portal.example"
        preflight = await client.options("/v1/chat/completions", headers=origin)
        assert preflight.status_code == 204
        assert "authorization" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("authorization,content-type", "authorization, content-type"),
        ("X-Stainless-Helper-Method, x-api-key", "x-stainless-helper-method, x-api-key"),
        ("x-clinic-task, openai-organization", "x-clinic-task, openai-organization"),
        ("authorization, x-forwarded-for, cookie", "authorization"),
        ("authorization, x-stainless-{}", "authorization"),
    ],
)
async def test_a_page_may_send_what_it_asks_for_and_is_known(gateway, asked, allowed):
    headers = {"origin": "https://portal.example", "access-control-request-headers": asked}
    async with gateway.client() as client:
        preflight = await client.options("/v1/chat/completions", headers=headers)
    assert preflight.headers["access-control-allow-headers"] == allowed


# --- the connection --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head", [b"", b"POST /v1/chat", f"POST / HTTP/1.1\r\nHost: localhost\r\nX-A: {CANARY}".encode()]
)
async def test_a_head_that_dribbles_in_is_cut_off(gateway, head):
    reader, writer = await raw(gateway)
    writer.write(head)
    check(await answer_of(reader), 408, "openai", code="request_timeout")
    await closed(reader)
    writer.close()


async def test_so_is_the_next_one_on_a_connection_that_answered_others(gateway):
    reader, writer = await raw(gateway)
    for _ in range(2):
        writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await answer_of(reader)).status_code == 200
    writer.write(b"G")
    check(await answer_of(reader), 408, "openai", code="request_timeout")
    await closed(reader)
    writer.close()


async def test_a_head_of_200_kilobytes_is_431_however_it_arrives(gateway):
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: " + CANARY.encode() * 10_500 + b"\r\n\r\n"
    assert len(head) > 190_000
    for pieces in (1, 3, 40):
        reader, writer = await raw(gateway)
        step = len(head) // pieces + 1
        for start in range(0, len(head), step):
            writer.write(head[start : start + step])
        check(await answer_of(reader), 431, "openai", code="headers_too_large")
        writer.close()


async def test_so_is_one_of_many_small_headers_and_a_long_path(gateway):
    many = b"".join(b"X-%d: value\r\n" % number for number in range(8000))
    for head in (
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + many + b"\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ):
        reader, writer = await raw(gateway)
        writer.write(head)
        check(await answer_of(reader), 431, "openai", code="headers_too_large")
        writer.close()


SMUGGLED = [
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n obs-fold\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: localhost\r\nX A: b\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: \x00\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    CANARY.encode() + b"\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", SMUGGLED)
async def test_what_is_no_http_is_400_and_closed(gateway, request_bytes):
    reader, writer = await raw(gateway)
    writer.write(request_bytes)
    check(await answer_of(reader), {400, 408}, "openai")
    await closed(reader)
    writer.close()


async def test_a_refused_request_leaves_the_connection_usable_or_closed(gateway):
    """A body that was never read must not be taken for the next request."""
    hidden = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    reader, writer = await raw(gateway)
    writer.write(b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(hidden) + hidden)
    check(await answer_of(reader), 404, "openai")
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    with contextlib.suppress(asyncio.IncompleteReadError):  # closed: as good
        assert (await answer_of(reader)).json() == {"status": "ok"}
    writer.close()


async def test_a_body_that_never_ends_after_its_refusal_is_cut_off(gateway):
    reader, writer = await raw(gateway)
    writer.write(b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
    check(await answer_of(reader), 404, "openai")
    await closed(reader)
    writer.close()


async def test_the_gateway_is_no_proxy(gateway):
    reader, writer = await raw(gateway)
    writer.write(f"CONNECT {CANARY}:443 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    check(await answer_of(reader), 405, "openai", code="method_not_allowed")
    await closed(reader)
    writer.close()


async def test_a_client_that_would_like_http_2_is_served_and_not_left_hanging(gateway):
    """Java's client offers h2c with its first request on every connection."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
    reader, writer = await raw(gateway)
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + upgrade + b"\r\n")
    assert (await answer_of(reader)).json() == {"status": "ok"}
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    with contextlib.suppress(asyncio.IncompleteReadError):  # closed: the client opens another
        assert (await answer_of(reader)).json() == {"status": "ok"}
    writer.close()
    body = b'{"messages": [{"role": "user", "content": "Hi"}]}'
    reader, writer = await raw(gateway)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n" % len(body)
    writer.write(head + upgrade + b"\r\n" + body)
    assert (await answer_of(reader)).status_code == 200
    writer.close()


async def test_the_service_stays_up_beside_a_hundred_slow_clients(gateway):
    slow = [await raw(gateway) for _ in range(100)]
    for _, writer in slow:
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
    assert (await gateway.chat()).status_code == 200
    for reader, writer in slow:
        await closed(reader)
        writer.close()


async def test_over_the_limit_of_requests_at_once_is_503_with_retry_after(start, upstream):
    server = await upstream(hangs())
    gateway = await start(one_route(server, "server: {max_concurrency: 1}"))
    first = asyncio.create_task(gateway.chat())
    await server.received.wait()
    response = await gateway.chat()
    check(response, 503, "openai", code="overloaded")
    assert response.headers["retry-after"] == "1"
    first.cancel()


async def test_every_answer_carries_our_request_id_and_never_the_callers(gateway):
    async with gateway.client(headers={"x-request-id": CANARY, "x-gateway-request-id": CANARY}) as client:
        for method, path in (
            ("GET", "/v1/models"),
            ("POST", "/v1/chat/completions"),
            ("GET", "/nowhere"),
            ("GET", "/health"),
        ):
            response = await client.request(method, path)
            assert response.headers["x-gateway-request-id"].startswith("req_")
            assert CANARY not in str(response.headers)
