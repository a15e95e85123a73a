"""One HTTP exchange as plain ASGI: headers in, body in within limits, reply out piece by piece; knows no dialect.

Plain ASGI and not FastAPI's request and response objects, which cost about 0.7 ms a call (see ARCHITECTURE.md).
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import TypeAlias
from urllib.parse import parse_qs

from gateway.domain import Traced
from gateway.errors import InvalidRequest, PayloadTooLarge, RequestTimeout

Scope: TypeAlias = MutableMapping[str, object]
Message: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


_RUN = secrets.token_hex(8)
_COUNT = itertools.count(secrets.randbelow(2**32))
"""Request ids are unique, and say nothing: this run's own random prefix, then a count (a fresh random id costs 15 µs)."""
REQUEST_ID_HEADERS = (b"x-gateway-request-id", b"x-request-id", b"request-id")
"""Our id of the request, under our name and where the SDKs of OpenAI and of Anthropic look for it."""


MAX_QUERY_FIELDS = 64
DEPARTURE = "gateway.departure"
"""The extension of ASGI by which our own connections say who went away; others are watched."""
ARRIVED = "gateway.arrived"
"""The extension of ASGI by which our own connections say whether all of a body is there, so that nobody waits for it."""


class Arrival:
    """Whether all of a body is there. It knows nobody, for whatever knew its request would live until cycles are looked for."""

    __slots__ = ("whole",)

    def __init__(self) -> None:
        self.whole = False


class Departure:
    """The end of a connection, as those hear of it who answer on it."""

    __slots__ = ("_then", "happened", "nears")

    def __init__(self) -> None:
        self.happened = False
        self.nears = False  # the server stops: an answer without an end of its own should find one
        self._then: Callable[[], None] | None = None

    def then(self, left: Callable[[], None] | None) -> None:
        """Call `left` when the client goes away, at once if it did; None: whatever was asked for is over."""
        self._then = left
        if self.happened and left is not None:
            left()

    def happen(self) -> None:
        self.happened = True
        if self._then is not None:
            self._then()


class ClientGone(Exception):
    """The caller closed the connection: nobody is left to answer."""


