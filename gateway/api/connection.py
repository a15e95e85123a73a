"""One connection, in front of uvicorn's own handling of it: what is slow, oversized or unread ends; knows no endpoint.

uvicorn waits for a request head for ever and takes one of any size (measured: 20 of 20 slow connections still open after
35 s), waits for ever for a client that takes nothing, and closes over unread bytes, which resets the connection before the
client has read the answer. A body that somebody waits for has its deadline in `Exchange.body`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import httptools
import orjson
from typing_extensions import override
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.api.exchange import ARRIVED, DEPARTURE, Arrival, Departure
from gateway.config.settings import Limits
from gateway.errors import GatewayError, HeadersTooLarge, InvalidRequest, MethodNotAllowed, RequestTimeout
from gateway.wire.errors import UNTOLD, render

MAX_HEAD_BYTES: Final = 64 * 1024
LINGER_BYTES: Final = 256 * 2**20
"""How much of a body that nobody wants is still taken off a client's hands after its answer."""
LINGER_SILENCE_S: Final = 5.0
"""How long such a client may be silent."""
_OFFER: Final = frozenset({b"connection", b"upgrade", b"http2-settings"})
_TOO_LARGE: Final = f"The head of the request is larger than {MAX_HEAD_BYTES // 1024} KB."
_CHUNKED: Final = b"transfer-encoding: chunked\r\n"


class _Refused(Exception):
    """The head was refused while it was being parsed."""


