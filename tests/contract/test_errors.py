"""The error table, on every endpoint: one shape per dialect, never a traceback, an echo of input or a hanging connection."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from tests.kit.patience import SOON_S
from tests.kit.running import one_route
from tests.kit.shapes import CANARY, ENDPOINTS, answer_of, check, raw

ALL = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)


async def post(gateway, path, content: bytes, **headers) -> httpx.Response:
    async with gateway.client() as client:
        return await client.post(path, content=content, headers={"content-type": "application/json", **headers})


# --- the body --------------------------------------------------------------------------------------------------------


@ALL
async def test_a_good_body_is_answered(gateway, endpoint):
    response = await post(gateway, endpoint.path, json.dumps(endpoint.body).encode())
    assert response.status_code == 200, response.text


MALFORMED = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"5",
    f'{{"{CANARY}": '.encode(),
    f'{{"messages": [{{"role": "user", "content": "{CANARY}"}}]'.encode(),
    b'{"messages": NaN}',
    b'{"temperature": Infinity}',
    b'{"max_tokens": -Infinity}',
    b'{"temperature": 1e999}',
    b"\xff\xfe{}",
    b'{"a": "\xff"}',
    b'{"a": "\\ud800"}',
    b'\xef\xbb\xbf{"messages": [}',
    b"\x00",
    b"{'messages': []}",
    b'{"messages": [],}',
    b"{} {}",
    b'{"seed": 18446744073709551616}',
    b'{"seed": -9223372036854775809}',
    b'{"seed": ' + b"9" * 5000 + b"}",
    b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}",
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"[" * 200_000,
    b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
]


@ALL
async def test_what_is_no_object_of_plain_json_is_400(gateway, endpoint):
    async with gateway.client() as client:
        for content in MALFORMED:
            check(await client.post(endpoint.path, content=content), 400, endpoint.dialect, code="invalid_request")


@ALL
async def test_a_field_of_the_wrong_type_is_400_and_quotes_nothing(gateway, endpoint):
    async with gateway.client() as client:
        for name, values in endpoint.wrong.items():
            for value in values:
                response = await client.post(endpoint.path, json={**endpoint.body, name: value})
                assert response.status_code == 400, (name, value, response.text)
                check(response, 400, endpoint.dialect, code="invalid_request")


@ALL
async def test_fields_nobody_knows_pass_and_are_quoted_by_nobody(gateway, endpoint):
    body = {**endpoint.body, CANARY: {CANARY: [CANARY]}, "repetition_penalty": 1.1}
    response = await post(gateway, endpoint.path, json.dumps(body).encode())
    assert response.status_code == 200, response.text
    assert CANARY not in response.text + str(response.headers)


async def test_of_two_equal_keys_the_last_wins_and_only_it_is_sent(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server))
    first = f'{{"role": "user", "content": "{CANARY}"}}'
    second = f'{{"role": "user", "content": "{CANARY}", "content": "Hi"}}'
    body = f'{{"messages": [{first}], "user": "{CANARY}", "messages": [{second}], "user": "u"}}'
    response = await post(gateway, "/v1/chat/completions", body.encode())
    assert response.status_code == 200
    assert server.sent[0].body.count(b'"messages"') == 1
    assert server.sent[0].json["messages"] == [{"role": "user", "content": "Hi"}]
    assert CANARY.encode() not in server.sent[0].body


async def test_integers_of_64_bits_are_sent_to_the_last_digit(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server))
    for seed in (2**64 - 1, -(2**63), 2**53 + 1):
        assert (await gateway.chat("Hi", seed=seed)).status_code == 200
        assert server.sent[-1].json["seed"] == seed


@ALL
async def test_a_body_over_the_limit_is_413_announced_or_not(gateway, endpoint):
    too_much = 2 * 2**20
    for prefix in (f"Content-Length: {too_much}\r\n", "Transfer-Encoding: chunked\r\n"):
        reader, writer = await raw(gateway)
        writer.write(f"POST {endpoint.path} HTTP/1.1\r\nHost: localhost\r\n{prefix}\r\n".encode())
        if "chunked" in prefix:
            for _ in range(too_much // 2**16):
                writer.write(b"10000\r\n" + b" " * 2**16 + b"\r\n")
        check(await answer_of(reader), 413, endpoint.dialect)
        writer.close()


async def test_a_client_that_sends_too_much_regardless_still_reads_413(gateway):
    async with gateway.client() as client:
        response = await client.post("/v1/chat/completions", content=b" " * (20 * 2**20))
        check(response, 413, "openai", code="payload_too_large")


async def test_a_compressed_body_is_not_unpacked(gateway):
    for encoding in ("gzip", "br", "zstd", "deflate", "GZIP", "identity, gzip", CANARY):
        response = await post(gateway, "/v1/chat/completions", b"\x1f\x8b", **{"content-encoding": encoding})
        check(response, 400, "openai", code="invalid_request")


@ALL
async def test_a_body_that_dribbles_in_is_cut_off(gateway, endpoint):
    reader, writer = await raw(gateway)
    writer.write(f"POST {endpoint.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{".encode())
    check(await answer_of(reader), 408, endpoint.dialect)
    assert await asyncio.wait_for(reader.read(), SOON_S) == b""  # and it is closed
    writer.close()


# --- names -----------------------------------------------------------------------------------------------------------


NAMING = [endpoint for endpoint in ENDPOINTS if not endpoint.path.endswith("_tokens")]  # counts for any model
SENDING = [endpoint for endpoint in NAMING if endpoint.path != "/api/show"]


@pytest.mark.parametrize("endpoint", NAMING, ids=lambda endpoint: endpoint.path)
async def test_an_unknown_model_is_404(gateway, endpoint):
    body = {**endpoint.body, "model": CANARY}
    response = await post(gateway, endpoint.path, json.dumps(body).encode())
    check(response, 404, endpoint.dialect, code="model_not_found")


@pytest.mark.parametrize("endpoint", SENDING, ids=lambda endpoint: endpoint.path)
async def test_an_unknown_route_is_404_and_an_unknown_agent_403(gateway, endpoint):
    body = json.dumps(endpoint.body).encode()
    check(await post(gateway, endpoint.path, body, **{"x-gateway-route": CANARY}), 404, endpoint.dialect)
    check(await post(gateway, endpoint.path, body, **{"x-gateway-agent": CANARY}), 403, endpoint.dialect)
    check(await post(gateway, endpoint.path, body, **{"x-gateway-agent": "a" * 300}), {400, 403}, endpoint.dialect)


@pytest.mark.parametrize("path", [f"/v1/models/{CANARY}", f"/v1/models/a/b:{CANARY}", "/v1/models/%00%ff"])
async def test_a_model_that_is_not_there_is_404(gateway, path):
    async with gateway.client() as client:
        check(await client.get(path), 404, "openai", code="model_not_found")


UNKNOWN_PATHS = [
    ("GET", f"/{CANARY}", "openai"),
    ("POST", f"/v1/{CANARY}", "openai"),
    ("GET", "/v1", "openai"),
    ("GET", "/v1/", "openai"),
    ("POST", "/", "openai"),
    ("GET", "/v1/responses/resp_1", "openai"),
    ("POST", "/v1/responses/compact", "openai"),
    ("POST", "/v1/files", "openai"),
    ("POST", "/v1/chat%2Fcompletions/..", "openai"),
    ("POST", "/V1/chat/completions", "openai"),
    ("GET", "/docs", "openai"),
    ("GET", "/openapi.yaml", "openai"),
    ("GET", f"/agent/{CANARY}", "openai"),
    ("GET", "/agent/", "openai"),
    ("POST", f"/agent/helper/agent/{CANARY}/v1/chat/completions", "openai"),
    ("POST", f"/v1/messages/{CANARY}", "anthropic"),
    ("POST", "/v1/messages/batches", "anthropic"),
    ("POST", f"/api/{CANARY}", "ollama"),
    ("GET", f"/agent/helper/api/{CANARY}", "ollama"),
]


@pytest.mark.parametrize(("method", "path", "dialect"), UNKNOWN_PATHS)
async def test_an_unknown_path_is_404_in_the_dialect_of_its_prefix(gateway, method, path, dialect):
    async with gateway.client() as client:
        response = await client.request(method, httpx.URL(gateway.url).copy_with(raw_path=path.encode()), content=b"{}")
        check(response, 404, dialect, code="not_found")


WRONG_METHODS = [
    ("GET", "/v1/chat/completions", "openai"),
    ("DELETE", "/v1/embeddings", "openai"),
    ("POST", "/v1/models", "openai"),
    ("DELETE", "/v1/models/general", "openai"),
    ("PUT", "/v1/messages", "anthropic"),
    ("GET", "/v1/messages/count_tokens", "anthropic"),
    ("GET", "/api/chat", "ollama"),
    ("POST", "/api/tags", "ollama"),
    ("POST", "/health", "openai"),
    ("DELETE", "/metrics", "openai"),
    ("BREW", "/v1/chat/completions", "openai"),
]


@pytest.mark.parametrize(("method", "path", "dialect"), WRONG_METHODS)
async def test_a_known_path_with_another_method_is_405(gateway, method, path, dialect):
    async with gateway.client() as client:
        response = await client.request(method, path, content=CANARY.encode())
        if method == "BREW":
            assert response.status_code == 400  # no method of HTTP: refused by the parser
            return
        check(response, 405, dialect, code="method_not_allowed")


@pytest.mark.parametrize("path", ["/api/pull", "/api/push", "/api/create", "/api/copy", "/api/delete"])
async def test_models_are_not_managed_through_the_gateway(gateway, path):
    check(await post(gateway, path, json.dumps({"model": CANARY}).encode()), 403, "ollama")
