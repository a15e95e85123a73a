"""A hub reply as a Messages reply; never carries anything of the upstream's own but text, calls, counts and reasons."""

from __future__ import annotations

from typing import Any

from gateway.domain import Tree
from gateway.wire import hub
from gateway.wire.anthropic.fields import IDENTIFIER
from gateway.wire.openai.reply import counts_of, usage_of

STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
"""Finish reasons of the hub; any other counts as the end of the turn."""


def from_hub(reply: dict[str, Any], *, model: str, message_id: str) -> dict[str, Any]:
    """The Messages reply that says what `reply` says, under the model name that the caller asked for.

    Blocks stand in the order thinking, text, tool use. There is always a text or tool block, because clients read
    `content[0]`. Raises UpstreamFailed for a reply without a message or with tool arguments that are no object.
    """
    choice = hub.first_choice(reply)
    message = choice["message"]
    content: list[dict[str, Any]] = []
    if thought := hub.reasoning(message):
        content.append({"type": "thinking", "thinking": thought, "signature": ""})
    calls = hub.calls(message)
    text = hub.words(message.get("content")) + hub.words(message.get("refusal"))
    if text or not calls:
        content.append({"type": "text", "text": text})
    truncated = choice.get("finish_reason") == "length"
    for i, call in enumerate(calls):
        tool_input = hub.arguments(call.arguments, truncated=truncated)
        block_id = tool_id(call.id, message_id=message_id, index=i)
        content.append({"type": "tool_use", "id": block_id, "name": call.name, "input": tool_input})
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        **ending(choice, called=bool(calls), refused=bool(message.get("refusal"))),
        "usage": usage_tree(counts_of(reply)),
    }


def ending(choice: dict[str, Any], *, called: bool, refused: bool) -> dict[str, Any]:
    """`stop_reason` and `stop_sequence` of a choice; servers that finish a tool call with `stop` are put right."""
    finish, matched = choice.get("finish_reason"), choice.get("stop_reason")
    if finish == "stop" and isinstance(matched, str) and not called:
        return {"stop_reason": "stop_sequence", "stop_sequence": matched}
    reason = STOP_REASONS.get(finish or "", "end_turn")
    if refused:
        reason = "refusal"
    elif called and reason == "end_turn":
        reason = "tool_use"
    elif not called and reason == "tool_use":
        reason = "end_turn"
    return {"stop_reason": reason, "stop_sequence": None}


def tool_id(given: str, *, message_id: str, index: int) -> str:
    """The upstream's id where the dialect allows it, else one of ours that is stable within the message."""
    if IDENTIFIER.pattern.fullmatch(given):
        return given
    return f"toolu_{message_id.removeprefix('msg_')}_{index}"


_HUBS = frozenset(
    {"prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "completion_tokens_details"}
)


def usage_tree(counts: Tree | None) -> dict[str, Any]:
    """`usage` of the hub as this dialect counts it: input tokens without those read from a cache; the rest as it is.

    Where nothing was reported, all that the API lets be null is null; the two sums it demands are 0.
    """
    usage = usage_of({"usage": counts})
    if counts is None or usage is None:
        return {
            "input_tokens": 0,
            "output_tokens": 0,
            "cache_creation_input_tokens": None,
            "cache_read_input_tokens": None,
        }
    made: dict[str, Any] = {
        "input_tokens": max(0, usage.input_tokens - usage.cached_input_tokens),
        "output_tokens": usage.output_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_input_tokens,
    }
    if usage.reasoning_tokens:
        made["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return {name: value for name, value in counts.items() if name not in _HUBS} | made
