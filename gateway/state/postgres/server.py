"""One connection to the PostgreSQL that is configured; rows of the record go there, and nothing else of any request.

It knows nothing of requests, providers or policies (law 1).
"""

from __future__ import annotations

import math
import time
from typing import Final, TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from typing_extensions import override

CONNECT_S: Final = 2
"""The least that libpq knows."""
SECONDS: Final = 1000

Answer = TypeVar("Answer")


class Connection(psycopg.Connection[TupleRow]):
    """One that waits until `until_s` (monotonic) at the most: a server that hangs takes our bytes and says nothing."""

    until_s: float = math.inf

    @override
    def wait(self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None) -> Answer:
        if self.until_s < math.inf:
            left_s = max(self.until_s - time.monotonic(), 0.001)
            timeout = left_s if timeout is None else min(timeout, left_s)
        return super().wait(gen, interval, timeout)


def connected(url: str, *, limit_s: float) -> Connection:
    """A connection to a server that can be written and keeps what it says it keeps; each answer comes within `limit_s`.

    Raises:
        psycopg.Error: there is none.
    """
    connection = Connection.connect(
        url,
        autocommit=True,
        hostaddr="",  # no variable says where to go
        connect_timeout=CONNECT_S,
        target_session_attrs="read-write",
        application_name="triage-gateway",
        tcp_user_timeout=int(limit_s * SECONDS),
        keepalives_idle=5,
    )
    try:
        connection.until_s = time.monotonic() + limit_s
        # A sequencer that hangs with the lock is ended, and the others go on.
        connection.execute(f"SET idle_in_transaction_session_timeout = {int(limit_s * SECONDS)}")
        connection.execute(f"SET statement_timeout = {int(limit_s * SECONDS)}")
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')"
        )
        kept = connection.execute("SELECT current_setting('fsync'), current_setting('full_page_writes')").fetchone()
        if kept != ("on", "on"):
            raise psycopg.NotSupportedError("the server keeps nothing through a loss of power: `fsync` is off")
        connection.until_s = math.inf
    except BaseException:
        connection.close()
        raise
    return connection


def shown(url: str) -> str:
    """A URL for people, without user, password and parameters."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{hosts}{parts.path}"
