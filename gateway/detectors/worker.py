"""Looks at large texts in a process of its own, because a tagger would hold the interpreter's lock; never decides."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Final, Protocol

from gateway.domain import Passage
from gateway.phi.engine import Look, load_engine


class Looker(Protocol):
    """What a worker runs: looks at one passage."""

    def look(self, passage: Passage) -> Look: ...


class WorkerFailed(Exception):
    """The worker process died, raised or came late; its message quotes nothing."""


def serve(connection: Connection, make: Callable[[], Looker]) -> None:
    """The process: builds its looker, then answers every list of passages with a list of looks, until the pipe closes."""
    looker = make()
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            passages: Sequence[Passage] = connection.recv()
            try:
                answer: list[Look] | None = [looker.look(passage) for passage in passages]
            except Exception:  # noqa: BLE001  the edge: a text must not end the process, nor be quoted
                answer = None
            connection.send(answer)


class Worker:
    """One process, started when first needed, replaced when it dies or is late, ended with the gateway."""

    def __init__(self, make: Callable[[], Looker] = load_engine) -> None:
        self._make: Final = make
        self._lock: Final = threading.Lock()
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    async def look(self, passages: Sequence[Passage], *, timeout_s: float) -> list[Look]:
        """What each passage says by itself.

        Raises:
            WorkerFailed: no answer within `timeout_s`, a process that died, or an exception in it.
        """
        return await asyncio.to_thread(self._ask, passages, timeout_s)

    async def start(self) -> None:
        """Start the process ahead of the first text."""
        await asyncio.to_thread(self._started)

    async def aclose(self) -> None:
        """End the process."""
        await asyncio.to_thread(self._stop)

    @property
    def pid(self) -> int | None:
        """The process that is running, if any."""
        return self._process.pid if self._process is not None and self._process.is_alive() else None

    def _ask(self, passages: Sequence[Passage], timeout_s: float) -> list[Look]:
        if not self._lock.acquire(timeout=max(0.0, timeout_s)):
            raise WorkerFailed("the worker is busy")
        try:
            answer = self._answer(passages, timeout_s)
        finally:
            self._lock.release()
        if answer is None:
            raise WorkerFailed("the worker could not look at a text")
        return answer

    def _answer(self, passages: Sequence[Passage], timeout_s: float) -> list[Look] | None:
        """An answer, from a new process if the one we had is gone."""
        for _ in range(2):
            try:
                return self._exchange(self._running(), passages, timeout_s)
            except (OSError, EOFError):
                self._end()
        raise WorkerFailed("the worker died twice")

    def _exchange(self, connection: Connection, passages: Sequence[Passage], timeout_s: float) -> list[Look] | None:
        connection.send(list(passages))
        if not connection.poll(timeout_s):
            self._end()
            raise WorkerFailed("the worker was late")
        answer: list[Look] | None = connection.recv()
        return answer

    def _started(self) -> None:
        with self._lock:
            self._running()

    def _running(self) -> Connection:
        if self._connection is not None and self._process is not None and self._process.is_alive():
            return self._connection
        self._end()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._make), daemon=True, name="gateway-phi")
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours

    def _stop(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()
