"""One connection of plain HTTP, and the answer that is under way on it; connects to nobody, knows no dialect."""

from __future__ import annotations

import asyncio
import math
import socket
from typing import Final, Protocol, cast

import httptools
from typing_extensions import override

from gateway.upstream.silence import SILENCE_S

MAX_HEAD_BYTES: Final = 64 * 1024
MAX_WAITING_BYTES: Final = 256 * 1024
"""So much of an answer that nobody has read yet, and the server has to wait."""
PATIENCE_S: Final = 0.02
"""How long the pieces of an answer that nobody sees come may gather, so that each does not wake its reader."""
PIECE_BYTES: Final = 128 * 1024
"""A larger body is written in pieces, so that it neither holds up the event loop nor is buffered twice."""


class Broken(ConnectionError):
    """The connection ended before the answer did, or what came is no HTTP."""


class Late(TimeoutError):
    """The server gave no sign of life."""


class Pool(Protocol):
    """Whoever has the connections."""

    def keep(self, connection: Connection) -> None:
        """An answer is over, and its connection can take another request."""

    def forget(self, connection: Connection) -> None:
        """A connection is over."""


class PlainAnswer:
    """The answer to one request; it holds what came of it and was not read yet."""

    __slots__ = (
        *("_alarm", "_alarm_s", "_connection", "_due_s", "_ended", "_error", "_patient", "_pieces", "_ringing"),
        *("_size", "_waiter"),
        *("headers", "status"),
    )

    def __init__(self, connection: Connection, *, patient: bool) -> None:
        self._patient = patient
        self._ringing: asyncio.TimerHandle | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_s = self._due_s = math.inf
        self.status = 0
        self.headers: dict[str, str] = {}
        self._connection: Connection | None = connection
        self._pieces: list[bytes] = []
        self._size = 0
        self._ended = False
        self._error: OSError | None = None
        self._waiter: asyncio.Future[None] | None = None

    # --- for who reads -----------------------------------------------------------------------------------------------

    @property
    def content(self) -> PlainAnswer:
        return self

    def at_eof(self) -> bool:
        return self._ended and not self._pieces

    def read_nowait(self) -> bytes:
        pieces = self._pieces
        if not pieces:
            return b""
        piece = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._size = 0
        if self._connection is not None:
            self._connection.go_on()
        return piece

    async def readany(self) -> bytes:
        while not self._pieces and not self._ended:
            if self._error is not None:
                raise self._error
            await self._change()
        return self.read_nowait()

    async def read_within(self, left_s: float | None) -> bytes:
        """`readany`, for so long at most; a timer that was set for an earlier piece looks again when it rings."""
        if left_s is None or self._pieces or self._ended or self._error is not None:
            return await self.readany()
        loop = asyncio.get_running_loop()
        due_s = self._due_s = loop.time() + left_s
        if due_s < self._alarm_s:
            self._set_alarm(loop, due_s)
        try:
            return await self.readany()
        finally:
            self._due_s = math.inf

    def _set_alarm(self, loop: asyncio.AbstractEventLoop, at_s: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._alarm_s = loop.call_at(at_s, self._alarmed, loop), at_s

    def _alarmed(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alarm, self._alarm_s = None, math.inf
        if self._due_s == math.inf:  # nobody waits, and the next one that does sets it again
            return
        if loop.time() < self._due_s:
            self._set_alarm(loop, self._due_s)
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())

    def _no_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm, self._alarm_s = None, math.inf

    async def begun(self) -> None:
        """Wait for the head. Raises OSError where none comes."""
        while not self.status:
            if self._error is not None:
                raise self._error
            await self._change()

    async def _change(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def close(self) -> None:
        """End the connection, unless the answer is over and it is somebody else's."""
        if self._connection is not None:
            self._connection.abort()

    def release(self) -> None:
        """What is left is the end of the body at most, and comes by itself."""

    # --- for the connection ------------------------------------------------------------------------------------------

    @property
    def waiting_bytes(self) -> int:
        return self._size

    def came(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)

    def more(self) -> None:
        """Something came."""
        if not self._patient or self._size > MAX_WAITING_BYTES // 2:
            self._wake()
        elif self._ringing is None and self._waiter is not None:
            self._ringing = asyncio.get_running_loop().call_later(PATIENCE_S, self._wake)

    def ended(self) -> None:
        self._ended, self._connection = True, None
        self._no_alarm()
        self._wake()

    def broke(self, error: OSError) -> None:
        self._error, self._connection = error, None
        self._no_alarm()
        self._wake()

    def _wake(self) -> None:
        if self._ringing is not None:
            self._ringing.cancel()
            self._ringing = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Connection(asyncio.Protocol):
    """One connection, and the answer that is under way on it."""

    def __init__(self, pool: Pool, sock: socket.socket) -> None:
        self._pool = pool
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: PlainAnswer | None = None
        self._body: list[bytes] = []
        self.on_body = self._body.append  # what the parser calls for each piece of a body
        self._parser = httptools.HttpResponseParser(self)
        self._head_bytes = 0
        self._headers: dict[str, str] = {}
        self._paused = self._over = self._unasked = self._sending = False
        self._drained: asyncio.Future[None] | None = None
        self._full = False
        self._silence: asyncio.TimerHandle | None = None
        self._heard_s = 0.0
        self.idle_since_s = 0.0
        self.heard = False

    # --- the client's side -------------------------------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        """Whether another request may go out: the server has neither closed it nor said anything unasked."""
        if self._transport is None or self._transport.is_closing():
            return False
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False  # its end, or something that nobody asked for

    async def send(self, head: bytes, body: bytes, *, patient: bool) -> PlainAnswer:
        """Write a request, and wait for the head of its answer. Raises OSError."""
        transport = self._transport
        if transport is None:
            raise Broken
        answer = self._answer = PlainAnswer(self, patient=patient)
        self._head_bytes, self.heard, self._sending = 0, False, True
        self._heard_s = self._loop.time()
        if self._silence is None:
            self._silence = self._loop.call_later(SILENCE_S, self._still_there)
        try:
            if len(body) <= PIECE_BYTES:
                transport.write(head + body)
                self._sending = False
            else:
                self._sending = not await self._written_whole(transport, head, body)
            await answer.begun()
        except BaseException:
            self.abort()
            raise
        return answer

    async def _written_whole(self, transport: asyncio.Transport, head: bytes, body: bytes) -> bool:
        """Write a large body as fast as it is taken; False where the server answered before it had all of it."""
        transport.write(head)
        for start in range(0, len(body), PIECE_BYTES):
            if self._full and not self._over:
                self._drained = self._loop.create_future()
                await self._drained
            if self._over or self._answer is None or self._answer.status:
                return False
            transport.write(body[start : start + PIECE_BYTES])
        return True

    def go_on(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._lost(Broken())

    def _still_there(self) -> None:
        """One timer for all pieces of all answers: it looks, when it rings, how long nothing has come."""
        self._silence = None
        if self._answer is None:
            return
        left_s = self._heard_s + SILENCE_S - self._loop.time()
        if left_s <= 0 and not self._paused:
            self._fail(Late())
            return
        self._silence = self._loop.call_later(max(left_s, 1.0), self._still_there)

    # --- the transport's side ----------------------------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by its methods only

    @override
    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:  # nobody asked
            self._fail(Broken())
            return
        self.heard = True
        self._heard_s = self._loop.time()
        if not answer.status:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if answer.status:
                self._hand_on(answer)
            self._fail(Broken())
            return
        if self._unasked or (not answer.status and self._head_bytes > MAX_HEAD_BYTES):
            self._fail(Broken())
            return
        if self._answer is answer:
            self._hand_on(answer)
        answer.more()
        if answer.waiting_bytes > MAX_WAITING_BYTES and self._answer is answer and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _hand_on(self, answer: PlainAnswer) -> None:
        """What came of a body; each chunk of a chunked one was called by itself."""
        if self._body:
            answer.came(b"".join(self._body))
            self._body.clear()

    @override
    def eof_received(self) -> None:
        self._closed()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None:
            self._closed()
        self._lost(Broken())

    @override
    def pause_writing(self) -> None:
        self._full = True

    @override
    def resume_writing(self) -> None:
        self._full = False
        self._written()

    def _written(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def _closed(self) -> None:
        """The server says no more: the proper end of a body that has no other (RFC 9112, 6.3)."""
        answer = self._answer
        if answer is not None and answer.status and not {"content-length", "transfer-encoding"} & answer.headers.keys():
            self._answer = None
            answer.ended()
        self._lost(Broken())

    def _fail(self, error: OSError) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._lost(error)

    def _lost(self, error: OSError) -> None:
        self._over = True
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        self._pool.forget(self)
        self._written()
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.broke(error)

    # --- the parser's side -------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._headers = {}
        self._unasked = self._answer is None

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and self._answer is not None:  # what is less announces another head
            self._answer.status, self._answer.headers = status, self._headers

    def on_message_complete(self) -> None:
        answer = self._answer
        if answer is None or not answer.status:
            return
        self._hand_on(answer)
        self._answer = None
        answer.ended()
        if self._parser.should_keep_alive() and not self._sending:
            self.go_on()
            self._pool.keep(self)
        else:
            self._fail(Broken())
