"""What comes back in pieces of one character, end to end: every channel of every choice restored, nothing raw on a fault."""

from __future__ import annotations

import json
import re

import pytest
from aiohttp import web

from tests.kit import written
from tests.kit.servers import chunk, streams

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


def config(cloud):
    return written.config(
        providers={"cloud": written.away(cloud)},
        targets={"cloud": {"provider": "cloud", "model": "big", "capabilities": ["tools"]}},
        routes={"report": ["cloud"]},
    )


@pytest.fixture
async def made(start, upstream):
    async def make(answer):
        server = await upstream(answer)
        return await start(config(server), {"p.yaml": POLICY}), server

    return make


async def token_of(request) -> str:
    body = await request.json()
    return re.search(r"\[MRN_[a-z2-7]{10}\]", body["messages"][-1]["content"])[0]


def single(index, channel, text):
    """One choice's text in pieces of one character."""
    for character in text:
        yield {"id": "x", "choices": [{"index": index, "delta": {channel: character}, "finish_reason": None}]}


def call_pieces(token, *, index=0):
    def piece(function, **more):
        call = {"index": 0, "function": function, **more}
        return {"id": "x", "choices": [{"index": index, "delta": {"tool_calls": [call]}, "finish_reason": None}]}

    yield piece({"name": "", "arguments": ""}, id="call_1", type="function")
    for character in f"look_up_{token[1:-1]}":
        yield piece({"name": character})
    for character in json.dumps({"mrn": token, "note": f'"{token}\'s"'}):
        yield piece({"arguments": character})


def finishes(*indices):
    return [{"id": "x", "choices": [{"index": i, "delta": {}, "finish_reason": "stop"} for i in indices]}]


async def streamed(gateway, **body):
    reply = await gateway.chat(TEXT, stream=True, **body)
    assert reply.status_code == 200, reply.text
    chunks = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
    return reply, chunks


def joined(chunks, index, channel) -> str:
    choices = [choice for piece in chunks for choice in piece.get("choices", []) if choice["index"] == index]
    return "".join(choice["delta"].get(channel) or "" for choice in choices)


@pytest.mark.parametrize("channel", ["content", "reasoning_content", "refusal"])
async def test_a_token_in_pieces_of_one_character_is_restored_in_every_channel(made, channel):
    async def answer(request):
        token = await token_of(request)
        text = f"It is {token}, `{token}`, {token.lower()} and [MRN_"
        return await streams([*single(0, channel, text), *finishes(0)])(request)

    gateway, cloud = await made(answer)
    reply, chunks = await streamed(gateway)
    assert joined(chunks, 0, channel) == f"It is {MRN}, `{MRN}`, {MRN} and [MRN_"
    assert "data: [DONE]" in reply.text
    assert MRN.encode() not in cloud.sent[0].body


async def test_reasoning_under_its_other_name_is_restored_too(made):
    async def answer(request):
        token = await token_of(request)
        return await streams(
            [*single(0, "reasoning", f"About {token}."), *single(0, "content", "Done."), *finishes(0)]
        )(request)

    gateway, _ = await made(answer)
    reply, chunks = await streamed(gateway)
    assert f"About {MRN}." in (joined(chunks, 0, "reasoning_content"), joined(chunks, 0, "reasoning"))
    assert "[MRN_" not in reply.text


async def test_two_choices_that_come_interleaved_are_restored_each_for_itself(made):
    async def answer(request):
        token = await token_of(request)
        first, second = single(0, "content", f"One {token}."), single(1, "content", f"{token} two.")
        pieces = [piece for pair in zip(first, second, strict=False) for piece in pair]
        pieces += [*first, *second]
        return await streams([*pieces, *finishes(0, 1)])(request)

    gateway, _ = await made(answer)
    _, chunks = await streamed(gateway, n=2)
    assert joined(chunks, 0, "content") == f"One {MRN}."
    assert joined(chunks, 1, "content") == f"{MRN} two."
    finished = [c for piece in chunks for c in piece.get("choices", []) if c.get("finish_reason")]
    assert sorted(choice["index"] for choice in finished) == [0, 1]


