"""For tests of this gateway and of what is built on it: a sink that remembers, an upstream that says what it is told.

Nothing in the package imports this module.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterable

from typing_extensions import override

from gateway.domain import Tree
from gateway.events import Event, EventSink
from gateway.outbound.prepare import Outbound
from gateway.upstream.port import AttemptFailed, Reply, Upstream


class RecordingSink(EventSink):
    """An `EventSink` that keeps every event, in the order in which they came."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    @override
    def emit(self, event: Event) -> None:
        self.events.append(event)

    @property
    def names(self) -> list[str]:
        """The dotted names, such as `request.settled`."""
        return [event.event for event in self.events]


class ScriptedUpstream(Upstream):
    """An `Upstream` that gives one answer per send, in order, and keeps what it was sent.

    An answer is a whole reply, a list of chunks, or the failure to raise. The last one is given again and again.
    """

    def __init__(self, answers: Iterable[Tree | list[Tree] | AttemptFailed]) -> None:
        self.sent: list[Outbound] = []
        self.closed = False
        self._answers = deque(answers)

    @override
    async def send(self, outbound: Outbound) -> Reply:
        self.sent.append(outbound)
        answer = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, AttemptFailed):
            raise answer
        if isinstance(answer, list):
            return Reply(events=_each(answer))
        return Reply(tree=answer)

    @override
    async def aclose(self) -> None:
        self.closed = True


async def _each(chunks: list[Tree]) -> AsyncIterator[Tree]:
    for chunk in chunks:
        yield chunk
