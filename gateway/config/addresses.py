"""Judges addresses by how they are written: loopback, on the premises, elsewhere; it never resolves a name."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from gateway.access.origin import is_loopback
from gateway.config.settings import IPNetwork

_URL: Final = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+(?:/[A-Za-z0-9._~%/-]*)?", re.IGNORECASE)


class Place(Enum):
    """Where an address stands. Of `NAMED` that is known only at each connection, when it is looked up and checked."""

    LOOPBACK = "loopback"
    ON_PREM = "on_prem"
    NAMED = "named"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Address:
    """Scheme and host of a URL, in lower case, and where it stands."""

    scheme: str
    host: str
    place: Place


def address(url: str, networks: Sequence[IPNetwork]) -> Address | None:
    """The address of a base URL; None if it is not `http(s)://host[:port][/path]` without credentials or query."""
    if not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises beyond 65535
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    return Address(parts.scheme.lower(), host, place(host, networks)) if host else None


def place(host: str, networks: Sequence[IPNetwork]) -> Place:
    """Where a host stands, as far as its spelling says."""
    if is_loopback(host):
        return Place.LOOPBACK
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return Place.NAMED
    return Place.ON_PREM if any(literal in network for network in networks) else Place.ELSEWHERE


def network(text: str) -> IPNetwork | None:
    """A network written as CIDR; None if it is none, or so wide that "on the premises" would mean nothing."""
    try:
        found = ipaddress.ip_network(text)
    except ValueError:
        return None
    widest = 16 if found.version == 4 else 32
    return found if found.is_private or found.prefixlen >= widest else None
