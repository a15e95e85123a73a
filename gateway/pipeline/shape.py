"""Replies of a target, made whole and watched for content: what the pipeline asks of a dialect, answered by wire/."""

from __future__ import annotations

import time

from gateway.domain import Call, Dialect, Operation, Tree
from gateway.wire.openai_embeddings import count_inputs, embeddings_reply
from gateway.wire.openai_reply import ChunkStream, aggregate, chat_reply, chunks_of, has_content, usage_of

__all__ = ["ChunkStream", "aggregate", "chunks_of", "has_content", "stream_shape", "usage_of", "whole_reply"]


def stream_shape(call: Call, *, model: str) -> ChunkStream:
    """The shape of the stream that answers `call`; the other facades always need the usage at its end."""
    options = call.payload.get("stream_options")
    asked = isinstance(options, dict) and options.get("include_usage") is True
    return ChunkStream(
        model=model,
        reply_id=_reply_id(call),
        created=int(time.time()),
        include_usage=asked or call.dialect is not Dialect.OPENAI,
    )


def whole_reply(call: Call, tree: Tree, *, model: str) -> Tree:
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
    return chat_reply(tree, model=model, reply_id=_reply_id(call), created=int(time.time()))


def _reply_id(call: Call) -> str:
    return "chatcmpl-" + call.request_id.removeprefix("req_")
