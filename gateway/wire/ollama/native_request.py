"""A hub request as Ollama's native `/api/chat` or `/api/embed` takes it; never asks the server to shorten anything.

`truncate: false` and `shift: false` make Ollama answer 400 where it would otherwise drop the beginning of a
conversation and reply as if it had read it (ollama#4967).
"""

from __future__ import annotations

from typing import Any

import orjson

from gateway.errors import InvalidRequest
from gateway.wire.checks import invalid
from gateway.wire.hub import Translated, reasoning, split_data_url
from gateway.wire.ollama import options

_REPORTED = frozenset({"logit_bias", "prediction", "verbosity"})
"""Wishes of the hub that Ollama cannot hear; the answer is still one."""
_REFUSED = frozenset({"functions", "function_call", "audio", "web_search_options"})
_STRING_THINKERS = "gpt-oss"
"""The model family that takes a level for `think`; others take true or false, and refuse a level."""


def chat_from_hub(
    tree: dict[str, Any], *, model: str, num_ctx: int | None = None, keep_alive: str | float | None = None
) -> Translated:
    """The body of `POST /api/chat` for a valid hub request, and the known fields that it could not carry.

    `num_ctx` (tokens) and `keep_alive` (a duration such as `10m`, or seconds) are the target's defaults; the caller's
    own wish wins. Raises InvalidRequest for what would change the meaning if left out.
    """
    for name in _REFUSED & tree.keys():
        if tree[name]:
            raise _refused(name)
    if (tree.get("n") or 1) > 1:
        raise _refused("n")
    lost = {name for name in _REPORTED if tree.get(name)}
    native: dict[str, Any] = {
        "model": model,
        "messages": _messages(tree["messages"], lost),
        "stream": bool(tree.get("stream")),
        "truncate": False,
        "shift": False,
    }
    native |= _tools(tree, lost) | _form(tree) | _think(tree, model)
    native |= {name: tree[name] for name in ("logprobs", "top_logprobs") if tree.get(name) is not None}
    return Translated(native | _placed(tree, num_ctx, keep_alive), tuple(sorted(lost)))


def embed_from_hub(
    tree: dict[str, Any], *, model: str, num_ctx: int | None = None, keep_alive: str | float | None = None
) -> dict[str, Any]:
    """The body of `POST /api/embed` for a valid hub embeddings request. Raises InvalidRequest for token ids."""
    given = tree["input"]
    if not isinstance(given, str) and not all(isinstance(text, str) for text in given):
        raise InvalidRequest("input: Ollama embeds text, not token ids. Send strings.", param="input")
    native = {"model": model, "input": given, "truncate": False}
    if tree.get("dimensions") is not None:
        native["dimensions"] = tree["dimensions"]
    return native | _placed(tree, num_ctx, keep_alive)


def _placed(tree: dict[str, Any], num_ctx: int | None, keep_alive: str | float | None) -> dict[str, Any]:
    """`options` and `keep_alive`, the target's defaults under the caller's wishes."""
    made: dict[str, Any] = {}
    wishes = options.from_hub(tree)
    if num_ctx is not None:
        wishes.setdefault("num_ctx", num_ctx)
    if wishes:
        made["options"] = wishes
    stay = tree.get("keep_alive", keep_alive)
    if stay is not None:
        made["keep_alive"] = stay
    return made


def _tools(tree: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """`tools`, as far as `tool_choice` leaves any: a forced choice can be narrowed here but not enforced."""
    if tree.get("parallel_tool_calls") is False:
        lost.add("parallel_tool_calls")
    tools = tree.get("tools") or []
    for i, tool in enumerate(tools):
        if tool.get("type") != "function":
            raise _refused(f"tools[{i}].type")
    choice = tree.get("tool_choice")
    if not tools or choice == "none":
        return {}
    if isinstance(choice, dict):
        lost.add("tool_choice")
        name = (choice.get("function") or {}).get("name")
        tools = [tool for tool in tools if tool["function"]["name"] == name]
        if not tools:
            raise invalid("tool_choice.function.name", "must name one of the tools")
    elif choice == "required":
        lost.add("tool_choice")
    return {"tools": tools}


def _form(tree: dict[str, Any]) -> dict[str, Any]:
    form = tree.get("response_format") or {}
    match form.get("type"):
        case "json_object":
            return {"format": "json"}
        case "json_schema":
            return {"format": (form.get("json_schema") or {}).get("schema") or "json"}
        case _:
            return {}


def _think(tree: dict[str, Any], model: str) -> dict[str, Any]:
    effort = tree.get("reasoning_effort")
    if effort is None:
        return {}
    if effort == "none":
        return {"think": False}
    if _STRING_THINKERS not in model:
        return {"think": True}
    return {"think": {"minimal": "low", "low": "low", "medium": "medium"}.get(effort, "high")}


def _messages(given: list[dict[str, Any]], lost: set[str]) -> list[dict[str, Any]]:
    names: dict[str, str] = {}
    made = []
    for i, message in enumerate(given):
        role = message["role"]
        if role == "function" or message.get("function_call"):
            raise _refused(f"messages[{i}]")
        if message.get("name"):
            lost.add("messages.name")
        text, images = _content(message.get("content"), f"messages[{i}].content")
        native: dict[str, Any] = {"role": "system" if role == "developer" else role, "content": text}
        if images:
            native["images"] = images
        if thought := reasoning(message):
            native["thinking"] = thought
        calls = message.get("tool_calls") or []
        if calls:
            native["tool_calls"] = [_call(call, f"messages[{i}].tool_calls[{j}]") for j, call in enumerate(calls)]
            names |= {call["id"]: call["function"]["name"] for call in calls if call.get("id")}
        if call_id := message.get("tool_call_id"):
            native["tool_call_id"] = call_id
            native["tool_name"] = names.get(call_id, "")
        made.append(native)
    return made


def _call(call: dict[str, Any], at: str) -> dict[str, Any]:
    """A tool call with its arguments as an object, which Ollama demands; it answers 400 to empty text."""
    function = call.get("function")
    if not isinstance(function, dict):
        raise _refused(at)
    text = function.get("arguments") or "{}"
    try:
        arguments = orjson.loads(text)
    except orjson.JSONDecodeError:
        arguments = None
    if not isinstance(arguments, dict):
        raise invalid(f"{at}.function.arguments", "must spell a JSON object")
    made: dict[str, Any] = {"function": {"name": function["name"], "arguments": arguments}}
    return {"id": call["id"]} | made if call.get("id") else made


def _content(content: str | list[dict[str, Any]] | None, at: str) -> tuple[str, list[str]]:
    """Text and base64 images of a message; several texts are joined by newlines."""
    if content is None or isinstance(content, str):
        return content or "", []
    texts: list[str] = []
    images: list[str] = []
    for j, part in enumerate(content):
        match part["type"]:
            case "text" | "refusal":
                texts.append(part[part["type"]])
            case "image_url":
                found = split_data_url(part["image_url"]["url"])
                if found is None:
                    raise InvalidRequest(
                        f"{at}[{j}].image_url.url: Ollama reads images sent as base64 `data:` URLs only.",
                        param=f"{at}[{j}].image_url.url",
                    )
                images.append(found[1])
            case _:
                raise _refused(f"{at}[{j}]")
    return "\n".join(texts), images


def _refused(at: str) -> InvalidRequest:
    return InvalidRequest(f"{at}: Ollama has no equivalent. Leave it out, or ask for another route.", param=at)
