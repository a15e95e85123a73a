"""Where the record is that a command is about: as configured, or as somebody says."""

from __future__ import annotations

import argparse
import atexit
import importlib.util
import os
import tempfile
from pathlib import Path

from gateway.config import Settings, load
from gateway.ports import LedgerUnavailable
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
    return copied(settings.ledger_url) if settings.ledger_url else Path(settings.state_dir) / FILE


def copied(url: str) -> Path:
    """A copy of the record in the database at `url`, which goes with this process. Raises `LedgerUnavailable`."""
    demand_psycopg()
    from gateway.state.postgres.moving import copy_out  # noqa: PLC0415

    folder = tempfile.TemporaryDirectory(prefix="triage-gateway-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / FILE
    copy_out(url, path)
    return path


def opened(url: str) -> Store:
    """The record in the database at `url`, to be written. Raises `LedgerUnavailable`."""
    demand_psycopg()
    from gateway.state.postgres.ledger import Database  # noqa: PLC0415

    place = Database(url)
    try:
        return place.open(())
    except place.errors as error:
        raise LedgerUnavailable(f"{place.name} cannot be used: {type(error).__name__}.") from error


def demand_psycopg() -> None:
    """Only those who share their record have it installed. Raises `LedgerUnavailable` where it is missing."""
    if importlib.util.find_spec("psycopg") is None:
        raise LedgerUnavailable("`ledger.url` needs a package: pip install 'triage-gateway[postgres]'")


def configured(options: argparse.Namespace) -> Settings:
    """The configuration. Raises `DocumentInvalid`."""
    return load(options.config, os.environ)
