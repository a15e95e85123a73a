"""Requests of Ollama's native API as hub requests; refuses what the hub has no words for, touches nothing.

Takes valid trees. Fields that only Ollama knows (`keep_alive`, `num_ctx` …) stand in the hub
request under their own names: the `ollama` adapter finds them there, and the rule of any other target drops them.
"""

from __future__ import annotations

from typing import Any

from gateway.errors import InvalidRequest
from gateway.wire.hub import JSON_OUTPUT_NAME, data_url, dumps
from gateway.wire.ollama import options

BESIDE_CHAT = ("suffix", "template", "raw", "context")
"""What goes round the chat form of a model; only Ollama's own path has words for it."""
_COPIED = ("model", "logprobs", "top_logprobs", "keep_alive", "truncate", "shift")


_SIGNATURES = {
    "iVBORw0KGgo": "image/png",
    "/9j/": "image/jpeg",
    "R0lGOD": "image/gif",
    "UklGR": "image/webp",
    "Qk": "image/bmp",
}


def chat_to_hub(tree: dict[str, Any]) -> dict[str, Any]:
    """The hub request for a body of `POST /api/chat`; `stream` is true unless the caller says otherwise."""
    hub = _shared(tree) | {"messages": _messages(tree["messages"])}
    if tree.get("tools"):
        hub["tools"] = [{"type": "function", "function": tool["function"]} for tool in tree["tools"]]
    return hub


def generate_to_hub(tree: dict[str, Any]) -> dict[str, Any]:
    """The hub request for a body of `POST /api/generate`: a system and a user message.

    Raises InvalidRequest for what goes round the chat form, by its name.
    """
    for name in BESIDE_CHAT:
        if tree.get(name):
            said = f"`{name}`: this destination only chats, and a chat cannot carry that. Leave it out, or ask for a model "
            raise InvalidRequest(said + "on Ollama.", param=name)
    messages: list[dict[str, Any]] = []
    if tree.get("system"):
        messages.append({"role": "system", "content": tree["system"]})
    messages.append({"role": "user", "content": _content(tree.get("prompt") or "", tree.get("images"))})
    return _shared(tree) | {"messages": messages}


def embed_to_hub(tree: dict[str, Any]) -> dict[str, Any]:
    """The hub's embeddings request for a body of `POST /api/embed` or `POST /api/embeddings`."""
    given = tree["input"] if "input" in tree else tree.get("prompt") or ""
    hub = {"input": given, "encoding_format": "float"}
    hub |= {name: tree[name] for name in ("model", "keep_alive", "truncate") if tree.get(name) is not None}
    if tree.get("dimensions"):
        hub["dimensions"] = tree["dimensions"]
    own = options.to_hub(tree.get("options"))
    return hub | {name: value for name, value in own.items() if name in options.OWN}


def _shared(tree: dict[str, Any]) -> dict[str, Any]:
    hub = {name: tree[name] for name in _COPIED if tree.get(name) is not None}
    hub |= options.to_hub(tree.get("options"))
    hub["stream"] = tree.get("stream") is not False
    if hub["stream"]:
        hub["stream_options"] = {"include_usage": True}
    match tree.get("format"):
        case "json":
            hub["response_format"] = {"type": "json_object"}
        case dict(schema):
            named = {"name": JSON_OUTPUT_NAME, "schema": schema}
            hub["response_format"] = {"type": "json_schema", "json_schema": named}
    match tree.get("think"):
        case bool(wanted):
            hub["reasoning_effort"] = "medium" if wanted else "none"
        case "max":
            hub["reasoning_effort"] = "xhigh"
        case str(effort):
            hub["reasoning_effort"] = effort
    return hub


def _content(text: str, images: list[str] | None) -> str | list[dict[str, Any]]:
    if not images:
        return text
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    for data in images:
        kind = next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), "image/png")
        url = data_url(kind, data)
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return parts


def _messages(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages of the hub; calls get ids and results find theirs, because Ollama pairs them by name and order."""
    messages: list[dict[str, Any]] = []
    unanswered: dict[str, str] = {}
    minted = 0
    for message in given:
        role = message["role"].lower()
        made: dict[str, Any] = {"role": role, "content": _content(message.get("content") or "", message.get("images"))}
        if role == "tool":
            made["tool_call_id"] = _answered(message, unanswered) or f"call_{minted}"
        if message.get("thinking"):
            made["reasoning_content"] = message["thinking"]
        calls = []
        for call in message.get("tool_calls") or []:
            call_id = call.get("id") or f"call_{minted}"
            minted += 1
            function = call["function"]
            unanswered[call_id] = function["name"]
            spelled = {"name": function["name"], "arguments": dumps(function.get("arguments") or {})}
            calls.append({"id": call_id, "type": "function", "function": spelled})
        if calls:
            made["tool_calls"] = calls
            made["content"] = made["content"] or None
        messages.append(made)
    return messages


def _answered(message: dict[str, Any], unanswered: dict[str, str]) -> str:
    """The id of the call that this result answers, taken off the list: by id, by name, else the oldest; or empty."""
    given = message.get("tool_call_id")
    if given:
        unanswered.pop(given, None)
        return str(given)
    name = message.get("tool_name")
    found = next((call for call, called in unanswered.items() if called == name), next(iter(unanswered), ""))
    unanswered.pop(found, None)
    return found
