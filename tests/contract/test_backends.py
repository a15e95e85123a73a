"""What local servers do in silence, in the bytes that they do it with: told, cured, or left to another permitted target."""

from __future__ import annotations

import asyncio
import json
import re
from types import SimpleNamespace

import pytest
from aiohttp import web

from tests.kit import two_places
from tests.kit.bad_upstreams import sends
from tests.kit.servers import chunk, completion, says, stream, streams

LONG = "The patient was seen for follow-up of stable angina. " * 1_000
SCHEMA = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]


def config(*servers, kind="lm_studio", more="", route="", second="openai_compatible"):
    """One route to servers of `kind` and, if there are two, of `second`."""
    kinds = [kind, second]
    names = ["first", "second"][: len(servers)]
    providers = "\n".join(
        f'  {name}: {{kind: {its}, base_url: "{server.base_url}", traits: [on_prem]}}'
        for name, its, server in zip(names, kinds, servers, strict=False)
    )
    targets = "\n".join(
        f"  {name}: {{provider: {name}, model: test-model{more if name == 'first' else ''}}}" for name in names
    )
    return f"""
version: 1
providers:
{providers}
targets:
{targets}
routes:
  general: {{targets: [{", ".join(names)}]{route}}}
default_route: general
"""


@pytest.fixture
def one(start, upstream):
    async def begin(answer, kind, **more):
        server = await upstream(answer)
        return server, await start(config(server, kind=kind, **more))

    return begin


@pytest.fixture
def two(start, upstream):
    async def begin(answer, kind, other=None, **more):
        first, second = await upstream(answer), await upstream(other or says("Second."))
        return first, second, await start(config(first, second, kind=kind, **more))

    return begin


def named(model, text="Hello."):
    """Answers as `model`, whatever was asked for."""

    async def answer(request):
        pieces = [{**chunk({"content": text}), "model": model}, {**chunk({}, "stop"), "model": model}]
        return await stream(request, pieces)

    return answer


# --- 4: another model answers ----------------------------------------------------------------------------------------


async def test_a_server_of_many_models_that_takes_another_one_gave_no_answer(two):
    _, second, gateway = await two(named("gemma-3-4b"), "lm_studio")
    reply = await gateway.chat()
    assert (reply.status_code, reply.headers["x-gateway-target"]) == (200, "second")
    assert second.sent


async def test_alone_it_is_an_error_that_says_so(one):
    _, gateway = await one(named("gemma-3-4b"), "lm_studio")
    reply = await gateway.chat()
    assert (reply.status_code, reply.json()["error"]["code"]) == (502, "upstream_rejected")
    assert "another model" in reply.json()["error"]["message"]
    assert "gemma" not in reply.text + gateway.log.getvalue()


async def test_the_only_model_of_a_server_answers_and_its_caller_is_told(one):
    _, gateway = await one(named("smollm2-135m"), "llama_cpp")
    reply = await gateway.chat(model="general")
    assert (reply.status_code, reply.headers["x-gateway-not-carried"]) == (200, "model")
    assert reply.json()["model"] == "general"
    assert gateway.metric("gateway_answers_short_total", target="first", how="model") == 1
    (told,) = [
        line for line in map(json.loads, gateway.log.getvalue().splitlines()) if line["event"] == "answer.fell_short"
    ]
    assert (told["level"], told["target"], told["how"]) == ("warning", "first", "model")


# --- 6, 7: contexts --------------------------------------------------------------------------------------------------

EVENT = (
    b'event: error\ndata: {"error":{"message":"Trying to keep the first 9000 tokens when context the overflows."}}\n\n'
)


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_overflow_under_status_200_is_one(one, streamed):
    _, gateway = await one(sends(EVENT, "text/event-stream"), "lm_studio")
    reply = await gateway.chat(stream=streamed)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "context_length_exceeded")


