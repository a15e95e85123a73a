"""Sockets for providers: only for an `Outbound` or a question, and for a provider on the premises only to an address there.

The address is judged where it is used, at connect: neither DNS, a redirect nor a proxy variable can move it (law 10).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TypeAlias

from gateway.domain import Provider
from gateway.events import EgressViolation, EventSink
from gateway.kinds.origin import Network, Origin, on_premises
from gateway.upstream.port import asking, leaving, trying

Networks: TypeAlias = Callable[[], Sequence[Network]]
"""The attested networks in force, asked at every connection: a reload may have taken one back."""
AddrInfo: TypeAlias = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]


class ForbiddenAddress(OSError):
    """The provider's name led somewhere that nobody vouched for, or nobody recorded why we go there."""


def guard(
    provider: Provider, origins: frozenset[Origin], networks: Networks, events: EventSink
) -> Callable[[AddrInfo], socket.socket]:
    """A socket factory for one provider, whose requests or whose proxy's go to one of `origins`.

    Raises (from the factory):
        ForbiddenAddress: nothing is on its way out and nothing is asked, or it is for another provider, or the address
            has another port or is another IP address than the origins say, or a provider on the premises resolved to an
            address that is not there.
    """

    def open_socket(addr_info: AddrInfo) -> socket.socket:
        family, kind, proto, _, address = addr_info
        outbound, asked = leaving.get(), asking.get()
        sent = outbound is not None and outbound.target.provider.name == provider.name
        if not sent and not (provider.at_home and asked == provider) and trying.get() != provider:
            events.emit(EgressViolation(provider=provider.name))
            raise ForbiddenAddress("no outbound is recorded for this connection")
        if not any(_leads_to(address, one) for one in origins):
            events.emit(EgressViolation(provider=provider.name))
            raise ForbiddenAddress("this is not the provider's address")
        if provider.at_home and not on_premises(str(address[0]), networks()):
            if sent:  # a question has nothing to lose: its server is simply not there
                events.emit(EgressViolation(provider=provider.name))
            raise ForbiddenAddress("the address is not on the premises")
        made = socket.socket(family, kind, proto)
        made.setblocking(False)
        return made

    return open_socket


def _leads_to(address: tuple[object, ...], origin: Origin) -> bool:
    """Whether a socket address is one that the origin may have come to: where its name leads is DNS's word."""
    host, port = str(address[0]).partition("%")[0], address[1]
    there = Origin.of(origin.scheme, host, origin.port)
    return port == origin.port and there is not None and (not origin.literal or there.host == origin.host)
