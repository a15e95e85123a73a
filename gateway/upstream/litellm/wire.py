"""The transport under all HTTP clients of LiteLLM: our pools and our guard; no proxy, no redirect, no second try.

LiteLLM makes an HTTP client per vendor, each with habits of its own: it obeys proxy variables even for loopback, follows
redirects, sends again after a connection error, and quotes the provider in its exceptions. All of them get the transport
of this module, so that none of this happens for any vendor. It judges failures itself, from status and bytes; LiteLLM only
learns that there was one.
"""

from __future__ import annotations

import asyncio
import functools
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import httpx
import orjson
from typing_extensions import override
from yarl import URL

from gateway.outbound.prepare import Outbound
from gateway.upstream import faults
from gateway.upstream.bodies import MAX_ERROR_BYTES, MAX_REPLY_BYTES, read
from gateway.upstream.litellm.carried import Missing, missing
from gateway.upstream.pools import Pools, never_connected
from gateway.upstream.port import AttemptFailed, leaving
from gateway.upstream.silence import Silence, pieces
from gateway.upstream.sockets import ForbiddenAddress
from gateway.upstream.unreached import unreached

TOKEN_S = 30.0
"""How long a vendor may take to turn credentials into a token."""
_OURS = frozenset({"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"})
_NOSY = ("x-stainless-", "x-goog-api-client", "llm_provider-")
"""Headers in which SDKs tell about the machine they run on."""

_FINISH = re.compile(rb'"(?:finish_reason|finishReason|stop_reason|stopReason)"\s{0,8}:\s{0,8}"')
"""How OpenAI, Google, Anthropic and Bedrock write why an answer ended. In a text of the model the quotes are escaped."""
_DONE = re.compile(rb"\n(?:data:\s{0,8}\[DONE\]|event:\s{0,8}message_stop)")
"""How OpenAI and Anthropic end a stream; a line of the model's own would be escaped."""
_TAIL_BYTES = 40


class Stopped(httpx.TransportError):
    """Raised to LiteLLM for every failure, without a word. It does not try again after an error of this class."""