@pytest.mark.parametrize(
    "answer",
    [
        sends(EVENT, "text/event-stream"),
        sends(b'{"error":{"code":400,"type":"exceed_context_size_error","n_ctx":2048}}', code=400),
        sends(b'{"error":"Unexpected endpoint or method. (POST /chat/completions)"}'),
        streams([chunk({"role": "assistant", "content": ""}), chunk({}, "stop")]),
    ],
)
async def test_what_one_cannot_hold_another_one_may(two, answer):
    first, _, gateway = await two(answer, "lm_studio")
    reply = await gateway.chat()
    assert (reply.status_code, reply.headers["x-gateway-target"]) == (200, "second")
    assert len(first.sent) == 1


WINDOWS = {
    "llama_cpp": ("/v1/models", {"data": [{"id": "x", "meta": {"n_ctx": 2048}}]}),
    "vllm": ("/v1/models", {"data": [{"id": "test-model", "max_model_len": 2048}]}),
    "lm_studio": ("/api/v0/models", {"data": [{"id": "test-model", "loaded_context_length": 2048}]}),
    "ollama": ("/api/ps", {"models": [{"name": "test-model:latest", "context_length": 2048}]}),
}


@pytest.mark.parametrize("kind", WINDOWS)
async def test_what_surely_does_not_fit_is_not_sent(start, upstream, kind):
    server = await upstream(says("Hello."), tells=WINDOWS[kind])
    gateway = await start(config(server, kind=kind))
    reply = await gateway.chat(LONG)
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (400, "context_length_exceeded")
    assert "by an estimate" in error["message"]
    assert "2048" in error["message"]
    assert server.sent == []
    assert (await gateway.chat("Hello.")).status_code == 200


async def test_a_configured_context_holds_where_the_server_has_no_limit(one):
    server, gateway = await one(says("Hello."), "mlx", more=", context: 2048")
    assert (await gateway.chat(LONG)).json()["error"]["code"] == "context_length_exceeded"
    assert server.sent == []


async def test_what_does_not_fit_goes_to_a_larger_context(two):
    first, second, gateway = await two(says("First."), "mlx", more=", context: 2048")
    reply = await gateway.chat(LONG)
    assert (reply.status_code, reply.headers["x-gateway-target"]) == (200, "second")
    assert (first.sent, len(second.sent)) == ([], 1)


@pytest.mark.parametrize("streamed", [False, True])
async def test_messages_that_a_server_left_out_are_missed_by_its_own_count(one, streamed):
    _, gateway = await one(says("Hello."), "ollama")  # it says that it read 11 tokens
    reply = await gateway.chat(LONG, stream=streamed)
    assert reply.status_code == 200
    assert gateway.metric("gateway_answers_short_total", target="first", how="messages") == 1
    assert "answer.fell_short" in gateway.log.getvalue()
    if not streamed:  # the headers of a stream are gone by then
        assert reply.headers["x-gateway-not-carried"] == "messages"


async def test_a_short_request_is_not_missed(one):
    _, gateway = await one(says("Hello."), "ollama")
    assert "x-gateway-not-carried" not in (await gateway.chat()).headers
    assert gateway.metric("gateway_answers_short_total") == 0


# --- 9, 12, 13: what is ignored ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["mlx", "ollama", "lm_studio", "llama_cpp", "openai_compatible"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_several_answers_are_several_requests_to_a_server_that_gives_one(one, kind, streamed):
    server, gateway = await one(says("Hello."), kind)
    reply = await gateway.chat(n=3, stream=streamed, stream_options={"include_usage": True} if streamed else None)
    assert reply.status_code == 200
    assert len(server.sent) == 3
    assert all("n" not in sent.json for sent in server.sent)
    assert "x-gateway-not-carried" not in reply.headers
    if not streamed:
        answers = [(choice["index"], choice["message"]["content"]) for choice in reply.json()["choices"]]
        assert answers == [(0, "Hello."), (1, "Hello."), (2, "Hello.")]
        assert reply.json()["usage"] == {"prompt_tokens": 33, "completion_tokens": 15, "total_tokens": 48}
    else:
        events = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
        ends = [choice["index"] for event in events for choice in event["choices"] if choice["finish_reason"]]
        assert ends == [0, 1, 2]
        assert events[-1]["usage"]["total_tokens"] == 48


