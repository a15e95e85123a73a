"""A second listener for clients with Ollama's address in their code: its facade alone, no key, an agent of its own."""

from __future__ import annotations

import hashlib

import httpx
import ollama
import pytest

from tests.kit import written
from tests.kit.servers import echoes, says, streams_for_ever

KEY = "sk-main-listener"
SENSITIVE = "Patient with MRN 8675309 has a cough."
POLICY = """
version: 1
rules:
  - id: what-the-clinic-asks-stays
    why: What the clinic's own tool asks stays in the house.
    when: {agent: [clinic], to: {without: [on_prem]}}
    then: {deny: true}
"""


async def echoes_or_embeds(request):
    return await (says() if request.path.endswith("/embeddings") else echoes())(request)


@pytest.fixture
async def served(start, upstream):
    local, cloud = await upstream(echoes_or_embeds), await upstream(says("From the cloud."))
    gateway = await start(
        written.config(
            listeners=[{"port": 0, "facades": ["ollama"], "keys": "none", "default_agent": "clinic"}],
            callers={"soma": {"key_sha256": hashlib.sha256(KEY.encode()).hexdigest()}},
            providers={"local": written.at_home(local), "cloud": written.away(cloud, baa=False)},
            targets={
                "local": "local/qwen3",
                "cloud": "cloud/big",
                "vectors": {"provider": "local", "model": "vectors", "capabilities": ["embeddings"]},
            },
            routes={
                "general": ["cloud"],
                "clinical": ["cloud", "local"],
                "embedding": {"targets": ["vectors"], "operation": "embeddings"},
            },
            aliases={"qwen3:32b": "clinical", "nomic-embed-text": "embedding"},
            agents={"clinic": {"route": "clinical"}},
            default_embedding_route="embedding",
        ),
        {"p.yaml": POLICY},
    )
    return gateway, local, cloud


async def test_the_ollama_client_works_there_as_with_ollama_itself(served):
    gateway, local, cloud = served
    async with ollama.AsyncClient(host=gateway.urls[1], trust_env=False) as client:
        messages = [{"role": "user", "content": SENSITIVE}]
        assert (await client.chat("qwen3:32b", messages)).message.content == SENSITIVE
        streamed = [part async for part in await client.chat("qwen3:32b", messages, stream=True)]
        assert "".join(part.message.content for part in streamed) == SENSITIVE
        assert (await client.generate("qwen3:32b", SENSITIVE)).response == SENSITIVE
        assert len((await client.embed("nomic-embed-text", ["a", "b"])).embeddings) == 2
        assert any("qwen3" in model.model for model in (await client.list()).models)
        assert "completion" in (await client.show("qwen3:32b")).capabilities
        with pytest.raises(ollama.ResponseError) as caught:
            await client.pull("qwen3:32b")
    assert caught.value.status_code == 403
    assert local.connections == 4
    assert cloud.connections == 0


async def test_its_agent_is_known_by_the_listener_and_decides_route_and_rules(served):
    gateway, local, cloud = served
    async with httpx.AsyncClient(trust_env=False) as client:
        body = {"messages": [{"role": "user", "content": "Hello."}], "stream": False}
        reply = await client.post(f"{gateway.urls[1]}/api/chat", json=body)
    assert reply.headers["x-gateway-route"] == "clinical"
    assert reply.headers["x-gateway-target"] == "local"
    assert (local.connections, cloud.connections) == (1, 0)


async def test_it_serves_its_facade_alone_and_the_first_listener_wants_its_key(served):
    gateway, *_ = served
    main, native = gateway.urls
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(native)).text == "Ollama is running"
        assert (await client.head(native)).status_code == 200
        for path in ("/v1/chat/completions", "/v1/messages"):
            assert (await client.post(f"{native}{path}", json={})).status_code == 404
        assert (await client.get(f"{main}/api/tags")).status_code == 401
        assert (await client.get(f"{main}/api/tags", headers={"authorization": f"Bearer {KEY}"})).status_code == 200


DRAINS = """
version: 1
server: {{drain_s: 1}}
providers:
  here: {{kind: openai_compatible, base_url: "{url}", traits: [on_prem]}}
targets:
  local: {{provider: here, model: small}}
routes:
  general: {{targets: [local]}}
default_route: general
"""


async def test_what_is_under_way_has_the_time_that_is_configured_and_is_then_told(start, upstream):
    server = await upstream(streams_for_ever())
    gateway = await start(DRAINS.format(url=server.base_url))
    async with gateway.client() as client:
        body = {"messages": [{"role": "user", "content": "Hi."}], "stream": True}
        async with client.stream("POST", "/v1/chat/completions", json=body) as reply:
            lines = reply.aiter_lines()
            await anext(lines)
            gateway.servers.stop()
            told = [line async for line in lines]
    assert any('"error"' in line for line in told)
    assert "data: [DONE]" not in told
