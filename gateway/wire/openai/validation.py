"""What the OpenAI facade accepts: the shape of a chat or embeddings request, checked by type; never quotes a value.

Only what OpenAI itself would refuse by type is refused here; ranges are the model's business, and unknown fields pass
(design: forwarded or dropped by the target's rule). Source: OpenAI API reference, "Create chat completion" and
"Create embeddings".
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.domain import JSON, Tree
from gateway.errors import InvalidRequest

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_PARTS = {
    "text": "text",
    "image_url": "image_url",
    "input_audio": "input_audio",
    "file": "file",
    "refusal": "refusal",
}
_TOOL_CHOICES = frozenset({"none", "auto", "required"})
_ENCODINGS = frozenset({"float", "base64"})
_FORMATS = frozenset({"text", "json_object", "json_schema"})


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: JSON) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_one_of(value: JSON, choices: frozenset[str]) -> bool:
    """Membership for any JSON: a list or an object cannot be looked up in a set."""
    return isinstance(value, str) and value in choices


_CHECKS: dict[str, tuple[Callable[[JSON], bool], str]] = {
    "model": (lambda v: isinstance(v, str), "a string"),
    "stream": (lambda v: isinstance(v, bool), "true or false"),
    "temperature": (_is_number, "a number"),
    "top_p": (_is_number, "a number"),
    "frequency_penalty": (_is_number, "a number"),
    "presence_penalty": (_is_number, "a number"),
    "max_tokens": (_is_integer, "an integer"),
    "max_completion_tokens": (_is_integer, "an integer"),
    "n": (lambda v: _is_integer(v) and isinstance(v, int) and 1 <= v <= 128, "an integer from 1 to 128"),
    "seed": (_is_integer, "an integer"),
    "logprobs": (lambda v: isinstance(v, bool), "true or false"),
    "top_logprobs": (_is_integer, "an integer"),
    "logit_bias": (lambda v: isinstance(v, dict), "an object"),
    "stop": (
        lambda v: isinstance(v, str) or (isinstance(v, list) and all(isinstance(s, str) for s in v)),
        "a string or a list of strings",
    ),
    "stream_options": (lambda v: isinstance(v, dict), "an object"),
    "response_format": (
        lambda v: isinstance(v, dict) and _is_one_of(v.get("type"), _FORMATS),
        "an object with a known `type`",
    ),
    "tools": (lambda v: isinstance(v, list) and all(isinstance(t, dict) for t in v), "a list of objects"),
    "tool_choice": (
        lambda v: isinstance(v, dict) or _is_one_of(v, _TOOL_CHOICES),
        "none, auto, required or an object",
    ),
    "parallel_tool_calls": (lambda v: isinstance(v, bool), "true or false"),
    "user": (lambda v: isinstance(v, str), "a string"),
    "metadata": (lambda v: isinstance(v, dict), "an object"),
}


def validate_chat(tree: Tree) -> None:
    """Raise InvalidRequest where a chat request has the wrong shape; `null` counts as absent, as SDKs send it."""
    _check_fields(tree)
    messages = tree.get("messages")
    if not isinstance(messages, list):
        raise InvalidRequest("`messages` must be a list of messages.", param="messages")
    if not messages:
        raise InvalidRequest("`messages` is empty: send at least one message.", param="messages")
    for index, message in enumerate(messages):
        _check_message(message, f"messages[{index}]")
    for index, tool in enumerate(_items(tree, "tools")):
        _check_tool(tool, f"tools[{index}]")


def validate_embeddings(tree: Tree) -> None:
    """Raise InvalidRequest where an embeddings request has the wrong shape.

    `input` is a string, a list of strings, a list of token ids, or a list of lists of token ids.
    """
    if tree.get("model") is not None and not isinstance(tree["model"], str):
        raise InvalidRequest("`model` must be a string.", param="model")
    encoding = tree.get("encoding_format")
    if encoding is not None and not _is_one_of(encoding, _ENCODINGS):
        raise InvalidRequest("`encoding_format` must be float or base64.", param="encoding_format")
    dimensions = tree.get("dimensions")
    if dimensions is not None and not (_is_integer(dimensions) and isinstance(dimensions, int) and dimensions > 0):
        raise InvalidRequest("`dimensions` must be a positive integer.", param="dimensions")
    given = tree.get("input")
    if isinstance(given, str):
        return
    if not isinstance(given, list) or not given:
        raise InvalidRequest("`input` must be a string or a list that is not empty.", param="input")
    if not (
        all(isinstance(item, str) for item in given)
        or _is_token_ids(given)
        or all(isinstance(item, list) and item and _is_token_ids(item) for item in given)
    ):
        raise InvalidRequest("`input` must hold strings, or token ids, all of one form.", param="input")


def _is_token_ids(values: list[JSON]) -> bool:
    return all(isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in values)


def _items(tree: Tree, name: str) -> list[JSON]:
    value = tree.get(name)
    return value if isinstance(value, list) else []


def _check_fields(tree: Tree) -> None:
    for name, value in tree.items():
        check = _CHECKS.get(name)
        if check is not None and value is not None and not check[0](value):
            raise InvalidRequest(f"`{name}` must be {check[1]}.", param=name)


def _check_message(message: JSON, where: str) -> None:
    if not isinstance(message, dict):
        raise InvalidRequest(f"`{where}` must be an object.", param=where)
    if not _is_one_of(message.get("role"), _ROLES):
        raise InvalidRequest(
            f"`{where}.role` must be system, developer, user, assistant, tool or function.", param=f"{where}.role"
        )
    content = message.get("content")
    calls = message.get("tool_calls")
    if calls is not None:
        _check_tool_calls(calls, f"{where}.tool_calls")
    match content:
        case str():
            return
        case list():
            for index, part in enumerate(content):
                _check_part(part, f"{where}.content[{index}]")
        case None if message.get("role") == "assistant":
            return
        case _:
            raise InvalidRequest(f"`{where}.content` must be a string or a list of parts.", param=f"{where}.content")


def _check_part(part: JSON, where: str) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict) or not isinstance(kind, str) or kind not in _PARTS:
        raise InvalidRequest(
            f"`{where}` must be a part of type text, image_url, input_audio, file or refusal.", param=where
        )
    body = part.get(_PARTS[kind])
    if kind in {"text", "refusal"} and not isinstance(body, str):
        raise InvalidRequest(f"`{where}.{kind}` must be a string.", param=f"{where}.{kind}")
    if kind in {"image_url", "input_audio", "file"} and not isinstance(body, dict):
        raise InvalidRequest(f"`{where}.{kind}` must be an object.", param=f"{where}.{kind}")
    if kind == "image_url" and not (isinstance(body, dict) and isinstance(body.get("url"), str)):
        raise InvalidRequest(f"`{where}.image_url.url` must be a string.", param=f"{where}.image_url.url")


def _check_tool_calls(calls: JSON, where: str) -> None:
    if not isinstance(calls, list):
        raise InvalidRequest(f"`{where}` must be a list.", param=where)
    for index, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        custom = call.get("custom") if isinstance(call, dict) else None
        if isinstance(custom, dict):
            continue
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise InvalidRequest(f"`{where}[{index}].function` must be an object with a name.", param=where)
        if not isinstance(function.get("arguments", ""), str):
            raise InvalidRequest(f"`{where}[{index}].function.arguments` must be a string of JSON.", param=where)


def _check_tool(tool: JSON, where: str) -> None:
    if not isinstance(tool, dict) or not isinstance(tool.get("type"), str):
        raise InvalidRequest(f"`{where}` must be an object with a `type`.", param=where)
    function = tool.get("function")
    if tool["type"] == "function" and not (isinstance(function, dict) and isinstance(function.get("name"), str)):
        raise InvalidRequest(f"`{where}.function` must be an object with a name.", param=f"{where}.function")
