"""`POST /v1/chat/completions`: chat in OpenAI's dialect, which is the hub's."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from typing_extensions import override

from gateway.domain import Dialect, Operation, Tree
from gateway.errors import GatewayError
from gateway.wire.endpoint import Endpoint, Spoken
from gateway.wire.errors import envelope
from gateway.wire.framing import sse
from gateway.wire.hub import Translated
from gateway.wire.openai.fields import CHAT as FIELDS
from gateway.wire.openai.pieces import aggregate, chunks_of
from gateway.wire.openai.reply import (
    ChunkStream,
    chat_reply,
    has_content,
    more_text,
    usage_of,
)
from gateway.wire.reply import Asked, Channels, ReplyShape, Streamed
from gateway.wire.writer import Answering, StreamWriter


def _open(asked: Asked) -> ChunkStream:
    return ChunkStream(
        model=asked.model,
        reply_id=asked.reply_id,
        created=asked.created,
        include_usage=asked.usage,
        choices=asked.choices,
    )


def _whole(tree: Tree, asked: Asked) -> Tree:
    return chat_reply(tree, model=asked.model, reply_id=asked.reply_id, created=asked.created)


REPLY = ReplyShape(
    channels=Channels.CHOICES,
    whole=_whole,
    usage_of=usage_of,
    streamed=Streamed(_open, has_content, chunks_of, aggregate, mould=more_text),
)
"""A `chat.completion` and its chunks: the hub's reply, which every other dialect's is made from."""


def headers(key: str) -> Mapping[str, str]:
    """How servers of this dialect are shown a key."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def _streamed(tree: Tree, stream: bool) -> Tree:  # noqa: FBT001  the shape of `Spoken.streamed`
    body = {name: value for name, value in tree.items() if name != "stream_options"}
    body["stream"] = stream
    if stream:
        body["stream_options"] = {"include_usage": True}
    return body


def _counts(tree: Tree) -> bool:
    options = tree.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def _in_json(tree: Tree) -> bool:
    form = tree.get("response_format")
    return isinstance(form, dict) and form.get("type") != "text"


SPOKEN = Spoken("chat/completions", headers, lambda tree, _context: Translated(tree), _streamed)


class SseWriter(StreamWriter):
    """Chunks as server-sent events; a stream that breaks ends with an error event and without `[DONE]`."""

    content_type = "text/event-stream; charset=utf-8"
    may_commit_early = True

    def __init__(self, answering: Answering) -> None:
        self._request_id = answering.request_id

    @override
    def opened(self, shape: ReplyShape) -> None:
        """Nothing to prepare: chunks are the hub's own."""

    @override
    def event(self, event: Tree) -> bytes:
        return sse.encode(orjson.dumps(event))

    @override
    def error(self, error: GatewayError) -> bytes:
        return sse.encode(orjson.dumps(envelope(error, Dialect.OPENAI, request_id=self._request_id)))

    @override
    def end(self) -> bytes:
        return sse.encode(sse.DONE)

    @override
    def heartbeat(self) -> bytes:
        return sse.comment("waiting")

    @override
    def trailer(self, headers: Mapping[str, str]) -> bytes:
        return sse.headers(headers)


ENDPOINT = Endpoint(
    name="chat",
    dialect=Dialect.OPENAI,
    operation=Operation.CHAT,
    paths=("/v1/chat/completions", "/chat/completions"),
    subject="messages",
    fields=FIELDS,
    to_hub=Translated,
    reply=REPLY,
    whole=lambda tree, _shape, _answering: tree,
    writer=SseWriter,
    streams=lambda tree: tree.get("stream") is True,
    counts=_counts,
    in_json=_in_json,
    spoken=SPOKEN,
)
