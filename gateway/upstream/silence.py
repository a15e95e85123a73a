"""How long a provider may say nothing in the middle of its answer; knows no provider and no dialect."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Final, Protocol, runtime_checkable

SILENCE_S: Final = 600.0
"""How long an upstream may say nothing of its answer: longer than a model loads, and than any client waits."""
IDLE_S: Final = 120.0
"""How long it may be silent once it has begun, where nothing is configured: slow machines hold back the whole of a tool
call until they have written it."""


class Silence:
    """What one answer is granted. Before its first content a model may load for minutes; from `begins` on it is writing.

    Any byte is a sign of life, also a heartbeat; but a server that sends nothing but those is waited for no longer than
    one that is silent from the start.
    """

    __slots__ = ("_idle_s", "_spoke_s", "_until_s")

    def __init__(self) -> None:
        self._idle_s: float | None = None
        self._spoke_s = 0.0
        self._until_s = float("inf")

    def begins(self, idle_s: float, *, until_s: float = float("inf")) -> None:
        """The first content is there: from now on the provider may be silent for `idle_s` seconds at a time, and not beyond
        `until_s` on the monotonic clock.
        """
        self._idle_s = idle_s
        self._until_s = until_s
        self.spoke()

    def spoke(self) -> None:
        """The answer went on."""
        self._spoke_s = time.monotonic()

    @property
    def left_s(self) -> float | None:
        """How long the next bytes may take; None while the answer has not begun."""
        if self._idle_s is None:
            return None
        end_s = min(self._spoke_s + max(SILENCE_S, self._idle_s), self._until_s)
        return min(self._idle_s, max(end_s - time.monotonic(), 0.0))


class Content(Protocol):
    """The bytes of a body as they come."""

    def read_nowait(self) -> bytes:
        """What is there, which may be nothing."""

    def at_eof(self) -> bool:
        """Whether all of it was read."""

    def readany(self) -> Awaitable[bytes]:
        """What is there, or comes next; nothing at the end. Raises OSError or aiohttp's ClientError where it broke."""


@runtime_checkable
class Timed(Protocol):
    """A body that keeps the time of its pieces itself, with one timer for all of them."""

    async def read_within(self, left_s: float | None) -> bytes:
        """As `readany`, for so long at most (None: without end). Raises TimeoutError."""


class Answer(Protocol):
    """What came back over HTTP, whoever read it; the names of `headers` are looked up in lower case."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> Content: ...
    def close(self) -> None:
        """Nobody wants the rest: end the connection."""

    def release(self) -> object:
        """What is still to come says nothing: use the connection again if it comes at once."""


async def pieces(answer: Answer, silence: Silence) -> AsyncIterator[bytes]:
    """The bytes of a body as they come.

    Raises:
        TimeoutError: nothing came for longer than `silence` grants.
    """
    content = answer.content
    timed = content if isinstance(content, Timed) else None
    while True:
        piece = content.read_nowait()  # what is there already needs no clock
        if not piece:
            if content.at_eof():
                return
            if timed is not None:
                piece = await timed.read_within(silence.left_s)
            else:
                async with asyncio.timeout(silence.left_s):
                    piece = await content.readany()
        if not piece:
            return
        yield piece
