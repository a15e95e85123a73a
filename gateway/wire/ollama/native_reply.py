"""What an Ollama server answers, in the hub's words; reads its error texts to tell them apart and never repeats one."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from gateway.domain import Carrier, Usage
from gateway.errors import (
    ContextLengthExceeded,
    GatewayError,
    InvalidRequest,
    Overloaded,
    UpstreamFailed,
    UpstreamRejected,
)
from gateway.wire.checks import check_reply
from gateway.wire.fields import Free, Items, Object, Text
from gateway.wire.hub import dumps
from gateway.wire.ollama.durations import OWN
from gateway.wire.openai.reply import usage_tree
from gateway.wire.vocabulary import COUNT, FLAG

_WORDS = Text(Carrier.OTHER)
_OVERFLOW = ("context length", "context window", "context size", "exceeds the", "exceed_context", "input length")
_UNFIT = ("does not support", "invalid image", "failed to process image", "failed to decode image")


_CALL = Object({"id": _WORDS, "function": Object({"name": _WORDS})})
LINE = Object(
    {
        "message": Object({"content": _WORDS, "thinking": _WORDS, "tool_calls": Items(_CALL)}),
        "done": FLAG,
        "done_reason": _WORDS,
        "prompt_eval_count": COUNT,
        "eval_count": COUNT,
        "logprobs": Items(Free(Carrier.OTHER)),
    }
)
"""What has to be true of a reply, or of a line of one, for us to read it."""


def error_of(status: int, text: str) -> GatewayError:
    """The error that a status and Ollama's own error text amount to; `text` is matched, never shown."""
    lowered = text.lower()
    if status < 500 and any(mark in lowered for mark in _OVERFLOW):
        return ContextLengthExceeded("The request is longer than the model's context. Shorten it.")
    if status == 503:
        return Overloaded("The local server's queue is full. Try again in a moment.")
    if status >= 500:
        return UpstreamFailed("The local server failed. Its own log says why.")
    if any(mark in lowered for mark in _UNFIT):
        return InvalidRequest(
            "The model cannot do what the request asks (tools, thinking, images or chat). Ask for another route."
        )
    return UpstreamRejected("The local server refused the request. Check the target's model name with `ollama list`.")


def reply_to_hub(native: dict[str, Any], *, model: str, reply_id: str, created: int) -> dict[str, Any]:
    """A `chat.completion` for a whole reply of `/api/chat`; raises UpstreamFailed for a reply that is none."""
    check_reply(native, LINE)
    message = native.get("message")
    if not isinstance(message, dict) or not native.get("done"):
        raise UpstreamFailed("The local server's reply holds no message. Try again.")
    made: dict[str, Any] = {"role": "assistant", "content": message.get("content") or ""}
    if thought := message.get("thinking"):
        made["reasoning_content"] = thought
    calls = [_call(call, i, reply_id) for i, call in enumerate(message.get("tool_calls") or [])]
    if calls:
        made["tool_calls"] = calls
        made["content"] = made["content"] or None
    choice: dict[str, Any] = {"index": 0, "message": made, "finish_reason": _finish(native, called=bool(calls))}
    if native.get("logprobs"):
        choice["logprobs"] = {"content": native["logprobs"]}
    return {
        "id": reply_id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [choice],
        "usage": usage_tree(usage_of(native)),
        **_took(native),
    }


def of_generate(line: dict[str, Any]) -> dict[str, Any]:
    """A line of `/api/generate` as one of `/api/chat`; its `context` stays beside the message."""
    said = {name: line[own] for name, own in (("content", "response"), ("thinking", "thinking")) if line.get(own)}
    return {**line, "message": said} if "error" not in line else line


def embed_to_hub(native: dict[str, Any], *, model: str) -> dict[str, Any]:
    """A hub embeddings reply for a body of `/api/embed`; raises UpstreamFailed for one without vectors."""
    vectors = native.get("embeddings")
    if not isinstance(vectors, list):
        raise UpstreamFailed("The local server's reply holds no embeddings. Try again.")
    check_reply(native, LINE)
    tokens = native.get("prompt_eval_count") or 0
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)],
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def usage_of(native: dict[str, Any]) -> Usage:
    """Tokens of a reply or of the last line of a stream."""
    counts = (native.get("prompt_eval_count"), native.get("eval_count"))
    return Usage(input_tokens=counts[0] or 0, output_tokens=counts[1] or 0, reported=counts != (None, None))


class Chunks:
    """Lines of one stream as hub chunks: one id, model and time for all, tool calls numbered through."""

    __slots__ = ("_calls", "_done", "_head", "_started")

    def __init__(self, *, model: str, reply_id: str, created: int) -> None:
        self._head = {"id": reply_id, "object": "chat.completion.chunk", "created": created, "model": model}
        self._calls = 0
        self._done = False
        self._started = False

    def feed(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        """Chunks for one line; raises the error that an error line amounts to, in our words."""
        if "error" in line:
            raise error_of(500, "")
        check_reply(line, LINE)
        message = line.get("message") or {}
        delta: dict[str, Any] = {} if self._started else {"role": "assistant", "content": ""}
        self._started = True
        if text := message.get("content"):
            delta["content"] = text
        if thought := message.get("thinking"):
            delta["reasoning_content"] = thought
        if calls := message.get("tool_calls"):
            delta["tool_calls"] = [self._call(call) for call in calls]
        chunks = [self._chunk(delta, None, line.get("logprobs"))] if delta else []
        if line.get("done"):
            self._done = True
            chunks.append(self._chunk({}, _finish(line, called=self._calls > 0), None))
            chunks.append(self._head | {"choices": [], "usage": usage_tree(usage_of(line))} | _took(line))
        return chunks

    def finish(self) -> None:
        """Raises UpstreamFailed when the last line never came: a broken stream has no clean end."""
        if not self._done:
            raise UpstreamFailed("The local server's stream ended before the answer did. Try again.")

    def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        index = self._calls
        self._calls += 1
        return {"index": index} | _call(call, index, str(self._head["id"]))

    def _chunk(self, delta: dict[str, Any], finish: str | None, logprobs: Any) -> dict[str, Any]:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish}
        if logprobs:
            choice["logprobs"] = {"content": logprobs}
        return self._head | {"choices": [choice]}


class PromptChunks(Chunks):
    """The same for lines of `/api/generate`."""

    __slots__ = ()

    @override
    def feed(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        return super().feed(of_generate(line))


def _took(native: dict[str, Any]) -> dict[str, Any]:
    """The server's own durations, and the numbers that a prompt may go on from: beside the choices, where callers of its
    dialect find them again.
    """
    return {name: native[name] for name in (*OWN, "context") if native.get(name)}


def _call(call: dict[str, Any], index: int, reply_id: str) -> dict[str, Any]:
    function = call.get("function") or {}
    spelled = {"name": function.get("name") or "", "arguments": dumps(function.get("arguments") or {})}
    call_id = call.get("id") or f"call_{reply_id.removeprefix('chatcmpl-')}_{index}"
    return {"id": call_id, "type": "function", "function": spelled}


def _finish(native: dict[str, Any], *, called: bool) -> str:
    if native.get("done_reason") == "length":
        return "length"
    return "tool_calls" if called else "stop"
