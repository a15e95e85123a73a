"""One connection to the Redis or Valkey that is configured: scripts and their numbers go there, and nothing of any request.

It knows nothing of requests, providers or policies (law 1); what it is given are names of accounts and of leases, and numbers.
Needs the extra `redis`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from gateway.events import SharedLoss
from gateway.extras import remedy
from gateway.ports import ExtraMissing
from gateway.state.premises import Networks, OffPremises, addresses

if TYPE_CHECKING:
    from redis import asyncio as redis

SKEW_S: Final = 30
"""A clock that is further off would count for another minute, day or month than the others do."""

CLOCK_S: Final = 1.0
"""A clock may be set while we are connected: it is looked at again with what is sent after so long."""
_WRONG_TYPE: Final = "WRONGTYPE"

Argument = str | int
Reply = list[int]


_SAID: Final = {
    SharedLoss.UNREACHABLE: "does not answer.",
    SharedLoss.REFUSED: "refuses to count: look at its log, at user and password, at its memory.",
    SharedLoss.CLOCK: f"has another time: its clock and ours differ by more than {SKEW_S} s.",
    SharedLoss.ELSEWHERE: "has a name that leads off the premises: look at DNS, or at `server.on_prem_networks`.",
    SharedLoss.FORGOT: "has forgotten what it counted: it is told again.",
}


class Away(Exception):
    """It did not answer, or does not take what it was told. The message says which, and holds nothing of what it said."""

    def __init__(self, loss: SharedLoss) -> None:
        super().__init__(_SAID[loss])
        self.loss: Final = loss


class Untaken(Exception):
    """A script failed by what it was given or found there, on a server that takes others: again it would fail again."""


class RedisServer:
    """Runs scripts, all of a batch on the way at once; whoever asks waits for `limit_s` at most."""

    def __init__(self, url: str, scripts: Sequence[str], *, limit_s: float, networks: Networks = tuple) -> None:
        """Connects when it is first asked, to loopback and to `networks`.

        Raises:
            ExtraMissing: the package is not installed.
        """
        if importlib.util.find_spec("redis") is None:
            raise ExtraMissing(f"`shared.redis` needs a package: {remedy('redis')}")
        from redis import asyncio as library  # noqa: PLC0415  only those who share have it
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        self._errors: Final[tuple[type[Exception], ...]] = (library.RedisError, OSError, TimeoutError)
        self._gone: Final[tuple[type[Exception], ...]] = (
            library.ConnectionError,
            library.TimeoutError,
            OSError,
            TimeoutError,
        )
        self._unknown: Final = library.AuthenticationError
        self._refused: Final = library.ResponseError
        self._limit_s: Final = limit_s
        self._looked_s = 0.0
        self._scripts: Final = tuple(scripts)
        self._names: Final = {one: hashlib.sha1(one.encode()).hexdigest() for one in scripts}  # noqa: S324  as Redis names them
        kind = library.SSLConnection if url.startswith("rediss:") else library.Connection
        self._client: Final[redis.Redis] = library.Redis.from_url(
            url,
            connection_class=_kept_here(kind, networks),
            socket_timeout=limit_s,
            socket_connect_timeout=limit_s,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            client_name="triage-gateway",
        )

    async def greet(self) -> None:
        """Give a server that was away, or is another one by now, its scripts. Raises `Away`."""
        try:
            async with asyncio.timeout(self._limit_s):
                clock = await self._client.time()
                for script in self._scripts:
                    await self._client.script_load(script)
        except self._errors as error:
            raise await self._away(error) from None
        self._compare(clock)

    async def keeps(self, prefix: str = "gateway") -> bool:
        """Whether it takes what is written, keeps it through its own end, and drops nothing for room. Raises `Away`.

        What is written is a key of our own that ends after a second.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                await self._client.set(f"{{{prefix}:quota}}:looked", 1, px=1000)
                said = await self._client.info()
        except self._errors as error:
            raise await self._away(error) from None
        return bool(said.get("aof_enabled")) and said.get("maxmemory_policy") == "noeviction"

    async def run(self, batch: Sequence[tuple[str, Sequence[Argument]]]) -> list[Reply | Untaken]:
        """What each script says, in their order. Where the server did not take all of them but for what one of them was given,
        none is said to be taken. Raises `Away`.
        """
        pipe = self._client.pipeline(transaction=False)
        for script, arguments in batch:
            pipe.evalsha(self._names[script], 1, *arguments)
        looks = time.monotonic() - self._looked_s > CLOCK_S
        if looks:
            pipe.time()
        try:
            async with asyncio.timeout(self._limit_s):
                said = await pipe.execute(raise_on_error=False)
            replies = [self._read(reply) for reply in said[: len(batch)]]
        except self._errors as error:
            raise await self._away(error) from None
        if looks:
            self._compare(said[-1])
        return replies

    def _read(self, reply: object) -> Reply | Untaken:
        if not isinstance(reply, Exception):
            return reply if isinstance(reply, list) else []
        said = str(reply)  # the library takes `ERR` away, and leaves words that it does not know: MISCONF, NOREPLICAS
        own = type(reply) is self._refused and "user_script" in said
        if own and (said.startswith(_WRONG_TYPE) or not said.split(" ", 1)[0].isupper()):
            return Untaken()
        raise reply

    def _compare(self, clock: tuple[int, int]) -> None:
        if abs(clock[0] - time.time()) > SKEW_S:
            raise Away(SharedLoss.CLOCK)
        self._looked_s = time.monotonic()

    async def aclose(self) -> None:
        with contextlib.suppress(*self._errors):
            await self._client.aclose()

    async def _away(self, error: Exception) -> Away:
        with contextlib.suppress(*self._errors):
            await self._client.connection_pool.disconnect(inuse_connections=True)
        if isinstance(error, OffPremises) or isinstance(error.__cause__ or error.__context__, OffPremises):
            return Away(SharedLoss.ELSEWHERE)
        if isinstance(error, self._unknown) or not isinstance(error, self._gone):
            return Away(SharedLoss.REFUSED)
        return Away(SharedLoss.UNREACHABLE)


def _kept_here(kind: type[redis.Connection], networks: Networks) -> type[redis.Connection]:
    """That kind of connection, to addresses on the premises only."""

    class KeptHere(kind):  # type: ignore[misc, valid-type]
        async def _connect(self) -> None:
            found = await asyncio.to_thread(addresses, self.host, self.port, networks)
            for at, self._address in enumerate(found):
                try:
                    await super()._connect()
                except OSError:
                    if at == len(found) - 1:
                        raise
                else:
                    return

        def pack_commands(self, commands: Iterable[Sequence[Argument]]) -> list[bytes]:
            return [packed(commands)]

        def _connection_arguments(self) -> dict[str, object]:
            given = {**super()._connection_arguments(), "host": self._address}
            return {**given, "server_hostname": self.host} if "ssl" in given else given

    return KeptHere


def packed(commands: Iterable[Sequence[Argument]]) -> bytes:
    """Commands as RESP, the form that Redis reads; the library's own way takes a third of the time of a request."""
    parts: list[str] = []
    for words in commands:
        parts.append(f"*{len(words)}\r\n")
        for word in words:
            text = str(word)
            parts.append(f"${len(text) if text.isascii() else len(text.encode())}\r\n{text}\r\n")
    return "".join(parts).encode()
