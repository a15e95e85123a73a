"""`gateway serve`: starts everything, prints what it found, stops everything on Ctrl-C; decides nothing."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from dataclasses import replace
from typing import Final

from gateway.api.server import AddressInUse, Servers
from gateway.app import Gateway, build
from gateway.cli.picture import picture
from gateway.config import Settings, load
from gateway.document import DocumentInvalid
from gateway.observability.logs import Style as LogStyle

_EPILOG: Final = """examples:
  gateway serve
  gateway serve --config /etc/triage-gateway/config.yaml --port 9000
  gateway serve --log json 2> gateway.log
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `serve`."""
    parser = commands.add_parser(
        "serve",
        help="serve the gateway",
        description="Serve the gateway in the foreground. Ctrl-C stops it and all that it started; SIGHUP reloads.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    parser.add_argument("--host", help="address of the main listener, instead of the configured one")
    parser.add_argument("--port", type=int, help="port of the main listener, instead of the configured one")
    parser.add_argument("--log", choices=[style.value for style in LogStyle], help="json, or console for people")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal; 1 if the configuration or an address cannot be used."""
    environ = dict(os.environ)
    if options.host is not None:
        environ["GATEWAY_HOST"] = options.host
    if options.port is not None:
        environ["GATEWAY_PORT"] = str(options.port)
    try:
        settings = load(options.config, environ)
    except DocumentInvalid as invalid:
        for problem in invalid.problems:
            print(problem, file=sys.stderr)
        return 1
    return 0
