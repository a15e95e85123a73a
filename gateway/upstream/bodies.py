"""Bodies of upstreams, read within limits: whole ones, JSON objects, events; what is none of these is a bad reply."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

import aiohttp
import orjson

from gateway.domain import JSON, Target, Tree
from gateway.errors import UpstreamFailed
from gateway.upstream import faults
from gateway.upstream.port import DONE
from gateway.upstream.silence import IDLE_S, Answer, Silence, pieces
from gateway.wire.framing import sse
from gateway.wire.framing.alike import Alike, Mould
from gateway.wire.framing.lines import LineDecoder
from gateway.wire.framing.sse import SseDecoder

MAX_REPLY_BYTES = 64 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
MAX_DEPTH = 200
"""Of a reply: what is nested deeper than 254 cannot be written again, and some of that is ours."""
MAX_JOINED = 200_000
"""Events of one stream that may be taken for fewer: more than the longest answer of any model has."""
_HEARTBEATS = frozenset({b"", b"null"})


async def read(answer: Answer, limit: int, target: Target, *, cut: bool) -> bytes:
    """The body, up to `limit` bytes: what is beyond is cut off or a failure, and so is one that stops on the way."""
    read: list[bytes] = []
    size = 0
    silence = Silence()
    try:
        async for piece in pieces(answer, silence):
            if not read:
                silence.begins(target.idle_s or IDLE_S)
            read.append(piece)
            silence.spoke()
            size += len(piece)
            if size > limit:
                answer.close()
                if cut:
                    break
                raise faults.bad_reply(target, status=answer.status)
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


async def events(answer: Answer, target: Target, silence: Silence, mould: Mould | None = None) -> AsyncIterator[Tree]:
    """The JSON of each event until `[DONE]` or the end of the connection; an empty or `null` event is a heartbeat.

    Where `mould` says which events are only more text, those in a row that came together are one: nobody sees them come.
    """
    decoder, read = SseDecoder(), _Events(target, silence, mould)
    try:
        async for piece in pieces(answer, silence):
            for tree in read.trees(decoder.decode(piece)):
                if tree is DONE:
                    answer.release()
                    yield tree
                    return
                yield tree
        for tree in read.trees(decoder.flush()):
            yield tree
    except TimeoutError:
        raise faults.silent(target) from None
    except (aiohttp.ClientError, OSError, UpstreamFailed):
        raise faults.bad_reply(target, status=200) from None


class _Events:
    """The events of one stream as objects."""

    __slots__ = ("_alike", "_joined", "_silence", "_target")

    def __init__(self, target: Target, silence: Silence, mould: Mould | None) -> None:
        self._target = target
        self._silence = silence
        self._alike = Alike(mould) if mould is not None else None
        self._joined = 0

    def trees(self, events: Sequence[bytes]) -> Iterator[Tree]:
        """What `events`, which came together, say; nothing behind `DONE`."""
        alike, at = self._alike, 0
        while at < len(events):
            if alike is not None and (texts := alike.texts(events, at)):
                at += len(texts)
                yield self._one(alike, texts)
                continue
            data = events[at]
            at += 1
            if data == sse.DONE:
                yield DONE
                return
            if data.strip() not in _HEARTBEATS:
                self._silence.spoke()
                tree = as_object(data, self._target)
                if alike is not None:
                    alike.learn(data, tree)
                yield tree

    def _one(self, alike: Alike, texts: list[str]) -> Tree:
        self._silence.spoke()
        self._joined += len(texts)
        if self._joined > MAX_JOINED:
            raise faults.endless(self._target)
        return alike.joined(texts)


async def lines(answer: Answer, target: Target, silence: Silence) -> AsyncIterator[Tree]:
    """The JSON of each line until the end of the connection: Ollama's framing."""
    decoder = LineDecoder()
    try:
        async for piece in pieces(answer, silence):
            for line in decoder.decode(piece):
                silence.spoke()
                yield as_object(line, target)
        for line in decoder.flush():
            yield as_object(line, target)
    except TimeoutError:
        raise faults.silent(target) from None
    except (aiohttp.ClientError, OSError, UpstreamFailed):
        raise faults.bad_reply(target, status=200) from None
