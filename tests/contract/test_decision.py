"""The product's promise, end to end: PHI stays, a BAA lets pseudonyms out, clean text goes, under every fault of the rest."""

from __future__ import annotations

import base64
import json

import httpx
import openai
import pytest

from gateway.state.sqlite.reader import tail
from tests.kit.servers import breaks_after, echoes, hangs, says, status
from tests.kit.two_places import CLEAN, MRN, POLICY, SENSITIVE, config


@pytest.fixture
async def made(start, upstream):
    async def make(local=None, cloud=None, **more):
        servers = await upstream(local or says("From local.")), await upstream(cloud or says("From the cloud."))
        return await start(config(*servers, **more), {"p.yaml": POLICY}), *servers

    return make


FAULTS = {
    "slow": hangs(),
    "500": status(500),
    "503": status(503),
    "broken": breaks_after(""),
    "nonsense": status(200, "<html>", "text/html"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stream", [False, True])
async def test_without_a_baa_an_identifier_never_reaches_the_cloud_whatever_the_local_model_does(made, fault, stream):
    gateway, local, cloud = await made(FAULTS[fault])
    reply = await gateway.chat(SENSITIVE, stream=stream)
    assert reply.status_code == 503
    message = reply.json()["error"]["message"]
    assert "identifiers-stay-in-house" in message
    assert "LM Studio" in message
    assert MRN not in reply.text
    assert len(local.sent) == 1
    assert cloud.connections == 0


async def test_with_the_local_server_down_the_caller_learns_what_to_start(made):
    gateway, local, cloud = await made()
    await local.stop()
    reply = await gateway.chat(SENSITIVE)
    assert reply.status_code == 503
    assert "start LM Studio" in reply.json()["error"]["message"]
    assert cloud.connections == 0
    local.start = None


async def test_a_stream_that_breaks_after_content_ends_as_an_error_and_stays_at_home(made):
    gateway, _, cloud = await made(breaks_after("Half an ans"))
    reply = await gateway.chat(SENSITIVE, stream=True)
    assert reply.status_code == 200
    assert "Half an ans" in reply.text
    assert '"error"' in reply.text
    assert "[DONE]" not in reply.text
    assert cloud.connections == 0


@pytest.mark.parametrize("fault", ["500", "503", "slow", "broken"])
async def test_without_an_identifier_the_cloud_takes_over(made, fault):
    gateway, _, cloud = await made(FAULTS[fault])
    reply = await gateway.chat(CLEAN)
    assert reply.json()["choices"][0]["message"]["content"] == "From the cloud."
    assert reply.headers["x-gateway-target"] == "cloud"
    assert cloud.sent[0].json["messages"][-1]["content"] == CLEAN


async def test_the_same_prompt_with_and_without_an_identifier_goes_to_two_places(made):
    gateway, _, cloud = await made(order="cloud, local")
    clean, sensitive = await gateway.chat(CLEAN), await gateway.chat(SENSITIVE)
    assert clean.headers["x-gateway-target"] == "cloud"
    assert clean.headers["x-gateway-decision"] == "permitted"
    assert sensitive.headers["x-gateway-target"] == "local"
    assert sensitive.headers["x-gateway-decision"] == "trait_missing"
    assert cloud.connections == 1


def forms(value: str) -> list[bytes]:
    """Ways in which a value could be written on the wire."""
    encoded = base64.b64encode(value.encode()).strip(b"=")
    return [value.encode(), encoded[:-1], value.encode().hex().encode(), value[::-1].encode()]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
async def test_with_a_baa_a_pseudonym_leaves_and_the_number_comes_back_in_a_stream(made, size):
    async def answer(request):
        body = await request.json()
        return await says(body["messages"][-1]["content"], size=size)(request)

    gateway, _, cloud = await made(cloud=answer, baa=True, order="cloud, local")
    for stream in (False, True):
        reply = await gateway.chat(SENSITIVE, stream=stream)
        if stream:
            chunks = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
            text = "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])
        else:
            text = reply.json()["choices"][0]["message"]["content"]
        assert text == SENSITIVE
        assert reply.headers["x-gateway-decision"] == "redacted"
        assert "mrn" in reply.headers["x-gateway-redacted"]
    for sent in cloud.sent:
        assert not any(form in sent.body for form in forms(MRN))
        assert b"[MRN_" in sent.body


async def test_the_intent_is_durable_before_the_connection(made):
    seen = []

    async def answer(request):
        rows = tail(gateway.state_dir / "ledger.db", 10)
        seen.append([row.columns["target"] for row in rows if "body_digest" in row.columns])
        return await says("Noted.")(request)

    gateway, *_ = await made(cloud=answer, baa=True, order="cloud, local")
    assert (await gateway.chat(SENSITIVE)).status_code == 200
    assert seen == [["cloud"]]


async def test_no_record_no_egress(start, upstream, tmp_path):
    (tmp_path / "state").write_text("a file where the directory should be")
    local, cloud = await upstream(says("From local.")), await upstream()
    gateway = await start(config(local, cloud, baa=True, order="cloud, local"), {"p.yaml": POLICY})
    reply = await gateway.chat(CLEAN)
    assert reply.json()["choices"][0]["message"]["content"] == "From local."
    assert cloud.connections == 0


async def test_with_no_policy_nothing_leaves(start, upstream):
    local, cloud = await upstream(status(500)), await upstream()
    gateway = await start(config(local, cloud, baa=True))
    assert (await gateway.chat(CLEAN)).status_code == 503
    assert cloud.connections == 0


async def test_auto_fallback_false_makes_one_attempt(start, upstream):
    local, cloud = await upstream(status(500)), await upstream()
    text = config(local, cloud) + 'routing: {auto_fallback: "${AUTO_FALLBACK:-true}"}\n'
    gateway = await start(text, {"p.yaml": POLICY}, {"AUTO_FALLBACK": "false"})
    reply = await gateway.chat(CLEAN)
    assert reply.status_code == 502
    assert cloud.connections == 0


TAGS = {
    "prefix": {"path": "/agent/pathologist/v1/chat/completions"},
    "header": {"headers": {"x-gateway-agent": "pathologist"}},
    "metadata": {"body": {"metadata": {"agent": "pathologist"}}},
    "prompt": {"system": "You are an expert pathologist."},
}


@pytest.mark.parametrize("way", TAGS)
async def test_however_an_agent_is_tagged_its_identifier_stays_at_home(made, way):
    gateway, local, cloud = await made(order="cloud, local")
    tag = TAGS[way]
    messages = [{"role": "user", "content": SENSITIVE}]
    if "system" in tag:
        messages.insert(0, {"role": "system", "content": tag["system"]})
    async with httpx.AsyncClient(base_url=gateway.url) as client:
        reply = await client.post(
            tag.get("path", "/v1/chat/completions"),
            json={"messages": messages, **tag.get("body", {})},
            headers=tag.get("headers"),
        )
    assert reply.headers["x-gateway-target"] == "local"
    assert len(local.sent) == 1
    assert cloud.connections == 0


async def test_through_the_sdk_the_refusal_is_a_403_that_it_does_not_retry(start, upstream):
    local, cloud = await upstream(), await upstream()
    text = config(local, cloud).replace("targets: [local, cloud]", "targets: [cloud]")
    gateway = await start(text, {"p.yaml": POLICY})
    async with openai.AsyncOpenAI(base_url=gateway.v1, api_key="k") as client:
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await client.chat.completions.create(model="diagnosis", messages=[{"role": "user", "content": SENSITIVE}])
    assert caught.value.code == "egress_denied"
    assert "only to a provider with a BAA" in str(caught.value)
    assert cloud.connections == 0


async def test_tool_arguments_come_back_with_the_number(made):
    async def answer(request):
        body = await request.json()
        token = body["messages"][-1]["content"].split("MRN ")[1].split(" has")[0]
        arguments = json.dumps({"mrn": token})
        calls = [{"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": arguments}}]
        return await says(None, tool_calls=calls)(request)

    gateway, _, _ = await made(cloud=answer, baa=True, order="cloud, local")
    reply = await gateway.chat(SENSITIVE)
    call = reply.json()["choices"][0]["message"]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"mrn": MRN}


