"""uvicorn, hardened: its connections are ours, nothing is logged per access, signals are ours; knows no endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Final

import uvicorn
from typing_extensions import override

from gateway.api.connection import Connection
from gateway.api.front import Front
from gateway.config import Listener
from gateway.config.settings import Limits

FAREWELL_S: Final = 1.5
"""How long the errors of those that did not end in time may take to be sent."""
KEEPALIVE_S: Final = 75


class AddressInUse(OSError):
    """A listener's address cannot be had; the message says which and what to do."""


class _Server(uvicorn.Server):
    """A server whose signals are handled by whoever started it."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    def hurry(self) -> None:
        """End the requests under way: each tells its caller so, in the caller's dialect."""
        self.force_exit = True
        for task in self.server_state.tasks:
            task.cancel()

    async def farewell(self) -> None:
        """Wait until all has been said and sent."""
        while self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks)
        while self.server_state.connections:  # noqa: ASYNC110  uvicorn has a set, no event
            await asyncio.sleep(0.01)


class Servers:
    """One server per listener, in one event loop."""

    def __init__(self, listeners: Sequence[Listener], fronts: Sequence[Front], *, limits: Limits) -> None:
        self._listeners = listeners
        pairs = zip(listeners, fronts, strict=True)
        self.drain_s: Final = limits.drain_s
        self._servers = [_Server(_config(listener, front, limits)) for listener, front in pairs]
        self._sockets: list[socket.socket] = []

    def bind(self) -> list[tuple[str, int]]:
        """Take all addresses, so that a conflict is known before anything starts; port 0 becomes a real one.

        Raises:
            AddressInUse: one cannot be had.
        """
        for listener in self._listeners:
            try:
                self._sockets.append(bound(listener))
            except AddressInUse:
                self.close()
                raise
        return [(str(made.getsockname()[0]), int(made.getsockname()[1])) for made in self._sockets]

    def close(self) -> None:
        for made in self._sockets:
            made.close()
        self._sockets.clear()

    async def serve(self, *, ready: Callable[[], None]) -> None:
        """Serve until `stop`, then let requests under way finish; `ready` is called once all servers accept."""
        running = [
            asyncio.create_task(server.serve(sockets=[made]))
            for server, made in zip(self._servers, self._sockets, strict=True)
        ]
        while not all(server.started for server in self._servers) and not any(task.done() for task in running):  # noqa: ASYNC110  uvicorn has a flag, no event
            await asyncio.sleep(0.01)
        ready()
        await asyncio.gather(*running)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.gather(*(server.farewell() for server in self._servers))

    def stop(self) -> None:
        """Take no more requests, and let those under way go on for `drain_s`; a second call ends them at once."""
        for server in self._servers:
            if server.should_exit:
                server.hurry()
            server.should_exit = True


def bound(listener: Listener) -> socket.socket:
    """A socket that listens on a listener's address.

    Raises:
        AddressInUse: it cannot be had.
    """
    made = socket.socket(socket.AF_INET6 if ":" in listener.host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((listener.host, listener.port))
        made.listen(2048)
    except OSError as error:
        made.close()
        raise AddressInUse(
            f"Cannot listen on {listener.host}:{listener.port}: {error.strerror}. "
            "Is another gateway running? Choose another port with --port."
        ) from None
    made.setblocking(False)
    return made


def _config(listener: Listener, front: Front, limits: Limits) -> uvicorn.Config:
    tls = listener.tls
    return uvicorn.Config(
        front,
        http=partial(Connection, limits=limits),  # type: ignore[arg-type]  # called as the class would be
        loop="none",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEPALIVE_S,
        timeout_graceful_shutdown=math.ceil(limits.drain_s),
        backlog=2048,
        ssl_certfile=tls.cert if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
