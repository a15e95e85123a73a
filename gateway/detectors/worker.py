"""Runs a detector in a process of its own, because it would hold the interpreter's lock; never decides."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Final, Generic, TypeAlias, TypeVar

from gateway.domain import Passage

LOAD_S: Final = 60.0
"""How long a process may take until it is ready."""

CHARS: Final = 16_384
"""Characters that one limit of time is meant for."""
MOST: Final = 8
"""Limits that a larger text may take, at the most."""

A = TypeVar("A")
Job: TypeAlias = Callable[[Sequence[Passage]], A]
"""What a process does, over and over: an answer to a list of passages, never None."""


def allowed_s(limit_s: float, passages: Sequence[Passage]) -> float:
    """How long a look at `passages` may take, where one at `CHARS` characters may take `limit_s`: in proportion, within `MOST`.

    A prompt of 200 KB takes its model many seconds too, and is no failure because it takes more than one of 2 KB.
    """
    return limit_s * min(MOST, max(1.0, sum(len(passage.text) for passage in passages) / CHARS))


class WorkerFailed(Exception):
    """The worker process died, raised or came late; its message quotes nothing."""


def serve(connection: Connection, make: Callable[[], Job[A]]) -> None:
    """The process: gets its job ready and says so, then answers every list of passages, until the pipe closes."""
    job = make()
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        connection.send(None)
        while True:
            passages: Sequence[Passage] = connection.recv()
            try:
                answer: A | None = job(passages)
            except Exception:  # noqa: BLE001  the edge: a text must not end the process, nor be quoted
                answer = None
            connection.send(answer)


class Worker(Generic[A]):
    """One process, started when first needed, replaced when it dies or is stuck, ended with the gateway.

    A single thread talks to it, and waiting callers hold no thread each. A caller waits for `timeout_s`; the process
    itself may take `limit_s` for a question of `CHARS` characters, and `LOAD_S` to get ready: a text that was late
    only because others came first, or while the process was loading, costs no restart.
    """

    def __init__(self, make: Callable[[], Job[A]], *, limit_s: float = 10.0) -> None:
        self._make: Final = make
        self._limit_s: Final = limit_s
        self._thread: Final = ThreadPoolExecutor(1, thread_name_prefix="gateway-phi")
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._closed = False

    async def ask(self, passages: Sequence[Passage], *, timeout_s: float) -> A:
        """What the process makes of `passages`.

        Raises:
            WorkerFailed: no answer within `timeout_s`, a process that died, or an exception in it.
        """
        until = time.monotonic() + timeout_s
        asked = asyncio.get_running_loop().run_in_executor(self._thread, self._ask, list(passages), until)
        try:
            async with asyncio.timeout(max(0.0, timeout_s)):
                return await asked
        except TimeoutError:
            raise WorkerFailed("the worker was late") from None

    async def start(self) -> None:
        """Start the process ahead of the first text, and wait until it is ready.

        Raises:
            WorkerFailed: it does not start.
        """
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._ready)
        except (OSError, EOFError):
            raise WorkerFailed("the worker does not start") from None

    async def aclose(self) -> None:
        """End the process, and with it whatever waits for it; harmless the second time."""
        if self._closed:
            return
        self._closed = True
        if self._process is not None:
            with contextlib.suppress(ValueError):  # the thread has just ended it
                self._process.kill()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._end)
        self._thread.shutdown(wait=False)

    def rest(self) -> None:
        """End the process if nobody asks it; the next question starts another."""
        if not self._closed:
            self._thread.submit(self._end)

    @property
    def pid(self) -> int | None:
        """The process that is running, if any."""
        return self._process.pid if self._process is not None and self._process.is_alive() else None

    # --- in the thread -------------------------------------------------------------------------------------------

    def _ask(self, passages: list[Passage], until: float) -> A:
        """An answer, from a new process if the one we had is gone."""
        for _ in range(2):
            try:
                return self._exchange(passages, until)
            except (OSError, EOFError):
                self._end()
        raise WorkerFailed("the worker died twice")

    def _exchange(self, passages: list[Passage], until: float) -> A:
        connection = self._ready()
        if time.monotonic() > until:
            raise WorkerFailed("nobody waits any more")
        connection.send(passages)
        if not connection.poll(allowed_s(self._limit_s, passages)):
            self._end()
            self._thread.submit(self._ready)  # so that the next text does not wait for all of the start
            raise WorkerFailed("the worker is stuck")
        answer: A | None = connection.recv()
        if answer is None:
            raise WorkerFailed("the worker could not look at a text")
        return answer

    def _ready(self) -> Connection:
        """The pipe to a process that is ready."""
        if self._connection is not None and self._process is not None and self._process.is_alive():
            return self._connection
        self._end()
        if self._closed:
            raise WorkerFailed("the gateway ends")
        resource_tracker.ensure_running()  # the first start of it lets SIGINT through to this thread again
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited: Ctrl-C is ours, and we end the process
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._make), daemon=True, name="gateway-phi")
        process.start()
        theirs.close()
        self._process, self._connection = process, ours
        if not ours.poll(LOAD_S):
            self._end()
            raise WorkerFailed("the worker does not get ready")
        ours.recv()
        return ours

    def _end(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()
