"""A wire that trips when bytes leave unseen: law 1, watched in every test."""

from __future__ import annotations

from gateway.upstream.port import asking, leaving, trying


class Tripwire:
    """Sees every connection this process opens: to a provider only for an `Outbound`, to nothing beyond loopback."""

    def __init__(self) -> None:
        self.providers: set[int] = set()
        self.violations: list[str] = []

    def __call__(self, event: str, arguments: tuple) -> None:
        if event != "socket.connect" or not isinstance(arguments[1], tuple):
            return
        host, port = arguments[1][:2]
        if host not in {"127.0.0.1", "::1", "localhost"}:
            self.violations.append(f"connection beyond loopback, port {port}")
        elif port in self.providers and not any(why.get() for why in (leaving, asking, trying)):
            self.violations.append(f"connection to a provider without an Outbound, port {port}")
