"""The record as a file that its readers know: the one in `state_dir`, or a copy of what is asked for of the database."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.extras import remedy
from gateway.ports import LedgerUnavailable
from gateway.state.premises import Networks
from gateway.state.sqlite.store import FILE


def demand_psycopg() -> None:
    """Only those who share their record have it installed. Raises `LedgerUnavailable` where it is missing."""
    if importlib.util.find_spec("psycopg") is None:
        raise LedgerUnavailable(f"`ledger.url` needs a package: {remedy('postgres')}")


@contextmanager
def readable(
    state_dir: str, url: str, networks: Networks, *, since_us: int = 0, request_id: str = ""
) -> Iterator[Path]:
    """The record, or of one that is in a database the rows of one request, or those since a moment; for as long as it is read.

    Raises:
        LedgerUnavailable: the database cannot be read.
    """
    if not url:
        yield Path(state_dir) / FILE
        return
    demand_psycopg()
    from gateway.state.postgres.moving import Part, copy_out  # noqa: PLC0415  only those who share have it

    with tempfile.TemporaryDirectory(prefix="triage-gateway-") as folder:
        path = Path(folder) / FILE
        copy_out(url, path, networks, part=Part(since_us, request_id))
        yield path
