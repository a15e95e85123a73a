"""Connection pools, one per provider, that lead to its address only: our own for plain HTTP, aiohttp's for the rest.

Every request, also one over a connection that is open, and every socket is held against the provider's origins: neither
a library, a redirect nor a variable of the environment can lead body or key anywhere else (law 10).
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import aiohttp
from typing_extensions import override

from gateway import __version__
from gateway.domain import Provider
from gateway.events import EgressViolation, EventSink
from gateway.kinds import profile
from gateway.kinds.origin import Network, Origin, origin
from gateway.upstream.plain import KEEPALIVE_S, NotConnected, PlainClient
from gateway.upstream.silence import SILENCE_S
from gateway.upstream.sockets import Networks, guard

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


_Key: TypeAlias = tuple[str, str, bool, bool]
"""Name and address of a provider, whether it sends on what it is asked, and whether tokens are made there."""


class Misled(aiohttp.ClientConnectionError):
    """A connection to somebody else than the provider was asked for; there is none."""


def never_connected(error: Exception) -> bool:
    """Whether a request failed before there was a connection, so that nothing of it went out."""
    kinds = aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL | Misled | NotConnected
    return isinstance(error, kinds)


class _Pinned(aiohttp.TCPConnector):
    """Connections to the origins of one provider; whatever asks for another one gets none."""

    def __init__(
        self,
        provider: Provider,
        origins: frozenset[Origin],
        *,
        tls: ssl.SSLContext | bool,
        networks: Networks,
        events: EventSink,
    ) -> None:
        through = origin(provider.proxy) if provider.proxy else None
        super().__init__(
            limit=0,
            ssl=tls,
            keepalive_timeout=KEEPALIVE_S,
            socket_factory=guard(provider, frozenset({through}) if through else origins, networks, events),
        )
        self._origins = origins
        self._through = through
        self._provider = provider
        self._told = events

    @override
    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """A connection for `req`, new or open.

        Raises:
            Misled: it goes to another scheme, host or port than the provider's, or through another proxy.
        """
        wanted = Origin.of(req.url.scheme, req.url.raw_host or "", req.url.port)
        through = origin(str(req.proxy)) if req.proxy else None
        if wanted not in self._origins or through != self._through:
            self._told.emit(EgressViolation(provider=self._provider.name))
            raise Misled("this is not the provider's address")
        return await super().connect(req, traces, timeout)


class Pools:
    """Sessions without cookies, proxy variables or decompression, made on first use."""

    def __init__(self, *, networks: Networks, events: EventSink) -> None:
        self._networks = networks
        self._events = events
        self._sessions: dict[_Key, tuple[Provider, Sequence[Network], aiohttp.ClientSession]] = {}
        self._clients: dict[_Key, tuple[Provider, Sequence[Network], PlainClient]] = {}
        self._retired: list[aiohttp.ClientSession | PlainClient] = []

    def session(self, provider: Provider, *, credentials: bool = False) -> aiohttp.ClientSession:
        """The session of `provider`; its sockets open only while an `Outbound` for it is leaving.

        `credentials`: the one that leads to where its tokens are made, and not to where its requests go.
        """
        key = provider.name, provider.base_url, provider.forwards, credentials
        known, networks = self._sessions.get(key), self._networks()
        if known is not None:
            for_whom, attested, session = known
            if (for_whom is provider or for_whom == provider) and (attested is networks or attested == networks):
                return session
            self._retired.append(session)  # reconfigured; what is under way ends on the old one
        known_kind = profile(provider.kind)
        origins = known_kind.credential_origins(provider) if credentials else known_kind.origins(provider)
        session = self._open(provider, origins)
        self._sessions[key] = (provider, networks, session)
        return session

    def plain(self, provider: Provider) -> PlainClient | None:
        """The client of a provider that is asked over plain HTTP, as `session` else; None for TLS and proxies."""
        key = provider.name, provider.base_url, provider.forwards, False
        known, networks = self._clients.get(key), self._networks()
        if known is not None:
            for_whom, attested, client = known
            if (for_whom is provider or for_whom == provider) and (attested is networks or attested == networks):
                return client
        where = origin(provider.base_url)
        if provider.proxy or where is None or where.scheme != "http":
            return None
        if known is not None:
            self._retired.append(known[2])
        origins = profile(provider.kind).origins(provider)
        misled = partial(self._events.emit, EgressViolation(provider=provider.name))
        client = PlainClient(
            guard(provider, origins, self._networks, self._events), origins, misled=misled, connect_s=provider.connect_s
        )
        self._clients[key] = (provider, networks, client)
        return client

    async def aclose(self) -> None:
        self._retired += [session for _, _, session in self._sessions.values()]
        self._retired += [client for _, _, client in self._clients.values()]
        for client in self._retired:
            await client.close()
        self._retired.clear()
        self._sessions.clear()
        self._clients.clear()

    def _open(self, provider: Provider, origins: frozenset[Origin]) -> aiohttp.ClientSession:
        tls: ssl.SSLContext | bool = True
        if provider.ca_bundle:
            tls = ssl.create_default_context(cafile=provider.ca_bundle)
        return aiohttp.ClientSession(
            connector=_Pinned(provider, origins, tls=tls, networks=self._networks, events=self._events),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=provider.connect_s, sock_read=SILENCE_S),
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"triage-gateway/{__version__}", "Accept-Encoding": "identity"},
        )
