"""Hub replies in the words of Ollama's native API: one object, or one object per line of a stream; reads no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import GatewayError, UpstreamFailed
from gateway.wire import hub
from gateway.wire.ollama.durations import durations
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
    return line | _ending(choice.get("finish_reason"), reply, timing)


def loaded(wrap: Wrap, *, model: str, created_at: str, unloaded: bool = False) -> dict[str, Any]:
    """The answer to a request that only loads a model, or with `keep_alive: 0` unloads it."""
    head = {"model": model, "created_at": created_at}
    return head | wrap(Said()) | {"done": True, "done_reason": "unload" if unloaded else "load"}


def embed_from_hub(reply: dict[str, Any], *, model: str, timing: Timing) -> dict[str, Any]:
    """The body of `/api/embed` for a hub embeddings reply with float vectors."""
    usage, took = usage_of(reply), durations(reply, timing)
    made = {
        "model": model,
        "embeddings": [item["embedding"] for item in reply["data"]],
        "total_duration": took["total_duration"],
        "load_duration": took["load_duration"],
    }
    return {**made, "prompt_eval_count": usage.input_tokens} if usage else made


def embeddings_from_hub(reply: dict[str, Any]) -> dict[str, Any]:
    """The body of `/api/embeddings`, the older form for one text."""
    return {"embedding": reply["data"][0]["embedding"]}


@dataclass(slots=True)
class Stream:
    """One reply as lines: `feed` every hub chunk, then `finish` once, or `fail` once. Each returns the lines to write.

    Ollama never splits a tool call, so a call is held until it is complete and the next one begins, or the stream ends.
    """

    model: str
    wrap: Wrap
    _pieces: dict[int, list[hub.Called]] = field(default_factory=dict)
    _released: set[int] = field(default_factory=set)
    _finish: str | None = None
    _told: dict[str, Any] = field(default_factory=dict)

    def feed(self, chunk: dict[str, Any], *, created_at: str) -> list[dict[str, Any]]:
        """Lines for one chunk; usually one, none for chunks that say nothing."""
        self._told |= {name: value for name, value in chunk.items() if value is not None}
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
        lines = self._release(timing.created_at, ended=True, truncated=self._finish == "length")
        head = {"model": self.model, "created_at": timing.created_at}
        return [*lines, head | self.wrap(Said()) | _ending(self._finish, self._told, timing)]

    def fail(self, error: GatewayError) -> list[dict[str, Any]]:
        """The line that ends a stream which cannot be finished."""
        return [{"error": error.message}]

    def _line(self, said: Said, created_at: str) -> dict[str, Any]:
        return {"model": self.model, "created_at": created_at} | self.wrap(said) | {"done": False}

    def _gather(self, piece: hub.Called, created_at: str) -> list[dict[str, Any]]:
        if piece.index in self._released:
            raise UpstreamFailed("The provider went on with a tool call that was complete. Try again.")
        lines = [] if piece.index in self._pieces else self._release(created_at)
        self._pieces.setdefault(piece.index, []).append(piece)
        return lines

    def _release(self, created_at: str, *, ended: bool = False, truncated: bool = False) -> list[dict[str, Any]]:
        """The lines for the calls that are complete now, in their order."""
        lines: list[dict[str, Any]] = []
        for index, pieces in list(self._pieces.items()):
            call = hub.joined(pieces)
            if not ended and not hub.complete(call.arguments):
                break
            made = _call(call, len(self._released), truncated=truncated)
            self._released.add(index)
            del self._pieces[index]
            lines.append(self._line(Said(calls=(made,)), created_at))
        return lines


def _call(call: hub.Called, index: int, *, truncated: bool) -> dict[str, Any]:
    arguments = hub.arguments(call.arguments, truncated=truncated)
    made: dict[str, Any] = {"function": {"index": index, "name": call.name, "arguments": arguments}}
    return {"id": call.id} | made if call.id else made


def _ending(finish: str | None, told: dict[str, Any], timing: Timing) -> dict[str, Any]:
    """What the last line adds: the reason, durations, and the counts that were reported."""
    usage = usage_of(told)
    took = durations(told, timing)
    return {
        "done": True,
        "done_reason": "length" if finish == "length" else "stop",
        **({"context": told["context"]} if told.get("context") else {}),
        **took,
        **({"prompt_eval_count": usage.input_tokens, "eval_count": usage.output_tokens} if usage else {}),
    }