@pytest.mark.parametrize("streamed", [False, True])
async def test_several_answers_of_which_one_breaks_off_are_none(one, streamed):
    turns = iter([says("Hello."), streams([chunk({"content": "Hal"})], done=False)])

    async def answer(request):
        return await next(turns)(request)

    _, gateway = await one(answer, "mlx")
    reply = await gateway.chat(n=2, stream=streamed)
    assert "upstream_failed" in reply.text
    assert "[DONE]" not in reply.text


async def test_one_body_leaves_the_premises_once(start, upstream):
    """Each body that is sent there has an intent of its own (law 6), so that nothing is sent again for the sake of `n`."""
    server = await upstream(says("Hello."))
    text = config(server, kind="ollama").replace(", traits: [on_prem]", "")
    gateway = await start(text, {"rules.yaml": two_places.POLICY})
    reply = await gateway.chat(n=3)
    assert len(server.sent) == 1
    assert reply.headers["x-gateway-not-carried"] == "n"


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_unknown_server_that_gives_one_answer_of_several_did_not_break_off(start, upstream, streamed):
    server = await upstream(says("Hello."))
    text = config(server, kind="openai_compatible").replace(", traits: [on_prem]", "")
    gateway = await start(text, {"rules.yaml": two_places.POLICY})
    reply = await gateway.chat(n=3, stream=streamed)
    assert (reply.status_code, len(server.sent)) == (200, 1)
    assert server.sent[0].json["n"] == 3
    if not streamed:
        assert len(reply.json()["choices"]) == 1
        assert reply.headers["x-gateway-not-carried"] == "n"
        assert gateway.metric("gateway_answers_short_total", target="first", how="n") == 1


IGNORED = [
    ("mlx", {"response_format": SCHEMA}, "response_format"),
    ("mlx", {"response_format": {"type": "json_object"}}, "response_format"),
    ("mlx", {"logprobs": True, "stream": True}, "logprobs"),
    ("mlx", {"tools": TOOLS, "tool_choice": "required"}, "tool_choice"),
    ("ollama", {"tools": TOOLS, "tool_choice": TOOLS[0]}, "tool_choice"),
    ("ollama", {"logit_bias": {"7": 1}}, "logit_bias"),
    ("lm_studio", {"logprobs": True}, "logprobs"),
    ("llama_cpp", {"tools": TOOLS, "parallel_tool_calls": False}, "parallel_tool_calls"),
]


@pytest.mark.parametrize(("kind", "wish", "name"), IGNORED)
async def test_what_a_server_ignores_is_left_to_another_target(two, kind, wish, name):
    first, second, gateway = await two(says("First."), kind)
    reply = await gateway.chat(**wish)
    assert (reply.status_code, reply.headers["x-gateway-target"]) == (200, "second")
    assert "x-gateway-not-carried" not in reply.headers
    assert (first.sent, len(second.sent)) == ([], 1)
    assert gateway.metric("gateway_fallbacks_total", reason="refused", result="ok") == 1


@pytest.mark.parametrize(("kind", "wish", "name"), IGNORED)
async def test_where_there_is_no_other_it_is_told(one, kind, wish, name):
    _, gateway = await one(says("First."), kind)
    reply = await gateway.chat(**wish)
    assert (reply.status_code, reply.headers["x-gateway-not-carried"]) == (200, name)


async def test_where_the_other_one_fails_it_is_told_too(two):
    _, second, gateway = await two(says("First."), "mlx", other=sends(b"", code=500))
    reply = await gateway.chat(response_format=SCHEMA)
    assert (reply.status_code, reply.headers["x-gateway-target"]) == (200, "first")
    assert reply.headers["x-gateway-not-carried"] == "response_format"
    assert len(second.sent) == 1


async def test_no_tool_is_called_that_must_not_be(one):
    server, gateway = await one(says("Hello."), "mlx")
    await gateway.chat(tools=TOOLS, tool_choice="none")
    assert not {"tools", "tool_choice"} & server.sent[0].json.keys()


async def test_an_answer_without_a_limit_is_not_cut_off_after_512_tokens(one):
    server, gateway = await one(says("Hello."), "mlx")
    await gateway.chat()
    await gateway.chat(max_completion_tokens=9)
    assert server.sent[0].json["max_tokens"] > 512
    assert server.sent[1].json["max_tokens"] == 9


