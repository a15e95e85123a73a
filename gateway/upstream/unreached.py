"""Why there was no connection, as one word of ours: read off the exceptions, never off their text."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import aiohttp

from gateway.events import Cause
from gateway.upstream.sockets import ForbiddenAddress

_ERRNOS: Final = {
    errno.ECONNREFUSED: Cause.REFUSED,
    **dict.fromkeys((errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN), Cause.UNREACHABLE),
    errno.ETIMEDOUT: Cause.CONNECT_TIMEOUT,
    **dict.fromkeys((errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED), Cause.BROKEN),
}


def unreached(error: BaseException, *, reached: bool) -> Cause:
    """Why there was no connection, or why it broke when it was `reached`."""
    for one in _chain(error):
        if isinstance(one, ForbiddenAddress):
            return Cause.MISLED
        if isinstance(one, ssl.SSLError | aiohttp.ClientSSLError):
            return Cause.TLS
        if isinstance(one, socket.gaierror | aiohttp.ClientConnectorDNSError):
            return Cause.UNRESOLVED
        if isinstance(one, OSError) and one.errno in _ERRNOS:
            return _ERRNOS[one.errno]
        if isinstance(one, TimeoutError):
            return Cause.CONNECT_TIMEOUT
    return Cause.BROKEN if reached else Cause.UNREACHABLE


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, and those that it came of; the first of them say most."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return
        yield seen
        inner = vars(seen).get("_os_error") if isinstance(seen, aiohttp.ClientConnectorError) else None
        if isinstance(inner, OSError):
            yield inner
        seen = seen.__cause__ or seen.__context__
