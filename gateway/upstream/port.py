"""The port we send through: one door, `send(outbound)`, one kind of failure; knows no provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Final, Protocol

from gateway.domain import Provider, Tree
from gateway.errors import GatewayError
from gateway.events import AttemptResult, Cause
from gateway.outbound.prepare import Outbound
from gateway.upstream import causes
from gateway.upstream.silence import Silence

leaving: ContextVar[Outbound | None] = ContextVar("leaving", default=None)
"""The `Outbound` on whose behalf this task may open a connection; a socket opened without one is a violation."""

asking: ContextVar[Provider | None] = ContextVar("asking", default=None)
"""The provider on the premises that this task asks about itself (`questions.py`); such a question carries no content."""

trying: ContextVar[Provider | None] = ContextVar("trying", default=None)
"""The provider whose key this task tries (`tried.py`): a call that carries the key and nothing else."""


class AttemptFailed(Exception):
    """One try of one target failed.

    `error` is what the caller gets if nobody else may take the request; `fallback` whether another target may be tried
    (never after the provider understood the request and says that it is wrong); `reached` False where it is known that
    the provider received nothing of the request; `retry_after_s` the wait that the provider named; `cause` why, where
    `result` and `status` do not say it.
    """

    def __init__(
        self,
        error: GatewayError,
        *,
        result: AttemptResult,
        status: int | None = None,
        fallback: bool = True,
        reached: bool = True,
        retry_after_s: float | None = None,
        cause: Cause | None = None,
    ) -> None:
        super().__init__(error.message)
        self.error = error
        self.result = result
        self.status = status
        self.fallback = fallback
        self.reached = reached
        self.retry_after_s = retry_after_s
        self.cause = cause or causes.ended(result, status, error)


class Unheard(AttemptFailed):
    """Nothing was sent, because this server would ignore what the request wishes for; it can be had all the same."""


class Overtaken(AttemptFailed):
    """Nothing was sent, because a reload came between; what is in force now permits it too, and it is prepared anew."""


DONE: Final[Tree] = {}
"""This very object among the events of a stream: the provider said that it is done, whether it gave a reason or not."""


class Reply:
    """What came back: a whole `tree`, or `events` as they arrive; exactly one of them. Close it whatever happened.

    `silence` is what the provider is granted between one event and the next. `not_carried` names the fields of the
    request that the adapter's translation left out.
    """

    __slots__ = ("_close", "_then", "events", "not_carried", "silence", "tree")

    def __init__(
        self,
        *,
        tree: Tree | None = None,
        events: AsyncIterator[Tree] | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
        silence: Silence | None = None,
        not_carried: tuple[str, ...] = (),
    ) -> None:
        self.tree = tree
        self.events = events
        self.silence = silence or Silence()
        self.not_carried = not_carried
        self._close = close
        self._then: Callable[[], None] | None = None

    def then(self, done: Callable[[], None]) -> None:
        """What follows the end of the exchange, however it ends."""
        self._then = done

    async def aclose(self) -> None:
        """End the exchange; an answer that was not read to its end is cancelled at the upstream."""
        try:
            if self._close is not None:
                close, self._close = self._close, None
                await close()
        finally:
            if self._then is not None:
                done, self._then = self._then, None
                done()


class Upstream(Protocol):
    """One way to send. `send` raises AttemptFailed and nothing else, and retries nothing."""

    async def send(self, outbound: Outbound) -> Reply: ...
    async def aclose(self) -> None: ...
