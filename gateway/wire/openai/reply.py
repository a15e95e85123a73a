"""Replies of OpenAI's dialect made whole: what servers really send in, what the API promises out; holds no text.

Local servers differ in ids, roles, usage and errors (notes are in the tests); a caller sees one shape: ids of ours, the
model name it asked for, the role once, reasoning in one field, tool-call indices that mean something, usage always.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.domain import JSON, Tree, Usage
from gateway.errors import UpstreamFailed

_ABOUT_THE_SERVICE = ("service_tier", "system_fingerprint", "moderation")
_CONTENT = ("content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "audio")
_EMPTY = "The provider answered with nothing that can be read as a reply."


def usage_of(tree: Tree) -> Usage | None:
    """Tokens as the reply or chunk reports them; None where it does not."""
    usage = tree.get("usage")
    if not isinstance(usage, dict):
        return None
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_input_tokens=_detail(usage, "prompt_tokens_details", "cached_tokens"),
        reasoning_tokens=_detail(usage, "completion_tokens_details", "reasoning_tokens"),
        reported=True,
    )


def _count(value: JSON) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _detail(usage: Tree, group: str, name: str) -> int:
    details = usage.get(group)
    return _count(details.get(name)) if isinstance(details, dict) else 0


def usage_tree(usage: Usage) -> Tree:
    """Usage as the API writes it; details only where there is something to tell."""
    tree: Tree = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
    if usage.cached_input_tokens:
        tree["prompt_tokens_details"] = {"cached_tokens": usage.cached_input_tokens}
    if usage.reasoning_tokens:
        tree["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return tree


def _extras(tree: Tree) -> Tree:
    """What a reply or chunk tells about the service beside the answer."""
    return {name: tree[name] for name in _ABOUT_THE_SERVICE if tree.get(name) is not None}


def chat_reply(tree: Tree, *, model: str, reply_id: str, created: int) -> Tree:
    """A whole chat completion from what an upstream sent.

    Raises:
        UpstreamFailed: it is an error under status 200 (LM Studio), or holds no choice.
    """
    choices = tree.get("choices")
    if tree.get("error") is not None or not isinstance(choices, list) or not choices:
        raise UpstreamFailed(_EMPTY)
    usage = tree.get("usage")
    return {
        "id": reply_id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [_choice(choice, index) for index, choice in enumerate(choices)],
        "usage": usage if isinstance(usage, dict) else usage_tree(Usage()),
        **_extras(tree),
    }


def _choice(choice: JSON, index: int) -> Tree:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise UpstreamFailed(_EMPTY)
    message = {"role": "assistant", **message}
    _one_reasoning_field(message)
    calls = message.get("tool_calls")
    if not calls:
        message.pop("tool_calls", None)
    content = message.get("content")
    if content is None and not calls and message.get("refusal") is None and message.get("audio") is None:
        content = ""
    message["content"] = content
    finish = choice.get("finish_reason") or "stop"
    return {
        **choice,
        "index": choice.get("index", index),
        "message": message,
        "finish_reason": "tool_calls" if calls and finish == "stop" else finish,
        "logprobs": choice.get("logprobs"),
    }


def _one_reasoning_field(message: dict[str, Any]) -> None:
    """Ollama, mlx_lm and vLLM say `reasoning`, llama.cpp and others `reasoning_content`: callers get the latter."""
    reasoning = message.pop("reasoning", None)
    if reasoning is not None and message.get("reasoning_content") is None:
        message["reasoning_content"] = reasoning


def has_content(chunk: Tree) -> bool:
    """Whether the chunk carries *content* in the sense of law 8: text, reasoning, refusal or a tool call."""
    for choice in _list(chunk.get("choices")):
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if isinstance(delta, dict) and any(delta.get(name) for name in _CONTENT):
            return True
    return False


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


_CARRIES = ("content", "tool_calls", "reasoning", "reasoning_content", "refusal", "audio")
"""Fields of a delta by which an answer goes on."""


class ChunkStream:
    """Chunks of one stream, made whole one by one; knows when the stream has really ended.

    Every chunk gets the same id, creation time and model name; the role comes once per choice; a usage chunk is handed
    out only if the caller asked (`include_usage`), but `usage` remembers it either way.
    """

    __slots__ = (
        *("_calls", "_choices", "_created", "_ended", "_id", "_include_usage", "_model", "_open", "_roles", "usage"),
    )

    def __init__(self, *, model: str, reply_id: str, created: int, include_usage: bool, choices: int = 1) -> None:
        self._model = model
        self._id = reply_id
        self._created = created
        self._include_usage = include_usage
        self._choices = choices
        self._roles: set[int] = set()
        self._calls: dict[int, _CallIndex] = {}
        self._ended: set[int] = set()
        self._open: set[int] = set()
        self.usage: Usage | None = None

    @property
    def finished(self) -> bool:
        """Whether every choice that was asked for has its own finish reason: a stream without one broke (law 8).

        An empty reason is none, and content after a reason takes it back.
        """
        return len(self._ended) >= self._choices and not self._open

    def chunk(self, tree: Tree) -> Tree | None:
        """The chunk as the caller gets it, or None if nothing of it is for the caller.

        Raises:
            UpstreamFailed: it is an error in the place of a chunk.
        """
        if tree.get("error") is not None:
            raise UpstreamFailed("The provider reported an error in the middle of its answer.")
        usage = usage_of(tree)
        if usage is not None:
            self.usage = usage
        choices: list[JSON] = []
        for choice in _list(tree.get("choices")):
            made = self._choice(choice)
            if made is not None:
                choices.append(made)
        if not choices:
            return None
        return {**self._frame(choices), **_extras(tree)}

    def done(self) -> Tree | None:
        """The reason for the end of each choice, from a provider that says it is done and gave none at all.

        Where it gave one to any choice, the one that has none was cut; and what never began has not ended.
        """
        if self._ended or len(self._open) < self._choices:
            return None
        choices = [self._choice({"index": index, "finish_reason": "stop"}) for index in sorted(self._open)]
        return self._frame([choice for choice in choices if choice])

    def last(self) -> Tree | None:
        """The usage chunk that ends a stream for a caller that asked for it."""
        if not self._include_usage:
            return None
        return {**self._frame([]), "usage": usage_tree(self.usage or Usage())}

    def _frame(self, choices: list[JSON]) -> Tree:
        frame: Tree = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
            "choices": choices,
        }
        if self._include_usage:
            frame["usage"] = None
        return frame

    def _choice(self, choice: JSON) -> Tree | None:
        if not isinstance(choice, dict):
            return None
        index = _count(choice.get("index"))
        delta = choice.get("delta")
        delta = dict(delta) if isinstance(delta, dict) else {}
        _one_reasoning_field(delta)
        if index in self._roles:
            delta.pop("role", None)
        elif delta:
            delta["role"] = "assistant"
            self._roles.add(index)
        calls = delta.get("tool_calls")
        known = self._calls.setdefault(index, _CallIndex())
        if isinstance(calls, list) and calls:
            delta["tool_calls"] = [known.repair(call) for call in calls if isinstance(call, dict)]
        else:
            delta.pop("tool_calls", None)
        finish = choice.get("finish_reason") or None
        if any(delta.get(name) for name in _CARRIES):
            self._open.add(index)
        if finish is not None:
            self._ended.add(index)
            self._open.discard(index)
            if finish == "stop" and known.any:
                finish = "tool_calls"
        made: Tree = {"index": index, "delta": delta, "finish_reason": finish}
        if choice.get("logprobs") is not None:
            made["logprobs"] = choice["logprobs"]
        return made


class _CallIndex:
    """Indices of the tool calls of one choice: a new id on an occupied index is a new call (Ollama sent 0 for all)."""

    __slots__ = ("_at", "_ids", "_next")

    def __init__(self) -> None:
        self._at: dict[int, int] = {}
        self._ids: dict[int, str] = {}
        self._next = 0

    @property
    def any(self) -> bool:
        return self._next > 0

    def repair(self, call: Tree) -> Tree:
        theirs = _count(call.get("index"))
        call_id = call.get("id")
        new = theirs not in self._at or (isinstance(call_id, str) and call_id and self._ids.get(theirs) != call_id)
        if new:
            self._at[theirs] = self._next
            self._next += 1
            if isinstance(call_id, str):
                self._ids[theirs] = call_id
        made: Tree = {**call, "index": self._at[theirs]}
        if new and not call.get("id"):
            made["id"] = f"call_{self._at[theirs]}"
        if new:
            made.setdefault("type", "function")
        return made


def chunks_of(tree: Tree) -> list[Tree]:
    """The chunks of a stream that says what a whole reply says, for a server that answered a stream with one."""
    chunks: list[Tree] = []
    about = _extras(tree)
    for choice in _list(tree.get("choices")):
        if not isinstance(choice, dict):
            continue
        message = choice.get("message")
        delta: dict[str, Any] = dict(message) if isinstance(message, dict) else {}
        calls = _list(delta.get("tool_calls"))
        if calls:
            delta["tool_calls"] = [{**call, "index": at} for at, call in enumerate(calls) if isinstance(call, dict)]
        index = choice.get("index", 0)
        chunks.append({"choices": [{"index": index, "delta": delta, "logprobs": choice.get("logprobs")}], **about})
        finish = choice.get("finish_reason")
        chunks.append({"choices": [{"index": index, "delta": {}, "finish_reason": finish}], **about})
    chunks.append({"choices": [], "usage": tree.get("usage")})
    return chunks


def aggregate(chunks: Sequence[Tree], usage: Usage | None) -> Tree:
    """One chat completion out of the whole chunks of a stream that was read on a caller's behalf."""
    choices: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        for choice in _list(chunk.get("choices")):
            if isinstance(choice, dict):
                _add(choices, choice)
    made: list[JSON] = []
    for index in sorted(choices):
        state = choices[index]
        message = state["message"]
        calls = state["calls"]
        if calls:
            message["tool_calls"] = [calls[position] for position in sorted(calls)]
        message.setdefault("content", None if calls else "")
        made.append(
            {"index": index, "message": message, "finish_reason": state["finish"], "logprobs": state["logprobs"]}
        )
    first = chunks[0] if chunks else {}
    return {
        "id": first.get("id"),
        "object": "chat.completion",
        "created": first.get("created"),
        "model": first.get("model"),
        "choices": made,
        "usage": usage_tree(usage or Usage()),
        **_extras(first),
    }


