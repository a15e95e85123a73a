"""A client for plain HTTP to one server: requests over connections that are kept, answers as they come; knows no dialect.

For servers on the premises. TLS and proxies are aiohttp's, which costs five times as much a request. Nothing is followed,
unpacked or kept, and every socket comes from the guard that the pools hand in (laws 1 and 10).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from typing import Final

from yarl import URL

from gateway import __version__
from gateway.kinds.origin import Origin
from gateway.upstream.plain_wire import Broken, Connection, PlainAnswer
from gateway.upstream.sockets import AddrInfo

KEEPALIVE_S: Final = 4.0
"""Shorter than the 5 s of llama.cpp, Node and uvicorn, so that we never send into a connection they are closing."""
_AGENT: Final = f"User-Agent: triage-gateway/{__version__}\r\nAccept-Encoding: identity\r\n"

Sockets = Callable[[AddrInfo], socket.socket]


class NotConnected(ConnectionError):
    """There was no connection, so that nothing of the request went out."""


class PlainClient:
    """Requests to one provider, whose `origins` each is held against; `misled` is told of one that goes elsewhere."""

    def __init__(
        self, sockets: Sockets, origins: frozenset[Origin], *, misled: Callable[[], None], connect_s: float
    ) -> None:
        self._sockets = sockets
        self._origins = origins
        self._misled = misled
        self._connect_s = connect_s
        self._closed = False
        self._idle: dict[Connection, None] = {}  # the one used last stands last
        self._open: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._heads: dict[URL, str] = {}

    async def post(self, url: URL, *, content: bytes, headers: Mapping[str, str], patient: bool = False) -> PlainAnswer:
        """The answer to a POST, as soon as its head is there, or a little later for who is `patient`.

        A connection that was kept may be closed by the server at any time. Where it is, and no byte of an answer came,
        the request goes out once more over a new one: the server closed it before it could have read any (llama.cpp
        closes after each stream without saying so).

        Raises:
            NotConnected: nothing went out.
            OSError: there was no answer, or not in time.
            ValueError: a header cannot be sent.
        """
        head = self._head(url, content, headers)
        kept = self._kept()
        if kept is not None:
            try:
                return await kept.send(head, content, patient=patient)
            except Broken:
                if kept.heard:
                    raise
        return await (await self._connect(url)).send(head, content, patient=patient)

    async def close(self) -> None:
        self._closed = True
        for connection in [*self._open]:
            connection.abort()
        if self._sweep is not None:
            self._sweep.cancel()

    def _head(self, url: URL, content: bytes, headers: Mapping[str, str]) -> bytes:
        first = self._heads.get(url)
        if first is None:
            if Origin.of(url.scheme, url.raw_host or "", url.port) not in self._origins:
                self._misled()
                raise NotConnected
            host = url.host_port_subcomponent or ""
            first = self._heads[url] = f"POST {url.raw_path_qs} HTTP/1.1\r\nHost: {host}\r\n{_AGENT}"
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if lines.count("\r") != len(headers) or lines.count("\n") != len(headers) or "\0" in lines:
            raise ValueError("a header has more than one line")
        return f"{first}{lines}Content-Length: {len(content)}\r\n\r\n".encode()

    def _kept(self) -> Connection | None:
        """The connection that was used last, if the server still has it open."""
        now_s = asyncio.get_running_loop().time()
        while self._idle:
            connection, _ = self._idle.popitem()
            if now_s - connection.idle_since_s < KEEPALIVE_S and connection.usable:
                return connection
            connection.abort()
        return None

    async def _connect(self, url: URL) -> Connection:
        """A new connection, to the first of the addresses that takes one."""
        if self._closed:
            raise NotConnected
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_s):
                found = await loop.getaddrinfo(url.raw_host or "", url.port, type=socket.SOCK_STREAM)
                for place in found:
                    try:
                        return await self._open_one(place)
                    except OSError:
                        if place is found[-1]:
                            raise
        except (OSError, UnicodeError) as error:  # a timeout is an OSError
            raise NotConnected from error
        raise NotConnected

    async def _open_one(self, place: AddrInfo) -> Connection:
        loop = asyncio.get_running_loop()
        made = self._sockets(place)
        try:
            await loop.sock_connect(made, place[4])
            _, connection = await loop.create_connection(lambda: Connection(self, made), sock=made)
        except BaseException:
            made.close()
            raise
        self._open.add(connection)
        return connection

    # --- the connections' side ---------------------------------------------------------------------------------------

    def keep(self, connection: Connection) -> None:
        """An answer is over, and its connection can take another request."""
        loop = asyncio.get_running_loop()
        connection.idle_since_s = loop.time()
        self._idle[connection] = None
        if self._sweep is None:
            self._sweep = loop.call_later(KEEPALIVE_S, self._close_old)

    def forget(self, connection: Connection) -> None:
        """A connection is over."""
        self._open.discard(connection)
        self._idle.pop(connection, None)

    def _close_old(self) -> None:
        """Close what nobody used for a while; the oldest stand first."""
        self._sweep = None
        loop = asyncio.get_running_loop()
        for connection in [*self._idle]:
            if loop.time() - connection.idle_since_s < KEEPALIVE_S:
                break
            connection.abort()
        if self._idle:
            self._sweep = loop.call_later(KEEPALIVE_S, self._close_old)
