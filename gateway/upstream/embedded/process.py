"""Starts the process of a model on demand, restarts it once after a crash, and ends it with the gateway.

There is one process per model: a model that nobody asks for costs no memory, and a crash ends no other model.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gateway.errors import UpstreamFailed
from gateway.events import EmbeddedExited, EmbeddedStarted, EventSink, ExitReason
from gateway.extras import remedy
from gateway.kinds import embedded
from gateway.upstream.direct.adapter import Address
from gateway.upstream.embedded.models import MODELS, Model, present
from gateway.upstream.embedded.server import Order

PROVIDER = embedded.PROFILE.kind.value
"""The name in events: however many providers of this kind are configured, they share these children."""
READY_S = 10.0
STOP_S = 2.0
RESTARTS = 1
PROGRAM = (sys.executable, "-m", "gateway.upstream.embedded.server")

_KEPT_VARIABLES = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}
)
"""The child serves a model and needs no provider's key."""


class _NotReady(Exception):
    """The child ended, or said something else than its port."""

    def __init__(self, code: int | None) -> None:
        super().__init__("not ready")
        self.code = code


class Children:
    """The demonstration models of one gateway, and the child process of each that was asked for."""

    def __init__(
        self,
        folder: Path,
        *,
        events: EventSink,
        models: Sequence[Model] = MODELS,
        program: Sequence[str] = PROGRAM,
        ready_s: float = READY_S,
    ) -> None:
        self._folder = folder
        self._children = {
            model.name: _Child(model, folder, events=events, program=program, ready_s=ready_s) for model in models
        }

    def problem(self) -> str:
        """Why the models cannot be served here and what to do about it; "" if they can."""
        for child in self._children.values():
            if problem := child.problem():
                return problem
        return ""

    async def endpoint(self, model: str) -> Address:
        """Where the model listens, started if need be; returns within `ready_s`.

        Raises:
            UpstreamFailed: there is no such model, it was never fetched, or its child does not stay alive.
        """
        child = self._children.get(model)
        if child is None:
            raise UpstreamFailed(
                f"There is no demonstration model of that name. There are {', '.join(self._children)}."
            )
        return await child.endpoint()

    async def aclose(self) -> None:
        """End every child; returns when they are gone."""
        await asyncio.gather(*(child.aclose() for child in self._children.values()))


class _Child:
    """One model's process: at most one at a time, and no more than `RESTARTS` after it died."""

    def __init__(
        self, model: Model, folder: Path, *, events: EventSink, program: Sequence[str], ready_s: float
    ) -> None:
        self._model = model
        self._folder = folder
        self._events = events
        self._program = program
        self._ready_s = ready_s
        self._endpoint: Address | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[Address] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._deaths = 0
        self._closed = False

    def problem(self) -> str:
        if not present(self._folder, self._model):
            return f"The demonstration model {self._model.name} is not here yet. Fetch it with `gateway models fetch`."
        if importlib.util.find_spec("xllamacpp") is None:
            return f"The demonstration models need llama.cpp: {remedy('embedded')}."
        return ""

    async def endpoint(self) -> Address:
        if self._endpoint is not None:
            return self._endpoint
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(self._started)
        return await asyncio.shield(self._starting)  # one caller may give up while others still wait

    async def aclose(self) -> None:
        self._closed = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        if self._process is not None:
            await self._stop(self._process)
        if self._watching is not None:
            await self._watching

    def _started(self, task: asyncio.Task[Address]) -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # so that asyncio does not complain where nobody waits any more

    async def _start(self) -> Address:
        if problem := self.problem():
            raise UpstreamFailed(problem)
        began = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._ready_s):
                while self._deaths <= RESTARTS and not self._closed:
                    if endpoint := await self._launch():
                        self._events.emit(
                            EmbeddedStarted(
                                provider=PROVIDER, model=self._model.name, duration_s=time.monotonic() - began
                            )
                        )
                        return endpoint
        raise UpstreamFailed(
            f"The demonstration model {self._model.name} does not run on this machine. Restart the gateway to try "
            "again, or configure another provider and make it the default route."
        )

    async def _launch(self) -> Address | None:
        """One try; None when the child died before it answered."""
        key = secrets.token_urlsafe(32)
        process = await asyncio.create_subprocess_exec(
            *self._program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name in _KEPT_VARIABLES},
            start_new_session=True,  # Ctrl-C is for the gateway, which ends its children when it has drained
        )
        try:
            port = await _handshake(process, self._order(key))
        except _NotReady as failure:
            self._died(ExitReason.NEVER_READY, failure.code)
            return None
        except BaseException:  # too late, or closing
            await self._stop(process)
            self._died(ExitReason.STOPPED if self._closed else ExitReason.NEVER_READY, process.returncode)
            raise
        self._process = process
        self._endpoint = Address(f"http://127.0.0.1:{port}/v1", key)
        self._watching = asyncio.create_task(self._watch(process))
        return self._endpoint

    def _order(self, key: str) -> Order:
        return Order(
            path=str(self._folder / self._model.file),
            alias=self._model.name,
            api_key=key,
            embedding=self._model.embedding,
            context=self._model.context,
            parallel=self._model.parallel,
            threads=max(1, (os.cpu_count() or 1) // 2),
        )

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        self._endpoint = None
        self._process = None
        self._died(ExitReason.STOPPED if self._closed else ExitReason.DIED, code)

    def _died(self, reason: ExitReason, code: int | None) -> None:
        self._deaths += 1
        self._events.emit(EmbeddedExited(provider=PROVIDER, model=self._model.name, reason=reason, code=code))

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        """Close its input, which ends it; kill what does not listen."""
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _handshake(process: asyncio.subprocess.Process, order: Order) -> int:
    """Hand the order over and hear the port.

    Raises:
        _NotReady: the child ended instead, or answered something else and was ended.
    """
    if process.stdin is None or process.stdout is None:
        raise _NotReady(None)
    with suppress(ConnectionError):  # it died at once: reading says so
        process.stdin.write(order.line())
        await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        raise _NotReady(await process.wait())
    try:
        return int(json.loads(line)["port"])
    except (ValueError, TypeError, KeyError):
        process.kill()
        raise _NotReady(await process.wait()) from None
