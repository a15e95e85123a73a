"""One table of identifiers on every facade: it stays, or a pseudonym leaves and the value comes back; clean text goes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from aiohttp import web

from tests.kit import written
from tests.kit.servers import UpstreamServer, chunk, completion, says, stream

POLICY = """
version: 1
rules:
  - id: identifiers-stay-in-house
    why: Identifiers leave our network only as pseudonyms, and only to a provider with a BAA.
    when: {phi: [direct, indirect], to: {without: [on_prem]}}
    then: {require: [baa], redact: [direct, indirect]}
examples:
  - {phi: [mrn], traits: [], sent: false}
"""
PHI = {
    "mrn": ("Patient with MRN 8675309 has a cough.", ["8675309"]),
    "ssn": ("Her SSN is 219-09-9999, and she has a cough.", ["219-09-9999"]),
    "phone": ("Call the patient at 555-201-7788 about the cough.", ["555-201-7788"]),
    "email": ("Write to olena.sjostrom@example.org about the cough.", ["olena.sjostrom@example.org"]),
    "name": ("Patient Olena Sjöström (DOB 03/12/1961) has a cough.", ["Sjöström", "03/12/1961"]),
    "quoted": ('Note: "MRN 8675309"\n\tsays \\ Ann-Marie O\'Neill, MD.', ["8675309", "O'Neill"]),
}
CLEAN = "What should be asked next of an adult with a cough?"
PIECES = [1, 3, 100]
TOOL = {"type": "object", "properties": {"said": {"type": "string"}}}


# --- a cloud that says everything back, in its own dialect, in pieces ---------------------------------------------------


def text_of(content):
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def pieces(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


async def mirror(request: web.Request) -> web.StreamResponse:
    """The last message as text, as reasoning and, where there are tools, as their arguments; `model` names the size."""
    body = await request.json()
    size = int(body["model"].rpartition("-")[2])
    said = text_of(body["messages"][-1]["content"])
    asked_for_json = {"format", "response_format", "output_config"} & body.keys()
    if asked_for_json:
        said = json.dumps({"said": said, **_argument(body["messages"])}, ensure_ascii=False)
    arguments = json.dumps({"said": said, said: [said]}, ensure_ascii=False) if body.get("tools") else ""
    if request.path.endswith("/messages"):
        return await _message(request, said, arguments, size=size, whole=not body.get("stream"))
    call = {"id": "call_1", "type": "function", "function": {"name": "note", "arguments": arguments}}
    calls = {"tool_calls": [call]} if arguments else {}
    if not body.get("stream"):
        return web.json_response(completion(said, reasoning_content=said, **calls))
    deltas = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": piece} for piece in pieces(said, size)]
    deltas += [{"content": piece} for piece in pieces(said, size)]
    if arguments:
        deltas.append({"tool_calls": [{**call, "index": 0, "function": {"name": "note", "arguments": ""}}]})
        deltas += [
            {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces(arguments, size)
        ]
    end = chunk({}, "tool_calls" if arguments else "stop", usage={"prompt_tokens": 3, "completion_tokens": 4})
    return await stream(request, [*(chunk(delta) for delta in deltas), end])


def _argument(messages):
    """The arguments of the call that was made before."""
    for message in messages:
        for call in message.get("tool_calls") or []:
            return json.loads(call["function"]["arguments"])
        for block in message["content"] if isinstance(message["content"], list) else []:
            if block["type"] == "tool_use":
                return block["input"]
    return {}


async def _message(request, said, arguments, *, size, whole):
    """Anthropic's dialect."""
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-real"}
    ending = {"stop_reason": "tool_use" if arguments else "end_turn", "stop_sequence": None}
    usage = {"input_tokens": 3, "output_tokens": 4}
    tool = {"type": "tool_use", "id": "toolu_1", "name": "note"}
    if whole:
        content = [{"type": "text", "text": said}]
        content += [{**tool, "input": json.loads(arguments)}] if arguments else []
        return web.json_response({**head, **ending, "content": content, "usage": usage})
    events = [{"type": "message_start", "message": {**head, "stop_reason": None, "content": [], "usage": usage}}]
    blocks = [({"type": "text", "text": ""}, "text_delta", "text", said)]
    if arguments:
        blocks.append(({**tool, "input": {}}, "input_json_delta", "partial_json", arguments))
    for index, (block, kind, key, text) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events += [
            {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: piece}}
            for piece in pieces(text, size)
        ]
        events.append({"type": "content_block_stop", "index": index})
    events += [{"type": "message_delta", "delta": ending, "usage": {"output_tokens": 4}}, {"type": "message_stop"}]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for event in events:
        await response.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
    return response


# --- the facades: how each asks, and what its reply says ----------------------------------------------------------------


