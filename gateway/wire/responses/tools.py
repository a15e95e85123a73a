"""The tools of a Responses request in the hub's words, and the way back; every tool of the hub is a function.

A custom tool, which takes free text, becomes a function with one text, because hardly any server knows the other kind;
its grammar is told in the description. The functions of a namespace stand for themselves, under a name that holds both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.errors import InvalidRequest
from gateway.wire.hub import dumps
from gateway.wire.openai.calls import NO_ARGUMENTS

INPUT = "input"
"""The parameter of a function that stands for a custom tool."""
ADDED = "additional_tools"
"""The item that brings further tools; they stay for the rest of the conversation."""
_ONE_TEXT: Mapping[str, Any] = {
    "type": "object",
    "properties": {INPUT: {"type": "string"}},
    "required": [INPUT],
    "additionalProperties": False,
}
_NOT_OFFERED = "web_search"
"""The one hosted tool that may come so far: as an offer that a target may lack."""


@dataclass(frozen=True, slots=True)
class Known:
    """A tool of the caller's, as its own calls name it."""

    name: str
    namespace: str = ""
    custom: bool = False


def hub_name(name: str, namespace: str) -> str:
    """The name of a tool in the hub, which has no namespaces."""
    return f"{namespace.removesuffix('__')}__{name}" if namespace else name


def known(tree: dict[str, Any]) -> dict[str, Known]:
    """The tools of a request by their names in the hub."""
    return {
        hub_name(tool["name"], namespace): Known(tool["name"], namespace, tool["type"] == "custom")
        for tool, namespace, _ in _offered(tree)
    }


def to_hub(tree: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """`tools` and `tool_choice` of the hub; adds what it cannot carry to `lost`.

    Raises:
        InvalidRequest: a tool that a provider would run, where none can.
    """
    hub: dict[str, Any] = {}
    given, choice = tree.get("tools") or [], tree.get("tool_choice")
    made = [_tool(tool, namespace, at, lost) for tool, namespace, at in _offered(tree)]
    if any(tool["type"] == _NOT_OFFERED for tool in given):
        lost.add(f"tools.{_NOT_OFFERED}")
    if isinstance(choice, dict) and choice["type"] == "allowed_tools":
        allowed = {tool.get("name") for tool in choice["tools"]}
        made = [tool for tool in made if tool["function"]["name"] in allowed]
        choice = choice["mode"]
    if made:
        hub["tools"] = made
    if isinstance(choice, dict):
        hub["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
    elif choice is not None and made:
        hub["tool_choice"] = choice
    elif choice == "required":
        lost.add("tool_choice")
    return hub


def as_arguments(text: str) -> str:
    """The input of a custom tool, as arguments of its function."""
    return dumps({INPUT: text})


def as_input(arguments: str) -> str:
    """The input that arguments spell, none for none; what spells none is itself the input, as a model may well write it."""
    if arguments in {"", NO_ARGUMENTS}:
        return ""
    try:
        value = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return arguments
    text = value.get(INPUT) if isinstance(value, dict) else None
    return text if isinstance(text, str) else arguments


def _offered(tree: dict[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Every tool of a request: those it begins with, and those that an item adds on the way, as Codex does."""
    yield from _each(tree.get("tools") or [])
    items = tree.get("input")
    for i, item in enumerate(items if isinstance(items, list) else ()):
        if item.get("type") == ADDED:
            yield from _each(item["tools"], at=f"input[{i}].tools")


def _each(tools: Iterable[dict[str, Any]], namespace: str = "", at: str = "tools") -> Iterator[tuple[Any, str, str]]:
    """Every tool that the caller runs, its namespace, and where it stands."""
    for i, tool in enumerate(tools):
        if tool["type"] == "namespace":
            yield from _each(tool["tools"], tool["name"], f"{at}[{i}].tools")
        elif tool["type"] != _NOT_OFFERED:
            yield tool, namespace, f"{at}[{i}]"


def _tool(tool: dict[str, Any], namespace: str, at: str, lost: set[str]) -> dict[str, Any]:
    if tool["type"] not in {"function", "custom"}:
        raise InvalidRequest(
            f"`{at}`: only OpenAI itself runs a tool of this type. Use functions, which your application runs.",
            param=f"{at}.type",
        )
    function: dict[str, Any] = {"name": hub_name(tool["name"], namespace)}
    description = tool.get("description") or ""
    if tool["type"] == "function":
        function["parameters"] = tool.get("parameters") or {"type": "object", "properties": {}}
        if tool.get("strict") is not None:
            function["strict"] = tool["strict"]
    else:
        function["parameters"] = dict(_ONE_TEXT)
        form = tool.get("format") or {}
        if definition := form.get("definition"):
            lost.add("tools.format")
            described = f"The input follows this {form.get('syntax') or 'lark'} grammar:\n{definition}"
            description = f"{description}\n\n{described}" if description else described
    if description:
        function["description"] = description
    return {"type": "function", "function": function}
