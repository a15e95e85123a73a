"""Bodies of upstreams, read within limits: whole ones, JSON objects, events; what is none of these is a bad reply."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import orjson

from gateway.domain import Target, Tree
from gateway.errors import UpstreamFailed
from gateway.upstream import faults
from gateway.wire.framing.lines import LineDecoder
from gateway.wire.framing.sse import DONE, SseDecoder

MAX_REPLY_BYTES = 64 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
_HEARTBEATS = frozenset({b"", b"null"})


async def read(response: aiohttp.ClientResponse, limit: int, target: Target, *, cut: bool) -> bytes:
    """The body, up to `limit` bytes: what is beyond is cut off or a failure."""
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in response.content.iter_any():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                response.close()
                if cut:
                    break
                raise faults.bad_reply(target, status=response.status)
    except (aiohttp.ClientError, OSError):
        if not cut:
            raise faults.unreachable(target, reached=True) from None
    return b"".join(pieces)


def as_object(body: bytes, target: Target) -> Tree:
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise faults.bad_reply(target, status=200) from None
    if not isinstance(tree, dict):
        raise faults.bad_reply(target, status=200)
    return tree


async def events(response: aiohttp.ClientResponse, target: Target) -> AsyncIterator[Tree]:
    """The JSON of each event until `[DONE]` or the end of the connection; an empty or `null` event is a heartbeat."""
    decoder = SseDecoder()
    try:
        async for piece in response.content.iter_any():
            for event in decoder.decode(piece):
                if event.data == DONE:
                    response.release()
                    return
                if event.data.strip() not in _HEARTBEATS:
                    yield as_object(event.data, target)
        for event in decoder.flush():
            if event.data != DONE and event.data.strip() not in _HEARTBEATS:
                yield as_object(event.data, target)
    except (aiohttp.ClientError, OSError, UpstreamFailed):
        raise faults.bad_reply(target, status=200) from None


async def lines(response: aiohttp.ClientResponse, target: Target) -> AsyncIterator[Tree]:
    """The JSON of each line until the end of the connection: Ollama's framing."""
    decoder = LineDecoder()
    try:
        async for piece in response.content.iter_any():
            for line in decoder.decode(piece):
                yield as_object(line, target)
        for line in decoder.flush():
            yield as_object(line, target)
    except (aiohttp.ClientError, OSError, UpstreamFailed):
        raise faults.bad_reply(target, status=200) from None
