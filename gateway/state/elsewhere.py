"""The second way out: the root of the record, to the one witness that is configured; 32 bytes, and nothing of any request.

It knows nothing of requests, providers or policies, and takes nothing but a digest (law 1). Each socket is made here, for the
host and the port that the configuration names: no redirect is followed, and no proxy variable is read (law 10).
"""

from __future__ import annotations

import http.client
import secrets
import socket
import ssl
import threading
from typing import Final
from urllib.parse import urlsplit

from gateway.audit.timestamp import question, read

LIMIT_S: Final = 20.0
"""An authority that has not answered by then is taken to be away."""
MAX_ANSWER: Final = 1 << 16
_NONCE_BITS: Final = 63


class Declined(Exception):
    """The witness answered, and it is no stamp of what was sent."""


class Door:
    """Opens connections to one host and port, and to nothing else."""

    def __init__(self, host: str, port: int) -> None:
        self._host: Final = host
        self._port: Final = port

    def open(self, kind: socket.SocketKind, *, limit_s: float) -> socket.socket:
        """A connection, to the first of the host's addresses that takes it. Raises `OSError`."""
        failed: OSError | None = None
        for family, _, proto, _, address in socket.getaddrinfo(self._host, self._port, type=kind):
            made = socket.socket(family, kind, proto)
            try:
                made.settimeout(limit_s)
                made.connect(address)
            except OSError as error:
                made.close()
                failed = error
            else:
                return made
        raise failed or OSError("the host has no address")


class Authority:
    """A time stamping authority (RFC 3161) at a URL. Plain `http` will do: what is sent is a digest, what comes is signed."""

    def __init__(self, url: str, *, limit_s: float = LIMIT_S) -> None:
        parts = urlsplit(url)
        self._host: Final = parts.hostname or ""
        self._tls: Final = parts.scheme == "https"
        self._path: Final = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._port: Final = parts.port or (443 if self._tls else 80)
        self._door: Final = Door(self._host, self._port)
        self._limit_s: Final = limit_s

    def stamp(self, root: bytes) -> bytes:
        """The authority's answer about `root` (32 bytes); who signed it is not checked here. Blocks for `limit_s` at most.

        Raises:
            Declined: it stamped something else, or nothing.
            OSError: it could not be reached, or the answer did not come whole.
        """
        nonce = secrets.randbits(_NONCE_BITS)
        answer = self._asked(question(root, nonce))
        try:
            said = read(answer)
        except (ValueError, IndexError) as error:
            raise Declined("this is no stamp") from error
        if (said.digest, said.nonce) != (root, nonce):
            raise Declined("this is a stamp of something else")
        return answer

    def _asked(self, body: bytes) -> bytes:
        made = self._door.open(socket.SOCK_STREAM, limit_s=self._limit_s)
        try:
            if self._tls:
                made = ssl.create_default_context().wrap_socket(made, server_hostname=self._host)
            # Each read has a limit of its own, so one byte now and then would hold the thread for ever.
            ended = threading.Event()
            late = threading.Timer(self._limit_s, _shut, (made, ended))
            late.daemon = True
            late.start()
            try:
                answer = self._exchanged(made, body)
            finally:
                late.cancel()
        except http.client.HTTPException as error:
            raise OSError("the answer did not come whole") from error
        finally:
            made.close()
        if ended.is_set():  # what came by then reads like a whole answer that ends there
            raise TimeoutError("the answer did not come in time")
        return answer

    def _exchanged(self, made: socket.socket, body: bytes) -> bytes:
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.auto_open = 0  # over this socket or not at all
        connection.sock = made
        headers = {"Content-Type": "application/timestamp-query", "Connection": "close"}
        connection.request("POST", self._path, body, headers)
        with connection.getresponse() as response:
            if response.status != http.client.OK:
                raise Declined("the authority did not answer 200")
            answer = response.read(MAX_ANSWER + 1)
        if len(answer) > MAX_ANSWER:
            raise Declined("this is too long for a stamp")
        return answer


def _shut(made: socket.socket, ended: threading.Event) -> None:
    """End whatever waits on it, having said so first: whoever wakes may rely on it."""
    ended.set()
    try:
        made.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended
