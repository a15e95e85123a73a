"""A Messages request as a hub request; reports what the hub cannot carry and refuses what would change the meaning.

Takes a valid tree; never touches it.
"""

from __future__ import annotations

from typing import Any

from gateway.errors import InvalidRequest
from gateway.wire.anthropic.turns import Turns
from gateway.wire.hub import JSON_OUTPUT_NAME, Translated

_SAME_NAME = frozenset({"model", "max_tokens", "temperature", "top_p", "stream"})
_TRANSLATED = frozenset(
    {
        "messages",
        "system",
        "stop_sequences",
        "tools",
        "tool_choice",
        "thinking",
        "output_config",
        "output_format",
        "metadata",
    }
)
_HINTS = frozenset(
    {
        "cache_control",
        "service_tier",
        "context_management",
        "diagnostics",
        "fallbacks",
        "speed",
        "user_profile_id",
        "workspace_id",
    }
)
"""Fields that steer Anthropic's own service: without them the answer is the same, so their loss is only reported."""
_CLAUDE_ONLY = frozenset({"container", "mcp_servers", "inference_geo"})
"""Fields without which the answer would be another, or given at another place."""
_TOOL_HINTS = (
    "cache_control",
    "defer_loading",
    "allowed_callers",
    "input_examples",
    "eager_input_streaming",
)
_EFFORTS = {"low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "xhigh"}
LOW_THINKING_TOKENS = 4_096
MEDIUM_THINKING_TOKENS = 16_384
"""Up to which `budget_tokens` a thinking budget counts as low and as medium effort."""


def to_hub(tree: dict[str, Any]) -> Translated:
    """The hub request that asks for the same, and the known fields that it could not carry.

    Unknown fields are copied: the target's rule forwards or drops them. Raises InvalidRequest for what only a Claude
    target can serve (hosted tools, containers, stored files, cache warming).
    """
    if tree["max_tokens"] == 0:
        raise _only_claude("max_tokens", "cache warming (max_tokens 0)")
    for key in _CLAUDE_ONLY & tree.keys():
        if tree[key]:
            raise _only_claude(key, key)
    lost = {key for key in _HINTS if tree.get(key) is not None}
    hub: dict[str, Any] = {key: tree[key] for key in _SAME_NAME if tree.get(key) is not None}
    turns = Turns(tree)
    hub["messages"] = turns.messages
    hub |= _tools(tree, lost) | _effort(tree, lost)
    if tree.get("stop_sequences"):
        hub["stop"] = list(tree["stop_sequences"])
    if tree.get("stream"):
        hub["stream_options"] = {"include_usage": True}
    if form := (tree.get("output_config") or {}).get("format") or tree.get("output_format"):
        schema = {"name": JSON_OUTPUT_NAME, "schema": form["schema"], "strict": True}
        hub["response_format"] = {"type": "json_schema", "json_schema": schema}
    if user := (tree.get("metadata") or {}).get("user_id"):
        hub["user"] = user
    known = _SAME_NAME | _TRANSLATED | _HINTS | _CLAUDE_ONLY
    hub |= {key: value for key, value in tree.items() if key not in known and key not in hub}
    return Translated(hub, tuple(sorted(lost | turns.lost)))


def _only_claude(param: str, what: str) -> InvalidRequest:
    return InvalidRequest(
        f"{param}: {what} is understood by Claude targets only, and this route leads elsewhere. "
        "Leave it out, or ask for a Claude route.",
        param=param,
    )


def _tools(tree: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """`tools`, `tool_choice` and `parallel_tool_calls` of the hub; adds the hints it drops to `lost`."""
    hub: dict[str, Any] = {}
    tools = tree.get("tools") or []
    for i, tool in enumerate(tools):
        if tool.get("type") not in {None, "custom"}:
            raise _only_claude(f"tools.{i}.type", "a tool that Anthropic defines")
        lost |= {f"tools.{key}" for key in _TOOL_HINTS if tool.get(key)}
    if tools:
        hub["tools"] = [_tool(tool) for tool in tools]
    choice = tree.get("tool_choice")
    if not choice:
        return hub
    match choice["type"]:
        case "tool":
            hub["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
        case kind:
            hub["tool_choice"] = {"auto": "auto", "any": "required", "none": "none"}[kind]
    if choice.get("disable_parallel_tool_use"):
        hub["parallel_tool_calls"] = False
    return hub


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool["name"], "parameters": tool["input_schema"]}
    function |= {key: tool[key] for key in ("description", "strict") if tool.get(key) is not None}
    return {"type": "function", "function": function}


def _effort(tree: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """`reasoning_effort` for a thinking configuration: named effort wins, a budget is rounded, and that is reported."""
    thinking = tree.get("thinking") or {}
    named = (tree.get("output_config") or {}).get("effort")
    if thinking.get("type") == "disabled":
        return {"reasoning_effort": "none"}
    if named:
        return {"reasoning_effort": _EFFORTS[named]}
    if thinking.get("type") != "enabled":
        return {}
    lost.add("thinking.budget_tokens")
    budget = thinking["budget_tokens"]
    if budget <= LOW_THINKING_TOKENS:
        return {"reasoning_effort": "low"}
    return {"reasoning_effort": "medium" if budget <= MEDIUM_THINKING_TOKENS else "high"}
