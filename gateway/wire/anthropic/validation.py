"""Rejects what the Messages API would reject, naming the known field and never a value; changes nothing.

Two differences are meant: `model` may be absent, null or empty (the route's default answers), and unknown fields pass
(the target's rule forwards or drops them). Source: the API reference and the types of Anthropic's SDK 2.11.
"""

from __future__ import annotations

from typing import Any

from gateway.wire.anthropic import blocks
from gateway.wire.checks import array, boolean, integer, invalid, mapping, number, one_of, present, string, strings

MAX_MESSAGES = 100_000
MIN_THINKING_TOKENS = 1024


def validate(tree: dict[str, Any]) -> None:
    """Checks the body of `POST /v1/messages`; raises InvalidRequest with the path of the first wrong field."""
    integer(present(tree, "max_tokens", ""), "max_tokens", low=0)
    validate_count(tree)
    _sampling(tree)
    if tree.get("metadata") is not None and mapping(tree["metadata"], "metadata").get("user_id") is not None:
        string(tree["metadata"]["user_id"], "metadata.user_id")
    if tree.get("stream") is not None:
        boolean(tree["stream"], "stream")


def validate_count(tree: dict[str, Any]) -> None:
    """Checks the body of `POST /v1/messages/count_tokens`: what it shares with a message."""
    if tree.get("model") is not None:
        string(tree["model"], "model")
    if tree.get("system") is not None:
        blocks.content(tree["system"], "system", allowed=blocks.IN_SYSTEM, may_be_empty=True)
    _messages(tree)
    _tools(tree)
    _thinking(tree)
    _output_config(tree)
    if tree.get("output_format") is not None:
        _format(tree["output_format"], "output_format")


def _messages(tree: dict[str, Any]) -> None:
    messages = array(present(tree, "messages", ""), "messages")
    if not messages:
        raise invalid("messages", "at least one message is required")
    if len(messages) > MAX_MESSAGES:
        raise invalid("messages", f"at most {MAX_MESSAGES} messages are allowed")
    open_calls: frozenset[str] = frozenset()
    last = len(messages) - 1
    for i, item in enumerate(messages):
        at = f"messages.{i}"
        message = mapping(item, at)
        role = one_of(present(message, "role", at), f"{at}.role", ("user", "assistant", "system"))
        value = present(message, "content", at)
        allowed = {"user": blocks.IN_USER, "assistant": blocks.IN_ASSISTANT, "system": blocks.IN_SYSTEM}[role]
        blocks.content(value, f"{at}.content", allowed=allowed, may_be_empty=role == "assistant" and i == last)
        open_calls = _paired(value, at, role, open_calls)


def _paired(content: Any, at: str, role: str, open_calls: frozenset[str]) -> frozenset[str]:
    """Tool uses left open after this message; every one must be answered by the message that follows it."""
    found = content if isinstance(content, list) else []
    if role == "assistant":
        return open_calls | {block["id"] for block in found if block["type"] == "tool_use"}
    if role == "system":
        return open_calls
    answered = set()
    for j, block in enumerate(found):
        if block["type"] != "tool_result":
            continue
        if block["tool_use_id"] not in open_calls:
            raise invalid(f"{at}.content.{j}.tool_use_id", "no tool_use with this id in the previous message")
        answered.add(block["tool_use_id"])
    if open_calls - answered:
        raise invalid(f"{at}.content", "each tool_use of the previous message needs a tool_result here")
    return frozenset()


def _sampling(tree: dict[str, Any]) -> None:
    for key in ("temperature", "top_p"):
        if tree.get(key) is not None:
            number(tree[key], key, low=0, high=1)
    if tree.get("top_k") is not None:
        integer(tree["top_k"], "top_k", low=0)
    if tree.get("stop_sequences") is not None:
        for i, text in enumerate(strings(tree["stop_sequences"], "stop_sequences")):
            if not text.strip():
                raise invalid(f"stop_sequences.{i}", "must contain something other than white space")


def _tools(tree: dict[str, Any]) -> None:
    tools = array(tree["tools"], "tools") if tree.get("tools") is not None else []
    names = set()
    for i, item in enumerate(tools):
        name = _tool(item, f"tools.{i}")
        if name in names:
            raise invalid(f"tools.{i}.name", "tool names must be unique")
        names |= {name} if name else set()
    if tree.get("tool_choice") is None:
        return
    choice = mapping(tree["tool_choice"], "tool_choice")
    kind = one_of(present(choice, "type", "tool_choice"), "tool_choice.type", ("auto", "any", "tool", "none"))
    if not tools:
        raise invalid("tool_choice", "may only be given together with tools")
    if kind == "tool" and string(present(choice, "name", "tool_choice"), "tool_choice.name") not in names:
        raise invalid("tool_choice.name", "must name one of the tools")
    if "disable_parallel_tool_use" in choice:
        boolean(choice["disable_parallel_tool_use"], "tool_choice.disable_parallel_tool_use")


def _tool(item: Any, at: str) -> str:
    """Checks one tool and returns its name; tools that Anthropic defines (`type` other than custom) are opaque here."""
    tool = mapping(item, at)
    if tool.get("type") is not None and string(tool["type"], f"{at}.type") != "custom":
        return string(tool.get("name", ""), f"{at}.name")
    name = blocks.identifier(present(tool, "name", at), f"{at}.name")
    schema = mapping(present(tool, "input_schema", at), f"{at}.input_schema")
    one_of(present(schema, "type", f"{at}.input_schema"), f"{at}.input_schema.type", ("object",))
    if tool.get("description") is not None:
        string(tool["description"], f"{at}.description")
    return name


def _thinking(tree: dict[str, Any]) -> None:
    if tree.get("thinking") is None:
        return
    thinking = mapping(tree["thinking"], "thinking")
    modes = ("enabled", "disabled", "adaptive", "between_tools")
    if one_of(present(thinking, "type", "thinking"), "thinking.type", modes) != "enabled":
        return
    budget = integer(present(thinking, "budget_tokens", "thinking"), "thinking.budget_tokens", low=MIN_THINKING_TOKENS)
    limit = tree.get("max_tokens")
    if isinstance(limit, int) and budget >= limit:
        raise invalid("max_tokens", "must be greater than thinking.budget_tokens")


def _output_config(tree: dict[str, Any]) -> None:
    if tree.get("output_config") is None:
        return
    config = mapping(tree["output_config"], "output_config")
    if config.get("effort") is not None:
        one_of(config["effort"], "output_config.effort", ("low", "medium", "high", "xhigh", "max"))
    if config.get("format") is not None:
        _format(config["format"], "output_config.format")


def _format(value: Any, at: str) -> None:
    form = mapping(value, at)
    one_of(present(form, "type", at), f"{at}.type", ("json_schema",))
    mapping(present(form, "schema", at), f"{at}.schema")
