"""Who asks and where to: every way to claim an agent and to name a route, and what a grant refuses."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest

from tests.kit import written
from tests.kit.shapes import CANARY, SAY, check

KEYS = {name: f"tgw_{name}" + "x" * 20 for name in ("one", "two", "none", "narrow", "all")}


def sha(name: str) -> str:
    return hashlib.sha256(KEYS[name].encode()).hexdigest()


def config(server, more: str = "", *, callers: bool = False, one: str = "radiologist") -> str:
    """Two routes, two agents bound to one each, everything at one local server."""
    grants = {
        "one": {"key_sha256": sha("one"), "agents": [one]},
        "two": {"key_sha256": sha("two"), "agents": ["radiologist", "writer"]},
        "narrow": {"key_sha256": sha("narrow"), "routes": ["writing"]},
        "all": {"key_sha256": sha("all")},
    }
    return (
        written.config(
            providers={"local": written.at_home(server, discover=True)},
            targets={"plain": "local/test-model", "seeing": "local/vision", "prose": "local/writer"},
            routes={"general": ["plain"], "radiology": ["seeing"], "writing": ["prose"]},
            agents={
                "radiologist": {
                    "route": "radiology",
                    "match": {"system_contains": "expert radiologist"},
                    "tasks": ["image_analysis"],
                },
                "writer": {"route": "writing", "match": {"system_contains": "report writer"}},
            },
            aliases={"claude-*": {"route": "general", "prefer": "agent"}, "fast-model": "writing"},
            **({"callers": grants} if callers else {}),
        )
        + more
    )
    return f"""
version: 1
providers:
  local: {{kind: openai_compatible, base_url: "{server.base_url}", traits: [on_prem], discover: true}}
targets:
  seeing: {{provider: local, model: vision}}
  prose: {{provider: local, model: writer}}
  plain: {{provider: local, model: test-model}}
routes:
  radiology: {{targets: [seeing]}}
  writing: {{targets: [prose]}}
  general: {{targets: [plain]}}
agents:
  radiologist: {{route: radiology, match: {{system_contains: "expert radiologist"}}, tasks: [image_analysis]}}
  writer: {{route: writing, match: {{system_contains: "report writer"}}}}
aliases:
  "claude-*": {{route: general, prefer: agent}}
  fast-model: writing
