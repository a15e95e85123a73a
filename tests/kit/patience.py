"""Waiting for what happens, never for time to pass: a busy machine makes a test slower and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SOON_S = 30.0
"""Only a test that fails waits so long. Nothing is claimed by it but that it happens at all."""
TICK_S = 0.01


async def until(claim: Callable[[], object]) -> None:
    """Return as soon as a claim holds of something that tells nobody when it changes.

    Raises:
        TimeoutError: it did not come true within `SOON_S`.
    """
    async with asyncio.timeout(SOON_S):
        while not claim():  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(TICK_S)