@dataclass
class Heard:
    """What a caller reads off a reply: text, reasoning, arguments of the tool call."""

    text: str
    thought: str | None = None
    arguments: object = None


@dataclass(frozen=True)
class Asks:
    """One way to ask: where, with what body, to which kind of target, and how to read both forms of a reply."""

    path: str
    body: Callable[[str], dict]
    whole: Callable[[dict], Heard]
    streamed: Callable[[str], Heard]
    target: str = "cloud"
    tools: list | None = None


def _data(text: str) -> list[dict]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


def _openai_whole(tree):
    message = tree["choices"][0]["message"]
    calls = message.get("tool_calls")
    arguments = json.loads(calls[0]["function"]["arguments"]) if calls else None
    return Heard(message["content"], message["reasoning_content"], arguments)


def _openai_streamed(text):
    assert text.endswith("data: [DONE]\n\n")
    deltas = [choice["delta"] for event in _data(text) for choice in event["choices"]]
    calls = [call["function"].get("arguments", "") for delta in deltas for call in delta.get("tool_calls", [])]
    return Heard(
        "".join(delta.get("content") or "" for delta in deltas),
        "".join(delta.get("reasoning_content") or "" for delta in deltas),
        json.loads("".join(calls)) if calls else None,
    )


def _anthropic_whole(tree):
    blocks = {block["type"]: block for block in tree["content"]}
    return Heard(
        blocks["text"]["text"],
        blocks.get("thinking", {}).get("thinking"),
        blocks.get("tool_use", {}).get("input"),
    )


def _anthropic_streamed(text):
    events = _data(text)
    assert [events[0]["type"], events[-1]["type"]] == ["message_start", "message_stop"]
    said = {"text": "", "thinking": "", "partial_json": ""}
    open_blocks = set()
    for event in events:
        match event["type"]:
            case "content_block_start":
                open_blocks.add(event["index"])
            case "content_block_stop":
                open_blocks.remove(event["index"])
            case "content_block_delta":
                assert event["index"] in open_blocks
                for key in said:
                    said[key] += event["delta"].get(key, "")
    assert not open_blocks
    return Heard(said["text"], said["thinking"] or None, json.loads(said["partial_json"] or "null"))


def _ollama_whole(tree):
    message = tree["message"]
    calls = message.get("tool_calls")
    return Heard(message["content"], message["thinking"], calls[0]["function"]["arguments"] if calls else None)


def _ollama_streamed(text):
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    calls = [call for line in lines for call in line["message"].get("tool_calls", [])]
    return Heard(
        "".join(line["message"]["content"] for line in lines),
        "".join(line["message"].get("thinking", "") for line in lines),
        calls[0]["function"]["arguments"] if calls else None,
    )


def _generate_whole(tree):
    return Heard(tree["response"], tree["thinking"])


def _generate_streamed(text):
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[-1]["done"] is True
    return Heard("".join(line["response"] for line in lines), "".join(line.get("thinking", "") for line in lines))


def _conversation(text):
    return {"messages": [{"role": "user", "content": text}]}


