"""A hub reply as a response; never carries anything of the upstream's own but text, calls, counts and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.domain import Tree, Usage
from gateway.wire import hub
from gateway.wire.openai.reply import usage_of
from gateway.wire.responses import tools
from gateway.wire.responses.tools import Known

REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""Finish reasons of the hub with which an answer is not complete."""
_ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "service_tier": "default",
    "temperature": 1.0,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""What a response repeats of its request, and what stands there where the request says nothing."""
_UNSAID: dict[str, Any] = {
    "object": "response",
    "background": False,
    "error": None,
    "incomplete_details": None,
    "previous_response_id": None,
    "store": False,
    "completed_at": None,
    "usage": None,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the response to one request has in common from its first event to its last."""

    tree: Tree
    known: dict[str, Known]
    suffix: str

    @classmethod
    def of(cls, request: dict[str, Any], request_id: str) -> Frame:
        """The frame of the answer to `request`, whose ids are made of ours."""
        suffix = request_id.removeprefix("req_")
        given = {name: value for name in _ECHOED if (value := request.get(name)) is not None}
        tree = {**_UNSAID, **_ECHOED, **given, "id": f"resp_{suffix}"}
        tree["reasoning"] = {"effort": None, "summary": None, **(request.get("reasoning") or {})}
        tree["text"] = {"format": {"type": "text"}, "verbosity": "medium", **(request.get("text") or {})}
        tree["tools"] = [_tool(tool) for tool in request.get("tools") or ()]
        return cls(tree, tools.known(request), suffix)

    def response(self, model: str, created: int, more: Tree) -> Tree:
        """The response under the model name that the caller used, with `more`; `created` in seconds since 1970."""
        return {**self.tree, "created_at": created, "model": model, "output": [], **more}

    def item_id(self, prefix: str, index: int) -> str:
        return f"{prefix}_{self.suffix}_{index}"

    def call(self, called: hub.Called, index: int, *, status: str) -> Tree:
        """The item of a tool call, as the caller's own tool is called."""
        tool = self.known.get(called.name) or Known(called.name)
        item: dict[str, Any] = {
            "type": "custom_tool_call" if tool.custom else "function_call",
            "id": self.item_id("ctc" if tool.custom else "fc", index),
            "call_id": called.id or self.item_id("call", index),
            "name": tool.name,
            "status": status,
        }
        if tool.namespace:
            item["namespace"] = tool.namespace
        if tool.custom:
            return item | {"input": tools.as_input(called.arguments)}
        return item | {"arguments": called.arguments}


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    return {"strict": False, "parameters": None, **tool} if tool["type"] == "function" else tool


def from_hub(reply: dict[str, Any], frame: Frame, *, completed_at: int) -> Tree:
    """The response that says what `reply` says.

    Items stand in the order reasoning, message, calls. There is always a message or a call, because clients read one.
    Raises UpstreamFailed for a reply without a message.
    """
    choice = hub.first_choice(reply)
    message = choice["message"]
    ended = ending(choice, completed_at=completed_at)
    output: list[dict[str, Any]] = []
    if thought := hub.reasoning(message):
        output.append(thinking(frame.item_id("rs", 0), [{"type": "summary_text", "text": thought}]))
    calls = hub.calls(message)
    parts = said(message, choice.get("logprobs"))
    if parts or not calls:
        item_id = frame.item_id("msg", len(output))
        output.append(spoken(item_id, parts or [text_part("")], status=ended["status"]))
    first = len(output)
    output += [frame.call(call, first + i, status=ended["status"]) for i, call in enumerate(calls)]
    more: dict[str, Any] = {"output": output, "usage": usage_tree(usage_of(reply)), **ended}
    if reply.get("service_tier") is not None:
        more["service_tier"] = reply["service_tier"]
    return frame.response(str(reply.get("model") or ""), int(reply.get("created") or 0), more)


def ending(choice: dict[str, Any], *, completed_at: int) -> dict[str, Any]:
    """`status` and what goes with it, by the finish reason of a choice."""
    reason = REASONS.get(choice.get("finish_reason") or "")
    if reason:
        return {"status": "incomplete", "incomplete_details": {"reason": reason}}
    return {"status": "completed", "completed_at": completed_at}


def said(message: dict[str, Any], logprobs: Any) -> list[dict[str, Any]]:
    """The parts of a message: text with its annotations and, where they were asked for, its log probabilities."""
    parts = []
    if text := hub.words(message.get("content")):
        annotations = [annotation(item) for item in message.get("annotations") or () if isinstance(item, dict)]
        parts.append(text_part(text, annotations, tokens(logprobs)))
    if refusal := hub.words(message.get("refusal")):
        parts.append({"type": "refusal", "refusal": refusal})
    return parts


def text_part(text: str, annotations: list[Any] | None = None, logprobs: list[Any] | None = None) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations or [], "logprobs": logprobs or []}


def annotation(item: dict[str, Any]) -> dict[str, Any]:
    """An annotation, which the hub nests under the name of its type."""
    kind = item.get("type")
    inner = item.get(kind) if isinstance(kind, str) else None
    return {"type": kind, **inner} if isinstance(inner, dict) else item


def tokens(logprobs: Any) -> list[Any]:
    """The log probabilities of a choice's text."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    return content if isinstance(content, list) else []


def spoken(item_id: str, parts: list[Any], *, status: str) -> dict[str, Any]:
    """The item of a message."""
    return {"type": "message", "id": item_id, "role": "assistant", "status": status, "content": parts}


def thinking(item_id: str, summary: list[Any]) -> dict[str, Any]:
    """The item of reasoning: what a target tells of it is its summary."""
    return {"type": "reasoning", "id": item_id, "summary": summary}


def usage_tree(usage: Usage | None) -> dict[str, Any] | None:
    """`usage` as this API counts it; null where nothing was reported."""
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_input_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
