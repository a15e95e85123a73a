"""`POST /v1/responses`: chat in the words of OpenAI's Responses API, stateless; targets are asked for it as a chat.

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
from gateway.wire.reply import ReplyShape
from gateway.wire.responses.fields import RESPONSES as FIELDS
from gateway.wire.responses.reply import Frame, from_hub
from gateway.wire.responses.request import to_hub
from gateway.wire.responses.stream import Event, Stream
from gateway.wire.responses.validation import relate
from gateway.wire.writer import Answering, Clock, StreamWriter


def _in_json(tree: Tree) -> bool:
    text = tree.get("text")
    form = text.get("format") if isinstance(text, dict) else None
    return isinstance(form, dict) and form.get("type") != "text"


def _now(clock: Clock) -> int:
    """Seconds since 1970."""
    return int(datetime.fromisoformat(clock.now()).timestamp())


def _whole(tree: Tree, _shape: ReplyShape, answering: Answering) -> Tree:
    frame = Frame.of(answering.payload, answering.request_id)
    return from_hub(tree, frame, completed_at=_now(answering.clock))


class EventWriter(StreamWriter):
    """Named, numbered events; a stream that breaks ends with `error` and `response.failed`."""

    content_type = "text/event-stream; charset=utf-8"
    may_commit_early = True

    def __init__(self, answering: Answering) -> None:
        self._clock = answering.clock
        self._stream = Stream(Frame.of(answering.payload, answering.request_id))

    @override
    def opened(self, shape: ReplyShape) -> None:
        """Nothing to prepare: every target is asked for a chat."""

    @override
    def event(self, event: Tree) -> bytes:
        return _encoded(self._stream.feed(event))

    @override
    def error(self, error: GatewayError) -> bytes:
        return _encoded(self._stream.fail(error))

    @override
    def end(self) -> bytes:
        return _encoded(self._stream.finish(completed_at=_now(self._clock)))

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
    whole=_whole,
    writer=EventWriter,
    counts=lambda _tree: True,
    in_json=_in_json,
    spoken=None,
)
