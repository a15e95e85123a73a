"""Streams to a caller: headers held until there is content, heartbeats meanwhile; never a clean end for a broken one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from gateway.api.front import AuthenticatedRequest
from gateway.errors import GatewayError
from gateway.pipeline import Answer, Pipeline
from gateway.wire.endpoint import Call
from gateway.wire.writer import StreamWriter


async def stream(request: AuthenticatedRequest, pipeline: Pipeline, call: Call, writer: StreamWriter) -> None:
    """Answer `call` as a stream.

    Headers wait for the first content, so that until then an error is a plain HTTP error; after `commit_s` the 200 goes
    out with `x-gateway-target: pending`, and the target follows in a final comment.

    Raises:
        GatewayError: before anything was sent.
    """
    exchange = request.exchange
    agent = request.listener.default_agent
    work = asyncio.ensure_future(pipeline.answer(call, default_agent=agent, ended_by=request.ended_by))
    try:
        pending = await _wait(request, work, writer, lambda: pipeline.place_of(call.request_id))
        try:
            answer = await work
        except GatewayError as error:
            if not exchange.started:
                raise
            await exchange.write(writer.error(error))
            await exchange.end()
            return
        if not pending:
            await exchange.begin(200, _headers(writer, answer.headers))
        await _relay(request, answer, writer, trailer=pending)
    except asyncio.CancelledError:
        why = request.ended_by()
        if why is not None:
            why.settled = True  # the pipeline does, however far it was
            if exchange.started:  # what was not begun gets a plain error
                await exchange.write(writer.error(why))
                await exchange.end()
        raise
    finally:
        work.cancel()
        if work.done() and not work.cancelled() and work.exception() is None:
            await work.result().aclose()


async def _wait(
    request: AuthenticatedRequest,
    work: asyncio.Future[Answer],
    writer: StreamWriter,
    place: Callable[[], Mapping[str, str]],
) -> bool:
    """Wait for the first content; True if the headers went out before it came. Heartbeats say the `place` in a queue."""
    commit_s = request.settings.limits.commit_s
    if not writer.may_commit_early:
        await asyncio.wait({work})
        return False
    done, _ = await asyncio.wait({work}, timeout=commit_s)
    if done:
        return False
    await request.exchange.begin(200, _headers(writer, {"x-gateway-target": "pending"}))
    while not done:
        stands = place()
        await request.exchange.write((writer.trailer(stands) if stands else b"") + writer.heartbeat())
        done, _ = await asyncio.wait({work}, timeout=commit_s)
    return True


async def _relay(request: AuthenticatedRequest, answer: Answer, writer: StreamWriter, *, trailer: bool) -> None:
    exchange = request.exchange
    if answer.events is None:
        return
    writer.opened(answer.shape)
    try:
        async for event in answer.events:
            await exchange.write(writer.event(event))
        end = writer.end()
    except GatewayError as error:
        await exchange.write(writer.error(error))
        await exchange.end()
        return
    told = {**(answer.headers if trailer else {}), **answer.ending()}
    await exchange.write((writer.trailer(told) if told else b"") + end)
    await exchange.end()


def _headers(writer: StreamWriter, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "content-type": writer.content_type,
        "cache-control": "no-cache",
        "x-accel-buffering": "no",
        **headers,
    }
