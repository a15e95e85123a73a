"""Hub replies in the words of Ollama's native API: one object, or one object per line of a stream; reads no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.domain import Usage
from gateway.errors import GatewayError, UpstreamFailed
from gateway.wire import hub
from gateway.wire.openai.reply import usage_of
from gateway.wire.writer import Timing


@dataclass(frozen=True, slots=True)
class Said:
    """What one line says: visible text, thinking, whole tool calls, log probabilities."""

    text: str = ""
    thinking: str = ""
    calls: tuple[dict[str, Any], ...] = ()
    logprobs: tuple[dict[str, Any], ...] = ()


Wrap = Callable[[Said], dict[str, Any]]
"""How an endpoint wraps what was said: `as_chat` or `as_generate`."""


def as_chat(said: Said) -> dict[str, Any]:
    """The part of a line of `/api/chat` that differs from line to line."""
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.thinking:
        message["thinking"] = said.thinking
    if said.calls:
        message["tool_calls"] = list(said.calls)
    line: dict[str, Any] = {"message": message}
    if said.logprobs:
        line["logprobs"] = list(said.logprobs)
    return line


def as_generate(said: Said) -> dict[str, Any]:
    """The part of a line of `/api/generate` that differs from line to line."""
    line: dict[str, Any] = {"response": said.text}
    if said.thinking:
        line["thinking"] = said.thinking
    if said.logprobs:
        line["logprobs"] = list(said.logprobs)
    return line


def from_hub(reply: dict[str, Any], wrap: Wrap, *, model: str, timing: Timing) -> dict[str, Any]:
    """A whole reply as one object. Raises UpstreamFailed for a reply without a message or with unreadable arguments."""
    choice = hub.first_choice(reply)
    message = choice["message"]
    truncated = choice.get("finish_reason") == "length"
    said = Said(
        text=hub.words(message.get("content")) + hub.words(message.get("refusal")),
        thinking=hub.reasoning(message),
        calls=tuple(_call(call, i, truncated=truncated) for i, call in enumerate(hub.calls(message))),
        logprobs=tuple((choice.get("logprobs") or {}).get("content") or []),
    )
    line = {"model": model, "created_at": timing.created_at} | wrap(said)
    return line | _ending(choice.get("finish_reason"), usage_of(reply) or Usage(), timing)


def loaded(wrap: Wrap, *, model: str, created_at: str, unloaded: bool = False) -> dict[str, Any]:
    """The answer to a request that only loads a model, or with `keep_alive: 0` unloads it."""
    head = {"model": model, "created_at": created_at}
    return head | wrap(Said()) | {"done": True, "done_reason": "unload" if unloaded else "load"}


def embed_from_hub(reply: dict[str, Any], *, model: str, timing: Timing) -> dict[str, Any]:
    """The body of `/api/embed` for a hub embeddings reply with float vectors."""
    usage = usage_of(reply) or Usage()
    return {
        "model": model,
        "embeddings": [item["embedding"] for item in reply["data"]],
        "total_duration": timing.total_ns,
        "load_duration": 0,
        "prompt_eval_count": usage.input_tokens,
    }


def embeddings_from_hub(reply: dict[str, Any]) -> dict[str, Any]:
    """The body of `/api/embeddings`, the older form for one text."""
    return {"embedding": reply["data"][0]["embedding"]}


@dataclass(slots=True)
class Stream:
    """One reply as lines: `feed` every hub chunk, then `finish` once, or `fail` once. Each returns the lines to write.

    Ollama never splits a tool call, so a call is held until the next one begins or the stream ends.
    """

    model: str
    wrap: Wrap
    _pieces: list[hub.Called] = field(default_factory=list)
    _released: set[int] = field(default_factory=set)
    _finish: str | None = None
    _usage: Usage | None = None

    def feed(self, chunk: dict[str, Any], *, created_at: str) -> list[dict[str, Any]]:
        """Lines for one chunk; usually one, none for chunks that say nothing."""
        self._usage = usage_of(chunk) or self._usage
        lines: list[dict[str, Any]] = []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            delta = choice.get("delta") or {}
            said = Said(
                text=hub.words(delta.get("content")) + hub.words(delta.get("refusal")),
                thinking=hub.reasoning(delta),
                logprobs=tuple((choice.get("logprobs") or {}).get("content") or []),
            )
            if said != Said():
                lines.append(self._line(said, created_at))
            for call in hub.calls(delta):
                lines += self._gather(call, created_at)
            self._finish = choice.get("finish_reason") or self._finish
        return lines

    def finish(self, timing: Timing) -> list[dict[str, Any]]:
        """The last lines. Raises UpstreamFailed when no finish reason came: a broken stream has no clean end."""
        if self._finish is None:
            raise UpstreamFailed("The provider's stream ended before the answer did. Try again.")
        lines = self._release(timing.created_at, truncated=self._finish == "length")
        head = {"model": self.model, "created_at": timing.created_at}
        return [*lines, head | self.wrap(Said()) | _ending(self._finish, self._usage or Usage(), timing)]

    def fail(self, error: GatewayError) -> list[dict[str, Any]]:
        """The line that ends a stream which cannot be finished."""
        return [{"error": error.message}]

    def _line(self, said: Said, created_at: str) -> dict[str, Any]:
        return {"model": self.model, "created_at": created_at} | self.wrap(said) | {"done": False}

    def _gather(self, piece: hub.Called, created_at: str) -> list[dict[str, Any]]:
        if self._pieces and self._pieces[0].index == piece.index:
            self._pieces.append(piece)
            return []
        if piece.index in self._released:
            raise UpstreamFailed("The provider mixed the pieces of several tool calls. Try again without streaming.")
        lines = self._release(created_at)
        self._pieces = [piece]
        return lines

    def _release(self, created_at: str, *, truncated: bool = False) -> list[dict[str, Any]]:
        """The line for the call that is complete now, if there is one."""
        if not self._pieces:
            return []
        call = hub.joined(self._pieces)
        made = _call(call, len(self._released), truncated=truncated)
        self._released.add(call.index)
        self._pieces = []
        return [self._line(Said(calls=(made,)), created_at)]


def _call(call: hub.Called, index: int, *, truncated: bool) -> dict[str, Any]:
    arguments = hub.arguments(call.arguments, truncated=truncated)
    made: dict[str, Any] = {"function": {"index": index, "name": call.name, "arguments": arguments}}
    return {"id": call.id} | made if call.id else made


def _ending(finish: str | None, usage: Usage, timing: Timing) -> dict[str, Any]:
    """What the last line adds: the reason, counts, and durations in nanoseconds (prompt: until the first content)."""
    return {
        "done": True,
        "done_reason": "length" if finish == "length" else "stop",
        "total_duration": timing.total_ns,
        "load_duration": 0,
        "prompt_eval_count": usage.input_tokens,
        "prompt_eval_duration": timing.first_content_ns,
        "eval_count": usage.output_tokens,
        "eval_duration": max(0, timing.total_ns - timing.first_content_ns),
    }