async def test_embeddings_are_redacted_or_stay(start, upstream):
    local, cloud = await upstream(), await upstream()
    text = config(local, cloud, baa=True) + "default_embedding_route: vectors\n"
    text = text.replace("routes:", "routes:\n  vectors: {targets: [vectors], operation: embeddings}")
    text = text.replace(
        "targets:\n", "targets:\n  vectors: {provider: cloud, model: e, capabilities: [embeddings]}\n", 1
    )
    gateway = await start(text, {"p.yaml": POLICY})
    async with gateway.client() as client:
        reply = await client.post("/v1/embeddings", json={"input": [SENSITIVE, CLEAN]})
    assert reply.status_code == 200
    assert MRN.encode() not in cloud.sent[0].body
    assert cloud.sent[0].json["input"][1] == CLEAN


async def test_explain_says_what_the_pipeline_does(made):
    gateway, _, cloud = await made(order="cloud, local")
    async with gateway.client() as client:
        request = {"messages": [{"role": "user", "content": SENSITIVE}]}
        reply = await client.post("/gateway/explain", json={"request": request, "agent": "pathologist"})
    told = reply.json()
    assert reply.status_code == 200
    start = SENSITIVE.index(MRN)
    place = {"place": "messages[0].content", "start": start, "end": start + len(MRN)}
    assert {"kind": "mrn", **place, "carrier": "message", "counts": True} in told["found"]
    assert told["order"] == ["local"]
    assert MRN not in reply.text
    assert cloud.connections == 0


