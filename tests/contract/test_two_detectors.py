"""A rule may ask for two detectors: what either finds is found, and where fewer look no cloud sees the text."""

from __future__ import annotations

import asyncio

import pytest

from gateway.state.sqlite.reader import tail
from tests.kit.second_detector import SECRET, Attentive
from tests.kit.servers import says
from tests.kit.two_places import CLEAN, POLICY, config

TWO = """
version: 1
rules:
  - id: two-must-find-it-clear
    why: Two detectors look before anything leaves.
    when: {content: text, to: {without: [on_prem]}}
    then: {detectors: 2}
"""
POLICIES = {"identifiers.yaml": POLICY, "two.yaml": TWO}
HIDDEN = f"What should be asked next of {SECRET}?"
CHAT = {"messages": [{"role": "user", "content": CLEAN}]}
EVERY_WAY = {
    "chat": ("/v1/chat/completions", CHAT),
    "stream": ("/v1/chat/completions", {**CHAT, "stream": True}),
    "embeddings": ("/v1/embeddings", {"input": CLEAN}),
    "messages": ("/v1/messages", {**CHAT, "max_tokens": 9}),
    "ollama": ("/api/chat", CHAT),
}
VECTORS = "default_embedding_route: vectors\n"


@pytest.fixture
async def made(start, upstream):
    """A gateway whose only target is a cloud, or one at home behind it."""

    async def make(second=None, *, order="cloud", policies=POLICIES, more=""):
        local, cloud = await upstream(says("From local.")), await upstream(says("From the cloud."))
        text = config(local, cloud, order=order) + VECTORS + more
        text = text.replace("routes:", "routes:\n  vectors: {targets: [vectors], operation: embeddings}")
        text = text.replace(
            "targets:\n", "targets:\n  vectors: {provider: cloud, model: e, capabilities: [embeddings]}\n", 1
        )
        return await start(text, policies, second=second), cloud

    return make


@pytest.mark.parametrize("way", EVERY_WAY)
async def test_with_one_detector_no_cloud_is_contacted_and_the_caller_learns_the_rule(made, way):
    gateway, cloud = await made()
    path, body = EVERY_WAY[way]
    async with gateway.client() as client:
        reply = await client.post(path, json=body)
    assert reply.status_code == 403
    assert "by rule two-must-find-it-clear: Two detectors look before anything leaves." in reply.text
    assert "scan: {second: presidio}" in reply.text
    assert cloud.connections == 0
    await asyncio.to_thread(gateway.gateway._parts.ledger.close)
    [row] = tail(gateway.state_dir / "ledger.db", 1)
    assert (row.columns["reason"], row.details["rule"]) == ("unconfirmed", ("two-must-find-it-clear",))


async def test_with_one_detector_a_target_on_the_premises_takes_it(made):
    gateway, cloud = await made(order="cloud, local")
    reply = await gateway.chat(CLEAN)
    assert (reply.headers["x-gateway-target"], reply.headers["x-gateway-decision"]) == ("local", "unconfirmed")
    assert cloud.connections == 0
    assert "two-must-find-it-clear" in " ".join(gateway.gateway.notes)


async def test_what_both_find_clear_may_leave(made):
    gateway, cloud = await made(Attentive)
    reply = await gateway.chat(CLEAN)
    assert (reply.status_code, reply.headers["x-gateway-decision"]) == (200, "permitted")
    assert cloud.sent[0].json["messages"][-1]["content"] == CLEAN
    assert gateway.gateway.notes == ()


@pytest.mark.parametrize("stream", [False, True])
async def test_what_only_the_second_finds_stays(made, stream):
    gateway, cloud = await made(Attentive)
    reply = await gateway.chat(HIDDEN, stream=stream)
    assert reply.status_code == 403
    assert "identifiers-stay-in-house" in reply.text
    assert SECRET not in reply.text + gateway.log.getvalue()
    assert cloud.connections == 0


async def test_without_the_second_the_engine_would_have_let_it_go(made):
    gateway, cloud = await made(policies={"identifiers.yaml": POLICY})
    assert (await gateway.chat(HIDDEN)).status_code == 200
    assert cloud.connections == 1


@pytest.mark.parametrize("word", ["raise", "die", "sleep", "few"])
async def test_a_second_that_fails_or_is_late_is_a_failed_scan(made, word):
    gateway, cloud = await made(Attentive, more="scan: {deadline_ms: 1000}\n")
    reply = await gateway.chat(word)
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "phi_scan_failed")
    assert cloud.connections == 0


async def test_explain_says_how_many_detectors_looked_and_what_is_missing(made):
    for second, said in ((None, "Detectors: 1."), (Attentive, "Detectors: 2.")):
        gateway, _ = await made(second)
        async with gateway.client() as client:
            told = (await client.post("/gateway/explain", json={"request": CHAT})).json()
        assert said in " ".join(told["request"])
        assert told["targets"][0]["permitted"] is (second is not None)
        assert ("asks for detectors: 2" in str(told)) is (second is None)
