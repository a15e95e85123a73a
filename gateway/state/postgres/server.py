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
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from typing_extensions import override

from gateway.state.premises import Networks, OffPremises, addresses

PORT: Final = 5432
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


def connected(url: str, *, limit_s: float, networks: Networks = tuple) -> Connection:
    """A connection to a server that can be written and keeps what it says it keeps; each answer comes within `limit_s`.

    Raises:
        psycopg.Error, OSError: there is none.
    """
    patience_ms = int(limit_s * SECONDS)
    to = make_conninfo(url, target_session_attrs="read-write", tcp_user_timeout=patience_ms, keepalives_idle=5)
    connection = opened(to, networks, autocommit=True)
    try:
        connection.until_s = time.monotonic() + limit_s
        # A sequencer that hangs with the lock is ended, and the others go on.
        connection.execute(f"SET idle_in_transaction_session_timeout = {patience_ms}")
        connection.execute(f"SET statement_timeout = {patience_ms}")
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


def opened(url: str, networks: Networks, *, autocommit: bool = False) -> Connection:
    """A connection to one of the hosts that the URL names, at an address on the premises.

    Raises:
        OffPremises: all of them lead elsewhere.
        psycopg.Error, OSError: none of them takes it.
    """
    there = _where(url, networks)
    to = make_conninfo(url, **there, connect_timeout=CONNECT_S, application_name="triage-gateway")
    return Connection.connect(to, autocommit=autocommit)


def _where(url: str, networks: Networks) -> dict[str, str]:
    """Hosts, addresses and ports in libpq's form: certificates are held against the first, connections go to the second.

    So no variable and no second look-up says where to go.
    """
    given = conninfo_to_dict(url)
    hosts, ports = str(given["host"]).split(","), str(given.get("port", "")).split(",")
    there: list[tuple[str, str, str]] = []
    failed: OSError | None = None
    for at, host in enumerate(hosts):
        port = ports[at if len(ports) > 1 else 0] or str(PORT)
        try:
            there += [(host, address, port) for address in addresses(host, int(port), networks)]
        except OSError as error:
            failed = error if not isinstance(failed, OffPremises) else failed
    if not there:
        raise failed or OSError("no host is named")
    names, found, at_ports = zip(*there, strict=True)
    return {"host": ",".join(names), "hostaddr": ",".join(found), "port": ",".join(at_ports)}


def shown(url: str) -> str:
    """A URL for people, without user, password and parameters."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{hosts}{parts.path}"
