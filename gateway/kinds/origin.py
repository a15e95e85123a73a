"""Where a connection goes, as one value: scheme, host and port; resolves no name and opens nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port of an address, in one spelling (RFC 6454, section 4)."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, scheme: str, host: str, port: int | None) -> Origin | None:
        """The origin; None for any scheme but `http` and `https`, and where there is no host.

        Upper case, a port that goes without saying and the spellings of one IP address make no difference. A name and
        the address that it leads to are two origins: where a name leads is known at each connection only.
        """
        scheme = scheme.lower()
        if scheme not in _PORTS or not host:
            return None
        return cls(scheme, _one_spelling(host), port or _PORTS[scheme])

    @property
    def literal(self) -> bool:
        """Whether the host is an IP address, so that no look-up can lead elsewhere."""
        return _is_ip(self.host)


def on_premises(address: str, networks: Sequence[Network]) -> bool:
    """Whether an IP address is loopback or in one of the attested networks (`server.on_prem_networks`)."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_loopback or any(ip in network for network in networks)


def origin(url: str) -> Origin | None:
    """The origin of a URL; None if it has none."""
    try:
        parts = urlsplit(url)
        return Origin.of(parts.scheme, parts.hostname or "", parts.port)
    except ValueError:
        return None


def host_and_port(url: str) -> str:
    """Which server a URL means, as `host:port`, without a user, a password or a path; "" if it means none."""
    known = origin(url)
    if known is None:
        return ""
    return f"[{known.host}]:{known.port}" if ":" in known.host else f"{known.host}:{known.port}"


@lru_cache(maxsize=1024)  # asked for every request, of the few hosts there are
def _one_spelling(host: str) -> str:
    host = host.strip("[]").lower()
    return str(ipaddress.ip_address(host)) if _is_ip(host) else host


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
