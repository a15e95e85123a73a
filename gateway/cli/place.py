"""Where the record is that a command is about: as configured, or as somebody says."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gateway.config import Settings, load
from gateway.state.sqlite.store import FILE


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the record is."""
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    parser.add_argument(
        "--state-dir", metavar="DIR", help="where the record is, in place of the configured `state_dir`"
    )


def place(options: argparse.Namespace) -> Path:
    """The file of the record. Raises `DocumentInvalid` where the configuration that names it is none."""
    return Path(options.state_dir or configured(options).state_dir) / FILE


def configured(options: argparse.Namespace) -> Settings:
    """The configuration. Raises `DocumentInvalid`."""
    return load(options.config, os.environ)
