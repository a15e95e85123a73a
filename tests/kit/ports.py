"""Ports on loopback that no test beside this one is given."""

from __future__ import annotations

import atexit
import random
import socket

BELOW_EPHEMERAL = range(20_000, 30_000)
"""Whoever binds port 0, as every server of the tests does, gets one above these: Linux from 32768, macOS from 49152."""


def unused_port() -> int:
    """A port that refuses: bound and never listening."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    atexit.register(taken.close)
    return taken.getsockname()[1]


def free_port() -> int:
    """A port for a process that cannot say which one it was given; nothing that asks for any port gets it meanwhile."""
    while True:
        port = random.choice(BELOW_EPHEMERAL)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
