"""Connection pools of aiohttp, one per provider, whose every socket passes the guard; sends nothing itself."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import aiohttp

from gateway import __version__
from gateway.domain import Provider
from gateway.events import EventSink
from gateway.upstream.sockets import Network, Networks, guard

CONNECT_S = 5.0
KEEPALIVE_S = 4.0
"""Shorter than the 5 s of llama.cpp, Node and uvicorn, so that we never send into a connection they are closing."""
SILENCE_S = 600.0
"""How long an upstream may say nothing at all: longer than a model loads, and than any client waits."""


def never_connected(error: Exception) -> bool:
    """Whether a request failed before there was a connection, so that nothing of it went out."""
    return isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL)


class Pools:
    """Sessions without cookies, proxy variables or decompression, made on first use."""

    def __init__(self, *, networks: Networks, events: EventSink) -> None:
        self._networks = networks
        self._events = events
        self._sessions: dict[tuple[str, bool], tuple[Provider, Sequence[Network], aiohttp.ClientSession]] = {}
        self._retired: list[aiohttp.ClientSession] = []

    def session(self, provider: Provider) -> aiohttp.ClientSession:
        """The session of `provider`; its sockets open only while an `Outbound` for it is leaving."""
        key = provider.name, provider.forwards
        known, networks = self._sessions.get(key), self._networks()
        if known is not None:
            for_whom, attested, session = known
            if (for_whom is provider or for_whom == provider) and (attested is networks or attested == networks):
                return session
            self._retired.append(session)  # reconfigured; what is under way ends on the old one
        session = self._open(provider)
        self._sessions[key] = (provider, networks, session)
        return session

    async def aclose(self) -> None:
        for session in [*self._retired, *(session for _, _, session in self._sessions.values())]:
            await session.close()
        self._retired.clear()
        self._sessions.clear()

    def _open(self, provider: Provider) -> aiohttp.ClientSession:
        tls: ssl.SSLContext | bool = True
        if provider.ca_bundle:
            tls = ssl.create_default_context(cafile=provider.ca_bundle)
        connector = aiohttp.TCPConnector(
            limit=0,
            ssl=tls,
            keepalive_timeout=KEEPALIVE_S,
            socket_factory=guard(provider, self._networks, self._events),
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S),
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"triage-gateway/{__version__}", "Accept-Encoding": "identity"},
        )