async def test_names_and_arguments_of_a_tool_call_are_restored_and_valid(made):
    async def answer(request):
        return await streams([*call_pieces(await token_of(request)), *finishes(0)])(request)

    gateway, _ = await made(answer)
    tools = [{"type": "function", "function": {"name": f"look_up_{MRN}", "parameters": {"type": "object"}}}]
    _, chunks = await streamed(gateway, tools=tools)
    functions = [
        call["function"]
        for piece in chunks
        for choice in piece.get("choices", [])
        for call in choice["delta"].get("tool_calls", [])
    ]
    assert "".join(function.get("name") or "" for function in functions) == f"look_up_{MRN}"
    arguments = json.loads("".join(function.get("arguments") or "" for function in functions))
    assert arguments == {"mrn": MRN, "note": f'"{MRN}\'s"'}


async def test_a_whole_answer_is_restored_in_every_channel_of_every_choice(made):
    async def answer(request):
        token = await token_of(request)
        call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"mrn": token})}}
        message = {"role": "assistant", "content": token, "reasoning_content": token, "refusal": token}
        choices = [
            {"index": index, "message": {**message, "tool_calls": [call]}, "finish_reason": "stop"} for index in (0, 1)
        ]
        return web.json_response({"id": "x", "object": "chat.completion", "model": "m", "choices": choices})

    gateway, _ = await made(answer)
    reply = await gateway.chat(TEXT, n=2)
    for choice in reply.json()["choices"]:
        message = choice["message"]
        assert [message[name] for name in ("content", "reasoning_content", "refusal")] == [MRN] * 3
        assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"mrn": MRN}
    assert "[MRN_" not in reply.text


async def breaks_in_a_token(request, *, cut):
    """Drops the connection after `cut` characters of a token."""
    token = await token_of(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for character in f"Hello. {token}"[: 7 + cut]:
        await response.write(b"data: " + json.dumps(chunk({"content": character})).encode() + b"\n\n")
    request.transport.close()
    return response


@pytest.mark.parametrize("cut", [1, 4, 9, 14])
@pytest.mark.parametrize("facade", ["openai", "anthropic", "ollama"])
async def test_an_upstream_that_fails_within_a_token_ends_as_an_error_and_half_a_token(made, cut, facade):
    async def answer(request):
        return await breaks_in_a_token(request, cut=cut)

    gateway, _ = await made(answer)
    path = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages", "ollama": "/api/chat"}[facade]
    body = {"model": "report", "messages": [{"role": "user", "content": TEXT}], "stream": True, "max_tokens": 9}
    if facade == "ollama":
        del body["max_tokens"]
    async with gateway.client() as client:
        reply = await client.post(path, json=body)
    assert '"error"' in reply.text
    assert "[DONE]" not in reply.text
    assert "message_stop" not in reply.text
    assert '"done":true' not in reply.text.replace(" ", "")
    assert MRN not in reply.text
    assert "Traceback" not in reply.text


@pytest.mark.parametrize("facade", ["anthropic", "ollama"])
async def test_the_other_facades_restore_what_comes_one_character_at_a_time(made, facade):
    async def answer(request):
        token = await token_of(request)
        return await streams([*single(0, "content", f"It is {token}."), *finishes(0)])(request)

    gateway, cloud = await made(answer)
    body = {"model": "report", "messages": [{"role": "user", "content": TEXT}], "stream": True}
    async with gateway.client() as client:
        if facade == "anthropic":
            reply = await client.post("/v1/messages", json={**body, "max_tokens": 9})
            events = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
            said = "".join(event.get("delta", {}).get("text", "") for event in events)
        else:
            reply = await client.post("/api/chat", json=body)
            said = "".join(json.loads(line)["message"]["content"] for line in reply.text.splitlines())
    assert said == f"It is {MRN}."
    assert MRN.encode() not in cloud.sent[0].body
