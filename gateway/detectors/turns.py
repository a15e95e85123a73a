"""Cuts long work in the event loop into slices, and ends it at its deadline; does no work itself."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from gateway.detectors.worker import WorkerFailed

STEP: Final = 64
"""Passages after which it is asked whose turn it is."""
BATCH: Final = 1_000
"""Passages that are handed to a process at once, so that others get their turn between."""
SLICE_S: Final = 0.005
"""How long one piece of work may keep everybody else waiting."""


class Turns:
    """Whose turn it is: ours until `due`, then for a moment everybody else's; nobody's after `until` (monotonic, s)."""

    def __init__(self, until: float) -> None:
        self._until: Final = until
        self._next = time.monotonic() + SLICE_S

    @property
    def due(self) -> bool:
        return time.monotonic() > self._next

    @property
    def left_s(self) -> float:
        """How long there is still.

        Raises:
            WorkerFailed: it is over.
        """
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise WorkerFailed("the deadline passed")
        return left_s

    async def give(self) -> None:
        """Let everything else that waits have its turn.

        Raises:
            WorkerFailed: the deadline passed.
        """
        await asyncio.sleep(0)
        self._next = time.monotonic() + min(SLICE_S, self.left_s)
