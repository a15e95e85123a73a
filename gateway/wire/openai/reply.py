"""Replies of OpenAI's dialect made whole: what servers really send in, what the API promises out; holds no text.

Local servers differ in ids, roles, usage and errors (notes are in the tests); a caller sees one shape: ids of ours, the
model name it asked for, the role once, reasoning in one field, tool-call indices that mean something, usage always.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from gateway.domain import JSON, Tree, Usage
from gateway.errors import UpstreamFailed
from gateway.wire.checks import UNREADABLE
from gateway.wire.framing.alike import Again
from gateway.wire.openai.calls import CallPieces, spelled, whole_call
from gateway.wire.openai.pieces import about, beside, filled
from gateway.wire.openai.thought import Thought

_CONTENT = (
    "content",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "images",
    "annotations",
)


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
        cache_write_tokens=_detail(usage, "prompt_tokens_details", "cache_creation_tokens")
        or _count(usage.get("cache_creation_input_tokens")),
        audio_input_tokens=_detail(usage, "prompt_tokens_details", "audio_tokens"),
        audio_output_tokens=_detail(usage, "completion_tokens_details", "audio_tokens"),
        told_nano_usd=_told(usage.get("cost")),
    )


def _told(cost: JSON) -> int | None:
    """What the provider says that it cost (OpenRouter): dollars as nano-dollars; no answer costs ten thousand."""
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not 0 <= cost < 10_000:
        return None
    return round(Decimal(repr(cost)).scaleb(9))


def _count(value: JSON) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _detail(usage: Tree, group: str, name: str) -> int:
    details = usage.get(group)
    return _count(details.get(name)) if isinstance(details, dict) else 0


def usage_tree(usage: Usage) -> Tree | None:
    """Usage as the API writes it, details only where there is something to tell; None where nothing was reported."""
    if not usage.reported:
        return None
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


def chat_reply(tree: Tree, *, model: str, reply_id: str, created: int) -> Tree:
    """A whole chat completion from what an upstream sent.

    Raises:
        UpstreamFailed: it is an error under status 200 (LM Studio), or holds no choice.
    """
    choices = tree.get("choices")
    if tree.get("error") is not None or not isinstance(choices, list) or not choices:
        raise UpstreamFailed(UNREADABLE)
    return {
        "id": reply_id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": _choices(choices),
        "usage": counts_of(tree),
        **about(tree),
    }


def counts_of(tree: Tree, before: Tree | None = None) -> Tree | None:
    """Usage as it was reported, all of it, with the sum that some leave out; None where there is none."""
    usage = tree.get("usage")
    if not isinstance(usage, dict):
        return before
    counts: Tree = {**(before or {}), **usage}
    parts = (counts.get("prompt_tokens"), counts.get("completion_tokens"))
    if counts.get("total_tokens") is None and all(isinstance(part, int) for part in parts):
        counts["total_tokens"] = _count(parts[0]) + _count(parts[1])
    return counts


def _choices(choices: list[JSON]) -> list[JSON]:
    """In the order of their indices, or as they came where those are none."""
    made = [_choice(choice) for choice in choices]
    given = [index for choice in made if (index := _index(choice)) is not None]
    places = dict(zip(given, made, strict=False)) if len(set(given)) == len(made) else dict(enumerate(made))
    return [{**places[index], "index": index} for index in sorted(places)]


def _index(choice: Tree) -> int | None:
    index = choice.get("index")
    return index if isinstance(index, int) and not isinstance(index, bool) and index >= 0 else None


def _choice(choice: JSON) -> Tree:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise UpstreamFailed(UNREADABLE)
    message = dict(message)
    _one_reasoning_field(message)
    _tell_apart(message, Thought(), last=True)
    calls = message.pop("tool_calls", None)
    if calls:
        if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
            raise UpstreamFailed(UNREADABLE)
        message["tool_calls"] = [whole_call(call, at) for at, call in enumerate(calls) if isinstance(call, dict)]
    if isinstance(called := message.get("function_call"), dict):
        message["function_call"] = spelled(called)
    finish = _finish(choice) or "stop"
    return {
        **{name: value for name, value in choice.items() if name != "delta"},
        "message": filled(message),
        "finish_reason": "tool_calls" if calls and finish == "stop" else finish,
        "logprobs": _logprobs(choice),
    }


def _finish(choice: Tree) -> str | None:
    """The reason of a choice; an empty one is none."""
    reason = choice.get("finish_reason")
    if reason is not None and not isinstance(reason, str):
        raise UpstreamFailed(UNREADABLE)
    return reason or None


def _logprobs(choice: Tree) -> Tree | None:
    """Log probabilities, if they are any; their lists are lists, whatever servers call nothing."""
    given = choice.get("logprobs")
    if not isinstance(given, dict):
        return None
    return {name: value for name, value in given.items() if value is None or isinstance(value, list)}


def _one_reasoning_field(message: dict[str, Any]) -> None:
    """Ollama, mlx_lm and vLLM say `reasoning`, llama.cpp and others `reasoning_content`: callers get the latter."""
    reasoning = message.pop("reasoning", None)
    if reasoning is not None and message.get("reasoning_content") is None:
        message["reasoning_content"] = reasoning


def _tell_apart(message: dict[str, Any], told: Thought, *, last: bool) -> None:
    """Reasoning that a server leaves in the text (`<think>`) goes where all reasoning goes; `last`: what was held back too."""
    if message.get("reasoning_content"):
        told.told_apart()
    text = message.get("content")
    if isinstance(text, str):
        thought, message["content"] = told.feed(text)
        _think(message, thought)
    if last:
        thought, said = told.rest()
        _think(message, thought)
        if said:
            message["content"] = (message.get("content") or "") + said


def _think(message: dict[str, Any], thought: str) -> None:
    if thought:
        message["reasoning_content"] = (message.get("reasoning_content") or "") + thought


def has_content(chunk: Tree) -> bool:
    """Whether the chunk carries *content* in the sense of law 8: text, reasoning, refusal, a tool call, a picture."""
    for choice in _list(chunk.get("choices")):
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if isinstance(delta, dict) and any(delta.get(name) for name in _CONTENT):
            return True
    return False


def more_text(tree: Tree) -> tuple[str, Again] | None:
    """The text of a chunk as servers send it that is only more of it, and the same chunk with another one.

    All else in it is said again by each chunk, and is the same when it is said once.
    """
    choices = tree.get("choices")
    choice = choices[0] if isinstance(choices, list) and len(choices) == 1 else None
    delta = choice.get("delta") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(delta, dict) or not isinstance(text := delta.get("content"), str):
        return None
    beyond = (tree.get("error"), tree.get("usage"), choice.get("finish_reason"), choice.get("logprobs"))
    others = (value for name, value in delta.items() if name not in {"content", "role"})
    if any(value is not None for value in (*beyond, *others)):
        return None
    return text, lambda new: {**tree, "choices": [{**choice, "delta": {**delta, "content": new}}]}


def reasons(tree: Tree) -> bool:
    """Whether a whole reply or a chunk, as callers get it, holds reasoning."""
    said = (
        choice.get("delta") or choice.get("message")
        for choice in _list(tree.get("choices"))
        if isinstance(choice, dict)
    )
    return any(isinstance(message, dict) and bool(message.get("reasoning_content")) for message in said)


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


_CARRIES = ("content", "tool_calls", "reasoning", "reasoning_content", "refusal", "audio")
"""Fields of a delta by which an answer goes on."""


_PLAIN: Final = frozenset({"id", "object", "created", "model", "choices", "usage"})
_PLAIN_CHOICE: Final = frozenset({"index", "delta", "finish_reason", "logprobs"})


class ChunkStream:
    """Chunks of one stream, made whole one by one; knows when the stream has really ended.

    Every chunk gets the same id, creation time and model name; the role comes once per choice; a usage chunk is handed
    out only if the caller asked (`include_usage`), but `counts` remembers it either way. What is told beside the choices
    passes with the chunk it came with or, where that has none, with the next.
    """

    __slots__ = (
        *("_calls", "_choices", "_created", "_ended", "_id", "_include_usage", "_model", "_open"),
        *("_roles", "_said_before", "_thoughts", "_told", "counts"),
    )

    def __init__(self, *, model: str, reply_id: str, created: int, include_usage: bool, choices: int = 1) -> None:
        self._model = model
        self._id = reply_id
        self._created = created
        self._include_usage = include_usage
        self._choices = choices
        self._roles: set[int] = set()
        self._calls: dict[int, CallPieces] = {}
        self._ended: set[int] = set()
        self._open: set[int] = set()
        self._thoughts: dict[int, Thought] = {}
        self._told: Tree = {}
        self._said_before: Tree = {}
        self.counts: Tree | None = None

    @property
    def usage(self) -> Usage | None:
        return usage_of({"usage": self.counts})

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
        if (plain := self._plain(tree)) is not None:
            return plain
        if tree.get("error") is not None:
            raise UpstreamFailed("The provider reported an error in the middle of its answer.")
        self.counts = counts_of(tree, self.counts)
        self._told |= about(tree)
        choices: list[JSON] = []
        for choice in _list(tree.get("choices")):
            made = self._choice(choice)
            if made is not None:
                choices.append(made)
        return self._said(choices) if choices else None

    def _plain(self, tree: Tree) -> Tree | None:
        """The chunk, if it is only more text of a choice that speaks already, as nearly all are: what `chunk` would make of
        it in a sixth of the time. None: it is something else.
        """
        choices = tree.get("choices")
        if self._told or not isinstance(choices, list) or tree.get("usage") is not None:
            return None
        if not _PLAIN.issuperset(tree) and any(tree[name] is not None for name in tree.keys() - _PLAIN):
            return None
        choice = choices[0] if len(choices) == 1 else None
        if not isinstance(choice, dict) or not _PLAIN_CHOICE.issuperset(choice):
            return None
        delta, index = choice.get("delta"), choice.get("index")
        if not isinstance(delta, dict) or len(delta) != 1 or choice.get("finish_reason") is not None:
            return None
        text = delta.get("content")
        if not isinstance(text, str) or not text or choice.get("logprobs") is not None or not isinstance(index, int):
            return None
        if index not in self._roles or not self._thoughts[index].over or isinstance(index, bool):
            return None
        self._open.add(index)
        return self._frame([{"index": index, "delta": {"content": text}, "finish_reason": None}])

    def done(self) -> Tree | None:
        """The reason for the end of each choice, from a provider that says it is done and gave none at all.

        Where it gave one to any choice, the one that has none was cut; and what never began has not ended.
        """
        if self._ended or len(self._open) < self._choices:
            return None
        choices = [self._choice({"index": index, "finish_reason": "stop"}) for index in sorted(self._open)]
        return self._frame([choice for choice in choices if choice])

    def last(self) -> Tree | None:
        """The chunk that ends a stream: usage for a caller that asked for it, and what was told after the last choice.

        What was only told again, as `system_fingerprint` is by every chunk, makes none: there are clients for which the
        last chunk says why the answer ended.
        """
        if self._include_usage:
            return {**self._said([]), "usage": self.counts}
        if all(name in self._said_before and self._said_before[name] == told for name, told in self._told.items()):
            return None
        silent: Tree = {"index": 0, "delta": {}, "finish_reason": None}  # there are clients that read `choices[0]`
        return self._said([silent])

    def _said(self, choices: list[JSON]) -> Tree:
        told, self._told = self._told, {}
        self._said_before |= told
        return {**self._frame(choices), **told}

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
        index = _index(choice) or 0
        delta = choice.get("delta")
        delta = dict(delta) if isinstance(delta, dict) else {}
        _one_reasoning_field(delta)
        finish = _finish(choice)
        _tell_apart(delta, self._thoughts.setdefault(index, Thought()), last=finish is not None)
        if index in self._roles:
            delta.pop("role", None)
        elif delta:
            delta["role"] = "assistant"
            self._roles.add(index)
        known = self._calls.setdefault(index, CallPieces())
        calls = delta.pop("tool_calls", None)
        if isinstance(calls, list) and calls:
            delta["tool_calls"] = known.repair(calls)
        if isinstance(called := delta.get("function_call"), dict):
            delta["function_call"] = known.older(called)
        if any(delta.get(name) for name in _CARRIES):
            self._open.add(index)
        if finish is not None:
            self._ended.add(index)
            self._open.discard(index)
            if finish == "stop" and known.any:
                finish = "tool_calls"
        made: Tree = {**beside(choice), "index": index, "delta": delta, "finish_reason": finish}
        if (logprobs := _logprobs(choice)) is not None:
            made["logprobs"] = logprobs
        return made
