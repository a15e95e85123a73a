"""A scripted server of the OpenAI and Anthropic dialects: answers by rule, so that clients can be held to exact words.

Run as `python backend.py PORT`. It echoes the last message, calls the first tool it is given, describes images, gives
JSON where a format is asked for, thinks where effort is asked for, and never ends when it is told to `wait`.
`GET /seen` tells what it saw.
"""

import asyncio
import base64
import contextlib
import json
import sys

from aiohttp import web

PIECE = 3
HUNG_UP = asyncio.Event()
SEEN = {"chats": 0, "cancelled": 0, "last": None, "headers": {}}


def text_of(content):
    if isinstance(content, str):
        return content
    return " ".join(part["text"] for part in content or [] if part["type"] == "text")


def image_of(content):
    """Media type and size of the first image, or None."""
    for part in content if isinstance(content, list) else []:
        if part["type"] == "image_url":
            head, _, data = part["image_url"]["url"].partition(",")
            return head[5:].partition(";")[0], len(base64.b64decode(data))
    return None


def example(schema):
    """A value that fits a JSON schema."""
    match schema.get("type"):
        case "object":
            return {name: example(inner) for name, inner in (schema.get("properties") or {}).items()}
        case "array":
            return [example(schema.get("items") or {})]
        case "integer" | "number":
            return 7
        case "boolean":
            return True
        case _:
            return (schema.get("enum") or ["Paris"])[0]


def answer(tree):
    """What to say: text, reasoning, tool calls."""
    last = tree["messages"][-1]
    said = text_of(last.get("content"))
    reasoning = "Let me think." if tree.get("reasoning_effort") not in (None, "none") else ""
    if last["role"] == "tool":
        return f"The tool says: {said}", reasoning, []
    tools = tree.get("tools") or []
    if tools and tree.get("tool_choice") != "none":
        chosen = tools if "both" in said else tools[:1]
        calls = [(tool["function"]["name"], example(tool["function"].get("parameters") or {})) for tool in chosen]
        return "Let me look." if "aloud" in said else "", reasoning, calls
    form = tree.get("response_format") or {}
    if form.get("type") == "json_schema":
        return json.dumps(example(form["json_schema"]["schema"])), reasoning, []
    if form.get("type") == "json_object":
        return '{"ok": true}', reasoning, []
    if image := image_of(last.get("content")):
        return f"I see {image[0]} of {image[1]} bytes.", reasoning, []
    return f"Echo: {said}", reasoning, []


def pieces(text):
    return [text[i : i + PIECE] for i in range(0, len(text), PIECE)]


def usage(text):
    return {"prompt_tokens": 11, "completion_tokens": len(text.split()), "total_tokens": 11 + len(text.split())}