async def test_a_caller_without_the_permission_may_not_ask_for_explanations(start, upstream):
    local = await upstream()
    text = config(local, local) + f'callers: {{soma: {{key_sha256: "{"0" * 64}"}}}}\n'
    gateway = await start(text, {"p.yaml": POLICY})
    async with gateway.client() as client:
        assert (await client.post("/gateway/explain", json={"messages": []})).status_code == 401


async def test_the_cloud_answers_an_echo_of_everything_that_was_said(made):
    gateway, _, cloud = await made(cloud=echoes(), baa=True, order="cloud, local")
    text = "Olena Sjöström (DOB 03/12/1961, MRN 8675309) called from 555-201-7788 about her results."
    reply = await gateway.chat(text)
    assert reply.json()["choices"][0]["message"]["content"] == text
    for value in ("Sjöström", "03/12/1961", "8675309", "555-201-7788"):
        assert value.encode() not in cloud.sent[0].body


@pytest.mark.parametrize("outbound", [True, False])
async def test_what_asks_no_model_for_anything_is_not_explained(made, outbound):
    """Ollama loads a model for a request without messages: nothing of it goes anywhere."""
    gateway, _, _ = await made()
    async with gateway.client() as client:
        body = {"dialect": "ollama", "outbound": outbound, "request": {"model": "general"}}
        reply = await client.post("/gateway/explain", json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "messages")
    assert "gateway.faulted" not in gateway.log.getvalue()


async def test_a_fault_beside_the_dialects_has_our_shape_too(made, monkeypatch):
    gateway, _, _ = await made()
    monkeypatch.setattr(gateway.gateway.pipeline, "explain", None)
    async with gateway.client() as client:
        reply = await client.post("/gateway/explain", json={"messages": [{"role": "user", "content": CLEAN}]})
    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "internal_error")
    assert len(reply.headers.get_list("x-gateway-request-id")) == 1
    assert gateway.metric("gateway_faults_total") == 1
