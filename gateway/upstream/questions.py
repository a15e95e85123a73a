"""Questions to servers on the premises about themselves: which models they have, where those run; carries no content.

httpx asks, through the same pools and the same guard as everything that is sent: there is one way to get a socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import httpx
import orjson
from typing_extensions import override
from yarl import URL

from gateway.domain import Provider, Tree
from gateway.events import Cause, EventSink
from gateway.upstream.pools import Pools, never_connected
from gateway.upstream.port import asking
from gateway.upstream.sockets import Networks
from gateway.upstream.unreached import unreached

ANSWER_S = 3.0
"""How long a server may take to answer: it only looks at a list, and a request may be waiting."""
MAX_ANSWER_BYTES = 4 * 1024 * 1024
MAX_LINES_BYTES = 1024 * 1024 * 1024
"""Progress is told several times a second for hours, and none of it is kept."""


class Unanswered(Exception):
    """There was no answer, or not in time, or too long a one, or an error of the server's own."""


class Unreachable(Unanswered):
    """There was no connection; `cause` says why."""

    def __init__(self, cause: Cause = Cause.UNREACHABLE) -> None:
        super().__init__(cause.value)
        self.cause = cause


class Silent(Unanswered):
    """There was a connection, and no answer in time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The status and the JSON of an answer; `tree` is None where there was no JSON."""

    status: int
    tree: object = None

    def items(self, name: str) -> list[Tree] | None:
        """The objects of the list `name`; None if this is not an answer with such a list."""
        listed = self.tree.get(name) if self.status == 200 and isinstance(self.tree, dict) else None
        return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Asks, each time over a new connection: the answer is about where the provider's name leads now."""

    networks: Networks
    events: EventSink

    async def ask(self, provider: Provider, url: str, *, body: Tree | None = None, answer_s: float = ANSWER_S) -> Reply:
        """What `url` of the provider answers to a GET, or to a POST of `body`, within about `answer_s`.

        Raises:
            Unanswered: there was no answer that says anything; `Unreachable` where there was no connection.
        """
        pools = Pools(networks=self.networks, events=self.events)
        headers = {"Authorization": f"Bearer {provider.api_key}"} if provider.api_key else {}
        try:
            async with (
                asyncio.timeout(provider.connect_s + answer_s),
                httpx.AsyncClient(
                    transport=_Guarded(pools, provider, answer_s),
                    headers=headers,
                    timeout=provider.connect_s + answer_s,
                ) as client,
            ):
                answer = await client.request("GET" if body is None else "POST", url, json=body)
        except httpx.ConnectError as error:
            raise Unreachable(unreached(error, reached=False)) from None
        except (TimeoutError, httpx.TimeoutException):
            raise Silent from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise Unanswered from None
        finally:
            await pools.aclose()
        if answer.status_code >= 500:
            raise Unanswered
        try:
            return Reply(answer.status_code, orjson.loads(answer.content))
        except orjson.JSONDecodeError:
            return Reply(answer.status_code)

    async def lines(self, provider: Provider, url: str, *, body: Tree, silence_s: float) -> AsyncIterator[Tree]:
        """The lines of JSON that `url` answers to a POST, as they come; each may take `silence_s`.

        Raises:
            Unanswered: there was no answer, or it broke off, or fell silent.
        """
        pools = Pools(networks=self.networks, events=self.events)
        transport = _Guarded(pools, provider, silence_s, limit=MAX_LINES_BYTES)
        try:
            async with (
                httpx.AsyncClient(transport=transport, timeout=provider.connect_s + silence_s) as client,
                client.stream("POST", url, json=body) as answer,
            ):
                async for line in answer.aiter_lines():
                    tree = orjson.loads(line) if line.strip() else None
                    if isinstance(tree, dict):
                        yield tree
        except httpx.ConnectError:
            raise Unreachable from None
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise Unanswered from None
        finally:
            await pools.aclose()


class _Guarded(httpx.AsyncBaseTransport):
    """Sends what httpx made over a pool of ours."""

    def __init__(self, pools: Pools, provider: Provider, answer_s: float, *, limit: int = MAX_ANSWER_BYTES) -> None:
        self._limit = limit
        self._pools = pools
        self._provider = provider
        self._answer_s = answer_s

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers}
        token = asking.set(self._provider)
        try:
            answer = await self._pools.session(self._provider).request(
                request.method,
                URL(str(request.url), encoded=True),
                data=await request.aread() or None,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(sock_connect=self._provider.connect_s, sock_read=self._answer_s),
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            late = isinstance(error, TimeoutError)
            kind = httpx.ConnectError if never_connected(error) else httpx.ReadTimeout if late else httpx.ReadError
            raise kind("") from error
        finally:
            asking.reset(token)
        kept = {"Content-Type": answer.headers.get("Content-Type", "")}
        return httpx.Response(answer.status, headers=kept, stream=_Body(answer, self._limit), request=request)


class _Body(httpx.AsyncByteStream):
    """The body of an answer, up to a limit."""

    def __init__(self, answer: aiohttp.ClientResponse, limit: int) -> None:
        self._limit = limit
        self._answer = answer

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for piece in self._answer.content.iter_any():
                size += len(piece)
                if size > self._limit:
                    raise httpx.ReadError("")
                yield piece
        except (aiohttp.ClientError, OSError) as error:
            raise httpx.ReadError("") from error

    @override
    async def aclose(self) -> None:
        self._answer.close()
