"""What relates two fields of a Messages request: answers to their calls, choices to their tools, budgets to limits.

Everything about one field stands in its table. Two differences to the API are meant: `model` may be absent, null or empty
(the route's default answers), and unknown fields pass. Source: the API reference and the types of Anthropic's SDK 2.11.
"""

from __future__ import annotations

from typing import Any

from gateway.domain import Tree
from gateway.errors import InvalidRequest
from gateway.wire.checks import invalid


def relate(tree: Tree) -> None:
    """Raises InvalidRequest with the path of the first field that does not go with another; types are checked already."""
    body: dict[str, Any] = tree
    _thread(body.get("thread"))
    _turns(body["messages"])
    _tools(body.get("tools") or [], body.get("tool_choice"))
    _thinking(body.get("thinking"), body.get("max_tokens"))


def _thread(thread: Any) -> None:
    """A conversation that the server would hold: nothing is kept here, and the SDK then sends its history itself.

    Source: `anthropic.lib.threads`, beta `message-threads-2026-08-12`, which reads `error.details.error_code`.
    """
    if not thread:
        return
    goes_on = isinstance(thread, dict) and thread.get("type") == "continue"
    raise InvalidRequest(
        "thread: conversations are not kept here. Send the whole history in `messages` and leave `thread` out.",
        param="thread",
        details={"error_code": "thread_not_found"}
        if goes_on
        else {"error_code": "thread_unsupported_request", "unsupported": ["thread"]},
    )


def _turns(messages: list[dict[str, Any]]) -> None:
    open_calls: frozenset[str] = frozenset()
    for i, message in enumerate(messages):
        content = message["content"]
        if not content and i < len(messages) - 1:  # the last may be the beginning of the answer
            raise invalid(f"messages.{i}.content", "must not be empty")
        blocks = content if isinstance(content, list) else []
        match message["role"]:
            case "assistant":
                open_calls |= {block["id"] for block in blocks if block["type"] == "tool_use"}
            case "user":
                _answered(blocks, f"messages.{i}", open_calls)
                open_calls = frozenset()


def _answered(blocks: list[dict[str, Any]], at: str, open_calls: frozenset[str]) -> None:
    """Every tool use is answered by the message that follows it, and nothing else is."""
    answered = set()
    for j, block in enumerate(blocks):
        if block["type"] != "tool_result":
            continue
        if block["tool_use_id"] not in open_calls:
            raise invalid(f"{at}.content.{j}.tool_use_id", "no tool_use with this id in the previous message")
        answered.add(block["tool_use_id"])
    if open_calls - answered:
        raise invalid(f"{at}.content", "each tool_use of the previous message needs a tool_result here")


def _tools(tools: list[dict[str, Any]], choice: dict[str, Any] | None) -> None:
    names: set[str] = set()
    for i, tool in enumerate(tools):
        name = tool.get("name")
        if isinstance(name, str) and name:
            if name in names:
                raise invalid(f"tools.{i}.name", "tool names must be unique")
            names.add(name)
        if tool.get("type") in (None, "custom") and tool["input_schema"].get("type") != "object":
            raise invalid(f"tools.{i}.input_schema.type", "must be one of object")
    if choice is None:
        return
    if not tools:
        raise invalid("tool_choice", "may only be given together with tools")
    if choice["type"] == "tool" and choice.get("name") not in names:
        raise invalid("tool_choice.name", "must name one of the tools")


def _thinking(thinking: dict[str, Any] | None, limit: int | None) -> None:
    if thinking is None or thinking["type"] != "enabled" or limit is None:
        return
    if thinking["budget_tokens"] >= limit:
        raise invalid("max_tokens", "must be greater than thinking.budget_tokens")
