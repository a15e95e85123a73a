"""`POST /v1/messages`: chat in Anthropic's dialect.

Source: Anthropic API reference, "Messages" and "Streaming messages".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson
from typing_extensions import override

from gateway.domain import JSON, Dialect, Operation, Tree
from gateway.errors import GatewayError, InvalidRequest
from gateway.wire.anthropic import passthrough
from gateway.wire.anthropic.fields import MESSAGES as FIELDS
from gateway.wire.anthropic.reply import from_hub
from gateway.wire.anthropic.request import to_hub
from gateway.wire.anthropic.stream import Event, Stream
from gateway.wire.anthropic.validation import relate
from gateway.wire.endpoint import Endpoint, Spoken
from gateway.wire.errors import envelope
from gateway.wire.framing import sse
from gateway.wire.hub import Translated
from gateway.wire.reply import Asked, Channels, ReplyShape, Streamed
from gateway.wire.vocabulary import closed
from gateway.wire.writer import Answering, StreamWriter

VERSION = "2023-06-01"
"""The version of the API, which every request states; that of its caller, where it is one of `VERSIONS`."""
VERSIONS = closed("2023-06-01 2026-10-21").words
"""What a body may hold and what an answer looks like depends on it. The first one of all streams otherwise."""


def _open(asked: Asked) -> passthrough.EventStream:
    return passthrough.EventStream(model=asked.model)


REPLY = ReplyShape(
    channels=Channels.BLOCKS,
    whole=lambda tree, asked: passthrough.message_reply(tree, model=asked.model),
    usage_of=passthrough.usage_of,
    streamed=Streamed(
        _open,
        passthrough.has_content,
        passthrough.events_of,
        lambda events, _usage: passthrough.aggregate(events),
    ),
)
"""A Claude target's own reply to a caller of its dialect: it passes as it is, because signatures and counts must."""


def _headers(key: str) -> Mapping[str, str]:
    return {"anthropic-version": VERSION, "x-api-key": key}


BETAS = closed(
    "claude-code-20250219 interleaved-thinking-2025-05-14 dev-full-thinking-2025-05-14 context-1m-2025-08-07 "
    "context-management-2025-06-27 model-context-window-exceeded-2025-08-26 compact-2026-01-12 compact-2026-09-04 "
    "output-128k-2025-02-19 output-300k-2026-03-24 fast-mode-2026-02-01 structured-outputs-2025-11-13 "
    "task-budgets-2026-03-13 thinking-token-count-2026-05-13 thinking-display-updates-2026-08-18 "
    "thinking-binding-controls-2026-08-01 prompt-caching-2024-07-31 extended-cache-ttl-2025-04-11 "
    "fine-grained-tool-streaming-2025-05-14 token-efficient-tools-2025-02-19 advanced-tool-use-2025-11-20 "
    "tool-examples-2025-10-29 effort-2025-11-24 inline-tools-2026-09-15 mid-conversation-tool-changes-2026-07-01 "
    "mid-conversation-output-config-2026-07-01 mid-conversation-system-clear-at-2026-08-21 pdfs-2024-09-25 "
    "computer-use-2024-10-22 computer-use-2025-01-24 computer-use-2025-11-24"
).words
"""Features of the API that send nobody on an errand (law 11)."""


def _signed(tree: Tree) -> Translated:
    """A request without thinking that nobody signed: it was another model's, and Claude refuses it."""
    messages = tree.get("messages")
    if not isinstance(messages, list):
        return Translated(tree)
    made = [_without_unsigned(message) for message in messages]
    pairs = list(zip(made, messages, strict=True))
    if all(new is old for new, old in pairs):
        return Translated(tree)
    kept: list[JSON] = [new for new, old in pairs if new is old or (isinstance(new, dict) and new["content"])]
    return Translated({**tree, "messages": kept}, ("messages.thinking",))


def _without_unsigned(message: JSON) -> JSON:
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(content, list):
        return message
    kept: list[JSON] = [
        block
        for block in content
        if not isinstance(block, dict) or block.get("type") != "thinking" or block.get("signature")
    ]
    return message if len(kept) == len(content) else {**message, "content": kept}


def _not_from_hub(_tree: Tree, _context: int | None) -> Translated:
    raise InvalidRequest("This destination speaks Anthropic's dialect only. POST to /v1/messages.")


def _in_json(tree: Tree) -> bool:
    config = tree.get("output_config")
    form = config.get("format") if isinstance(config, dict) else None
    return isinstance(form or tree.get("output_format"), dict)


def _whole(tree: Tree, shape: ReplyShape, answering: Answering) -> Tree:
    if shape is REPLY:
        return tree
    return from_hub(tree, model=_model(tree), message_id=_id(answering.request_id))


def _model(tree: Tree) -> str:
    return str(tree.get("model") or "")


def _id(request_id: str) -> str:
    return "msg_" + request_id.removeprefix("req_")


class EventWriter(StreamWriter):
    """Named server-sent events; a stream that breaks ends with an `error` event and without `message_stop`."""

    content_type = "text/event-stream; charset=utf-8"
    may_commit_early = True

    def __init__(self, answering: Answering) -> None:
        self._request_id = answering.request_id
        self._own = False
        self._stream: Stream | None = None

    @override
    def opened(self, shape: ReplyShape) -> None:
        self._own = shape is REPLY

    @override
    def event(self, event: Tree) -> bytes:
        if self._own:
            return _encoded([(str(event.get("type")), event)])
        if self._stream is None:
            self._stream = Stream(_model(event), _id(self._request_id))
        return _encoded(self._stream.feed(event))

    @override
    def error(self, error: GatewayError) -> bytes:
        return _encoded([("error", envelope(error, Dialect.ANTHROPIC, request_id=self._request_id))])

    @override
    def end(self) -> bytes:
        return b"" if self._stream is None else _encoded(self._stream.finish())

    @override
    def heartbeat(self) -> bytes:
        return _encoded([("ping", {"type": "ping"})])

    @override
    def trailer(self, headers: Mapping[str, str]) -> bytes:
        return sse.headers(headers)


def _encoded(events: Iterable[Event]) -> bytes:
    return b"".join(sse.encode(orjson.dumps(data), name=name) for name, data in events)


ENDPOINT = Endpoint(
    name="messages",
    dialect=Dialect.ANTHROPIC,
    operation=Operation.CHAT,
    paths=("/v1/messages",),
    subject="messages",
    fields=FIELDS,
    relate=relate,
    to_hub=to_hub,
    reply=REPLY,
    whole=_whole,
    writer=EventWriter,
    streams=lambda tree: tree.get("stream") is True,
    in_json=_in_json,
    spoken=Spoken(
        "v1/messages",
        _headers,
        _not_from_hub,
        lambda tree, stream: {**tree, "stream": stream},
        from_root=True,
        system_field="system",
        repair=_signed,
        betas=BETAS,
        versions=VERSIONS,
    ),
)
