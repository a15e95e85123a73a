"""Does the work on large requests aside, so that the event loop answers everybody else meanwhile; decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

LARGE_BYTES: Final = 32 * 1024
LARGE_VALUES: Final = 2_000
"""A body of more is large: reading and walking it would keep everybody else waiting for more than some 20 ms."""

T = TypeVar("T")


class Aside:
    """One thread for the pure steps of large requests, in order of arrival; a small request is worked on where it is.

    One thread, because several would only take the interpreter's lock from each other and from the event loop, which
    gets it back from one within 5 ms.
    """

    def __init__(self) -> None:
        self._thread: Final = ThreadPoolExecutor(1, thread_name_prefix="gateway-aside")

    async def __call__(self, work: Callable[[], T], *, large: bool) -> T:
        """What `work` returns or raises."""
        if not large:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """End the thread when its step is over."""
        self._thread.shutdown(wait=False, cancel_futures=True)