class Connection(HttpToolsProtocol):
    """A connection whose other side may be slow, greedy or gone.

    A head has `header_timeout_s` and `MAX_HEAD_BYTES` (RFC 6585, 431), and so much has whatever else stands between the
    pieces of a body. The rest of a body that was answered early is read
    and thrown away for `body_timeout_s` and `LINGER_BYTES`, because a close over unread bytes is a reset (RFC 9112, 9.6).
    A client that takes nothing of its answer for `write_timeout_s` is cut off.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: Limits,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._in_head = True
        self._in_body = False
        self._asked = False
        self._deaf = False
        self._began = False
        self._leaving = False
        self._silent = 0
        self._discarded = 0
        self._unsent = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._departure = Departure()
        self._arrival = Arrival()

    # --- from the transport ------------------------------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    @override
    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._silent += len(data)
        if "linger" in self._timers:
            self._discarded += len(data)
            self._start("silence", LINGER_SILENCE_S, self.close)
            if self._discarded > LINGER_BYTES:
                self.close()
        if self._deaf or self.transport.is_closing():
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
        except httptools.HttpParserError:
            self._refuse(InvalidRequest("This is not a valid HTTP request."))
        if self._silent > MAX_HEAD_BYTES:
            self._refuse(HeadersTooLarge(_TOO_LARGE))
        elif self._in_head and "head" not in self._timers:  # it has begun, and did not come in one piece
            self._expect_head()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._start("write", self._limits.write_timeout_s, self._check_reader)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop("write")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        for name in list(self._timers):
            self._stop(name)
        super().connection_lost(exc)
        self._departure.happen()

    @override
    def shutdown(self) -> None:
        self._departure.nears = True
        super().shutdown()

    # --- from the parser ---------------------------------------------------------------------------------------------

    @override
    def on_message_begin(self) -> None:
        if not self._in_head:
            self._in_head, self._silent = True, 0
        super().on_message_begin()

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the head. Trailers are dropped: whoever reads headers must not take one for theirs (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._head_came()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD_BYTES:
            self._refuse(HeadersTooLarge(_TOO_LARGE))
            raise _Refused
        if not self._is_plain():
            self._refuse(InvalidRequest("The request names another host in its target than in `Host`, or no HTTP/1.1."))
            raise _Refused
        if self.parser.should_upgrade():
            return
        self._in_body = True
        self._began = False
        super().on_headers_complete()
        self._asked, self._arrival = True, Arrival()
        extensions: dict[str, object] = {DEPARTURE: self._departure, ARRIVED: self._arrival}
        self.scope["extensions"] = extensions  # type: ignore[typeddict-item]
        wire = _Wire if self.parser.get_http_version() != "1.0" else _Unframed
        self.cycle.transport = wire(self)  # type: ignore[assignment]  # it asks no more of one

    @override
    def on_body(self, body: bytes) -> None:
        self._began = True
        self._silent = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._in_body = False
        self._arrival.whole = True
        self._silent = 0
        self._stop("linger")
        self._stop("silence")
        super().on_message_complete()
        if self._leaving:
            self.close()

    # --- from the answer ---------------------------------------------------------------------------------------------

    @override
    def on_response_complete(self) -> None:
        if isinstance(self.cycle.transport, _Wire):
            self.cycle.transport.flush()
        super().on_response_complete()
        if self._unread and not self.transport.is_closing():
            self._linger()

    @override
    def timeout_keep_alive_handler(self) -> None:
        self.close()

    def leave(self) -> None:
        """Close, once the client has sent what it is sending; one that asks before it sends is not (RFC 9110, 10.1.1)."""
        self._leaving = True
        if not self._unread or (self.expect_100_continue and not self._began):
            self.close()

    def close(self) -> None:
        """Close, once the client has taken what was written, or will not."""
        if not self.transport.is_closing():
            self.transport.close()
            if self.transport.get_write_buffer_size():
                self._start("write", self._limits.write_timeout_s, self.transport.abort)

    @property
    def _unread(self) -> bool:
        """Whether a body still comes in whose answer is over."""
        return self._in_body and self.cycle.response_complete

    def _linger(self) -> None:
        self._discarded = 0
        self._start("linger", self._limits.body_timeout_s, self.close)
        self._start("silence", LINGER_SILENCE_S, self.close)

    def _check_reader(self) -> None:
        """Cut a client that took nothing since we looked last; let the others go on."""
        unsent = self.transport.get_write_buffer_size()
        if unsent >= self._unsent:
            self.transport.abort()
            return
        self._unsent = unsent
        self._start("write", self._limits.write_timeout_s, self._check_reader)

    # --- heads -------------------------------------------------------------------------------------------------------

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

    def _is_plain(self) -> bool:
        """Whether it is HTTP/1.0 or 1.1, to one host: an absolute target stands above `Host` (RFC 9112, 3.2.2)."""
        if self.parser.get_http_version() not in {"1.0", "1.1"}:
            return False
        _, absolute, rest = self.url.partition(b"://")
        if self.url[:1] == b"/" or not absolute:
            return True
        return [rest.partition(b"/")[0]] == [value for name, value in self.headers if name == b"host"]

    def _expect_head(self) -> None:
        self._in_head = True
        self._start("head", self._limits.header_timeout_s, self._head_is_late)

    def _head_is_late(self) -> None:
        self._refuse(RequestTimeout("The head of the request did not arrive in time."))

    def _head_came(self) -> None:
        self._in_head = False
        self._silent = 0
        self._stop("head")

    def _refuse(self, error: GatewayError) -> None:
        """Answer in the hub's dialect, since without a path there is no telling which is the caller's, and close.

        No answer is written into another one.
        """
        self._head_came()
        if self.transport.is_closing():
            return
        answering = self._asked and not self.cycle.response_complete
        if answering and not self._in_body:
            self.cycle.keep_alive = False  # what was asked before is answered; what came behind it is not read
            self.flow.pause_reading()
            return
        if answering and self.cycle.response_started:
            self.close()
            return
        rendered = render(error, UNTOLD, request_id="")
        body = orjson.dumps(rendered.body)
        headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
        lines = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in {**headers, **rendered.headers}.items()]
        self.transport.write("\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body)
        self._deaf = True
        if isinstance(error, RequestTimeout) or not self.transport.can_write_eof():
            self.close()
            return
        self.transport.write_eof()  # that is all; what still comes is read, or the client would see a reset
        self._linger()

    # --- timers ------------------------------------------------------------------------------------------------------

    def _start(self, name: str, after_s: float, then: Callable[[], None]) -> None:
        self._stop(name)
        self._timers[name] = self.loop.call_later(after_s, then)

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


class _Wire:
    """What uvicorn's answer to one request writes to: what is written in one turn of the event loop goes out together."""

    __slots__ = ("_connection", "_held")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._held:
            self._connection.loop.call_soon(self.flush)
        self._held.append(data)

    def flush(self) -> None:
        held, self._held = self._held, []
        if held and not self.is_closing():
            self._connection.transport.write(b"".join(held) if len(held) > 1 else held[0])

    def is_closing(self) -> bool:
        return self._connection.transport.is_closing()

    def close(self) -> None:
        self.flush()
        self._connection.leave()


class _Unframed(_Wire):
    """For HTTP/1.0, which knows no chunks (RFC 9112, 6.1) and whose body ends with the connection.

    uvicorn writes the head in one piece, and then each chunk in one, the last one behind it if it ends the body.
    """

    __slots__ = ("_chunked",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._chunked: bool | None = None

    @override
    def write(self, data: bytes) -> None:
        if self._chunked is None:
            self._chunked = _CHUNKED in data
            super().write(data.replace(_CHUNKED, b"", 1))
        elif self._chunked:
            size, _, rest = data.partition(b"\r\n")
            super().write(rest[: int(size, 16)] if size else b"")
        else:
            super().write(data)
