"""Changes that fit a chat request to what a server gets wrong; each names one habit, and none looks at a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.domain import JSON, Tree
from gateway.errors import InvalidRequest

Repair = Callable[[Tree], None]
"""Changes a tree in place; the tree is the outbound's own down to its messages."""
LONG_ANSWER_TOKENS: Final = 16_384
"""More than an answer has, and less than a model that never stops would write."""


def to_max_tokens(tree: Tree) -> None:
    """The server knows only the older name of the limit, and writes without end under the newer one."""
    limit = tree.pop("max_completion_tokens", None)
    if limit is not None:
        tree.setdefault("max_tokens", limit)


def to_max_completion_tokens(tree: Tree) -> None:
    """Models that reason refuse the older name of the limit."""
    limit = tree.pop("max_tokens", None)
    if limit is not None:
        tree.setdefault("max_completion_tokens", limit)


def some_limit(tree: Tree) -> None:
    """The server ends an answer after 512 tokens where nobody sets a limit, as if that were what was asked for."""
    tree.setdefault("max_tokens", LONG_ANSWER_TOKENS)


def some_alternatives(tree: Tree) -> None:
    """The server says which tokens the probabilities are of only where alternatives are asked for."""
    if tree.get("logprobs") is True and not tree.get("top_logprobs"):
        tree["top_logprobs"] = 1


def no_tools_for_none(tree: Tree) -> None:
    """The server ignores that no tool is to be called: it is told of none."""
    if tree.get("tool_choice") == "none":
        tree.pop("tools", None)
        del tree["tool_choice"]


def only_named_tools(tree: Tree) -> None:
    """The server ignores a `tool_choice` that names tools: it gets these alone, and has to call one.

    Raises:
        InvalidRequest: the choice names no tool that is there.
    """
    choice = tree.get("tool_choice")
    if not isinstance(choice, dict):
        return
    allowed = choice.get("allowed_tools")
    wanted: Tree = allowed if isinstance(allowed, dict) else {"mode": "required", "tools": [choice]}
    named = [_named(tool) for tool in _list(wanted.get("tools"))]
    tools = [tool for tool in _list(tree.get("tools")) if _named(tool) in named]
    if not tools:
        raise InvalidRequest("`tool_choice` must name one of the tools.", param="tool_choice")
    tree["tools"], tree["tool_choice"] = tools, "auto" if wanted.get("mode") == "auto" else "required"


def _named(tool: JSON) -> tuple[str, str]:
    """Kind and name of a tool, or of the choice of one."""
    for kind in ("function", "custom"):
        called = tool.get(kind) if isinstance(tool, dict) else None
        if isinstance(called, dict) and isinstance(name := called.get("name"), str):
            return kind, name
    return "", ""


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def no_loading(tree: Tree) -> None:
    """These fields make the server load other weights, from its disk or from Hugging Face."""
    for name in ("adapters", "draft_model"):
        tree.pop(name, None)


def json_object_as_schema(tree: Tree) -> None:
    """The server refuses `json_object` and takes a schema: one that any object fits."""
    wanted = tree.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type") == "json_object":
        schema: Tree = {"name": "any_object", "schema": {"type": "object"}}
        tree["response_format"] = {"type": "json_schema", "json_schema": schema}


def whole_arguments(tree: Tree) -> None:
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


def flat_tool_results(tree: Tree) -> None:
    """A tool's answer in parts becomes one text: the server loses the call's id otherwise."""

    def repair(message: Tree) -> Tree:
        parts = message.get("content")
        if message.get("role") != "tool" or not isinstance(parts, list):
            return message
        texts = [part.get("text") for part in parts if isinstance(part, dict)]
        if len(texts) != len(parts) or not all(isinstance(text, str) for text in texts):
            return message
        return {**message, "content": "\n".join(str(text) for text in texts)}

    _each_message(tree, repair, having="tool_call_id")


