"""A whole chat completion as chunks, and chunks as a whole one: nothing is lost on the way, known or not.

The first piece of a field is kept as it came, so that `aggregate(chunks_of(whole))` is `whole` for all fields there are.
Later ones are added to it as OpenAI's own client does: texts grow, objects are merged, items of a list by their index.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from gateway.domain import JSON, Tree
from gateway.wire.openai.calls import whole_call

FRAME = frozenset({"id", "object", "created", "model", "choices", "usage"})
"""What the gateway writes itself on every reply and chunk; all else is told about the service, and passes."""
_CHOICE = frozenset({"index", "delta", "message", "finish_reason", "logprobs"})
_SET = frozenset({"id", "type", "role", "format", "status", "object", "signature", "index"})
"""Strings that are said whole each time."""


class _Grown(list[str]):
    """A text in pieces, joined at the end: adding string to string copies the whole each time."""


def about(tree: Tree) -> Tree:
    """What a reply or chunk tells beside its choices."""
    return {name: value for name, value in tree.items() if name not in FRAME and value is not None}


def beside(choice: Tree) -> Tree:
    """What a choice tells beside its message."""
    return {name: value for name, value in choice.items() if name not in _CHOICE}


def filled(message: Tree) -> Tree:
    """A message with a content: a text, unless something else was said."""
    said = any(message.get(name) is not None for name in ("content", "tool_calls", "function_call", "refusal", "audio"))
    return {**message, "role": "assistant", "content": message.get("content") if said else ""}


def chunks_of(tree: Tree) -> list[Tree]:
    """The chunks of a stream that says what a whole reply says, for a server that answered a stream with one."""
    chunks: list[Tree] = []
    for choice in _dicts(tree.get("choices")):
        message = choice.get("message")
        delta: Tree = dict(message) if isinstance(message, dict) else {}
        calls: list[JSON] = [{**call, "index": at} for at, call in enumerate(_dicts(delta.get("tool_calls")))]
        if calls:
            delta["tool_calls"] = calls
        index = choice.get("index", 0)
        said: Tree = {**beside(choice), "index": index, "delta": delta, "logprobs": choice.get("logprobs")}
        chunks.append({"choices": [said]})
        chunks.append({"choices": [{"index": index, "delta": {}, "finish_reason": choice.get("finish_reason")}]})
    chunks.append({"choices": [], "usage": tree.get("usage")})
    return [{**about(tree), **chunks[0]}, *chunks[1:]]


def aggregate(chunks: Iterable[Tree], usage: Tree | None) -> Tree:
    """One chat completion out of the repaired chunks of a stream; `usage` as it was reported, None where it was not."""
    frame: Tree = {}
    told: dict[str, Any] = {}
    choices: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        frame = frame or chunk
        if not FRAME.issuperset(chunk):
            told |= about(chunk)
        for choice in _dicts(chunk.get("choices")):
            index = choice["index"]
            held = choices.setdefault(index if isinstance(index, int) else 0, {"message": {}, "finish_reason": None})
            if not _more_text(held["message"], choice):
                _add(held, choice)
    made: list[JSON] = [_made(index, choices[index]) for index in sorted(choices)]
    return {
        "id": frame.get("id"),
        "object": "chat.completion",
        "created": frame.get("created"),
        "model": frame.get("model"),
        "choices": made,
        "usage": usage,
        **told,
    }


def added(delta: Tree, more: Tree) -> Tree:
    """Two deltas of one choice as one, the second added to the first."""
    joined: Tree = _joined(_merged(delta, more))
    return joined


def _more_text(message: dict[str, Any], choice: Tree) -> bool:
    """Add a choice that is only more text, as nearly all are, the short way; False: it is something else."""
    delta, text = choice.get("delta"), message.get("content")
    if len(choice) != 3 or choice.get("finish_reason") is not None or not isinstance(text, _Grown):
        return False
    if not isinstance(delta, dict) or len(delta) != 1 or not isinstance(more := delta.get("content"), str):
        return False
    text.append(more)
    return True


def _add(held: dict[str, Any], choice: Tree) -> None:
    delta = choice.get("delta")
    if isinstance(delta, dict):
        message = held["message"]
        for name, value in delta.items():
            message[name] = _calls(message.get(name), value) if name == "tool_calls" else _grown(message, name, value)
    if choice.get("finish_reason") is not None:
        held["finish_reason"] = choice["finish_reason"]
    for name, value in beside(choice).items():
        held[name] = value if value is not None else held.get(name)
    logprobs = choice.get("logprobs")
    if isinstance(logprobs, dict):
        held["logprobs"] = _merged(held.get("logprobs"), logprobs)


def _made(index: int, held: dict[str, Any]) -> Tree:
    message = _joined(held["message"])
    if calls := message.pop("tool_calls", None):
        message["tool_calls"] = [whole_call(calls[at], at) for at in sorted(calls)]
    return {"logprobs": None, **_joined(held), "index": index, "message": filled(message)}


def _calls(held: dict[int, Any] | None, pieces: JSON) -> dict[int, Any]:
    calls = held or {}
    for piece in _dicts(pieces):
        at = piece["index"]
        calls[at if isinstance(at, int) else 0] = _merged(calls.get(at if isinstance(at, int) else 0), piece)
    return calls


def _grown(held: dict[str, Any], name: str, value: Any) -> Any:
    """What is held under a name, with one piece more."""
    before = held.get(name)
    if before is None or value is None:
        return value if before is None else before
    if isinstance(before, str | _Grown):
        if not isinstance(value, str) or name in _SET:
            return value
        if name == "data":
            return _sound("".join(before), value)
        if isinstance(before, str):
            return _Grown((before, value))
        before.append(value)
        return before
    if isinstance(before, dict) and isinstance(value, dict):
        return _merged(before, value)
    if isinstance(before, list) and isinstance(value, list):
        return _listed(before, value)
    return value


def _merged(held: dict[str, Any] | None, value: dict[str, Any]) -> dict[str, Any]:
    if held is None:
        return value
    return {**held, **{name: _grown(held, name, piece) for name, piece in value.items()}}


def _listed(held: list[Any], items: list[Any]) -> list[Any]:
    """Items that say where they belong go on with what is there; all others are new ones."""
    made = list(held)
    for item in items:
        place = _place(made, item)
        if place is None:
            made.append(item)
        else:
            made[place] = _merged(made[place], item)
    return made


def _place(held: list[Any], item: Any) -> int | None:
    if not isinstance(item, dict) or not isinstance(item.get("index"), int):
        return None
    wanted = (item["index"], item.get("type"))
    return next(
        (at for at, one in enumerate(held) if isinstance(one, dict) and (one.get("index"), one.get("type")) == wanted),
        None,
    )


def _sound(held: str, piece: str) -> str:
    """Base64 after base64: what was padded cannot simply be continued."""
    if not held.endswith("="):
        return held + piece
    try:
        return base64.b64encode(base64.b64decode(held) + base64.b64decode(piece)).decode()
    except ValueError:  # binascii.Error, and characters outside ASCII
        return held + piece


def _joined(value: Any) -> Any:
    """A tree in which every text is one again."""
    if isinstance(value, _Grown):
        return "".join(value)
    if isinstance(value, dict):
        return {name: _joined(inner) for name, inner in value.items()}
    return [_joined(item) for item in value] if isinstance(value, list) else value


def _dicts(value: JSON) -> list[Tree]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