class Exchange:
    """A request and its answer. `path` is the routed path, without a query and without the agent prefix;
    `deployment` the model that it named, `caller` the configured name of who asks; each "" where there is none.

    The answer may begin before the body was read: the connection takes the rest off the client's hands.
    """

    __slots__ = (
        *("_arrival", "_asks_first", "_body_left", "_departure", "_query", "_receive", "_send", "gone"),
        *("caller", "deployment", "every", "headers", "method", "path", "repeated", "request_id", "started", "tag"),
        "traced",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.method = str(scope["method"])
        self._query = scope.get("query_string", b"")
        self.path = str(scope["path"])
        self.tag = ""
        self.deployment = ""
        self.caller = ""
        self.every: Mapping[str, str] = {}  # headers of every answer, whoever gives it
        self.headers, self.repeated = _headers(scope)
        self.request_id = f"req_{_RUN}{next(_COUNT):010x}"
        self.started = False
        self.traced: Traced | None = None
        self.gone = False
        extensions = scope.get("extensions")
        extensions = extensions if isinstance(extensions, dict) else {}
        departure, arrived = extensions.get(DEPARTURE), extensions.get(ARRIVED)
        self._arrival = arrived if isinstance(arrived, Arrival) else None
        self._departure = departure if isinstance(departure, Departure) else None
        self._body_left = self.header("content-length") not in {"", "0"} or "transfer-encoding" in self.headers
        self._asks_first = "expect" in self.headers  # and has sent nothing yet

    @property
    def ends_soon(self) -> bool:
        """Whether the server stops, and what would go on for ever should not."""
        return self._departure is not None and self._departure.nears

    def header(self, name: str) -> str:
        """The first value of a header (name in lower case), or ""."""
        return self.headers.get(name, "")

    def query(self) -> dict[str, list[str]]:
        """What stands after the question mark; a field without a value is there too.

        Raises:
            InvalidRequest: more fields than anybody reads, of which none may count as asked.
        """
        text = self._query.decode("latin-1") if isinstance(self._query, bytes) else ""
        try:
            return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
        except ValueError:
            raise InvalidRequest(f"The query has more than {MAX_QUERY_FIELDS} fields.") from None

    async def body(
        self, *, limit: int, deadline_s: float, hold: Callable[[int], None] = lambda _size: None
    ) -> bytearray:
        """The whole body; `hold` is told how much of it there is as it arrives, and raises what it will not have.

        Raises:
            PayloadTooLarge: more than `limit` bytes, announced or real.
            RequestTimeout: it did not arrive within `deadline_s` seconds.
            InvalidRequest: it is compressed, which nothing here unpacks.
            ClientGone: the connection closed before its end.
        """
        length = self.header("content-length")
        if length.isdigit() and int(length) > limit:
            raise _too_large(limit)
        if self.header("content-encoding") not in {"", "identity"} or self.header("transfer-encoding").lower() not in {
            "",
            "chunked",
        }:
            raise InvalidRequest("Compressed bodies are not accepted: send the JSON as it is.")
        if self._arrival is not None and self._arrival.whole:
            return await self._read(limit, hold)
        try:
            async with asyncio.timeout(deadline_s):
                return await self._read(limit, hold)
        except TimeoutError:
            self._asks_first = True  # what did not come in time will not be waited for again
            raise RequestTimeout("The body did not arrive in time.") from None

    async def _read(self, limit: int, hold: Callable[[int], None]) -> bytearray:
        body = bytearray()
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                self.gone = True
                raise ClientGone
            piece = message.get("body", b"")
            if isinstance(piece, bytes) and piece:
                if len(body) + len(piece) > limit:
                    raise _too_large(limit)
                hold(len(body) + len(piece))
                body += piece
            if not message.get("more_body", False):
                return body

    def while_connected(self) -> WhileConnected:
        """Cancel what runs inside when the caller goes away.

        Raises:
            ClientGone: in the place of the cancellation.
        """
        return WhileConnected(self)

    def watch(self, task: asyncio.Task[object] | None) -> Callable[[], object]:
        """Cancel `task` when the caller goes away; call what is returned when nobody needs to watch any more."""
        if self._departure is not None:
            self._departure.then(partial(self._left, task))
            return partial(self._departure.then, None)
        return asyncio.ensure_future(self._watch(task)).cancel

    async def _watch(self, task: asyncio.Task[object] | None) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left(task)

    def _left(self, task: asyncio.Task[object] | None) -> None:
        self.gone = True
        if task is not None:
            task.cancel()

    async def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """The whole answer at once."""
        await self.begin(status, {**headers, "content-length": str(len(body))})
        await self._send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Status and headers of an answer that follows in pieces."""
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})

    async def send(self, message: Message) -> None:
        """ASGI's `send` for the control application: adds the headers of every answer and drains the body, as for ours."""
        if message["type"] == "http.response.start":
            self.started = True
            held = message.get("headers")
            raw = [
                *(held if isinstance(held, list | tuple) else ()),
                *((name, self.request_id.encode()) for name in REQUEST_ID_HEADERS),
                *((name.encode("latin-1"), value.encode("latin-1")) for name, value in self.every.items()),
            ]
            if self._body_left and self._asks_first:
                raw.append((b"connection", b"close"))
            message["headers"] = raw
        await self._send(message)

    async def receive(self) -> Message:
        """ASGI's `receive`."""
        message = await self._receive()
        if not message.get("more_body", False):
            self._body_left = False
        return message

    async def write(self, piece: bytes) -> None:
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})


class WhileConnected:
    """What `Exchange.while_connected` is; a class, for a generator costs each request what its own steps do."""

    __slots__ = ("_exchange", "_over", "_task")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._over = self._exchange.watch(self._task)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        cancelled = kind is not None and issubclass(kind, asyncio.CancelledError)
        try:
            if kind is None and self._exchange.gone:
                await asyncio.sleep(0)  # the cancellation is on its way: it belongs here and not behind us
        except asyncio.CancelledError:
            cancelled = True
        finally:
            self._over()
        if cancelled and self._exchange.gone and self._task is not None:
            self._task.uncancel()
            raise ClientGone from None


def _headers(scope: Scope) -> tuple[dict[str, str], frozenset[str]]:
    """The first value of each header, and the names that stand more than once."""
    headers: dict[str, str] = {}
    raw = scope.get("headers")
    if not isinstance(raw, list | tuple):
        return headers, frozenset()
    for name, value in raw:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    if len(headers) == len(raw):
        return headers, frozenset()
    names = [name.decode("latin-1").lower() for name, _ in raw]
    return headers, frozenset(name for name in headers if names.count(name) > 1)


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {limit // (1024 * 1024)} MB, the limit of this gateway.")
