"""Pseudonyms over the turns of a conversation, end to end: the same for the same, nobody else's, and shown beforehand."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from datetime import datetime

import pytest

from gateway.cli import main
from tests.kit import written
from tests.kit.servers import echoes, says

POLICY = """
version: 1
rules:
  - id: identifiers-as-pseudonyms
    why: Identifiers leave our network only as pseudonyms, and only to a provider with a BAA.
    when: {phi: [direct, indirect], to: {without: [on_prem]}}
    then: {require: [baa], redact: [direct, indirect]}
"""
MRN = "8675309"
TEXT = f"Patient with MRN {MRN} has a cough."
KEYS = {name: f"key-of-{name}" for name in ("soma", "vox", "ops")}


def config(cloud, **more):
    keys = {name: hashlib.sha256(key.encode()).hexdigest() for name, key in KEYS.items()}
    return written.config(
        providers={"cloud": written.away(cloud)},
        targets={"cloud": "cloud/big", "other": {"provider": "cloud", "model": "bigger", "token_note": True}},
        routes={"report": ["cloud"], "either": ["other", "cloud"]},
        callers={name: {"key_sha256": key, "may": ["explain"]} for name, key in keys.items()},
        **more,
    )


@pytest.fixture
async def made(start, upstream):
    async def make(cloud=None):
        server = await upstream(cloud or echoes())
        return await start(config(server), {"p.yaml": POLICY}), server

    return make


def headers(caller="soma", conversation=None):
    named = {"x-gateway-conversation": conversation} if conversation else {}
    return {"authorization": f"Bearer {KEYS[caller]}", **named}


def token_in(sent) -> str:
    return re.search(r"\[MRN_[a-z2-7]{10}\]", sent.json["messages"][-1]["content"])[0]


async def test_a_value_is_one_token_in_a_conversation_and_another_in_every_other(made):
    gateway, cloud = await made()
    asked = [
        headers("soma", "c1"),
        headers("soma", "c1"),
        headers("soma", "c2"),
        headers("vox", "c1"),
        headers("soma"),
        headers("vox"),
    ]
    for given in asked:
        reply = await gateway.chat(TEXT, headers=given)
        assert reply.json()["choices"][0]["message"]["content"] == TEXT
    first, again, *others = [token_in(sent) for sent in cloud.sent]
    assert first == again
    assert len({first, *others}) == 1 + len(others)


async def test_without_a_name_a_conversation_lasts_a_day(made, monkeypatch):
    gateway, cloud = await made()
    for day in (21, 21, 22):

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None, day=day):
                return cls(2026, 11, day, tzinfo=tz)

        monkeypatch.setattr("gateway.pipeline.judge.datetime", Clock)
        assert (await gateway.chat(TEXT, headers=headers())).status_code == 200
    first, same_day, next_day = [token_in(sent) for sent in cloud.sent]
    assert first == same_day != next_day


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_is_sent_again_says_the_same_tokens(made, stream):
    """The caller sends its history back as it got it: restored."""
    gateway, cloud = await made()
    first = await gateway.chat(TEXT, headers=headers("soma", "c1"))
    history = [
        {"role": "user", "content": TEXT},
        first.json()["choices"][0]["message"],
        {"role": "user", "content": f"And what about {MRN}?"},
    ]
    reply = await gateway.chat(messages=history, headers=headers("soma", "c1"), stream=stream)
    assert said(reply, stream=stream) == f"And what about {MRN}?"
    assert MRN.encode() not in cloud.sent[1].body
    sent = cloud.sent[1].json["messages"]
    assert [message["content"].count(token_in(cloud.sent[0])) for message in sent] == [1, 1, 1]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_token_of_another_caller_or_conversation_is_never_resolved(made, stream):
    replayed = ""

    async def answer(request):
        return await says(
            f"It is {replayed}, {replayed.lower()}, or {replayed[1:-1]}." if replayed else "Noted.", size=1
        )(request)

    gateway, cloud = await made(answer)
    await gateway.chat(TEXT, headers=headers("soma", "c1"))
    replayed = token_in(cloud.sent[0])
    other = "Patient with MRN 4410027 has a fever."
    for thief in (headers("vox", "c1"), headers("soma", "c2"), headers("vox")):
        reply = await gateway.chat(other, headers=thief, stream=stream)
        assert said(reply, stream=stream) == f"It is {replayed}, {replayed.lower()}, or {replayed[1:-1]}."
        assert MRN not in reply.text
        assert "4410027" not in reply.text


@pytest.mark.parametrize("stream", [False, True])
async def test_a_token_that_a_caller_typed_comes_back_as_it_was_typed(made, stream):
    """Also its own: what a token stands for is known only to the request that says the value too."""
    gateway, cloud = await made()
    await gateway.chat(TEXT, headers=headers("soma", "c1"))
    stolen = token_in(cloud.sent[0])
    for typist in (headers("vox", "c1"), headers("soma", "c1")):
        text = f"Who is {stolen}?"
        reply = await gateway.chat(text, headers=typist, stream=stream)
        assert said(reply, stream=stream) == text
        assert stolen.encode() not in cloud.sent[-1].body
        assert MRN not in reply.text


@pytest.mark.parametrize("stream", [False, True])
async def test_an_invented_token_passes_as_it_is_and_is_counted(made, stream):
    gateway, _ = await made(says("See [MRN_aaaaaaaaaa] and [NAME_bbb.", size=1))
    reply = await gateway.chat(TEXT, headers=headers(), stream=stream)
    assert said(reply, stream=stream) == "See [MRN_aaaaaaaaaa] and [NAME_bbb."
    assert gateway.metric("gateway_pseudonyms_unresolved_total") == 1


# --- explain ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["report", "either"])
@pytest.mark.parametrize("stream", [False, True])
async def test_explain_shows_byte_for_byte_what_leaves(made, route, stream):
    gateway, cloud = await made()
    request = {
        "model": route,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": TEXT}],
        "user": "anna",
        "stream": stream,
    }
    question = {"request": request, "caller": "soma", "conversation": "c1", "outbound": True}
    async with gateway.client() as client:
        told = await client.post("/gateway/explain", json=question, headers=headers("ops"))
        assert cloud.connections == 0
        await client.post("/v1/chat/completions", json=request, headers=headers("soma", "c1"))
    shown = told.json()["outbound"]
    assert list(shown) == (["cloud"] if route == "report" else ["other", "cloud"])
    assert next(iter(shown.values())).encode() == cloud.sent[0].body
    assert MRN not in told.text


@pytest.mark.parametrize("dialect", ["anthropic", "ollama"])
async def test_explain_shows_it_for_every_facade(made, dialect):
    gateway, cloud = await made()
    request = {"model": "report", "messages": [{"role": "user", "content": TEXT}]}
    if dialect == "anthropic":
        request["max_tokens"] = 9
    question = {"request": request, "caller": "soma", "conversation": "c1", "outbound": True, "dialect": dialect}
    path = {"anthropic": "/v1/messages", "ollama": "/api/chat"}[dialect]
    async with gateway.client() as client:
        told = await client.post("/gateway/explain", json=question, headers=headers("ops"))
        await client.post(path, json=request, headers=headers("soma", "c1"))
    assert told.json()["outbound"]["cloud"].encode() == cloud.sent[0].body


async def test_the_command_shows_the_same_bytes(made, tmp_path, capsys):
    gateway, cloud = await made()
    request = {"model": "report", "messages": [{"role": "user", "content": TEXT}]}
    async with gateway.client() as client:
        await client.post("/v1/chat/completions", json=request, headers=headers("soma", "c1"))
    (tmp_path / "request.json").write_text(json.dumps(request))
    command = ["explain", str(tmp_path / "request.json"), "--config", str(tmp_path / "config.yaml"), "--json"]
    assert await asyncio.to_thread(main, [*command, "--outbound", "--caller", "soma", "--conversation", "c1"]) == 0
    shown = json.loads(capsys.readouterr().out)["outbound"]["cloud"]
    assert shown.encode() == cloud.sent[0].body


def said(reply, *, stream) -> str:
    assert reply.status_code == 200, reply.text
    if not stream:
        return reply.json()["choices"][0]["message"]["content"]
    chunks = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
    assert "data: [DONE]" in reply.text
    return "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])