def reasoning_as(name: str, *, instead_of: str) -> Repair:
    """The reasoning of earlier turns goes into the field that the server reads."""

    def repair(message: Tree) -> Tree:
        if name in message:
            return _without(message, instead_of)
        return {**_without(message, instead_of), name: message[instead_of]} if instead_of in message else message

    def repair_all(tree: Tree) -> None:
        _each_message(tree, repair, having=instead_of)

    return repair_all


def no_reasoning(tree: Tree) -> None:
    """The server refuses the reasoning of earlier turns."""

    def repair(message: Tree) -> Tree:
        return _without(message, "reasoning", "reasoning_content")

    _each_message(tree, repair, having="reasoning")
    _each_message(tree, repair, having="reasoning_content")


def refusals_as_text(tree: Tree) -> None:
    """The server knows no refusals: what the model said in an earlier one is what it said."""

    def said(part: JSON) -> JSON:
        if not isinstance(part, dict) or part.get("type") != "refusal":
            return part
        return {"type": "text", "text": part.get("refusal", "")}

    def repair(message: Tree) -> Tree:
        made = _without(message, "refusal")
        content, refusal = message.get("content"), message.get("refusal")
        if isinstance(content, list):
            made["content"] = [said(part) for part in content]
        elif isinstance(refusal, str) and refusal and not content:
            made["content"] = refusal
        return made

    _each_message(tree, repair, having="content")
    _each_message(tree, repair, having="refusal")


def no_recordings(tree: Tree) -> None:
    """The model hears nothing.

    Raises:
        InvalidRequest: a message holds a recording.
    """
    messages = tree.get("messages")
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get("type") == "input_audio":
                raise InvalidRequest(
                    "This model takes no `input_audio`. Ask for a route with one that does.", param="messages"
                )


def no_thinking_blocks(tree: Tree) -> None:
    """What a vendor signed goes to no other."""
    _each_message(tree, lambda message: _without(message, "thinking_blocks"), having="thinking_blocks")


def only_signed_thoughts(tree: Tree) -> None:
    """Thinking that nobody signed was another model's, and the server refuses it."""

    def repair(message: Tree) -> Tree:
        signed: list[JSON] = [
            block
            for block in _list(message.get("thinking_blocks"))
            if isinstance(block, dict) and (block.get("type") != "thinking" or block.get("signature"))
        ]
        return {**message, "thinking_blocks": signed} if signed else _without(message, "thinking_blocks")

    _each_message(tree, repair, having="thinking_blocks")


def no_effort(tree: Tree) -> None:
    """The model is not to reason: the server reads an effort of none."""
    tree["reasoning_effort"] = "none"
    tree.pop("reasoning", None)


def not_by_template(tree: Tree) -> None:
    """The same for servers that leave it to the template of the model (Qwen3 and others know `enable_thinking`)."""
    given = tree.get("chat_template_kwargs")
    tree["chat_template_kwargs"] = {**(given if isinstance(given, dict) else {}), "enable_thinking": False}
    for name in ("reasoning_effort", "reasoning", "enable_thinking"):
        tree.pop(name, None)


def no_wish_to_reason(tree: Tree) -> None:
    """The same for models that reason only where they are asked to."""
    for name in ("reasoning_effort", "reasoning", "thinking"):
        tree.pop(name, None)


def _without(message: Tree, *names: str) -> Tree:
    return {name: value for name, value in message.items() if name not in names}


def _each_message(tree: Tree, repair: Callable[[Tree], Tree], *, having: str) -> None:
    messages = tree.get("messages")
    if isinstance(messages, list) and any(isinstance(message, dict) and having in message for message in messages):
        tree["messages"] = [repair(message) if isinstance(message, dict) else message for message in messages]


AS_REASONING = reasoning_as("reasoning", instead_of="reasoning_content")
AS_REASONING_CONTENT = reasoning_as("reasoning_content", instead_of="reasoning")
