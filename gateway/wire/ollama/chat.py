"""`POST /api/chat`: chat in Ollama's dialect, as callers ask for it and as Ollama's servers are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson
from typing_extensions import override

from gateway.domain import Dialect, Operation, Tree
from gateway.errors import GatewayError
from gateway.wire.endpoint import AnsweredHere, Endpoint, Native, Spoken
from gateway.wire.errors import envelope
from gateway.wire.hub import Translated
from gateway.wire.ollama import native_reply, native_request, reply
from gateway.wire.ollama.fields import CHAT as FIELDS
from gateway.wire.ollama.request import chat_to_hub
from gateway.wire.openai import chat as hub
from gateway.wire.reply import Asked, ReplyShape
from gateway.wire.writer import Answering, StreamWriter


def from_hub(tree: Tree, context: int | None) -> Translated:
    """The body of `/api/chat` for a request of the hub; the server's context is `context` tokens unless it says so."""
    return native_request.chat_from_hub(tree, model=str(tree.get("model") or ""), num_ctx=context)


def _native(tree: Tree, asked: Asked) -> Tree:
    return native_reply.reply_to_hub(tree, model=asked.model, reply_id=asked.reply_id, created=asked.created)


def _chunks(asked: Asked) -> native_reply.Chunks:
    return native_reply.Chunks(model=asked.model, reply_id=asked.reply_id, created=asked.created)


def streams(tree: Tree) -> bool:
    """Whether the caller wants a stream: Ollama's do unless they say otherwise."""
    return tree.get("stream") is not False


def in_json(tree: Tree) -> bool:
    """Whether the answer itself was asked for as JSON."""
    return tree.get("format") == "json" or isinstance(tree.get("format"), dict)


def loads_only(tree: Tree, *, key: str) -> bool:
    """Whether the request asks for nothing but a loaded model: no messages, an empty prompt, nothing to embed."""
    return not tree.get(key) and not tree.get("images")


def loaded(tree: Tree, wrap: reply.Wrap, answering: Answering, *, subject: str) -> AnsweredHere | None:
    """The answer to a request that only loads a model or, with `keep_alive: 0`, unloads it; None for any other."""
    if not loads_only(tree, key=subject):
        return None
    model = str(tree.get("model") or "")
    unloaded = tree.get("keep_alive") in {0, "0"}
    made = reply.loaded(wrap, model=model, created_at=answering.clock.now(), unloaded=unloaded)
    return AnsweredHere(made, model=model)


def whole(tree: Tree, wrap: reply.Wrap, answering: Answering) -> Tree:
    """A reply of the hub as one object."""
    return reply.from_hub(tree, wrap, model=str(tree.get("model") or ""), timing=answering.clock.timing())


class LineWriter(StreamWriter):
    """JSON lines; a stream that breaks ends with an `error` line and without `done`. It has no room for heartbeats.

    Every write ends with a whole line: there are clients that drop a line which arrives in two pieces.
    """

    content_type = "application/x-ndjson"
    may_commit_early = False

    def __init__(self, wrap: reply.Wrap, answering: Answering) -> None:
        self._wrap = wrap
        self._answering = answering
        self._stream: reply.Stream | None = None

    @override
    def opened(self, shape: ReplyShape) -> None:
        """Nothing to prepare: chunks are the hub's."""

    @override
    def event(self, event: Tree) -> bytes:
        clock = self._answering.clock
        clock.content()
        if self._stream is None:
            self._stream = reply.Stream(str(event.get("model") or ""), self._wrap)
        return _lines(self._stream.feed(event, created_at=clock.now()))

    @override
    def error(self, error: GatewayError) -> bytes:
        return _lines([envelope(error, Dialect.OLLAMA, request_id=self._answering.request_id)])

    @override
    def end(self) -> bytes:
        return b"" if self._stream is None else _lines(self._stream.finish(self._answering.clock.timing()))

    @override
    def heartbeat(self) -> bytes:
        return b""

    @override
    def trailer(self, headers: Mapping[str, str]) -> bytes:
        return b""


def _lines(lines: Iterable[Tree]) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


ENDPOINT = Endpoint(
    name="chat",
    dialect=Dialect.OLLAMA,
    operation=Operation.CHAT,
    paths=("/api/chat",),
    subject="messages",
    fields=FIELDS,
    to_hub=lambda tree: Translated(chat_to_hub(tree)),
    reply=hub.REPLY,
    whole=lambda tree, _shape, answering: whole(tree, reply.as_chat, answering),
    writer=lambda answering: LineWriter(reply.as_chat, answering),
    streams=streams,
    in_json=in_json,
    here=lambda tree, answering: loaded(tree, reply.as_chat, answering, subject="messages"),
    spoken=Spoken(
        "api/chat",
        hub.headers,
        from_hub,
        lambda tree, stream: {**tree, "stream": stream},
        from_root=True,
        native=Native(_native, _chunks),
    ),
)
