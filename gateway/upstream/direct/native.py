"""Replies in a target's own framing and words, as the hub writes them; sends nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from gateway.domain import Tree
from gateway.errors import GatewayError
from gateway.events import AttemptResult
from gateway.outbound.prepare import Outbound
from gateway.upstream import bodies
from gateway.upstream.port import AttemptFailed, Reply
from gateway.upstream.silence import Answer, Silence
from gateway.wire.endpoint import Native, NativeChunks
from gateway.wire.reply import Asked


async def reply(answer: Answer, outbound: Outbound, native: Native) -> Reply:
    """The reply to an outbound whose dialect `native` reads, in the hub's words."""
    asked = Asked(outbound.tree, outbound.target.model, _id(outbound), int(time.time()), usage=True)
    if native.chunks is not None and outbound.stream:

        async def close() -> None:
            answer.close()

        silence = Silence()
        return Reply(events=_chunks(answer, outbound, native.chunks(asked), silence), close=close, silence=silence)
    body = await bodies.read(answer, bodies.MAX_REPLY_BYTES, outbound.target, cut=False)
    try:
        return Reply(tree=native.whole(bodies.as_object(body, outbound.target), asked))
    except GatewayError as error:
        raise _failed(error) from None


async def _chunks(answer: Answer, outbound: Outbound, chunks: NativeChunks, silence: Silence) -> AsyncIterator[Tree]:
    try:
        async for line in bodies.lines(answer, outbound.target, silence):
            for chunk in chunks.feed(line):
                yield chunk
        chunks.finish()
    except GatewayError as error:
        raise _failed(error) from None


def _failed(error: GatewayError) -> AttemptFailed:
    return AttemptFailed(error, result=AttemptResult.BAD_REPLY, status=200)


def _id(outbound: Outbound) -> str:
    return "chatcmpl-" + outbound.request_id.removeprefix("req_")
