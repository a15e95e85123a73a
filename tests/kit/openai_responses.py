"""OpenAI's Responses endpoint, scripted: takes only requests that fit the SDK's types and store nothing, says words back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError

from gateway.wire.responses.passthrough import events_of
from tests.kit.servers import Handler, stream

_WHOLE = TypeAdapter(ResponseCreateParamsNonStreaming)
_STREAM = TypeAdapter(ResponseCreateParamsStreaming)
Output = list[dict[str, Any]]
ENCRYPTED = "gAAAAABp" + "Zm9vYmFyIGJheg" * 5 + "=="
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 14,
}


def message(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"type": "message", "id": "msg_up", "role": "assistant", "status": "completed", "content": [part]}


def thought(text: str = "Hm.") -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": text}] if text else []
    return {"type": "reasoning", "id": "rs_up", "summary": summary, "encrypted_content": ENCRYPTED}


def response(body: dict[str, Any], output: Output) -> dict[str, Any]:
    """The response to a request, which repeats of it what OpenAI repeats."""
    return {
        "id": "resp_up",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": f"{body.get('model', 'big')}-2026-08-07",
        "output": output,
        "instructions": body.get("instructions"),
        "metadata": body.get("metadata") or {},
        "user": body.get("user"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "temperature": 1.0,
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": [{"strict": True, "parameters": None, **tool} for tool in body.get("tools") or ()],
        "top_p": 1.0,
        "store": body["store"],
        "usage": USAGE,
    }


def said_last(body: dict[str, Any]) -> str:
    """The text of the last item."""
    given = body["input"]
    if isinstance(given, str):
        return given
    content = given[-1].get("content", given[-1].get("output", ""))
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def pieces_of(events: list[dict[str, Any]], size: int) -> list[dict[str, Any]]:
    """Events as they are written: numbered, and their texts in pieces."""
    cut: list[dict[str, Any]] = []
    for event in events:
        text = event.get("delta")
        parts = [text[i : i + size] for i in range(0, len(text), size)] if isinstance(text, str) else [None]
        cut += [event if part is None else {**event, "delta": part} for part in parts]
    return [{**event, "sequence_number": number} for number, event in enumerate(cut)]


def answers(output: Callable[[dict[str, Any]], Output] | None = None, *, size: int = 3, cut_after: int = 0) -> Handler:
    """Answers with these items, or what was said last; `cut_after` so many events a stream breaks off."""
    made = output or (lambda body: [thought(), message(said_last(body))])

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        try:
            (_STREAM if body.get("stream") else _WHOLE).validate_python(body)
        except ValidationError:
            return web.json_response({"error": {"message": "That is not a request of this API."}}, status=400)
        if not request.path.endswith("/v1/responses") or body["store"]:
            return web.json_response({"error": {"message": "That is stored."}}, status=400)
        whole = response(body, made(body))
        if not body.get("stream"):
            return web.json_response(whole)
        events = pieces_of(list(events_of(whole)), size)
        return await stream(request, events[:cut_after] if cut_after else events, done=False)

    return answer