def completion(tree):
    text, reasoning, calls = answer(tree)
    limit = tree.get("max_tokens") or tree.get("max_completion_tokens") or 9999
    words = text.split(" ")
    finish = "length" if len(words) > limit else "tool_calls" if calls else "stop"
    message = {"role": "assistant", "content": " ".join(words[:limit]) or None}
    if reasoning:
        message["reasoning_content"] = reasoning
    if calls:
        message["tool_calls"] = [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for i, (name, arguments) in enumerate(calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": tree.get("model", ""),
        "choices": [choice],
        "usage": usage(text),
    }


def chunks(tree):
    choice = completion(tree)["choices"][0]
    message = choice["message"]
    deltas = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": piece} for piece in pieces(message.get("reasoning_content") or "")]
    deltas += [{"content": piece} for piece in pieces(message["content"] or "")]
    for i, call in enumerate(message.get("tool_calls") or []):
        function = call["function"]
        deltas.append({"tool_calls": [call | {"index": i, "function": function | {"arguments": ""}}]})
        deltas += [{"tool_calls": [{"index": i, "function": {"arguments": p}}]} for p in pieces(function["arguments"])]
    for delta in deltas:
        yield {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    yield {"choices": [], "usage": usage(message["content"] or "")}


async def chat(request):
    tree = await request.json()
    SEEN.update(chats=SEEN["chats"] + 1, last=tree, headers=dict(request.headers))
    if text_of(tree["messages"][-1].get("content")).startswith("wait"):
        return await wait(request, streams=bool(tree.get("stream")))
    if not tree.get("stream"):
        return web.json_response(completion(tree))
    return await sse(request, (("", chunk) for chunk in chunks(tree)), last=b"data: [DONE]\n\n")


async def wait(request, *, streams):
    """One word, then nothing until the other side hangs up."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    try:
        if streams:
            await response.prepare(request)
            first = {"choices": [{"index": 0, "delta": {"content": "Well"}, "finish_reason": None}]}
            await response.write(b"data: " + json.dumps(first).encode() + b"\n\n")
        await asyncio.Event().wait()
    except (asyncio.CancelledError, ConnectionError):
        SEEN["cancelled"] += 1
        HUNG_UP.set()
        raise
    return response


async def sse(request, events, *, last=b""):
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for name, data in events:
        head = f"event: {name}\n" if name else ""
        await response.write(f"{head}data: {json.dumps(data)}\n\n".encode())
    await response.write(last)
    return response


async def messages(request):
    """Anthropic's dialect: a signed thought, then the last text back, with counts of a cache."""
    tree = await request.json()
    SEEN.update(chats=SEEN["chats"] + 1, last=tree, headers=dict(request.headers))
    text = "Echo: " + text_of(tree["messages"][-1]["content"])
    counts = {"input_tokens": 5, "output_tokens": 3, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2}
    head = {"id": "msg_claude", "type": "message", "role": "assistant", "model": "claude-real"}
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    blocks = [{"type": "thinking", "thinking": "Hm.", "signature": "c2lnbmVk"}, {"type": "text", "text": text}]
    if not tree.get("stream"):
        return web.json_response(head | ending | {"content": blocks, "usage": counts})
    nothing = {"stop_reason": None, "stop_sequence": None}
    events = [
        {"type": "message_start", "message": head | nothing | {"content": [], "usage": counts}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "thinking", "thinking": "", "signature": ""},
        },
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2lnbmVk"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": p}}
            for p in pieces(text)
        ),
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    return await sse(request, ((event["type"], event) for event in events))


async def embeddings(request):
    """Floats whatever was asked for, as LM Studio does: eight numbers that tell the input's length and place."""
    tree = await request.json()
    inputs = tree["input"] if isinstance(tree["input"], list) else [tree["input"]]
    if inputs and isinstance(inputs[0], int):
        inputs = [inputs]
    data = [
        {"object": "embedding", "index": i, "embedding": [float(len(item)), float(i), *([0.5] * 6)]}
        for i, item in enumerate(inputs)
    ]
    return web.json_response(
        {"object": "list", "data": data, "model": tree.get("model", ""), "usage": {"prompt_tokens": 2}}
    )


async def moderations(request):
    tree = await request.json()
    verdict = {"flagged": False, "categories": {"violence": False}, "category_scores": {"violence": 0.01}}
    return web.json_response({"id": "modr-1", "model": tree.get("model", ""), "results": [verdict]})


async def hearing(request):
    """Says of a recording how long it is."""
    form = await request.post()
    return web.json_response({"text": "twelve bytes" if len(form["file"].file.read()) == 12 else "other bytes"})


async def models(_request):
    return web.json_response({"object": "list", "data": [{"id": "scripted", "object": "model"}]})


async def cancelled(request):
    """Whether so many requests were hung up on, waiting up to thirty seconds for it."""
    wanted = int(request.match_info["count"])
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            while SEEN["cancelled"] < wanted:
                HUNG_UP.clear()
                await HUNG_UP.wait()
    return web.json_response(SEEN["cancelled"] >= wanted)


async def seen(_request):
    return web.json_response(SEEN)


def application():
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_post("/v1/messages", messages)
    app.router.add_post("/v1/embeddings", embeddings)
    app.router.add_post("/v1/moderations", moderations)
    app.router.add_post("/v1/audio/transcriptions", hearing)
    app.router.add_post("/v1/audio/translations", hearing)
    app.router.add_get("/v1/models", models)
    app.router.add_get("/seen", seen)
    app.router.add_get("/cancelled/{count}", cancelled)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None, handler_cancellation=True)
