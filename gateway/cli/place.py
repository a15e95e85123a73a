"""Where the record is that a command is about: as configured, or as somebody says."""

from __future__ import annotations

import argparse
import atexit
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gateway.config import Settings, load
from gateway.config.load import state_dir_of
from gateway.document import DocumentInvalid
from gateway.ports import LedgerUnavailable
from gateway.state.readable import demand_psycopg, readable
from gateway.state.sqlite.store import FILE
from gateway.state.store import Store


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the record is."""
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    parser.add_argument(
        "--state-dir", metavar="DIR", help="where the record is, in place of the configured `state_dir`"
    )


def place(options: argparse.Namespace) -> Path:
    """The file of the record; of one that is in a database, a copy of this moment, which goes with this process.

    Raises:
        DocumentInvalid: the configuration that names it is none.
        LedgerUnavailable: the database cannot be read.
    """
    if options.state_dir:
        return Path(options.state_dir) / FILE
    settings = configured(options)
    return copied(settings) if settings.ledger_url else Path(settings.state_dir) / FILE


def copied(settings: Settings) -> Path:
    """A copy of the record in the configured database, which goes with this process. Raises `LedgerUnavailable`."""
    demand_psycopg()
    from gateway.state.postgres.moving import copy_out  # noqa: PLC0415

    folder = tempfile.TemporaryDirectory(prefix="triage-gateway-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / FILE
    copy_out(settings.ledger_url, path, lambda: settings.on_prem_networks)
    return path


def opened(settings: Settings) -> Store:
    """The record in the configured database, to be written. Raises `LedgerUnavailable`."""
    demand_psycopg()
    from gateway.state.postgres.ledger import Database  # noqa: PLC0415

    place = Database(settings.ledger_url, networks=lambda: settings.on_prem_networks)
    try:
        return place.open(())
    except place.errors as error:
        raise LedgerUnavailable(f"{place.name} cannot be used: {type(error).__name__}.") from error


@contextmanager
def recorded_at(config: str, environ: Mapping[str, str], *, since_us: int = 0) -> Iterator[Path]:
    """The record of a configuration, of a database its rows since a moment; the one in `state_dir` if it cannot be used.

    Raises:
        LedgerUnavailable: the database cannot be read.
    """
    try:
        settings = load(config, environ)
    except DocumentInvalid:
        yield Path(state_dir_of(config, environ)) / FILE
        return
    networks = settings.on_prem_networks
    with readable(settings.state_dir, settings.ledger_url, lambda: networks, since_us=since_us) as path:
        yield path


def configured(options: argparse.Namespace) -> Settings:
    """The configuration. Raises `DocumentInvalid`."""
    return load(options.config, os.environ)
