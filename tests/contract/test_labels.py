"""What a request is labelled only ever keeps more of it at home: in every dialect, by header, metadata, agent, caller or term."""

from __future__ import annotations

import hashlib

import pytest

from gateway.state.sqlite.reader import tail
from tests.kit.patience import until
from tests.kit.servers import says
from tests.kit.shapes import check
from tests.kit.two_places import CLEAN, POLICY, config

KEY = "tgw_" + "x" * 32
PART2 = """
  - id: part2-stays
    why: Records of a substance use programme stay with us.
    when: {label: part2, to: {without: [on_prem]}}
    then: {deny: true}
"""
POLICIES = {"p.yaml": POLICY.replace("examples:", PART2.strip("\n") + "\nexamples:")}
LABELS = "labels: {part2: {means: 42 CFR Part 2, terms: [methadone, opioid treatment programme]}, hiv: HIV}\n"
WAIT = "scan: {deadline_ms: 60000}\n"
BODIES = {
    "/v1/chat/completions": "openai",
    "/v1/responses": "openai",
    "/v1/messages": "anthropic",
    "/api/chat": "ollama",
}


def body(path, text=CLEAN, **more):
    if path == "/v1/responses":
        return {"model": "diagnosis", "input": text, **more}
    known = {"model": "diagnosis", "messages": [{"role": "user", "content": text}], **more}
    if path == "/v1/messages":
        known["max_tokens"] = 50
    return known | ({"stream": False} if path == "/api/chat" else {})


@pytest.fixture
async def made(start, upstream):
    async def make(more=LABELS, order="local, cloud"):
        local, cloud = await upstream(says("From local.")), await upstream(says("From the cloud."))
        return await start(config(local, cloud, order=order, baa=True) + WAIT + more, POLICIES), local, cloud

    return make


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    ("headers", "more", "text", "labels"),
    [
        ({}, {}, CLEAN, None),
        ({"x-gateway-label": "hiv"}, {}, CLEAN, "hiv"),
        ({"x-gateway-label": "private"}, {}, CLEAN, "private"),
        ({"x-gateway-label": "part2 ,hiv"}, {}, CLEAN, "hiv,part2"),
        ({}, {"metadata": {"label": "part2"}}, CLEAN, "part2"),
        ({"x-gateway-label": "hiv"}, {"metadata": {"label": ["part2", "private"]}}, CLEAN, "hiv,part2,private"),
        ({}, {}, "Dose of Methadone for an adult?", "part2"),
        ({}, {}, "What is an opioid   treatment\nprogramme?", "part2"),
        ({"x-gateway-label": "hiv"}, {}, "Dose of methadone?", "hiv,part2"),
    ],
)
async def test_a_label_keeps_a_request_at_home(made, path, headers, more, text, labels):
    gateway, _, cloud = await made(order="cloud, local")
    async with gateway.client() as client:
        reply = await client.post(path, json=body(path, text, **more), headers=headers)
    assert reply.status_code == 200, reply.text
    assert reply.headers.get("x-gateway-label") == labels
    if path != "/v1/responses":  # which this cloud has not
        assert reply.headers["x-gateway-target"] == ("cloud" if labels in {None, "hiv"} else "local")
    assert b"label" not in b"".join(one.body for one in cloud.sent)


@pytest.mark.parametrize(("path", "dialect"), BODIES.items())
@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"x-gateway-label": "Mr Smith"}, {}),
        ({"x-gateway-label": "part2, Mr Smith"}, {}),
        ({"x-gateway-label": "PART2"}, {}),
        ([("x-gateway-label", "hiv"), ("x-gateway-label", "private")], {}),
        ({}, {"metadata": {"label": "Mr Smith"}}),
        ({}, {"metadata": {"label": 2}}),
        ({}, {"metadata": {"label": ""}}),
        ({}, {"metadata": {"label": ["part2", {"Mr": "Smith"}]}}),
    ],
)
async def test_a_label_that_is_none_is_400_in_the_caller_s_words(made, path, dialect, headers, more):
    gateway, local, cloud = await made()
    async with gateway.client() as client:
        reply = await client.post(path, json=body(path, **more), headers=headers)
    check(reply, 400, dialect)
    assert "Smith" not in reply.text
    assert "Smith" not in gateway.log.getvalue()
    assert local.sent == cloud.sent == []


async def test_agents_and_callers_have_labels_of_their_own(made):
    key = hashlib.sha256(KEY.encode()).hexdigest()
    more = (
        LABELS.replace("hiv: HIV", "hiv: HIV, notes: Psychotherapy")
        + f"callers: {{clinic: {{key_sha256: '{key}', label: hiv}}}}\n"
    )
    gateway, _, _ = await made(more)
    async with gateway.client() as client:
        client.headers["authorization"] = f"Bearer {KEY}"
        reply = await client.post("/v1/chat/completions", json=body("/v1/chat/completions"))
        assert reply.headers["x-gateway-label"] == "hiv"
        reply = await client.post(
            "/v1/chat/completions", json=body("/v1/chat/completions"), headers={"x-gateway-label": "part2"}
        )
        assert reply.headers["x-gateway-label"] == "hiv,part2"


async def test_an_unclear_agent_has_the_labels_of_every_agent(made, start, upstream):
    server, cloud = await upstream(says("From local.")), await upstream(says("From the cloud."))
    text = config(server, cloud, order="cloud, local").replace(
        "pathologist: {route: diagnosis,",
        "writer: {route: diagnosis}\n  pathologist: {route: diagnosis, label: private,",
    )
    gateway = await start(text + WAIT + LABELS, POLICIES)
    for agent, target, label in (
        ("writer", "cloud", None),
        ("pathologist", "local", "private"),
        ("", "local", "private"),
    ):
        headers = {"x-gateway-agent": agent} if agent else {}
        async with gateway.client() as client:
            reply = await client.post("/v1/chat/completions", json=body("/v1/chat/completions"), headers=headers)
        assert (reply.headers["x-gateway-target"], reply.headers.get("x-gateway-label")) == (target, label)


async def test_record_log_metrics_and_explanation_tell_the_label(made):
    gateway, _, _ = await made(order="cloud")
    async with gateway.client() as client:
        sent = await client.post(
            "/v1/chat/completions", json=body("/v1/chat/completions"), headers={"x-gateway-label": "hiv"}
        )
        refused = await client.post("/v1/chat/completions", json=body("/v1/chat/completions", "Methadone?"))
        told = await client.post(
            "/gateway/explain", json={"request": body("/v1/chat/completions", "Methadone?"), "label": "hiv"}
        )
        metrics = (await client.get("/metrics")).text
    assert (sent.status_code, refused.status_code) == (200, 403)
    assert "substance use programme" in refused.json()["error"]["message"]
    assert 'gateway_labelled_requests_total{label="part2"} 1.0' in metrics
    assert told.json()["labels"] == ["hiv", "part2"]
    assert told.json()["label_sources"] == {
        "hiv": ["the request (header or `metadata.label`)"],
        "part2": ["a term in the text, or text that nobody could read"],
    }
    assert any("it is labelled part2" in rule["because"] for rule in told.json()["rules"])
    assert [line["labels"] for line in gateway.settled()] == [["hiv"], ["part2"]]

    def rows():
        return sorted(
            (row.phase, row.columns["label"])
            for row in tail(gateway.state_dir / "ledger.db", 10)
            if "label" in row.columns
        )

    await until(lambda: len(rows()) == 3)
    assert rows() == [("intent", "hiv"), ("outcome", "hiv"), ("outcome", "part2")]
