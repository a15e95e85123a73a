"""A local server that has a model served elsewhere: its requests are decided on as any cloud's, whoever configured what."""

from __future__ import annotations

import pytest

from gateway.state.sqlite.reader import tail
from gateway.upstream import attestation
from tests.kit.ollama import CLOUD, Ollama
from tests.kit.servers import says
from tests.kit.two_places import CLEAN, MRN, POLICY, SENSITIVE

LOCAL = {"name": "mine:latest", "digest": "d1"}
CONFIG = """
version: 1
providers:
  local: {{kind: {kind}, base_url: "{url}", traits: [on_prem], discover: true{more}}}
targets:
  local: {{provider: local, model: mine}}
routes:
  general: {{targets: [local]}}
default_route: general
"""
SIGNS = {
    "in the list": {"tags": [LOCAL | CLOUD]},
    "of what is loaded": {"tags": [LOCAL], "running": [{"name": "mine:latest", **CLOUD}]},
    "of the model itself": {"tags": [LOCAL], "shown": {"mine": CLOUD}},
    "of another name": {"tags": [LOCAL, {"name": "gpt-oss:120b-cloud", "digest": "d1"}]},
}
WAYS = [
    ("ollama", ""),
    ("ollama", ", via: ollama"),
    ("openai_compatible", ""),
    ("lm_studio", ""),
    ("vllm", ", via: litellm"),
]

OPENAI = [way for way in WAYS if way[1] != ", via: ollama"]
"""Those whose answers are in the dialect of the kit's servers."""


@pytest.fixture
async def made(start, tripwire):
    servers = []

    async def make(kind="ollama", more="", **said):
        server = Ollama(says("From somewhere."), **{"tags": [LOCAL], **said})
        await server.start()
        tripwire.providers.add(server.port)
        servers.append(server)
        config = CONFIG.format(kind=kind, url=server.base_url.removesuffix("/v1" * (kind == "ollama")), more=more)
        return await start(config, {"p.yaml": POLICY}), server

    yield make
    for server in servers:
        await server.stop()


@pytest.mark.parametrize(("kind", "more"), WAYS)
@pytest.mark.parametrize("sign", SIGNS)
async def test_what_identifies_a_person_is_not_sent_to_a_model_that_is_served_elsewhere(made, kind, more, sign):
    gateway, server = await made(kind, more, **SIGNS[sign])
    for stream in (False, True):
        reply = await gateway.chat(SENSITIVE, stream=stream)
        assert reply.status_code == 403
        message = reply.json()["error"]["message"]
        assert "served off the premises" in message
        assert "identifiers-stay-in-house" in message
        assert MRN not in reply.text
    assert server.sent == []
    assert gateway.metric("gateway_route_decisions_total", destination="denied") == 2
    assert '"event":"target.forwards"' in gateway.log.getvalue()


@pytest.mark.parametrize(("kind", "more"), OPENAI)
async def test_what_identifies_nobody_is_sent_there_on_the_terms_of_any_cloud(made, kind, more):
    gateway, server = await made(kind, more, tags=[LOCAL | CLOUD])
    assert (await gateway.chat(CLEAN)).status_code == 200
    assert len(server.sent) == 1
    intents = [row.columns for row in tail(gateway.state_dir / "ledger.db", 9) if "body_digest" in row.columns]
    assert [intent["target"] for intent in intents] == ["local"]
    assert gateway.metric("gateway_route_decisions_total", destination="cloud") == 1


@pytest.mark.parametrize(("kind", "more"), OPENAI)
async def test_a_model_that_runs_here_is_on_the_premises(made, kind, more):
    gateway, server = await made(kind, more)
    assert (await gateway.chat(SENSITIVE)).status_code == 200
    assert MRN in server.sent[0].body.decode()


@pytest.mark.parametrize("text", [SENSITIVE, CLEAN])
async def test_a_model_that_moves_out_is_decided_on_again(made, monkeypatch, text):
    """The decision still believes what was known; the sending asks."""
    gateway, server = await made()
    assert (await gateway.chat(text)).status_code == 200
    server.tags = [LOCAL | CLOUD]
    monkeypatch.setattr(attestation, "FRESH_S", 0.0)
    reply = await gateway.chat(text)
    assert reply.status_code == (403 if text == SENSITIVE else 200)
    assert len(server.sent) == (1 if text == SENSITIVE else 2)
    destination = "denied" if text == SENSITIVE else "cloud"
    assert gateway.metric("gateway_route_decisions_total", destination=destination) == 1


async def test_a_model_that_is_served_elsewhere_is_not_offered(made):
    gateway, _ = await made(tags=[LOCAL | CLOUD], models=["mine:latest"])
    async with gateway.client() as client:
        listed = (await client.get("/v1/models")).json()["data"]
    assert [model["id"] for model in listed] == ["general"]


async def test_a_server_that_does_not_say_gets_nothing(made, monkeypatch):
    gateway, server = await made("vllm")
    monkeypatch.setattr(attestation, "FRESH_S", 0.0)
    monkeypatch.setattr(attestation, "BUSY_S", 0.0)
    server.status = 500
    reply = await gateway.chat(SENSITIVE)
    assert reply.status_code == 502
    assert "did not say where it runs" in reply.json()["error"]["message"]
    assert server.sent == []


async def test_what_the_gateway_explains_is_what_it_does(made):
    gateway, _ = await made(tags=[LOCAL | CLOUD])
    async with gateway.client() as client:
        body = {"messages": [{"role": "user", "content": SENSITIVE}]}
        told = (await client.post("/gateway/explain", json=body)).json()
    assert [(target["permitted"], target["on_prem"]) for target in told["targets"]] == [(False, False)]