async def test_a_server_that_lets_go_by_itself_is_asked_for_whole_answers(start, upstream):
    """A stream inside costs us more, and vLLM needs none to notice that a caller left."""
    whole = await upstream(says("Hello."))
    gateway = await start(config(whole, kind="vllm"))
    assert (await gateway.chat()).json()["choices"][0]["message"]["content"] == "Hello."
    assert not whole.sent[0].json.get("stream")
    limited = await start(config(whole, kind="vllm", route=", first_token_s: 60"))
    await limited.chat()
    assert whole.sent[1].json["stream"] is True


# --- 15: errors that say what they mean --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "body"),
    [
        ("mlx", 404, b'{"error": "Only \'text\' content type is supported."}'),
        (
            "llama_cpp",
            500,
            b'{"error":{"code":500,"message":"image input is not supported - hint: ","type":"server_error"}}',
        ),
        ("ollama", 400, b'{"error":{"message":"\\"m\\" does not support thinking","type":"invalid_request_error"}}'),
    ],
)
async def test_what_a_model_cannot_do_is_the_callers_to_change_or_anothers_to_do(one, two, kind, code, body):
    _, gateway = await one(sends(body, code=code), kind)
    reply = await gateway.chat()
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("kind", ["mlx", "ollama", "lm_studio"])
async def test_whoever_cannot_do_it_is_stepped_over(two, kind):
    _, _, gateway = await two(sends(b'{"error": "m does not support tools"}', code=400), kind)
    assert (await gateway.chat()).headers["x-gateway-target"] == "second"


async def test_a_whole_answer_says_what_the_stream_said(one):
    _, gateway = await one(sends(json.dumps({**completion("Hi."), "model": "test-model"}).encode()), "lm_studio")
    assert (await gateway.chat()).json()["choices"][0]["message"]["content"] == "Hi."


# --- 11: reasoning -----------------------------------------------------------------------------------------------------

THOUGHT = [chunk({"content": piece}) for piece in ("<th", "ink>\nHm", ".\n</thi", "nk>\n\n", "Hel", "lo.")]


@pytest.mark.parametrize(
    "said",
    [
        [*THOUGHT, chunk({}, "stop")],
        [chunk({"reasoning": "\nHm."}), chunk({"content": "Hello."}, "stop")],
        [chunk({"reasoning_content": "\nHm."}), chunk({"content": "Hello."}, "stop")],
    ],
)
async def test_reasoning_stands_in_one_field_in_both_modes(one, said):
    _, gateway = await one(streams(said), "lm_studio")
    message = (await gateway.chat()).json()["choices"][0]["message"]
    assert (message["reasoning_content"], message["content"]) == ("\nHm.", "Hello.")
    reply = await gateway.chat(stream=True)
    events = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    assert "".join(delta.get("reasoning_content") or "" for delta in deltas) == "\nHm."
    assert "".join(delta.get("content") or "" for delta in deltas) == "Hello."
    assert all("reasoning" not in delta for delta in deltas)


async def test_a_route_says_how_its_models_think(one):
    server, gateway = await one(says("Hello."), "lm_studio", route=", thinking: false")
    await gateway.chat(reasoning_effort="high")
    assert server.sent[0].json["chat_template_kwargs"] == {"enable_thinking": False}
    assert "reasoning_effort" not in server.sent[0].json


async def test_a_route_makes_room_to_think(one):
    server, gateway = await one(says("Hello."), "lm_studio", route=", thinking_budget: 300")
    await gateway.chat(max_tokens=500)
    assert server.sent[0].json["max_tokens"] == 800


@pytest.mark.parametrize("text", ["Hello.", "<think>Hm.</think>Hello."])
async def test_a_model_that_thinks_although_it_was_not_to_is_told(one, text):
    _, gateway = await one(says(text), "lm_studio", route=", thinking: false")
    reply = await gateway.chat()
    thought = "think" in text
    assert reply.headers.get("x-gateway-not-carried") == ("reasoning" if thought else None)
    assert gateway.metric("gateway_answers_short_total", target="first", how="reasoning") == thought


# --- 10, 14, 21, 22: the wire of mlx_lm.server ---------------------------------------------------------------------------