default_route: general
{grants if callers else ""}
{more}
"""


@pytest.fixture
async def pair(start, upstream):
    server = await upstream(models=["test-model", "org/big:7b"])
    return await start(config(server)), server


@pytest.fixture
async def keyed(start, upstream):
    server = await upstream()
    return await start(config(server, callers=True)), server


def agents_of(gateway) -> list[str]:
    """The agent of each settled request, as the log says it."""
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    return [line.get("agent", "") for line in lines if line["event"] == "request.settled"]


SYSTEM = {"role": "system", "content": "You are an EXPERT Radiologist with 20 years."}
CLAIMS = {
    "base URL": ("/agent/radiologist/v1/chat/completions", {}, {"messages": SAY}),
    "header": ("/v1/chat/completions", {"x-gateway-agent": "radiologist"}, {"messages": SAY}),
    "metadata": ("/v1/chat/completions", {}, {"messages": SAY, "metadata": {"agent": "radiologist"}}),
    "task header, an agent": ("/v1/chat/completions", {"x-clinic-task": "radiologist"}, {"messages": SAY}),
    "task header, a task": ("/v1/chat/completions", {"x-clinic-task": "image_analysis"}, {"messages": SAY}),
    "system prompt": ("/v1/chat/completions", {}, {"messages": [SYSTEM, *SAY]}),
    "system prompt of an alias": ("/v1/chat/completions", {}, {"model": "claude-9", "messages": [SYSTEM, *SAY]}),
    "anthropic base URL": ("/agent/radiologist/v1/messages", {}, {"max_tokens": 5, "messages": SAY}),
    "anthropic system": ("/v1/messages", {}, {"max_tokens": 5, "messages": SAY, "system": SYSTEM["content"]}),
    "ollama base URL": ("/agent/radiologist/api/chat", {}, {"messages": SAY, "stream": False}),
    "ollama system": ("/api/generate", {}, {"prompt": "Hi", "system": SYSTEM["content"], "stream": False}),
    "the same agent twice": (
        "/agent/radiologist/v1/chat/completions",
        {"x-gateway-agent": "radiologist"},
        {"messages": SAY},
    ),
}


@pytest.mark.parametrize("way", CLAIMS)
async def test_every_way_to_claim_an_agent_leads_to_its_route(pair, way):
    gateway, server = pair
    path, headers, body = CLAIMS[way]
    async with gateway.client() as client:
        response = await client.post(path, json=body, headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["x-gateway-route"] == "radiology"
    assert server.sent[0].json["model"] == "vision"
    assert agents_of(gateway) == ["radiologist"]


async def test_no_claim_is_the_default_route_and_a_task_nobody_knows_claims_nothing(pair):
    gateway, _ = pair
    assert (await gateway.chat()).headers["x-gateway-route"] == "general"
    response = await gateway.chat(headers={"x-clinic-task": CANARY})
    assert response.headers["x-gateway-route"] == "general"
    assert agents_of(gateway) == ["", ""]


@pytest.mark.parametrize(
    ("path", "headers", "metadata"),
    [
        (f"/agent/{CANARY}/v1/chat/completions", {}, {}),
        ("/v1/chat/completions", {"x-gateway-agent": CANARY}, {}),
        ("/v1/chat/completions", {}, {"agent": CANARY}),
        ("/agent/radiologist/v1/chat/completions", {"x-gateway-agent": CANARY}, {}),
    ],
)
async def test_an_agent_that_is_not_configured_is_403(pair, path, headers, metadata):
    gateway, server = pair
    async with gateway.client() as client:
        response = await client.post(path, json={"messages": SAY, "metadata": metadata}, headers=headers)
    check(response, 403, "openai", code="agent_not_allowed")
    assert server.sent == []


async def test_an_empty_tag_in_the_base_url_is_no_way_in(pair):
    gateway, server = pair
    async with gateway.client() as client:
        check(await client.post("/agent//v1/chat/completions", json={"messages": SAY}), 404, "openai")
    assert server.sent == []


async def test_several_agents_may_be_claimed_and_the_claim_leads_before_the_match(pair):
    gateway, _ = pair
    response = await gateway.chat(messages=[SYSTEM, *SAY], headers={"x-gateway-agent": "writer"})
    assert response.headers["x-gateway-route"] == "writing"


@pytest.mark.parametrize(
    ("model", "route"),
    [
        ("writing", "writing"),
        ("fast-model", "writing"),
        ("claude-sonnet-4-20250514", "general"),
        ("local/org/big:7b", "local/org/big:7b"),
        ("org/big:7b", "local/org/big:7b"),
        (None, "general"),
        ("", "general"),
    ],
)
async def test_every_way_to_name_a_model(pair, model, route):
    gateway, _ = pair
    response = await gateway.chat(model=model)
    assert response.status_code == 200, response.text
    assert response.headers["x-gateway-route"] == route
    assert response.json()["model"] == (model or "general")


async def test_the_route_header_comes_before_the_model_and_the_agent(pair):
    gateway, _ = pair
    headers = {"x-gateway-route": "writing", "x-gateway-agent": "radiologist"}
    assert (await gateway.chat(model="general", headers=headers)).headers["x-gateway-route"] == "writing"
    assert agents_of(gateway) == ["radiologist"]  # where to never changes who asks


async def test_the_names_of_the_headers_are_configurable(start, upstream):
    gateway = await start(config(await upstream(), "headers: {agent: x-agent, route: x-way}"))
    assert (await gateway.chat(headers={"X-Agent": "writer"})).headers["x-gateway-route"] == "writing"
    assert (await gateway.chat(headers={"X-Way": "radiology"})).headers["x-gateway-route"] == "radiology"
    assert (await gateway.chat(headers={"x-gateway-agent": "writer"})).headers["x-gateway-route"] == "general"


# --- grants ----------------------------------------------------------------------------------------------------------


async def test_a_caller_granted_one_agent_is_that_agent(keyed):
    gateway, _ = keyed
    response = await gateway.chat(headers={"x-api-key": KEYS["one"]})
    assert response.headers["x-gateway-route"] == "radiology"
    assert agents_of(gateway) == ["radiologist"]


@pytest.mark.parametrize("way", [way for way in CLAIMS if "ollama" not in way and "anthropic" not in way])
async def test_a_claim_outside_the_grant_is_403_whichever_way_it_is_made(start, upstream, way):
    server = await upstream()
    gateway = await start(config(server, callers=True, one="writer"))
    path, headers, body = CLAIMS[way]
    async with gateway.client() as client:
        response = await client.post(path, json=body, headers={**headers, "x-api-key": KEYS["one"]})
    check(response, 403, "openai", code="agent_not_allowed")
    assert server.sent == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"x-gateway-route": "radiology"}, {}),
        ({}, {"model": "radiology"}),
        ({}, {"model": "claude-3"}),
        ({}, {"model": "local/test-model"}),
        ({}, {}),
        ({"x-gateway-agent": "radiologist"}, {}),
    ],
)
async def test_a_route_outside_the_grant_is_403_whichever_way_it_is_named(keyed, headers, body):
    gateway, server = keyed
    response = await gateway.chat(headers={**headers, "x-api-key": KEYS["narrow"]}, **body)
    check(response, 403, "openai", code="route_not_allowed")
    assert server.sent == []
    assert (await gateway.chat(headers={"x-api-key": KEYS["narrow"]}, model="fast-model")).status_code == 200


async def test_a_caller_sees_only_the_models_it_may_use(keyed):
    gateway, _ = keyed
    async with gateway.client() as client:
        listed = await client.get("/v1/models", headers={"x-api-key": KEYS["narrow"]})
        assert {model["id"] for model in listed.json()["data"]} == {"writing", "fast-model"}
        listed = await client.get("/v1/models", headers={"x-api-key": KEYS["all"]})
        assert "radiology" in {model["id"] for model in listed.json()["data"]}
        response = await client.get("/v1/models/radiology", headers={"x-api-key": KEYS["narrow"]})
        check(response, 403, "openai", code="route_not_allowed")


# --- listeners -------------------------------------------------------------------------------------------------------


async def test_listeners_have_their_own_facades_keys_and_agent(start, upstream):
    server = await upstream()
    listeners = """
listeners:
  - {port: 0, facades: [openai], keys: none, default_agent: writer}
  - {port: 0, facades: [anthropic, ollama]}
"""
    gateway = await start(config(server, listeners, callers=True))
    assert len(set(gateway.urls)) == 3
    main, stand_in, others = gateway.urls

    async def post(url, path, body, **headers):
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.post(url + path, json=body, headers=headers)

    chat, messages = {"messages": SAY}, {"max_tokens": 5, "messages": SAY}
    assert (await post(main, "/v1/chat/completions", chat)).status_code == 401
    response = await post(stand_in, "/v1/chat/completions", chat)
    assert response.headers["x-gateway-route"] == "writing"
    assert agents_of(gateway)[-1] == "writer"
    check(await post(stand_in, "/v1/messages", messages), 404, "anthropic")
    check(await post(stand_in, "/api/chat", chat), 404, "ollama")
    check(await post(others, "/v1/messages", messages), 401, "anthropic")
    key = {"x-api-key": KEYS["all"]}
    assert (await post(others, "/v1/messages", messages, **key)).status_code == 200
    check(await post(others, "/v1/chat/completions", chat, **key), 404, "openai")
