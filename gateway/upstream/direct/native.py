"""Replies of Ollama's native API, as the hub writes them; sends nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import aiohttp

from gateway.domain import Operation, Tree
from gateway.errors import GatewayError
from gateway.events import AttemptResult
from gateway.outbound.prepare import Outbound
from gateway.upstream import bodies
from gateway.upstream.port import AttemptFailed, Reply
from gateway.wire.ollama.native_reply import Chunks, embed_to_hub, reply_to_hub


async def reply(response: aiohttp.ClientResponse, outbound: Outbound) -> Reply:
    """The reply to an outbound in Ollama's dialect, in the hub's."""
    if outbound.operation is Operation.CHAT and outbound.stream:

        async def close() -> None:
            response.close()

        return Reply(events=_chunks(response, outbound), close=close)
    body = await bodies.read(response, bodies.MAX_REPLY_BYTES, outbound.target, cut=False)
    native = bodies.as_object(body, outbound.target)
    try:
        if outbound.operation is Operation.EMBEDDINGS:
            return Reply(tree=embed_to_hub(native, model=outbound.target.model))
        made = reply_to_hub(native, model=outbound.target.model, reply_id=_id(outbound), created=int(time.time()))
        return Reply(tree=made)
    except GatewayError as error:
        raise _failed(error) from None


async def _chunks(response: aiohttp.ClientResponse, outbound: Outbound) -> AsyncIterator[Tree]:
    chunks = Chunks(model=outbound.target.model, reply_id=_id(outbound), created=int(time.time()))
    try:
        async for line in bodies.lines(response, outbound.target):
            for chunk in chunks.feed(line):
                yield chunk
        chunks.finish()
    except GatewayError as error:
        raise _failed(error) from None


def _failed(error: GatewayError) -> AttemptFailed:
    return AttemptFailed(error, result=AttemptResult.BAD_REPLY, status=200)


def _id(outbound: Outbound) -> str:
    return "chatcmpl-" + outbound.request_id.removeprefix("req_")
