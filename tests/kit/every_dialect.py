"""The scripted model of `agent_model.py` at its own door in every dialect: OpenAI's two, Anthropic's and Ollama's.

A client that stands before it without a gateway gets what it would get from the vendor, so that both ways can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.kit.agent_model import USAGE, acts, call_of, text_of
from tests.kit.openai_responses import message, pieces_of, response
from tests.kit.servers import Handler, stream

PIECE = 7
MODEL = "the-model"
Tree = dict[str, Any]


def speaks() -> Handler:
    """Answers at the usual path of each dialect."""
    paths = {"/v1/messages": _anthropic, "/v1/responses": _responses, "/api/chat": _ollama, "/api/embed": _embed}

    async def answer(request: web.Request) -> web.StreamResponse:
        native = paths.get(request.path)
        return await (native(request, await request.json()) if native else acts()(request))

    return answer


def _decided(chat: Tree) -> tuple[str, Tree | None, Tree]:
    """What is said, or the function that is called and its arguments."""
    call = call_of(chat)
    if call is None:
        return text_of(chat), None, {}
    return "", call["function"], json.loads(call["function"]["arguments"])


def _plain(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])


# --- Anthropic -------------------------------------------------------------------------------------------------------


async def _anthropic(request: web.Request, body: Tree) -> web.StreamResponse:
    messages: list[Tree] = [{"role": "system", "content": _plain(body.get("system"))}]
    for turn in body["messages"]:
        blocks = turn["content"] if isinstance(turn["content"], list) else [{"type": "text", "text": turn["content"]}]
        results = [block for block in blocks if block["type"] == "tool_result"]
        messages += [{"role": "tool", "content": _plain(block.get("content"))} for block in results]
        said = [block for block in blocks if block["type"] == "text"]
        messages += [{"role": turn["role"], "content": _plain(said)}] if said else []
    choice = body.get("tool_choice") or {}
    named = {"function": {"name": choice.get("name")}}
    form = (body.get("output_config") or {}).get("format") or body.get("output_format")
    tools = [tool for tool in body.get("tools") or [] if "input_schema" in tool]
    text, function, arguments = _decided(
        {
            "messages": messages,
            "tools": [_function(tool["name"], tool["input_schema"]) for tool in tools],
            "tool_choice": {"any": "required", "tool": named, "none": "none"}.get(choice.get("type", "")),
            "response_format": {"type": "json_schema", "json_schema": {"schema": form["schema"]}} if form else None,
        }
    )
    block: Tree = {"type": "text", "text": text}
    if function:
        block = {"type": "tool_use", "id": "toolu_1", "name": function["name"], "input": arguments}
    whole = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [block],
        "stop_reason": "tool_use" if function else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": USAGE["prompt_tokens"], "output_tokens": USAGE["completion_tokens"]},
    }
    if not body.get("stream"):
        return web.json_response(whole)
    reply = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await reply.prepare(request)
    for event in _anthropic_events(whole):
        await reply.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
    return reply


def _function(name: str, parameters: Tree) -> Tree:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def _anthropic_events(whole: Tree) -> Iterator[Tree]:
    [block] = whole["content"]
    calls = block["type"] == "tool_use"
    said = json.dumps(block["input"]) if calls else block["text"]
    empty = {**block, "input": {}} if calls else {**block, "text": ""}
    kind, key = ("input_json_delta", "partial_json") if calls else ("text_delta", "text")
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    yield {"type": "message_start", "message": begun}
    yield {"type": "content_block_start", "index": 0, "content_block": empty}
    for piece in _cut(said):
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": kind, key: piece}}
    yield {"type": "content_block_stop", "index": 0}
    ending = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield {
        "type": "message_delta",
        "delta": ending,
        "usage": {"output_tokens": whole["usage"]["output_tokens"]},
    }
    yield {"type": "message_stop"}


def _cut(text: str) -> list[str]:
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


# --- OpenAI's Responses ----------------------------------------------------------------------------------------------


async def _responses(request: web.Request, body: Tree) -> web.StreamResponse:
    given = body["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    messages = [{"role": "system", "content": body.get("instructions") or ""}]
    for item in items:
        if item.get("type") in {"function_call_output", "custom_tool_call_output"}:
            messages.append({"role": "tool", "content": _plain(item["output"])})
        elif "role" in item:
            messages.append({"role": item["role"], "content": _plain(item["content"])})
    choice, form = body.get("tool_choice"), (body.get("text") or {}).get("format") or {}
    text, function, _ = _decided(
        {
            "messages": messages,
            "tools": [
                _function(tool["name"], tool["parameters"]) for tool in body.get("tools") or [] if "parameters" in tool
            ],
            "tool_choice": {"function": {"name": choice["name"]}} if isinstance(choice, dict) else choice,
            "response_format": {"type": form.get("type"), "json_schema": {"schema": form.get("schema")}},
        }
    )
    item = message(text)
    if function:
        item = {"type": "function_call", "id": "fc_up", "call_id": "call_1", "status": "completed", **function}
    whole = response({**body, "store": body.get("store", True)}, [item])
    if not body.get("stream"):
        return web.json_response(whole)
    return await stream(request, pieces_of(list(_responses_events(whole)), PIECE), done=False)


def _responses_events(whole: Tree) -> Iterator[Tree]:
    [item] = whole["output"]
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    place = {"item_id": item["id"], "output_index": 0}
    if item["type"] == "function_call":
        spoken = item["arguments"]
        opened = {**item, "status": "in_progress", "arguments": ""}
        yield {"type": "response.output_item.added", "output_index": 0, "item": opened}
        yield {"type": "response.function_call_arguments.delta", **place, "delta": spoken}
        yield {"type": "response.function_call_arguments.done", **place, "name": item["name"], "arguments": spoken}
    else:
        [part] = item["content"]
        place["content_index"] = 0
        opened = {**item, "status": "in_progress", "content": []}
        yield {"type": "response.output_item.added", "output_index": 0, "item": opened}
        yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
        yield {"type": "response.output_text.delta", **place, "delta": part["text"], "logprobs": []}
        yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
        yield {"type": "response.content_part.done", **place, "part": part}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": "response.completed", "response": whole}


# --- Ollama ----------------------------------------------------------------------------------------------------------


async def _ollama(request: web.Request, body: Tree) -> web.StreamResponse:
    form = body.get("format")
    asked = {"type": "json_object"} if form == "json" else {"type": "json_schema", "json_schema": {"schema": form}}
    text, function, arguments = _decided({**body, "response_format": asked if form else None})
    calls = {"tool_calls": [{"function": {"name": function["name"], "arguments": arguments}}]} if function else {}
    head = {"model": MODEL, "created_at": "2026-11-21T12:00:00.000000Z"}
    times = {"total_duration": 900, "load_duration": 100, "prompt_eval_duration": 300, "eval_duration": 500}
    counts = {"prompt_eval_count": USAGE["prompt_tokens"], "eval_count": USAGE["completion_tokens"]}
    ending = {"done": True, "done_reason": "stop", **times, **counts}
    if body.get("stream") is False:
        return web.json_response({**head, "message": {"role": "assistant", "content": text, **calls}, **ending})
    reply = web.StreamResponse(headers={"content-type": "application/x-ndjson"})
    await reply.prepare(request)
    said = [{"role": "assistant", "content": piece} for piece in _cut(text)]
    said += [{"role": "assistant", "content": "", **calls}] if calls else []
    lines = [{**head, "message": one, "done": False} for one in said]
    for line in [*lines, {**head, "message": {"role": "assistant", "content": ""}, **ending}]:
        await reply.write(json.dumps(line).encode() + b"\n")
    return reply


async def _embed(_request: web.Request, body: Tree) -> web.StreamResponse:
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vectors = [[0.25, -0.5, 3.0, 0.125] for _ in inputs]
    return web.json_response({"model": MODEL, "embeddings": vectors, "total_duration": 900, "prompt_eval_count": 3})