def _add(choices: dict[int, dict[str, Any]], choice: Tree) -> None:
    index = _count(choice.get("index"))
    state = choices.setdefault(index, {"message": {"role": "assistant"}, "calls": {}, "finish": None, "logprobs": None})
    delta = choice.get("delta")
    if isinstance(delta, dict):
        _add_delta(state, delta)
    if choice.get("finish_reason") is not None:
        state["finish"] = choice["finish_reason"]
    logprobs = choice.get("logprobs")
    if isinstance(logprobs, dict):
        held = state["logprobs"] = state["logprobs"] or {}
        for name, values in logprobs.items():
            held[name] = [*held.get(name, []), *_list(values)]


def _add_delta(state: dict[str, Any], delta: Tree) -> None:
    message = state["message"]
    for name, value in delta.items():
        if name == "tool_calls":
            for call in _list(value):
                if isinstance(call, dict):
                    _add_call(state["calls"], call)
        elif name == "function_call" and isinstance(value, dict):
            _add_texts(message.setdefault(name, {"name": "", "arguments": ""}), value)
        elif name != "role" and isinstance(value, str):
            message[name] = message.get(name, "") + value
        elif name != "role" and value is not None:
            message[name] = value


def _add_call(calls: dict[int, dict[str, Any]], call: dict[str, Any]) -> None:
    index = _count(call.get("index"))
    kind = "custom" if call.get("type") == "custom" or "custom" in call else "function"
    nothing = {"name": "", "input": ""} if kind == "custom" else {"name": "", "arguments": ""}
    held = calls.setdefault(index, {"id": call.get("id"), "type": kind, kind: nothing})
    said = call.get(kind)
    if isinstance(said, dict) and kind in held:
        _add_texts(held[kind], said)


def _add_texts(held: dict[str, Any], said: Tree) -> None:
    for name in held:
        text = said.get(name)
        if isinstance(text, str):
            held[name] += text