@dataclass(slots=True)
class Exchange:
    """One `Outbound` on its way through LiteLLM: what it may connect with, and what became of it."""

    outbound: Outbound
    pools: Pools = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop, repr=False)
    answered: bool = False
    finished: bool = False
    """Whether a reason for the end of the answer was seen; LiteLLM makes one up where there was none."""
    done: bool = False
    """Whether the provider said that it was done."""
    silence: Silence = field(default_factory=Silence)
    missing: Missing | None = None
    """What no body so far carried of the request."""
    failure: AttemptFailed | None = None
    responses: list[aiohttp.ClientResponse] = field(default_factory=list, repr=False)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let the code within use the wire on behalf of this exchange."""
        token = _exchange.set(self)
        try:
            yield
        finally:
            _exchange.reset(token)

    def fail(self, failure: AttemptFailed) -> Stopped:
        """Keep the first failure; nothing more is sent afterwards."""
        if self.failure is None:
            self.failure = failure
        return Stopped("")

    def compare(self, content: bytes) -> None:
        """Find out what LiteLLM left out of a body.

        Raises:
            Stopped: that is a picture, a recording or a file, without which nothing is sent.
        """
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError:  # no request of the caller's
            return
        lacking = missing(self.outbound.tree, body)
        if lacking.media:
            raise self.fail(faults.not_carried(self.outbound.target, lacking.fields))
        before = lacking.fields if self.missing is None else self.missing.fields
        self.missing = Missing(tuple(name for name in lacking.fields if name in before))

    def close(self) -> None:
        """Cut what is still open: the upstream stops working."""
        for response in self.responses:
            response.close()


_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
_LOOKING_OUT: Final = frozenset({"socket.connect", "socket.getaddrinfo", "socket.sendto"})


@functools.cache
def no_other_way() -> None:
    """Have every socket refused that LiteLLM opens by itself on behalf of an exchange, for the life of the process.

    Some of its vendors bring a client of their own along (`aiohttp_openai/`, boto, google's). None of those asks for the
    transport of this module; Python tells of each socket before it connects and each name before it is looked up.
    """

    def audit(event: str, _arguments: tuple[object, ...]) -> None:
        if event in _LOOKING_OUT and _exchange.get() is not None and leaving.get() is None:
            raise ForbiddenAddress("LiteLLM has one wire only")

    sys.addaudithook(audit)


class Wire(httpx.AsyncBaseTransport):
    """Sends on behalf of the exchange under way; without one nothing is sent. One for all clients and event loops."""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _exchange.get()
        if exchange is None or exchange.failure is not None:
            raise Stopped("")
        content = await request.aread()
        exchange.compare(content)
        session = exchange.pools.session(exchange.outbound.target.provider)
        response = await _request(
            exchange, session, request.method, str(request.url), body=content, headers=request.headers
        )
        exchange.responses.append(response)
        if response.status != 200:
            body = await read(response, MAX_ERROR_BYTES, exchange.outbound.target, cut=True)
            target = exchange.outbound.target
            raise exchange.fail(faults.refused(response.status, body, target=target, headers=response.headers))
        coding = response.headers.get("Content-Encoding", "identity").lower()
        if coding not in {"", "identity"} or "html" in response.headers.get("Content-Type", "").lower():
            response.close()
            raise exchange.fail(faults.bad_reply(exchange.outbound.target, status=200))
        exchange.answered = True
        headers = [(name, value) for name, value in response.headers.items() if name.lower() != "set-cookie"]
        return httpx.Response(200, headers=headers, stream=_Body(exchange, response), request=request)


class NoWire(httpx.BaseTransport):
    """The transport of LiteLLM's blocking clients: it sends nothing."""

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise Stopped("")


@dataclass(frozen=True, slots=True)
class Token:
    """An answer in the shape that google-auth reads."""

    status: int
    headers: Mapping[str, str]
    data: bytes = field(repr=False)


def fetch_token(
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = TOKEN_S,
) -> Token:
    """Do what google-auth asks of a transport, on our wire; called in a thread. It carries credentials, no content.

    Raises:
        Stopped: no exchange is under way, nobody answered in `timeout` seconds, or the credentials were refused.
    """
    exchange = _exchange.get()
    if exchange is None or exchange.failure is not None:
        raise Stopped("")
    asked = _fetch(exchange, method, url, body=body or b"", headers=headers or {})
    try:
        return asyncio.run_coroutine_threadsafe(asked, exchange.loop).result(timeout)
    except TimeoutError:
        raise exchange.fail(faults.late(exchange.outbound.target)) from None


async def _fetch(exchange: Exchange, method: str, url: str, *, body: bytes, headers: Mapping[str, str]) -> Token:
    session = exchange.pools.session(exchange.outbound.target.provider, credentials=True)
    response = await _request(exchange, session, method, url, body=body, headers=headers)
    target = exchange.outbound.target
    data = await read(response, MAX_ERROR_BYTES, target, cut=True)
    if response.status != 200:
        raise exchange.fail(faults.refused(401 if response.status < 500 else response.status, b"", target=target))
    return Token(response.status, dict(response.headers), data)


async def _request(
    exchange: Exchange,
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
) -> aiohttp.ClientResponse:
    token = leaving.set(exchange.outbound)
    try:
        return await session.request(
            method,
            URL(url, encoded=True),
            data=body or None,
            headers=_leaving(headers, exchange.outbound),
            allow_redirects=False,
            proxy=exchange.outbound.target.provider.proxy or None,
        )
    except aiohttp.SocketTimeoutError:
        raise exchange.fail(faults.late(exchange.outbound.target)) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reached = not never_connected(error)
        cause = unreached(error, reached=reached)
        raise exchange.fail(faults.unreachable(exchange.outbound.target, reached=reached, cause=cause)) from None
    finally:
        leaving.reset(token)


def _leaving(headers: Mapping[str, str], outbound: Outbound) -> dict[str, str]:
    """What may go along of what LiteLLM set, and the trace where the target may know it."""
    kept = {name: value for name, value in headers.items() if _leaves(name.lower())}
    return kept | ({"traceparent": outbound.traceparent} if outbound.traceparent else {})


def _leaves(header: str) -> bool:
    return header not in _OURS and not header.startswith(_NOSY)


class _Body(httpx.AsyncByteStream):
    """The body of an answer; how it broke is kept in the exchange."""

    def __init__(self, exchange: Exchange, response: aiohttp.ClientResponse) -> None:
        self._exchange = exchange
        self._response = response

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        exchange, target = self._exchange, self._exchange.outbound.target
        size, tail = 0, b""
        try:
            async for piece in pieces(self._response, exchange.silence):
                size += len(piece)
                if size > MAX_REPLY_BYTES and not exchange.outbound.stream:
                    raise exchange.fail(faults.bad_reply(target, status=200))
                seen = tail + piece
                exchange.finished = exchange.finished or _FINISH.search(seen) is not None
                exchange.done = exchange.done or _DONE.search(seen) is not None
                tail = seen[-_TAIL_BYTES:]
                yield piece
        except TimeoutError:  # aiohttp's own is one too
            raise exchange.fail(faults.silent(target)) from None
        except (aiohttp.ClientError, OSError):
            raise exchange.fail(faults.bad_reply(target, status=200)) from None

    @override
    async def aclose(self) -> None:
        self._response.close()
