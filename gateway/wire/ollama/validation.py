"""Rejects what Ollama's native API would reject, naming the known field and never a value; changes nothing.

Unlike the original, `model` may be absent or empty: the route's default answers.
"""

from __future__ import annotations

from typing import Any

from gateway.wire.checks import (
    array,
    base64,
    boolean,
    integer,
    invalid,
    mapping,
    number,
    one_of,
    present,
    string,
    strings,
)
from gateway.wire.ollama import options

ROLES = ("system", "user", "assistant", "tool")
THINK = ("low", "medium", "high", "max")


def validate_chat(tree: dict[str, Any]) -> None:
    """Checks the body of `POST /api/chat`; raises InvalidRequest."""
    _shared(tree)
    for i, item in enumerate(array(tree.get("messages") or [], "messages")):
        _message(mapping(item, f"messages.{i}"), f"messages.{i}")
    for i, item in enumerate(array(tree.get("tools") or [], "tools")):
        at = f"tools.{i}"
        function = mapping(present(mapping(item, at), "function", at), f"{at}.function")
        string(present(function, "name", f"{at}.function"), f"{at}.function.name")


def validate_generate(tree: dict[str, Any]) -> None:
    """Checks the body of `POST /api/generate`; raises InvalidRequest."""
    _shared(tree)
    for name in ("prompt", "system", "suffix", "template"):
        if tree.get(name) is not None:
            string(tree[name], name)
    if tree.get("raw") is not None:
        boolean(tree["raw"], "raw")
    for i, token in enumerate(array(tree.get("context") or [], "context")):
        integer(token, f"context.{i}")
    _images(tree, "")


def validate_embed(tree: dict[str, Any]) -> None:
    """Checks the body of `POST /api/embed`; raises InvalidRequest."""
    _common(tree)
    given = present(tree, "input", "")
    if not isinstance(given, str):
        strings(given, "input")
    if tree.get("truncate") is not None:
        boolean(tree["truncate"], "truncate")
    if tree.get("dimensions") is not None:
        integer(tree["dimensions"], "dimensions", low=0)


def validate_embeddings(tree: dict[str, Any]) -> None:
    """Checks the body of `POST /api/embeddings`, the older form for one text; raises InvalidRequest."""
    _common(tree)
    if tree.get("prompt") is not None:
        string(tree["prompt"], "prompt")


def loads_only(tree: dict[str, Any], *, key: str) -> bool:
    """Whether the request asks for nothing but a loaded model: no messages, an empty prompt, nothing to embed."""
    return not tree.get(key) and not tree.get("images")


def _common(tree: dict[str, Any]) -> None:
    if tree.get("model") is not None:
        string(tree["model"], "model")
    if tree.get("options") is not None:
        options.validate(tree["options"])
    if tree.get("keep_alive") is not None and not isinstance(tree["keep_alive"], str):
        number(tree["keep_alive"], "keep_alive")


def _shared(tree: dict[str, Any]) -> None:
    _common(tree)
    for name in ("stream", "truncate", "shift", "logprobs"):
        if tree.get(name) is not None:
            boolean(tree[name], name)
    if tree.get("top_logprobs") is not None:
        integer(tree["top_logprobs"], "top_logprobs", low=0)
    form = tree.get("format")
    if form is not None and not isinstance(form, dict):
        one_of(form, "format", ("", "json"))
    think = tree.get("think")
    if think is not None and not isinstance(think, bool):
        one_of(think, "think", THINK)


def _message(message: dict[str, Any], at: str) -> None:
    one_of(string(present(message, "role", at), f"{at}.role").lower(), f"{at}.role", ROLES)
    for name in ("content", "thinking", "tool_name", "tool_call_id"):
        if message.get(name) is not None:
            string(message[name], f"{at}.{name}")
    _images(message, f"{at}.")
    for i, item in enumerate(array(message.get("tool_calls") or [], f"{at}.tool_calls")):
        where = f"{at}.tool_calls.{i}"
        function = mapping(present(mapping(item, where), "function", where), f"{where}.function")
        string(present(function, "name", f"{where}.function"), f"{where}.function.name")
        mapping(function.get("arguments") or {}, f"{where}.function.arguments")


def _images(holder: dict[str, Any], prefix: str) -> None:
    for i, item in enumerate(array(holder.get("images") or [], f"{prefix}images")):
        at = f"{prefix}images.{i}"
        if media_type(base64(item, at)) is None:
            raise invalid(at, "must be a JPEG, PNG, WebP, GIF or BMP image")


_SIGNATURES = {
    "iVBORw0KGgo": "image/png",
    "/9j/": "image/jpeg",
    "R0lGOD": "image/gif",
    "UklGR": "image/webp",
    "Qk": "image/bmp",
}


def media_type(data: str) -> str | None:
    """The type of a base64 image by its first bytes; None when they are no image's."""
    return next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), None)
