"""Turns replies and chunks of LiteLLM into the hub's; drops what LiteLLM adds or invents; holds no state."""

from __future__ import annotations

from typing import Any

from gateway.domain import JSON, Tree

_ADDED = frozenset({"provider_specific_fields", "tool_calls"})
"""What LiteLLM adds to a message, or what needs a look of its own."""
_TOLD = ("service_tier", "system_fingerprint", "citations", "search_results")


def reply_tree(reply: dict[str, Any]) -> Tree:
    """A whole reply, chat or embeddings; `reply` is LiteLLM's object as a mapping."""
    tree: Tree = {}
    if "choices" in reply:
        tree["choices"] = [_choice(choice, "message") for choice in reply["choices"]]
    if "data" in reply:
        tree["data"] = reply["data"]
    return tree | _told(reply) | _usage(reply)


def chunk_tree(chunk: dict[str, Any]) -> Tree:
    """One chunk of a stream; `chunk` is LiteLLM's object as a mapping."""
    made = [_choice(choice, "delta") for choice in chunk.get("choices", [])]
    choices: list[JSON] = [choice for choice in made if choice["delta"] or choice["finish_reason"]]
    return {"choices": choices, **_told(chunk), **_usage(chunk)}


def _told(reply: dict[str, Any]) -> Tree:
    return {name: reply[name] for name in _TOLD if reply.get(name)}


def _choice(choice: dict[str, Any], part: str) -> Tree:
    said = choice.get(part) or {}
    kept: Tree = {name: value for name, value in said.items() if name not in _ADDED}
    if said.get("tool_calls"):
        kept["tool_calls"] = [_called(call) for call in said["tool_calls"]]
    made: Tree = {"index": choice.get("index", 0), part: kept, "finish_reason": choice.get("finish_reason")}
    if choice.get("logprobs"):
        made["logprobs"] = choice["logprobs"]
    return made


def _called(call: dict[str, Any]) -> Tree:
    return {name: value for name, value in call.items() if name not in _ADDED and value != {}}


def _usage(reply: dict[str, Any]) -> Tree:
    """Usage, if the provider reported it. LiteLLM's own counting is switched off, so zeros mean that it did not."""
    usage = reply.get("usage") or {}
    counts = {name: usage.get(name) or 0 for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    if not any(counts.values()):
        return {}
    return {"usage": {**{name: value for name, value in usage.items() if value}, **counts}}
