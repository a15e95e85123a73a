"""uvicorn, hardened: slow and oversized request heads are cut off, nothing is logged per access, signals are ours.

uvicorn waits for a request head for ever and takes one of any size (measured: 20 of 20 slow connections still open after
35 s); a body's deadline is `Exchange.body`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator, Sequence
from http import HTTPStatus

import httptools
import orjson
import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.api.front import Front
from gateway.config import Listener
from gateway.domain import Dialect
from gateway.errors import GatewayError, HeadersTooLarge, InvalidRequest, MethodNotAllowed, RequestTimeout
from gateway.wire.errors import render

MAX_HEAD_BYTES = 64 * 1024
GRACE_S = 10
"""How long requests under way may go on after the first signal."""
KEEPALIVE_S = 75
_OFFER = frozenset({b"connection", b"upgrade", b"http2-settings"})
_TOO_LARGE = f"The head of the request is larger than {MAX_HEAD_BYTES // 1024} KB."


class AddressInUse(OSError):
    """A listener's address cannot be had; the message says which and what to do."""


class _Refused(Exception):
    """The head was refused while it was being parsed."""


class _StrictHead(HttpToolsProtocol):
    """Closes a connection whose request head comes too slowly or grows too large (RFC 6585, 431)."""

    head_timeout_s = 10.0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._expect_head()

    @override
    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
        except httptools.HttpParserError:
            self._refuse(InvalidRequest("This is not a valid HTTP request."))
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(HeadersTooLarge(_TOO_LARGE))

    @override
    def on_message_begin(self) -> None:
        if not self._in_head:
            self._expect_head()
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._head_came()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD_BYTES:
            self._refuse(HeadersTooLarge(_TOO_LARGE))
            raise _Refused
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            super().on_message_complete()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def _decline(self, rest: bytes) -> None:
        """Take the request as if it had not offered to go on in another protocol.

        Java's client offers HTTP/2 with the first request of every connection. The parser takes what follows such an
        offer for that protocol, and would lose the body and every later request.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(MethodNotAllowed("This gateway is no proxy.", allow=("GET", "HEAD", "POST")))
            return
        lines = [method + b" " + self.url + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers if name not in _OFFER]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    def _expect_head(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        late = RequestTimeout("The head of the request did not arrive in time.")
        self._head_timer = self.loop.call_later(self.head_timeout_s, self._refuse, late)

    def _head_came(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, error: GatewayError) -> None:
        """Answer in the hub's dialect, since without a path there is no telling which is the caller's, and close."""
        self._head_came()
        if self.transport.is_closing():
            return
        rendered = render(error, Dialect.OPENAI, request_id="")
        body = orjson.dumps(rendered.body)
        headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
        lines = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in {**headers, **rendered.headers}.items()]
        head = "\r\n".join(lines) + "\r\n\r\n"
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()


class _Server(uvicorn.Server):
    """A server whose signals are handled by whoever started it."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Servers:
    """One server per listener, in one event loop."""

    def __init__(self, listeners: Sequence[Listener], fronts: Sequence[Front], *, head_timeout_s: float) -> None:
        self._listeners = listeners
        _StrictHead.head_timeout_s = head_timeout_s
        self._servers = [_Server(_config(listener, front)) for listener, front in zip(listeners, fronts, strict=True)]
        self._sockets: list[socket.socket] = []

    def bind(self) -> list[tuple[str, int]]:
        """Take all addresses, so that a conflict is known before anything starts; port 0 becomes a real one.

        Raises:
            AddressInUse: one cannot be had.
        """
        for listener in self._listeners:
            family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
            made = socket.socket(family, socket.SOCK_STREAM)
            self._sockets.append(made)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                made.bind((listener.host, listener.port))
                made.listen(2048)
            except OSError as error:
                self.close()
                raise AddressInUse(
                    f"Cannot listen on {listener.host}:{listener.port}: {error.strerror}. "
                    "Is another gateway running? Choose another port with --port."
                ) from None
            made.setblocking(False)
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

    def stop(self) -> None:
        """Stop taking requests; a second call gives up on those under way."""
        for server in self._servers:
            server.force_exit = server.should_exit
            server.should_exit = True


def _config(listener: Listener, front: Front) -> uvicorn.Config:
    tls = listener.tls
    return uvicorn.Config(
        front,
        http=_StrictHead,
        loop="none",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEPALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        backlog=2048,
        ssl_certfile=tls.cert if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
