"""Fits a body to the server that will read it, by a table of what each gets wrong; looks at no text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gateway.domain import JSON, Dialect, Operation, ProviderKind, Tree
from gateway.errors import InvalidRequest

Repair = Callable[[Tree], None]
"""Changes a tree in place; the tree is the outbound's own down to its messages."""


def sanitise(tree: Tree, kind: ProviderKind, *, dialect: Dialect, operation: Operation) -> Tree:
    """A tree that a server of `kind` reads as the caller meant it.

    Raises:
        InvalidRequest: the caller asks for what this server would silently ignore.
    """
    if dialect is not Dialect.OPENAI:
        return tree
    if operation is Operation.EMBEDDINGS:
        return {**tree, "encoding_format": "float"} if _knows_encoding(kind) else _without(tree, "encoding_format")
    fitted = dict(tree)
    for repair in (*_EVERYWHERE, *_REPAIRS.get(kind, ())):
        repair(fitted)
    return fitted


def _knows_encoding(kind: ProviderKind) -> bool:
    return kind not in {ProviderKind.LM_STUDIO, ProviderKind.LITELLM}  # the one ignores it, the other refuses it


def _without(tree: Tree, *names: str) -> Tree:
    return {name: value for name, value in tree.items() if name not in names}


def _to_max_tokens(tree: Tree) -> None:
    limit = tree.pop("max_completion_tokens", None)
    if limit is not None:
        tree.setdefault("max_tokens", limit)


def _to_max_completion_tokens(tree: Tree) -> None:
    limit = tree.pop("max_tokens", None)
    if limit is not None:
        tree.setdefault("max_completion_tokens", limit)


def _no_object_tool_choice(tree: Tree) -> None:
    if isinstance(tree.get("tool_choice"), dict):
        raise InvalidRequest(
            "This server cannot be told which tool to call. Use tool_choice auto, required or none, and send one tool.",
            param="tool_choice",
        )


def _no_loading(tree: Tree) -> None:
    for name in ("adapters", "draft_model"):
        tree.pop(name, None)


def _json_object_as_schema(tree: Tree) -> None:
    wanted = tree.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type") == "json_object":
        schema: Tree = {"name": "any_object", "schema": {"type": "object"}}
        tree["response_format"] = {"type": "json_schema", "json_schema": schema}


def _whole_arguments(tree: Tree) -> None:
    """Empty arguments of a tool call mean none: `{}` is how to say so."""

    def whole(call: JSON) -> JSON:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(call, dict) or not isinstance(function, dict) or function.get("arguments") != "":
            return call
        return {**call, "function": {**function, "arguments": "{}"}}

    def repair(message: Tree) -> Tree:
        calls = message.get("tool_calls")
        return {**message, "tool_calls": [whole(call) for call in calls]} if isinstance(calls, list) else message

    _each_message(tree, repair, having="tool_calls")


def _flat_tool_results(tree: Tree) -> None:
    """A tool's answer in parts becomes one text: Ollama loses the call's id otherwise."""

    def repair(message: Tree) -> Tree:
        parts = message.get("content")
        if message.get("role") != "tool" or not isinstance(parts, list):
            return message
        texts = [part.get("text") for part in parts if isinstance(part, dict)]
        if len(texts) != len(parts) or not all(isinstance(text, str) for text in texts):
            return message
        return {**message, "content": "\n".join(str(text) for text in texts)}

    _each_message(tree, repair, having="tool_call_id")


def _history_as(name: str, other: str) -> Repair:
    """Reasoning of earlier turns in the field that the server reads."""

    def repair(message: Tree) -> Tree:
        if name in message:
            return _without(message, other)
        return {**_without(message, other), name: message[other]} if other in message else message

    def repair_all(tree: Tree) -> None:
        _each_message(tree, repair, having=other)

    return repair_all


def _no_history(tree: Tree) -> None:
    def repair(message: Tree) -> Tree:
        return _without(message, "reasoning", "reasoning_content")

    _each_message(tree, repair, having="reasoning")
    _each_message(tree, repair, having="reasoning_content")


def _each_message(tree: Tree, repair: Callable[[Tree], Tree], *, having: str) -> None:
    messages = tree.get("messages")
    if isinstance(messages, list) and any(isinstance(message, dict) and having in message for message in messages):
        tree["messages"] = [repair(message) if isinstance(message, dict) else message for message in messages]


_EVERYWHERE: Sequence[Repair] = (_whole_arguments,)
_REPAIRS: Mapping[ProviderKind, Sequence[Repair]] = {
    ProviderKind.OLLAMA: (
        _to_max_tokens,
        _no_object_tool_choice,
        _flat_tool_results,
        _history_as("reasoning", "reasoning_content"),
    ),
    ProviderKind.LM_STUDIO: (
        _to_max_tokens,
        _no_object_tool_choice,
        _json_object_as_schema,
        _history_as("reasoning_content", "reasoning"),
    ),
    ProviderKind.MLX: (
        _to_max_tokens,
        _no_loading,
        _no_object_tool_choice,
        _history_as("reasoning", "reasoning_content"),
    ),
    ProviderKind.LLAMA_CPP: (_to_max_tokens, _no_object_tool_choice, _history_as("reasoning_content", "reasoning")),
    ProviderKind.EMBEDDED: (_to_max_tokens, _history_as("reasoning_content", "reasoning")),
    ProviderKind.VLLM: (_history_as("reasoning_content", "reasoning"),),
    ProviderKind.OPENAI: (_to_max_completion_tokens, _no_history),
    ProviderKind.AZURE: (_no_history,),
}
"""What is known of each kind of server (llama.cpp 2026-10, LM Studio 0.4, mlx-lm 0.32, Ollama 0.33)."""
