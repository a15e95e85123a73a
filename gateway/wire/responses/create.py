"""`POST /v1/responses`: chat in the words of OpenAI's Responses API, stateless.

OpenAI itself is asked in these words, so that nothing is lost; all other targets are asked for a chat.

Source: OpenAI API reference, "Create a model response" and "Streaming events"; the types of its SDK 2.54.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import orjson
from typing_extensions import override

from gateway.domain import Tree
from gateway.errors import GatewayError
from gateway.wire.framing import sse
from gateway.wire.openai import chat
from gateway.wire.reply import Channels, ReplyShape, Streamed
from gateway.wire.responses import passthrough
from gateway.wire.responses.fields import RESPONSES as FIELDS
from gateway.wire.responses.reply import Frame, from_hub
from gateway.wire.responses.request import to_hub, unkept
from gateway.wire.responses.stream import Event, Stream
from gateway.wire.responses.validation import relate
from gateway.wire.writer import Answering, Clock, StreamWriter

REPLY = ReplyShape(
    channels=Channels.EVENTS,
    whole=passthrough.response_reply,
    usage_of=passthrough.usage_of,
    streamed=Streamed(
        passthrough.EventStream,
        passthrough.has_content,
        passthrough.events_of,
        lambda events, _usage: passthrough.aggregate(events),
    ),
)
"""OpenAI's own response to a caller of its API."""


def _streamed(tree: Tree, stream: bool) -> Tree:  # noqa: FBT001  the shape of `Spoken.streamed`
    """The body that is sent: nothing is ever stored at a provider's (law 11)."""
    body = {**tree, "stream": stream, "store": False}
    if not stream:
        body.pop("stream_options", None)
    return body


def _in_json(tree: Tree) -> bool:
    text = tree.get("text")
    form = text.get("format") if isinstance(text, dict) else None
    return isinstance(form, dict) and form.get("type") != "text"


def _now(clock: Clock) -> int:
    """Seconds since 1970."""
    return int(datetime.fromisoformat(clock.now()).timestamp())


def _whole(tree: Tree, shape: ReplyShape, answering: Answering) -> Tree:
    if shape is REPLY:
        return tree
    frame = Frame.of(answering.payload, answering.request_id)
    return from_hub(tree, frame, completed_at=_now(answering.clock))


class EventWriter(StreamWriter):
    """Named, numbered events; a stream that breaks ends with `error` and `response.failed`."""

    content_type = "text/event-stream; charset=utf-8"
    may_commit_early = True

    def __init__(self, answering: Answering) -> None:
        self._clock = answering.clock
        self._stream = Stream(Frame.of(answering.payload, answering.request_id))
        self._own: passthrough.Numbered | None = None

    @override
    def opened(self, shape: ReplyShape) -> None:
        self._own = passthrough.Numbered(self._stream.frame.response("", 0, {})) if shape is REPLY else None

    @override
    def event(self, event: Tree) -> bytes:
        return _encoded([self._own.feed(event)] if self._own else self._stream.feed(event))

    @override
    def error(self, error: GatewayError) -> bytes:
        return _encoded((self._own or self._stream).fail(error))

    @override
    def end(self) -> bytes:
        return b"" if self._own else _encoded(self._stream.finish(completed_at=_now(self._clock)))

    @override
    def heartbeat(self) -> bytes:
        return sse.comment("waiting")

    @override
    def trailer(self, headers: Mapping[str, str]) -> bytes:
        return sse.headers(headers)


def _encoded(events: Iterable[Event]) -> bytes:
    return b"".join(sse.encode(orjson.dumps(event), name=event["type"]) for event in events)


ENDPOINT = replace(
    chat.ENDPOINT,
    name="responses",
    paths=("/v1/responses", "/responses"),
    subject="input",
    fields=FIELDS,
    relate=relate,
    to_hub=to_hub,
    reply=REPLY,
    whole=_whole,
    writer=EventWriter,
    counts=lambda _tree: True,
    in_json=_in_json,
    spoken=replace(
        chat.SPOKEN, path="responses", streamed=_streamed, system_field="instructions", repair=unkept, everywhere=False
    ),
)
