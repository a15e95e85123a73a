"""Content blocks of a Messages request: which may stand where, and what each must hold; never reads what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gateway.wire.checks import array, base64, boolean, filled, invalid, mapping, one_of, present, string

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})

IDENTIFIER = re.compile(r"[a-zA-Z0-9_-]{1,128}")
"""Tool names and tool-use ids, as the API restricts them."""
IN_SYSTEM = frozenset({"text"})
IN_RESULT = frozenset({"text", "image", "document", "search_result", "tool_reference", "browser_state"})
HOSTED_RESULTS = frozenset(
    {
        "web_search_tool_result",
        "web_fetch_tool_result",
        "code_execution_tool_result",
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
        "tool_search_tool_result",
        "mcp_tool_result",
        "advisor_tool_result",
    }
)
"""What Anthropic's own tools answered: opaque to us, and only a Claude target understands it."""
IN_USER = IN_RESULT | {"tool_result", "container_upload"} | HOSTED_RESULTS
IN_ASSISTANT = frozenset(
    {"text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "mcp_tool_use", "fallback", "compaction"}
    | HOSTED_RESULTS
)


def content(value: Any, at: str, *, allowed: frozenset[str], may_be_empty: bool = False) -> None:
    """Checks a string or a list of blocks of the `allowed` types; raises InvalidRequest naming the field."""
    if isinstance(value, str):
        if not value and not may_be_empty:
            raise invalid(at, "must not be empty")
        return
    blocks = array(value, at)
    if not blocks and not may_be_empty:
        raise invalid(at, "must not be empty")
    for i, item in enumerate(blocks):
        block(item, f"{at}.{i}", allowed=allowed)


def block(value: Any, at: str, *, allowed: frozenset[str]) -> None:
    """Checks one block: its type is `allowed` here, and what that type demands is there."""
    item = mapping(value, at)
    kind = one_of(present(item, "type", at), f"{at}.type", allowed)
    if (check := _CHECKS.get(kind)) is not None:
        check(item, at)


def _text(item: dict[str, Any], at: str) -> None:
    filled(present(item, "text", at), f"{at}.text")


def _image(item: dict[str, Any], at: str) -> None:
    source = mapping(present(item, "source", at), f"{at}.source")
    where = f"{at}.source"
    match one_of(present(source, "type", where), f"{where}.type", ("base64", "url", "file")):
        case "base64":
            one_of(present(source, "media_type", where), f"{where}.media_type", IMAGE_TYPES)
            base64(present(source, "data", where), f"{where}.data")
        case "url":
            filled(present(source, "url", where), f"{where}.url")
        case _:
            filled(present(source, "file_id", where), f"{where}.file_id")


def _document(item: dict[str, Any], at: str) -> None:
    source = mapping(present(item, "source", at), f"{at}.source")
    where = f"{at}.source"
    match one_of(present(source, "type", where), f"{where}.type", ("base64", "text", "content", "url", "file")):
        case "base64":
            one_of(present(source, "media_type", where), f"{where}.media_type", ("application/pdf",))
            base64(present(source, "data", where), f"{where}.data")
        case "text":
            one_of(present(source, "media_type", where), f"{where}.media_type", ("text/plain",))
            filled(present(source, "data", where), f"{where}.data")
        case "content":
            content(present(source, "content", where), f"{where}.content", allowed=frozenset({"text", "image"}))
        case "url":
            filled(present(source, "url", where), f"{where}.url")
        case _:
            filled(present(source, "file_id", where), f"{where}.file_id")
    for key in ("title", "context"):
        if item.get(key) is not None:
            string(item[key], f"{at}.{key}")


def _search_result(item: dict[str, Any], at: str) -> None:
    string(present(item, "source", at), f"{at}.source")
    string(present(item, "title", at), f"{at}.title")
    content(array(present(item, "content", at), f"{at}.content"), f"{at}.content", allowed=IN_SYSTEM)


def _thinking(item: dict[str, Any], at: str) -> None:
    string(present(item, "thinking", at), f"{at}.thinking")
    string(present(item, "signature", at), f"{at}.signature")


def _redacted_thinking(item: dict[str, Any], at: str) -> None:
    string(present(item, "data", at), f"{at}.data")


def _tool_use(item: dict[str, Any], at: str) -> None:
    identifier(present(item, "id", at), f"{at}.id")
    identifier(present(item, "name", at), f"{at}.name")
    mapping(present(item, "input", at), f"{at}.input")


def _tool_result(item: dict[str, Any], at: str) -> None:
    identifier(present(item, "tool_use_id", at), f"{at}.tool_use_id")
    if item.get("content") is not None:
        content(item["content"], f"{at}.content", allowed=IN_RESULT, may_be_empty=True)
    if "is_error" in item:
        boolean(item["is_error"], f"{at}.is_error")


def identifier(value: Any, at: str) -> str:
    """A tool name or a tool-use id."""
    if IDENTIFIER.fullmatch(string(value, at)) is None:
        raise invalid(at, "must be 1 to 128 letters, digits, underscores or hyphens")
    return str(value)


_CHECKS: Mapping[str, Callable[[dict[str, Any], str], None]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "search_result": _search_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted_thinking,
    "tool_use": _tool_use,
    "server_tool_use": _tool_use,
    "mcp_tool_use": _tool_use,
    "tool_result": _tool_result,
}
