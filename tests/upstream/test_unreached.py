"""Why there was no connection is read off exceptions, however deep they lie."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest

from gateway.events import Cause
from gateway.upstream.plain import NotConnected
from gateway.upstream.sockets import ForbiddenAddress
from gateway.upstream.unreached import unreached


def within(inner: BaseException) -> BaseException:
    """As our own client raises it."""
    try:
        raise NotConnected from inner
    except NotConnected as error:
        return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), Cause.REFUSED),
        (OSError(errno.EHOSTUNREACH, ""), Cause.UNREACHABLE),
        (OSError(errno.ETIMEDOUT, ""), Cause.CONNECT_TIMEOUT),
        (TimeoutError(), Cause.CONNECT_TIMEOUT),
        (socket.gaierror(socket.EAI_NONAME, ""), Cause.UNRESOLVED),
        (ssl.SSLCertVerificationError(1, ""), Cause.TLS),
        (ForbiddenAddress(), Cause.MISLED),
        (ConnectionResetError(errno.ECONNRESET, ""), Cause.BROKEN),
        (ValueError("x"), Cause.UNREACHABLE),
    ],
)
def test_the_innermost_exception_says_why(error, cause):
    assert unreached(error, reached=False) is cause
    assert unreached(within(error), reached=False) is cause


def test_what_says_nothing_is_told_by_whether_there_was_a_connection():
    assert unreached(ValueError("x"), reached=True) is Cause.BROKEN
