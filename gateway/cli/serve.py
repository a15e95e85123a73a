"""`gateway serve`: starts everything, prints what it found, stops everything on Ctrl-C; decides nothing."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from functools import partial
from typing import Final

import uvloop

from gateway import __version__
from gateway.api.server import AddressInUse, Servers
from gateway.app import build
from gateway.cli.picture import picture
from gateway.config import Settings, load
from gateway.detectors.presidio import PresidioMissing
from gateway.detectors.worker import WorkerFailed
from gateway.document import DocumentInvalid
from gateway.events import GatewayStarted, GatewayStopped
from gateway.observability.logs import Style as LogStyle
from gateway.observability.logs import take_over
from gateway.runtime import Gateway
from gateway.state.secret import SecretUnusable

_EPILOG: Final = """examples:
  gateway serve
  gateway serve --config /etc/triage-gateway/config.yaml --port 9000
  gateway serve --log json 2> gateway.log

The log goes to standard error, the picture of what was found to standard output. SIGHUP reads the configuration and the
policies again; what is wrong with them is reported, and the old ones stay in force.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `serve`."""
    parser = commands.add_parser(
        "serve",
        help="serve the gateway",
        description="Serve the gateway in the foreground; Ctrl-C stops it and all that it started.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    parser.add_argument("--host", help="address of the main listener, in place of the configured one")
    parser.add_argument("--port", type=int, help="port of the main listener, in place of the configured one")
    parser.add_argument(
        "--log",
        choices=[style.value for style in LogStyle],
        help="json, or console for people (the default on a terminal)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal; 1 if the configuration, the secret or an address cannot be used."""
    read = partial(load, options.config, os.environ, host=options.host, port=options.port)
    style = LogStyle(options.log) if options.log else LogStyle.CONSOLE if sys.stderr.isatty() else LogStyle.JSON
    try:
        settings = read()
        gateway = build(settings, environ=os.environ, log_style=style, stream=sys.stderr)
        servers = Servers(settings.listeners, gateway.fronts(), limits=settings.limits)
        addresses = servers.bind()
    except DocumentInvalid as invalid:
        _report(invalid)
        return 1
    except (AddressInUse, PresidioMissing, SecretUnusable) as error:
        print(error, file=sys.stderr)
        return 1
    take_over(gateway.log)
    try:
        uvloop.run(_serve(gateway, servers, addresses, read))
    except WorkerFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _serve(gateway: Gateway, servers: Servers, addresses: list[tuple[str, int]], read: partial[Settings]) -> None:
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, servers.stop)
    loop.add_signal_handler(signal.SIGHUP, _reload, gateway, read)
    await gateway.start()
    try:
        await servers.serve(ready=partial(_announce, gateway, addresses))
    finally:
        gateway.events.emit(GatewayStopped(uptime_s=time.monotonic() - began))
        await gateway.stop()


def _announce(gateway: Gateway, addresses: list[tuple[str, int]]) -> None:
    settings = gateway.settings
    gateway.events.emit(
        GatewayStarted(
            version=__version__, config_hash=settings.hash, policy_hash=settings.policy.hash, port=addresses[0][1]
        )
    )
    print(picture(gateway, addresses), flush=True)


def _reload(gateway: Gateway, read: partial[Settings]) -> None:
    try:
        gateway.reload(read())
    except DocumentInvalid as invalid:
        _report(invalid)
        print("The old configuration stays in force.", file=sys.stderr)
        return
    print("\n".join(["The configuration was read again.", *(f"Note: {note}" for note in gateway.notes)]), flush=True)


def _report(invalid: DocumentInvalid) -> None:
    for problem in invalid.problems:
        print(problem, file=sys.stderr)
