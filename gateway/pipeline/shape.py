"""Replies of a target, made whole and watched for content: what the pipeline asks of a dialect, answered by wire/.

Every reply is in the hub's dialect, but for those that a Claude target gives to a caller of its own: they pass as they
are, because their signatures and counts would not survive a translation.
"""

from __future__ import annotations

import time
from typing import TypeAlias

from gateway.domain import Call, Dialect, Operation, Tree, Usage
from gateway.wire.anthropic import passthrough
from gateway.wire.openai import reply as openai_reply
from gateway.wire.openai.reply import ChunkStream, chat_reply
from gateway.wire.openai.vectors import count_inputs, embeddings_reply

StreamShape: TypeAlias = ChunkStream | passthrough.EventStream


def stream_shape(call: Call, dialect: Dialect, *, model: str) -> StreamShape:
    """The shape of the stream in `dialect` that answers `call`; other facades always need the usage at its end."""
    if dialect is Dialect.ANTHROPIC:
        return passthrough.EventStream(model=model)
    options = call.payload.get("stream_options")
    asked = isinstance(options, dict) and options.get("include_usage") is True
    return ChunkStream(
        model=model,
        reply_id=_reply_id(call),
        created=int(time.time()),
        include_usage=asked or call.dialect is not Dialect.OPENAI,
    )


def whole_reply(call: Call, dialect: Dialect, tree: Tree, *, model: str) -> Tree:
    """A complete reply, made whole.

    Raises:
        UpstreamFailed: it is none.
        InvalidRequest: it has fewer dimensions than were asked for.
    """
    if call.operation is Operation.EMBEDDINGS:
        dimensions = call.payload.get("dimensions")
        return embeddings_reply(
            tree,
            model=model,
            inputs=count_inputs(call.payload),
            encoding=str(call.payload.get("encoding_format") or "float"),
            dimensions=dimensions if isinstance(dimensions, int) else None,
        )
    if dialect is Dialect.ANTHROPIC:
        return passthrough.message_reply(tree, model=model)
    return chat_reply(tree, model=model, reply_id=_reply_id(call), created=int(time.time()))


def answered_in_json(call: Call) -> bool:
    """Whether the answer itself was asked for as JSON, in the words of the caller's dialect."""
    payload = call.payload
    match call.dialect:
        case Dialect.OLLAMA:
            return payload.get("format") == "json" or isinstance(payload.get("format"), dict)
        case Dialect.ANTHROPIC:
            config = payload.get("output_config")
            form = config.get("format") if isinstance(config, dict) else None
            return isinstance(form or payload.get("output_format"), dict)
        case Dialect.OPENAI:
            form = payload.get("response_format")
            return isinstance(form, dict) and form.get("type") != "text"


def has_content(event: Tree) -> bool:
    """Whether a chunk or event carries content in the sense of law 8."""
    return openai_reply.has_content(event) if "choices" in event else passthrough.has_content(event)


def chunks_of(tree: Tree) -> list[Tree]:
    """The stream that says what a whole reply says."""
    return openai_reply.chunks_of(tree) if "choices" in tree else list(passthrough.events_of(tree))


def aggregate(events: list[Tree], *, usage: Usage | None) -> Tree:
    """The whole reply that a stream says."""
    if any("choices" in event for event in events):
        return openai_reply.aggregate(events, usage=usage)
    return passthrough.aggregate(events)


def usage_of(tree: Tree) -> Usage | None:
    """Tokens of a whole reply as reported; None where they are not."""
    return passthrough.usage_of(tree) if tree.get("type") == "message" else openai_reply.usage_of(tree)


def _reply_id(call: Call) -> str:
    return "chatcmpl-" + call.request_id.removeprefix("req_")