def _blocks(text):
    return {"max_tokens": 99, "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]}


OPENAI_TOOLS = [{"type": "function", "function": {"name": "note", "parameters": TOOL}}]
ANTHROPIC_TOOLS = [{"name": "note", "input_schema": TOOL}]
FACADES = {
    "openai": Asks("/v1/chat/completions", _conversation, _openai_whole, _openai_streamed, tools=OPENAI_TOOLS),
    "anthropic": Asks("/v1/messages", _blocks, _anthropic_whole, _anthropic_streamed, tools=ANTHROPIC_TOOLS),
    "claude": Asks("/v1/messages", _blocks, _anthropic_whole, _anthropic_streamed, "claude", tools=ANTHROPIC_TOOLS),
    "ollama-chat": Asks("/api/chat", _conversation, _ollama_whole, _ollama_streamed, tools=OPENAI_TOOLS),
    "ollama-generate": Asks("/api/generate", lambda text: {"prompt": text}, _generate_whole, _generate_streamed),
}


def config(local: UpstreamServer, cloud: UpstreamServer, *, baa: bool) -> str:
    kinds = ("cloud", "claude")
    targets = {f"{kind}-{size}": f"{kind}/{kind}-{size}" for kind in kinds for size in PIECES}
    return written.config(
        providers={
            "local": written.at_home(local, kind="lm_studio"),
            "cloud": written.away(cloud, baa=baa),
            "claude": written.away(cloud, baa=baa, kind="anthropic", via="direct"),
        },
        targets={"local": "local/qwen", **targets},
        routes={f"{kind}-or-home": [f"{kind}-100", "local"] for kind in kinds} | {name: [name] for name in targets},
    )


@pytest.fixture
async def made(start, upstream):
    async def make(*, baa):
        local, cloud = await upstream(says("From local.")), await upstream(mirror)
        return await start(config(local, cloud, baa=baa), {"p.yaml": POLICY}), local, cloud

    return make


async def ask(gateway, facade: Asks, text: str, *, route: str, streamed: bool, tools=False):
    body = {**facade.body(text), "model": route, "stream": streamed}
    if tools and facade.tools:
        body["tools"] = facade.tools
    async with gateway.client() as client:
        return await client.post(facade.path, json=body)


def forms(value: str) -> set[bytes]:
    """Ways in which a value could be written on the wire."""
    digits = "".join(filter(str.isdigit, value))
    written = {value, value[::-1], value.upper(), value.lower(), json.dumps(value)[1:-1], *([digits] if digits else [])}
    found = {form.encode() for form in written}
    return found | {base64.b64encode(value.encode()).strip(b"=")[:-1], value.encode().hex().encode()}


def heard(facade: Asks, reply, *, streamed: bool) -> Heard:
    assert reply.status_code == 200, reply.text
    return facade.streamed(reply.text) if streamed else facade.whole(reply.json())


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("name", FACADES)
async def test_without_a_baa_an_identifier_is_refused_or_stays_at_home(made, name, streamed):
    facade = FACADES[name]
    gateway, local, cloud = await made(baa=False)
    for text, values in PHI.values():
        refused = await ask(gateway, facade, text, route=f"{facade.target}-100", streamed=streamed)
        assert refused.status_code == 403
        assert "only to a provider with a BAA" in refused.text
        at_home = await ask(gateway, facade, text, route=f"{facade.target}-or-home", streamed=streamed)
        assert at_home.status_code == 200
        assert at_home.headers["x-gateway-target"] == "local"
        assert not any(value in refused.text + str(refused.headers) for value in values)
    assert cloud.connections == 0
    assert local.connections == len(PHI)


@pytest.mark.parametrize("size", [None, *PIECES])
@pytest.mark.parametrize("name", FACADES)
async def test_with_a_baa_no_form_of_a_value_leaves_and_the_value_comes_back(made, name, size):
    """`size` None: a whole reply; else a stream in pieces of that many characters."""
    facade = FACADES[name]
    gateway, _, cloud = await made(baa=True)
    for text, values in PHI.values():
        for tools in (False, True):
            route = f"{facade.target}-{size or 100}"
            reply = await ask(gateway, facade, text, route=route, streamed=bool(size), tools=tools)
            got = heard(facade, reply, streamed=bool(size))
            assert got.text == text
            assert got.thought in (text, None)
            if tools and facade.tools:
                assert got.arguments == {"said": text, text: [text]}
            assert reply.headers["x-gateway-decision"] == "redacted"
            sent = cloud.sent[-1].body
            assert not any(form in sent for value in values for form in forms(value))
    assert len(cloud.sent) == 2 * len(PHI)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("name", FACADES)
async def test_clean_text_goes_to_the_cloud_as_it_is(made, name, streamed):
    facade = FACADES[name]
    gateway, local, cloud = await made(baa=False)
    reply = await ask(gateway, facade, CLEAN, route=f"{facade.target}-or-home", streamed=streamed)
    assert heard(facade, reply, streamed=streamed).text == CLEAN
    assert reply.headers["x-gateway-target"] == f"{facade.target}-100"
    assert reply.headers["x-gateway-decision"] == "permitted"
    assert text_of(cloud.sent[0].json["messages"][-1]["content"]) == CLEAN
    assert local.connections == 0
    assert cloud.sent[0].path == ("/v1/messages" if facade.target == "claude" else "/v1/chat/completions")


# --- what is particular: numbers, answers in JSON, streams that break -----------------------------------------------------

SCHEMA = {"type": "object", "properties": {"mrn": {"type": "integer"}}}
RESULT = 'She said "no":\n\tMRN 8675309 \\ that is all.'
HUB_CALL = {"id": "call_1", "type": "function", "function": {"name": "note", "arguments": '{"mrn": 8675309}'}}
HUB_TURNS = [{"role": "assistant", "content": "", "tool_calls": [HUB_CALL]}, {"role": "tool", "tool_call_id": "call_1"}]
TOOL_USE = {"type": "tool_use", "id": "toolu_1", "name": "note", "input": {"mrn": 8675309}}
TOOL_RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "Noted."}
OLLAMA_CALL = {"function": {"name": "note", "arguments": {"mrn": 8675309}}}
JSON_ASKS = {
    "openai": {
        "messages": [{"role": "user", "content": "Note it."}, HUB_TURNS[0], {**HUB_TURNS[1], "content": RESULT}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}},
    },
    "anthropic": {
        "max_tokens": 99,
        "messages": [
            {"role": "user", "content": "Note it."},
            {"role": "assistant", "content": [TOOL_USE]},
            {"role": "user", "content": [TOOL_RESULT, {"type": "text", "text": RESULT}]},
        ],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    },
    "ollama-chat": {
        "messages": [
            {"role": "user", "content": "Note it."},
            {"role": "assistant", "content": "", "tool_calls": [OLLAMA_CALL]},
            {"role": "tool", "tool_name": "note", "content": RESULT},
        ],
        "format": SCHEMA,
    },
}
JSON_ASKS["claude"] = JSON_ASKS["anthropic"]


