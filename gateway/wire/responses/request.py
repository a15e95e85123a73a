"""A Responses request as a hub request; reports what the hub cannot carry and refuses what would change the meaning.

Takes a tree that `validation.validate` has passed; never touches it.
"""

from __future__ import annotations

from typing import Any

from gateway.wire.hub import JSON_OUTPUT_NAME, Translated
from gateway.wire.responses import tools
from gateway.wire.responses.fields import INCLUDE, REASONING
from gateway.wire.responses.items import Turns

_SAME_NAME = frozenset(
    {"model", "temperature", "top_p", "stream", "parallel_tool_calls", "service_tier", "top_logprobs"}
)
_TRANSLATED = frozenset(
    {"input", "instructions", "max_output_tokens", "tools", "tool_choice", "text", "reasoning", "include", "store"}
)
_HINTS = frozenset({"max_tool_calls", "context_management"})
"""Fields that steer OpenAI's own service: without them the answer is the same, so their loss is only reported."""
_NO_LOSS = frozenset({"truncation", "stream_options"})
_KNOWN = _SAME_NAME | _TRANSLATED | _HINTS | _NO_LOSS
_LOGPROBS = "message.output_text.logprobs"


def to_hub(tree: dict[str, Any]) -> Translated:
    """The hub request that asks for the same, and the known fields that it could not carry.

    Nothing is stored for anybody, whatever `store` says, and that is reported too. Unknown fields are copied: the
    target's rule forwards or drops them. Raises InvalidRequest for what only OpenAI's own endpoint can serve.
    """
    turns = Turns(tree)
    lost = turns.lost | {name for name in _HINTS if tree.get(name) is not None} | _unstored(tree)
    if tree.get("truncation") == "auto":
        lost.add("truncation")
    hub: dict[str, Any] = {name: tree[name] for name in _SAME_NAME if tree.get(name) is not None}
    hub["messages"] = turns.messages
    hub |= tools.to_hub(tree, lost) | _text(tree) | _reasoning(tree, lost)
    if tree.get("max_output_tokens") is not None:
        hub["max_tokens"] = tree["max_output_tokens"]
    if tree.get("stream"):
        hub["stream_options"] = {"include_usage": True}
    for wanted in tree.get("include") or ():
        if wanted == _LOGPROBS:
            hub["logprobs"] = True
        else:
            lost.add(f"include.{wanted}" if wanted in INCLUDE.words else "include")
    if hub.get("top_logprobs"):
        hub["logprobs"] = True
    hub |= {name: value for name, value in tree.items() if name not in _KNOWN}
    return Translated(hub, tuple(sorted(lost)))


def unkept(tree: dict[str, Any]) -> Translated:
    """A request to OpenAI itself without what it could only read from a store, which nothing was put into."""
    lost, items = _unstored(tree), tree["input"]
    if not isinstance(items, list):
        return Translated(tree, tuple(lost))
    kept = [item for item in items if not _forgotten(item)]
    lost |= {f"input.{item['type']}" for item in items if _forgotten(item)}
    return Translated(tree if len(kept) == len(items) else {**tree, "input": kept}, tuple(sorted(lost)))


def _forgotten(item: dict[str, Any]) -> bool:
    """Whether an item says nothing by itself: a reference, or reasoning that only another model knows."""
    kind = item.get("type")
    return kind == "item_reference" or (kind == "reasoning" and not item.get("encrypted_content"))


def _unstored(tree: dict[str, Any]) -> set[str]:
    return set() if tree.get("store") is False else {"store"}


def _text(tree: dict[str, Any]) -> dict[str, Any]:
    """`response_format` and `verbosity` of the hub."""
    config, hub = tree.get("text") or {}, {}
    if config.get("verbosity"):
        hub["verbosity"] = config["verbosity"]
    form = config.get("format") or {}
    match form.get("type"):
        case "json_object":
            hub["response_format"] = {"type": "json_object"}
        case "json_schema":
            schema = {"name": JSON_OUTPUT_NAME, **{key: form[key] for key in form.keys() - {"type"}}}
            hub["response_format"] = {"type": "json_schema", "json_schema": schema}
    return hub


def _reasoning(tree: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """`reasoning_effort` of the hub; a summary is what the target tells of its reasoning, if it tells any."""
    wanted = tree.get("reasoning") or {}
    lost |= {f"reasoning.{name}" for name in REASONING.fields if name != "effort" and wanted.get(name) is not None}
    return {"reasoning_effort": wanted["effort"]} if wanted.get("effort") else {}
