"""`/openapi.json`: valid, complete, for whoever may ask the listener anything, and without a word of the configuration."""

from __future__ import annotations

import hashlib

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.api.front import CONTROL_PATHS, LIVENESS, READINESS
from gateway.wire.operations import ENDPOINTS
from tests.kit.running import every_operation, one_route
from tests.kit.shapes import check

KEY = "sk-invented-for-this-test"
KEYED = f"""
callers:
  team: {{key_sha256: "{hashlib.sha256(KEY.encode()).hexdigest()}", routes: ["*"]}}
"""


async def document(gateway, path="/openapi.json", **headers):
    async with gateway.client() as client:
        return await client.get(path, headers=headers)


async def test_it_is_valid_and_has_every_path(start, upstream):
    gateway = await start(every_operation(await upstream()))
    response = await document(gateway)
    assert response.headers["content-type"] == "application/json"
    told = response.json()
    OpenAPIV31SpecValidator(told).validate()
    assert set(told["paths"]) >= {
        *CONTROL_PATHS,
        LIVENESS,
        READINESS,
        *(path for row in ENDPOINTS for path in row.paths),
    }
    assert told == (await document(gateway, "/agent/helper/openapi.json")).json()


async def test_nothing_of_the_configuration_is_in_it(start, upstream):
    secrets = ("general", "embedding", "test-model", "test-vectors", "local", "127.0.0.1")
    gateway = await start(one_route(await upstream()))
    text = (await document(gateway)).text
    told = [word for word in secrets if f'"{word}"' in text]
    assert told == []
    assert str(gateway.state_dir) not in text
    assert gateway.url.removeprefix("http://") not in text


async def test_a_header_is_told_as_it_is_called_here(start, upstream):
    gateway = await start(one_route(await upstream(), "headers: {agent: x-clinic-agent}"))
    [chat] = (await document(gateway)).json()["paths"]["/v1/chat/completions"].values()
    names = {parameter["name"] for parameter in chat["parameters"]}
    assert "x-clinic-agent" in names
    assert "x-gateway-agent" not in names


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"authorization": f"Bearer {KEY}"}, 200)])
async def test_with_callers_it_needs_a_key_like_all_that_is_read(start, upstream, headers, status):
    gateway = await start(one_route(await upstream(), KEYED))
    for path in ("/openapi.json", "/v1/models"):
        response = await document(gateway, path, **headers)
        assert response.status_code == status
        if status == 401:
            check(response, 401, "openai")


async def test_a_listener_tells_of_its_facades_only(start, upstream):
    more = "listeners: [{port: 0, facades: [ollama], keys: none}]"
    gateway = await start(one_route(await upstream(), KEYED + more))
    async with gateway.client() as client:
        told = (await client.get(f"{gateway.urls[1]}/openapi.json")).json()
    OpenAPIV31SpecValidator(told).validate()
    assert {path for path in told["paths"] if path.startswith("/v1")} == set()
    assert {path for path in told["paths"] if path.startswith("/api/")}


async def test_what_readiness_may_be_asked_is_there(start, upstream):
    gateway = await start(every_operation(await upstream()))
    asked = (await document(gateway)).json()["paths"][READINESS]["get"]
    assert {one["name"]: one["in"] for one in asked["parameters"]} == {"route": "query", "deep": "query"}
    assert {} in asked["security"]
