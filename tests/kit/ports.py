"""Ports on loopback that no test beside this one can be given."""

from __future__ import annotations

import atexit
import socket


def unused_port() -> int:
    """A port that refuses: bound and never listening, so that no server of a test beside this one gets it."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    atexit.register(taken.close)
    return taken.getsockname()[1]
