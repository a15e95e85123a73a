"""Several answers of a server that gives one at a time: one request after the other, read as one stream; sends nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from gateway.domain import JSON, Tree
from gateway.upstream.port import DONE, Reply

SETTLED_S: Final = 0.02
"""llama.cpp closes a connection after a stream without saying so: who sends at once would write into a closed one."""
Send = Callable[[], Awaitable[Reply]]
ChunksOf = Callable[[Tree], Sequence[Tree]]


def in_turn(first: Reply, send: Send, *, times: int, chunks_of: ChunksOf) -> Reply:
    """The reply that `first` and those of `times` - 1 more calls of `send` make: each one choice, counted together."""
    answers = _Answers(first, send, times, chunks_of)
    return Reply(events=answers.events(), close=answers.aclose, silence=first.silence)


class _Answers:
    """The answer that is being read; the next one is asked for when it is over."""

    def __init__(self, first: Reply, send: Send, times: int, chunks_of: ChunksOf) -> None:
        self._reply = first
        self._send = send
        self._times = times
        self._chunks_of = chunks_of

    async def aclose(self) -> None:
        await self._reply.aclose()

    async def events(self) -> AsyncIterator[Tree]:
        counts: Tree = {}
        for index in range(self._times):
            if index:
                await self._reply.aclose()
                await asyncio.sleep(SETTLED_S)
                self._reply = await self._send()
            usage: JSON = None
            async for chunk in self._pieces():
                usage = chunk.get("usage") or usage
                choices = chunk.get("choices")
                yield {
                    **{name: value for name, value in chunk.items() if name not in {"usage", "choices"}},
                    "choices": [
                        {**choice, "index": index} if isinstance(choice, dict) else choice
                        for choice in (choices if isinstance(choices, list) else [])
                    ],
                }
            counts = _sum(counts, usage)
        yield {"choices": [], "usage": counts or None}
        yield DONE

    async def _pieces(self) -> AsyncIterator[Tree]:
        if self._reply.events is None:
            for chunk in self._chunks_of(self._reply.tree or {}):
                yield chunk
            return
        async for chunk in self._reply.events:
            if chunk is DONE:
                return
            yield chunk


def _sum(counts: Tree, more: JSON) -> Tree:
    """Two reports of tokens as one, in all their details."""
    if not isinstance(more, dict):
        return counts
    made = dict(counts)
    for name, value in more.items():
        before = made.get(name)
        if isinstance(value, dict):
            made[name] = _sum(before if isinstance(before, dict) else {}, value)
        elif isinstance(value, int) and isinstance(before, int):
            made[name] = before + value
        else:
            made[name] = value
    return made