@pytest.mark.parametrize("size", [None, *PIECES])
@pytest.mark.parametrize("name", JSON_ASKS)
async def test_an_answer_in_json_is_json_again_and_a_number_is_a_number(made, name, size):
    facade = FACADES[name]
    gateway, _, cloud = await made(baa=True)
    body = {**JSON_ASKS[name], "model": f"{facade.target}-{size or 100}", "stream": bool(size)}
    async with gateway.client() as client:
        reply = await client.post(facade.path, json=body)
    got = heard(facade, reply, streamed=bool(size))
    assert json.loads(got.text) == {"said": RESULT, "mrn": 8675309}
    assert not any(form in cloud.sent[0].body for form in forms("8675309"))


async def breaks_in_a_token(request: web.Request) -> web.StreamResponse:
    """Half of the last message, up to the middle of the pseudonym in it, and no more."""
    body = await request.json()
    said = text_of(body["messages"][-1]["content"])
    said = said[: said.index("[MRN_") + 8]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    if request.path.endswith("/messages"):
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "x", "content": [], "usage": {}}
        delta = {"type": "text_delta", "text": said}
        events = [
            {"type": "message_start", "message": head},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": delta},
        ]
    else:
        events = [chunk({"role": "assistant", "content": said})]
    for event in events:
        await response.write(f"data: {json.dumps(event)}\n\n".encode())
    request.transport.close()
    return response


ENDS = {"openai": "[DONE]", "anthropic": "message_stop", "claude": "message_stop", "ollama": '"done":true'}


@pytest.mark.parametrize("name", FACADES)
async def test_a_stream_that_breaks_within_a_pseudonym_ends_as_an_error_and_shows_no_value(start, upstream, name):
    facade = FACADES[name]
    cloud = await upstream(breaks_in_a_token)
    gateway = await start(config(cloud, cloud, baa=True), {"p.yaml": POLICY})
    reply = await ask(gateway, facade, PHI["mrn"][0], route=f"{facade.target}-100", streamed=True)
    assert reply.status_code == 200
    assert "Patient with MRN" in reply.text
    assert '"error"' in reply.text.splitlines()[-2 if "data:" in reply.text else -1]
    assert ENDS[name.partition("-")[0]] not in reply.text
    assert "8675309" not in reply.text


async def native(request: web.Request) -> web.StreamResponse:
    """Ollama's own API: says the last message back."""
    body = await request.json()
    if request.path == "/api/embed":
        return web.json_response({"embeddings": [[0.5, 0.25]], "prompt_eval_count": 2})
    said = body["messages"][-1]["content"]
    line = {"message": {"role": "assistant", "content": said}, "done": True, "done_reason": "stop", "eval_count": 1}
    return web.Response(text=json.dumps(line) + "\n", content_type="application/x-ndjson")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("path", "body", "called"),
    [
        ("/api/chat", _conversation(CLEAN), "/api/chat"),
        ("/api/generate", {"prompt": CLEAN}, "/api/chat"),
        ("/v1/chat/completions", _conversation(CLEAN), "/api/chat"),
        ("/v1/messages", _blocks(CLEAN), "/api/chat"),
        ("/api/embed", {"input": CLEAN}, "/api/embed"),
        ("/api/embeddings", {"prompt": CLEAN}, "/api/embed"),
    ],
)
async def test_an_ollama_target_is_asked_in_its_own_words_whatever_the_endpoint(
    start, upstream, path, body, called, streamed
):
    server = await upstream(native)
    gateway = await start(f"""
version: 1
providers:
  local: {{kind: ollama, via: ollama, base_url: "{server.base_url.removesuffix("/v1")}", traits: [on_prem]}}
targets:
  chat: {{provider: local, model: qwen3}}
  vectors: {{provider: local, model: vectors, capabilities: [embeddings]}}
routes:
  general: {{targets: [chat]}}
  embedding: {{targets: [vectors], operation: embeddings}}
default_route: general
default_embedding_route: embedding
""")
    body = body if "embed" in path else {**body, "stream": streamed}
    async with gateway.client() as client:
        reply = await client.post(path, json=body)
    assert reply.status_code == 200, reply.text
    assert "embed" in path or CLEAN in reply.text
    assert [sent.path for sent in server.sent] == [called]
