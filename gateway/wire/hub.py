"""The words between dialects: OpenAI chat is the hub, and this says what every translator shares about it.

A *hub request* is the body of `POST /v1/chat/completions`; a *hub reply* is a `chat.completion`; a *hub chunk* is a
`chat.completion.chunk`. Reasoning is read as `reasoning_content` or `reasoning` (servers differ) and written as
`reasoning_content`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.domain import Usage
from gateway.errors import UpstreamFailed

JSON_OUTPUT_NAME = "output"
"""The name a schema gets where a dialect has none and the hub demands one."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A request in another dialect, and the known fields of the first that it could not carry (for a header)."""

    tree: dict[str, Any]
    lost: tuple[str, ...] = ()


def dumps(value: Any) -> str:
    """Compact JSON text, as tool-call arguments carry it."""
    return orjson.dumps(value).decode()


def arguments(text: str | None, *, truncated: bool = False) -> dict[str, Any]:
    """The object that a tool call's argument text spells; empty text is an empty object.

    Raises UpstreamFailed for text that spells none, unless the model was cut off (`truncated`): then the caller learns
    it from the finish reason, and gets an empty object.
    """
    if not text or not text.strip():
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return value
    if truncated:
        return {}
    raise UpstreamFailed("The model answered with a tool call whose arguments are not a JSON object. Try again.")


def data_url(media_type: str, data: str) -> str:
    return f"data:{media_type};base64,{data}"


def split_data_url(url: str) -> tuple[str, str] | None:
    """Media type and base64 text of a `data:` URL; None for any other URL."""
    head, comma, data = url.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        return None
    return head[5:-7], data


def reasoning(part: dict[str, Any]) -> str:
    """Reasoning text of a message or delta, under either of its names."""
    return part.get("reasoning_content") or part.get("reasoning") or ""


def first_choice(reply: dict[str, Any]) -> dict[str, Any]:
    """The first choice of a hub reply; raises UpstreamFailed when it has none."""
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0].get("message"), dict):
        raise UpstreamFailed("The provider's reply holds no message. Try again, or another route.")
    return dict(choices[0])


def usage_of(reply: dict[str, Any]) -> Usage:
    """Tokens of a hub reply or chunk; `reported` False when it carries none."""
    usage = reply.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    thought = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0
    return Usage(
        input_tokens=usage.get("prompt_tokens") or 0,
        output_tokens=usage.get("completion_tokens") or 0,
        cached_input_tokens=cached,
        reasoning_tokens=thought,
        reported=True,
    )


def usage_tree(usage: Usage) -> dict[str, Any]:
    """`usage` as a hub reply states it."""
    tree: dict[str, Any] = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
    if usage.cached_input_tokens:
        tree["prompt_tokens_details"] = {"cached_tokens": usage.cached_input_tokens}
    if usage.reasoning_tokens:
        tree["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return tree


def aggregate(chunks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The hub reply that a stream of hub chunks spells (first choice only).

    Raises UpstreamFailed when the stream ends without a finish reason: a broken stream is no answer (law 8).
    """
    reply: dict[str, Any] = {"object": "chat.completion"}
    texts: dict[str, list[str]] = {"content": [], "reasoning_content": [], "refusal": []}
    calls: dict[int, dict[str, Any]] = {}
    choice: dict[str, Any] = {"index": 0, "finish_reason": None}
    logprobs: list[Any] = []
    for chunk in chunks:
        reply |= {key: chunk[key] for key in ("id", "created", "model", "usage") if chunk.get(key) is not None}
        for part in chunk.get("choices") or []:
            if part.get("index", 0) != 0:
                continue
            delta = part.get("delta") or {}
            texts["content"].append(delta.get("content") or "")
            texts["reasoning_content"].append(reasoning(delta))
            texts["refusal"].append(delta.get("refusal") or "")
            for call in delta.get("tool_calls") or []:
                _extend(calls, call)
            logprobs += (part.get("logprobs") or {}).get("content") or []
            choice |= {key: part[key] for key in ("finish_reason", "stop_reason") if part.get(key) is not None}
    if choice["finish_reason"] is None:
        raise UpstreamFailed("The provider's stream ended before the answer did. Try again.")
    message: dict[str, Any] = {"role": "assistant", "content": "".join(texts["content"])}
    message |= {key: text for key in ("reasoning_content", "refusal") if (text := "".join(texts[key]))}
    if calls:
        message["tool_calls"] = [calls[index] for index in sorted(calls)]
    choice["message"] = message
    if logprobs:
        choice["logprobs"] = {"content": logprobs}
    return reply | {"choices": [choice]}


def _extend(calls: dict[int, dict[str, Any]], delta: dict[str, Any]) -> None:
    """Adds one tool-call delta to the calls gathered so far, by index."""
    empty: dict[str, Any] = {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
    call = calls.setdefault(delta.get("index", 0), empty)
    call["id"] = call["id"] or delta.get("id") or ""
    function = delta.get("function") or {}
    call["function"]["name"] += function.get("name") or ""
    call["function"]["arguments"] += function.get("arguments") or ""