HEAD = b"HTTP/1.0 200 OK\r\nContent-type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n"
MLX = [
    b": keepalive 1/1\n\n",
    'data: {"id":"1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant",'
    '"content":"Grüß"},"finish_reason":null}]}\n\n'.encode(),
    b'data:{"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":" Gott"},"finish_reason":"stop"}]}\r\n\r\n',
    b'data: {"id":"1","object":"chat.completion","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n',
    b"data: [DONE]\n\n",
]


@pytest.fixture
async def mlx_wire(tripwire):
    """A server that speaks HTTP/1.0 as mlx_lm.server does, byte by byte, and keeps what it was sent."""
    seen = []

    async def answer(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        sized = re.search(r"(?i)content-length: *([0-9]+)", head)
        body = await reader.readexactly(int(sized.group(1))) if sized else b""
        if head.startswith("POST /v1"):
            seen.append((head, body))
        if not body:
            writer.write(b"HTTP/1.0 404 Not Found\r\nContent-type: application/json\r\n\r\nNot Found")
        else:
            writer.write(HEAD)
            for byte in b"".join(MLX):
                writer.write(bytes([byte]))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    tripwire.providers.add(port)
    yield f"http://127.0.0.1:{port}/v1", seen
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("size", [10, 1_200_000])
async def test_http_1_0_is_read_to_its_end_and_asked_with_a_length(start, mlx_wire, size):
    base_url, seen = mlx_wire
    gateway = await start(config(SimpleNamespace(base_url=base_url), kind="mlx"))
    reply = await gateway.chat("word " * (size // 5), temperature=None, headers={"Host": "localhost"})
    assert reply.status_code == 200, reply.text
    assert reply.json()["choices"][0]["message"] == {"role": "assistant", "content": "Grüß Gott"}
    assert reply.json()["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    ((head, body),) = seen
    asked = json.loads(body)
    assert "transfer-encoding" not in head.lower()
    assert f"host: {base_url.removeprefix('http://').removesuffix('/v1')}" in head.lower()
    assert None not in asked.values()
    assert asked["stream_options"] == {"include_usage": True}


async def test_each_chunk_bears_our_id_and_model_and_the_role_comes_once(start, mlx_wire):
    base_url, _ = mlx_wire
    gateway = await start(config(SimpleNamespace(base_url=base_url), kind="mlx"))
    reply = await gateway.chat(stream=True, model="general", stream_options={"include_usage": True})
    events = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
    assert {(event["model"], event["object"]) for event in events} == {("general", "chat.completion.chunk")}
    assert len({event["id"] for event in events}) == 1
    roles = [choice["delta"]["role"] for event in events for choice in event["choices"] if "role" in choice["delta"]]
    assert roles == ["assistant"]


@pytest.mark.parametrize("many", [False, True])
async def test_an_embedding_of_only_the_beginning_is_told(start, upstream, many):
    """Ollama embeds what fits, answers 200, and counts what it read (12: silent truncation)."""
    read = 0
    text = "The wound is dry and the patient walks without help. " * 400

    async def answer(request):
        asked = (await request.json())["input"]
        vectors = [
            {"object": "embedding", "index": n, "embedding": [0.1, 0.2]} for n in range(len(asked) if many else 1)
        ]
        usage = {"prompt_tokens": read, "total_tokens": read}
        return web.json_response({"object": "list", "data": vectors, "model": "test-model", "usage": usage})

    server = await upstream(answer)
    gateway = await start(f"""
version: 1
providers: {{local: {{kind: ollama, base_url: "http://127.0.0.1:{server.port}", traits: [on_prem]}}}}
targets: {{v: {{provider: local, model: test-model, capabilities: [embeddings]}}}}
routes: {{vectors: {{targets: [v], operation: embeddings}}}}
""")
    body = {"model": "vectors", "input": [text, text] if many else text}
    for count, told in ((512, "input"), (12_000, None)):
        read = count
        async with gateway.client() as client:
            reply = await client.post("/v1/embeddings", json=body)
        assert (reply.status_code, reply.headers.get("x-gateway-not-carried")) == (200, told)
