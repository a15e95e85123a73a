"""Judges `Host` and `Origin`, so that no web page can reach the gateway through its user's browser; opens nothing."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from gateway.errors import HostNotAllowed, InvalidRequest, OriginNotAllowed


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """Host names beside loopback that the gateway answers to, and origins of web pages that may call it; lower case."""

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()


def check_host(host: str | None, host_policy: HostPolicy, *, http_version: str = "1.1") -> None:
    """Raise `HostNotAllowed` unless `Host` is loopback or configured: a rebound DNS name would be neither.

    Only HTTP/1.0 may leave it out; in any later version that is an `InvalidRequest` (RFC 9112, 3.2). No browser does.
    """
    if host is None:
        if http_version == "1.0":
            return
        raise InvalidRequest("The request has no `Host` header, which HTTP/1.1 demands.")
    name = host_name(host)
    if name and (is_loopback(name) or name in host_policy.hosts):
        return
    raise HostNotAllowed("The gateway is not known by this host name. Add it to `server.hosts` if it should be.")


def check_origin(origin: str | None, host_policy: HostPolicy) -> None:
    """Raise `OriginNotAllowed` for a web page that `server.cors_origins` does not list; others send no Origin."""
    if origin is None or origin.lower() in host_policy.origins:
        return
    raise OriginNotAllowed("Web pages of this origin may not call the gateway. See `server.cors_origins`.")


def check_same_origin(origin: str | None, host: str | None) -> None:
    """Raise `OriginNotAllowed` for a page that is not of the host that was asked: none but our own pages use the console."""
    if origin is None or (host is not None and origin.lower().partition("://")[2] == host.strip().lower()):
        return
    raise OriginNotAllowed("Only pages of the gateway itself may use its console.")


def host_name(host: str) -> str:
    """The name in a `Host` header without its port, in lower case; "" when it is none."""
    host = host.strip().lower()
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        return name if bracket and (not port or _is_port(port)) else ""
    name, colon, port = host.partition(":")
    return name.removesuffix(".") if not colon or _is_port(f":{port}") else ""


def is_loopback(name: str) -> bool:
    """Whether `name` is `localhost` or a loopback address written out."""
    if name in {"localhost", "127.0.0.1", "::1"}:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_port(text: str) -> bool:
    return text.startswith(":") and text[1:].isascii() and text[1:].isdigit()
