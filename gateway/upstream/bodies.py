"""Bodies of upstreams, read within limits: whole ones, JSON objects, events; what is none of these is a bad reply."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import orjson

from gateway.domain import JSON, Target, Tree
from gateway.errors import UpstreamFailed
from gateway.upstream import faults
from gateway.upstream.port import DONE
from gateway.upstream.silence import IDLE_S, Silence, pieces
from gateway.wire.framing import sse
from gateway.wire.framing.lines import LineDecoder
from gateway.wire.framing.sse import SseDecoder

MAX_REPLY_BYTES = 64 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
MAX_DEPTH = 200
"""Of a reply: what is nested deeper than 254 cannot be written again, and some of that is ours."""
_HEARTBEATS = frozenset({b"", b"null"})


async def read(response: aiohttp.ClientResponse, limit: int, target: Target, *, cut: bool) -> bytes:
    """The body, up to `limit` bytes: what is beyond is cut off or a failure, and so is one that stops on the way."""
    read: list[bytes] = []
    size = 0
    silence = Silence()
    try:
        async for piece in pieces(response, silence):
            if not read:
                silence.begins(target.idle_s or IDLE_S)
            read.append(piece)
            silence.spoke()
            size += len(piece)
            if size > limit:
                response.close()
                if cut:
                    break
                raise faults.bad_reply(target, status=response.status)
    except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        if not cut:
            late = isinstance(error, TimeoutError)
            raise faults.silent(target) if late else faults.unreachable(target, reached=True) from None
    return b"".join(read)


def as_object(body: bytes, target: Target) -> Tree:
    """The object that a body is; one nested deeper than can be written again is none."""
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise faults.bad_reply(target, status=200) from None
    if not isinstance(tree, dict) or (body.count(b"[") + body.count(b"{") > MAX_DEPTH and _deep(tree)):
        raise faults.bad_reply(target, status=200)
    return tree


def _deep(value: JSON) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for node in level
            if isinstance(node, dict | list)
            for inner in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


async def events(response: aiohttp.ClientResponse, target: Target, silence: Silence) -> AsyncIterator[Tree]:
    """The JSON of each event until `[DONE]` or the end of the connection; an empty or `null` event is a heartbeat."""
    decoder = SseDecoder()
    try:
        async for piece in pieces(response, silence):
            for event in decoder.decode(piece):
                if event.data == sse.DONE:
                    response.release()
                    yield DONE
                    return
                if event.data.strip() not in _HEARTBEATS:
                    silence.spoke()
                    yield as_object(event.data, target)
        for event in decoder.flush():
            if event.data == sse.DONE:
                yield DONE
            elif event.data.strip() not in _HEARTBEATS:
                yield as_object(event.data, target)
    except TimeoutError:
        raise faults.silent(target) from None
    except (aiohttp.ClientError, OSError, UpstreamFailed):
        raise faults.bad_reply(target, status=200) from None


async def lines(response: aiohttp.ClientResponse, target: Target, silence: Silence) -> AsyncIterator[Tree]:
    """The JSON of each line until the end of the connection: Ollama's framing."""
    decoder = LineDecoder()
    try:
        async for piece in pieces(response, silence):
            for line in decoder.decode(piece):
                silence.spoke()
                yield as_object(line, target)
        for line in decoder.flush():
            yield as_object(line, target)
    except TimeoutError:
        raise faults.silent(target) from None
    except (aiohttp.ClientError, OSError, UpstreamFailed):
        raise faults.bad_reply(target, status=200) from None
