"""Carries traces to their collector on the premises, through the guard of everything that is sent; it makes none of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gateway.domain import Tree
from gateway.events import CollectorSeen, EventSink
from gateway.kinds.collector import collector
from gateway.upstream.questions import Questions, Unanswered

EVERY_S: Final = 2.0
END_S: Final = 2.0
"""How long the end of the gateway waits for the last spans to be taken."""
_LATER: Final = 429
Take = Callable[[], tuple[Tree | None, int]]


@dataclass(slots=True, kw_only=True)
class Collector:
    """One for a gateway. `url` is where OTLP's paths begin; `take` gives what waits, and how much was lost before it was
    fetched. What the collector does not take is sent again until it does, in its order; more than waits is lost and told.
    """

    url: str
    questions: Questions
    take: Take
    events: EventSink
    _held: Tree | None = None
    _up: bool = True
    _lost: int = 0
    _task: asyncio.Task[None] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def aclose(self) -> None:
        """Send the last of it, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)  # one that died earlier keeps nothing from its end
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                await self.flush()

    async def flush(self) -> None:
        """Send all that waits, as far as it is taken."""
        async with self._turn:
            while True:
                if self._held is None:
                    self._held, lost = self.take()
                    self._lost += lost
                if self._held is None or not await self._sent(self._held):
                    return
                self._held = None

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self.flush()

    async def _sent(self, batch: Tree) -> bool:
        """Whether the batch is done with: taken, or refused for what it is."""
        try:
            reply = await self.questions.ask(collector(self.url), f"{self.url.rstrip('/')}/v1/traces", body=batch)
        except Unanswered:
            up = done = False
        else:
            up = 200 <= reply.status < 300
            done = reply.status != _LATER
            if done and not up:
                self._lost += _spans(batch)  # it will never take it
        if up is not self._up or (up and self._lost):
            self.events.emit(CollectorSeen(up=up, lost=self._lost))
            self._up, self._lost = up, 0
        return done


def _spans(batch: Tree) -> int:
    """How many spans there are in it."""
    resources = batch.get("resourceSpans")
    scopes = (
        [one.get("scopeSpans") for one in resources if isinstance(one, dict)] if isinstance(resources, list) else []
    )
    listed = [
        each.get("spans") for scope in scopes if isinstance(scope, list) for each in scope if isinstance(each, dict)
    ]
    return sum(len(spans) for spans in listed if isinstance(spans, list))
