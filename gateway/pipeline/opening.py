"""Reads an answer up to its first content, and says where it is none; it sends nothing."""

from __future__ import annotations

import time
from typing import Final

from gateway.domain import Tree
from gateway.kinds import profile
from gateway.outbound.prepare import Prepared
from gateway.pipeline.run import Opened, Run
from gateway.pipeline.shortfall import heed, thought_anyway
from gateway.upstream import faults
from gateway.upstream.port import DONE, Reply
from gateway.upstream.silence import IDLE_S
from gateway.wire.reply import Asked, choices_of

MAX_SILENT_CHUNKS: Final = 10_000
"""Chunks that are kept while a stream has no content: more than any server's heartbeats, and a few megabytes."""


def whole(run: Run, prepared: Prepared, reply: Reply, tree: Tree) -> Opened:
    """An answer that came in one piece, as the stream that says the same."""
    heed(tree, prepared.outbound.target, run.trace)
    shape, asked = prepared.outbound.endpoint.reply, _asked(run)
    made = shape.whole(tree, asked)
    thought_anyway(made, run.thinking, run.trace)
    if shape.streamed is None:
        return Opened(prepared, reply, None, [made])
    stream = shape.streamed.open(asked)
    first = [chunk for raw in shape.streamed.chunks_of(made) if (chunk := stream.chunk(raw)) is not None]
    return Opened(prepared, reply, stream, first)


async def begun(run: Run, prepared: Prepared, reply: Reply, *, last: bool) -> Opened:
    """Read up to the first content.

    A stream without a finish reason broke; one that ends properly but empty is a failure too as long as somebody else
    may do better (LM Studio ends so when a prompt does not fit).
    """
    streamed, events = prepared.outbound.endpoint.reply.streamed, reply.events
    if streamed is None or events is None:
        raise faults.bad_reply(prepared.outbound.target, status=200)
    outbound = prepared.outbound
    one = profile(outbound.target.provider.kind).one_choice
    choices = outbound.times if one else choices_of(outbound.tree)
    stream = streamed.open(_asked(run, choices))
    first: list[Tree] = []
    async for raw in events:
        heed(raw, outbound.target, run.trace)
        chunk = stream.done() if raw is DONE else stream.chunk(raw)
        begun = chunk is not None and streamed.has_content(chunk)
        if chunk is None:
            continue
        first.append(chunk)
        if len(first) > MAX_SILENT_CHUNKS:
            raise faults.bad_reply(prepared.outbound.target, status=200)
        if begun:
            thought_anyway(chunk, run.thinking, run.trace)
            idle_s = prepared.outbound.target.idle_s or run.patience.idle_s or IDLE_S
            reply.silence.begins(idle_s, until_s=run.patience.until_s)
            return Opened(prepared, reply, stream, first, events, run.patience.until_s)
    if not stream.finished or not last:
        raise faults.bad_reply(prepared.outbound.target, status=200)
    return Opened(prepared, reply, stream, first)


def _asked(run: Run, choices: int = 1) -> Asked:
    """What the reply answers, under the model name that the caller used."""
    call = run.call
    return Asked(
        payload=call.payload,
        model=run.model,
        reply_id="chatcmpl-" + call.request_id.removeprefix("req_"),
        created=int(time.time()),
        usage=call.endpoint.counts(call.payload),
        choices=choices,
    )
