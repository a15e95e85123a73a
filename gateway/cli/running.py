"""Where the gateway listens that runs on a configuration: as it wrote down itself, for commands that ask it over HTTP."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from gateway.config.load import state_dir_of
from gateway.document import DocumentInvalid
from gateway.state import in_force
from gateway.state.holder import holder_of

USUAL: Final = "http://127.0.0.1:8080"
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  it listens there, and is asked here


def add_running(parser: argparse.ArgumentParser, *, config: str = "its configuration (%(default)s)") -> None:
    """Add the options that say which gateway is asked, and with which key; `url_of` reads them."""
    parser.add_argument(
        "--url", default="", help=f"its address (that of the gateway that runs on the configuration; else {USUAL})"
    )
    parser.add_argument("--key", default=os.environ.get("GATEWAY_API_KEY", ""), help="its key (GATEWAY_API_KEY)")
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help=config)
    parser.add_argument("--state-dir", metavar="DIR", help="where its state is, in place of the configured `state_dir`")


def url_of(options: argparse.Namespace) -> str:
    """The address that was named, or that of the gateway that runs here, or the usual one."""
    if options.url:
        return str(options.url)
    try:
        state_dir = Path(options.state_dir or state_dir_of(options.config, os.environ))
    except DocumentInvalid:
        return USUAL
    return listening(state_dir) or USUAL


def listening(state_dir: Path) -> str:
    """The address of the gateway that runs on `state_dir`; empty where none does, or it cannot write there."""
    try:
        pid, note = holder_of(state_dir), in_force.read(state_dir)
    except OSError:
        return ""
    return note.url if pid is not None and note is not None and note.pid == pid else ""


def address(host: str, port: int, *, tls: bool) -> str:
    """What to call on this machine for a listener at `host` and `port`."""
    near = _ANY.get(host, host)
    return f"{'https' if tls else 'http'}://{f'[{near}]' if ':' in near else near}:{port}"
