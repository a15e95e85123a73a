"""`gateway serve`: starts everything, prints what it found, stops everything on Ctrl-C; decides nothing."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Final

import uvloop

from gateway import __version__
from gateway.api.server import AddressInUse, Servers
from gateway.app import build
from gateway.cli.picture import picture
from gateway.cli.running import address
from gateway.cli.shipped import demonstration
from gateway.cli.wider import Began, begin, keep, take_up
from gateway.config import Settings, load
from gateway.config.load import load_kept
from gateway.config.standing import standing_of
from gateway.detectors.presidio import PresidioMissing
from gateway.detectors.worker import WorkerFailed
from gateway.document import DocumentInvalid
from gateway.events import GatewayStarted, GatewayStopped
from gateway.observability.logs import Style as LogStyle
from gateway.observability.logs import take_over
from gateway.phi.find.own_words import canonical
from gateway.ports import ExtraMissing
from gateway.runtime import START_S, Gateway
from gateway.state import in_force
from gateway.state.holder import Holder, StateDirInUse
from gateway.state.in_force import InForceNote
from gateway.state.secret import SecretUnusable
from gateway.upstream.embedded.models import FOLDER
from gateway.upstream.probe import is_asked

FILES: Final = 10_240
"""Open files that are asked for: as many as macOS gives a process at most."""
SWITCH_S: Final = 0.001
"""How long the thread that works on large requests may keep the interpreter's lock from the event loop."""
LINES_S: Final = 0.05
"""How long a line of the log may wait for others, with which it is written."""
GARBAGE: Final = (20_000, 50, 100)
"""How many objects more than were freed, and how many turns of each younger generation, before cycles are looked for."""
CONFIG: Final = "config.yaml"
MAX_PORT: Final = 65_535
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_IGNORED: Final = "it would have the keys of all TLS connections written to a file."
_DEMONSTRATION: Final = (
    "Note       There is no config.yaml here, so this is a demonstration: no request leaves this machine, and nothing is kept.",
    "           `gateway init` writes a configuration; `gateway demo` shows what a gateway is for.",
)
_DEMONSTRATION_STAYS: Final = """There is no config.yaml here, and a demonstration serves this machine only.
  Write a configuration with `gateway init`, or name one with `--config FILE`."""
_EPILOG: Final = """examples:
  gateway serve                                  config.yaml; where there is none, a demonstration that sends nothing anywhere
  gateway serve --config /etc/triage-gateway/config.yaml --port 9000
  gateway serve --log json 2> gateway.log

The log goes to standard error, the picture of what was found to standard output. `gateway reload`
(or SIGHUP) reads the configuration and the policies again; what is wrong with them is reported, and the old ones stay.
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
    parser.add_argument(
        "--config", metavar="FILE", help=f"configuration ({CONFIG}; a demonstration where there is none)"
    )
    parser.add_argument("--host", help="address of the main listener, in place of the configured one")
    parser.add_argument("--port", type=port, help="port of the main listener, in place of the configured one")
    parser.add_argument(
        "--log",
        choices=[style.value for style in LogStyle],
        help="json, or console for people (the default on a terminal)",
    )
    parser.set_defaults(run=run)


def port(text: str) -> int:
    """A port as an argument: 0 lets the system choose."""
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"must be a port, 0 to {MAX_PORT}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal; 1 if the configuration, the secret, the state or an address cannot be used."""
    if options.config or Path(CONFIG).exists():
        return serve(options, options.config or CONFIG)
    if options.host not in {None, *_THIS_MACHINE}:
        print(_DEMONSTRATION_STAYS, file=sys.stderr)
        return 1
    with demonstration(Path("state", FOLDER)) as config:
        return serve(options, str(config), notes=_DEMONSTRATION)


def serve(options: argparse.Namespace, config: str, *, notes: Sequence[str] = ()) -> int:
    """The same for the file `config`; `notes` are told with what was found."""
    environ = dict(os.environ)  # as it was at the start: LiteLLM gets to see less of it
    read = partial(load, config, environ, host=options.host, port=options.port)
    style = LogStyle(options.log) if options.log else LogStyle.CONSOLE if sys.stderr.isatty() else LogStyle.JSON
    for early in (signal.SIGHUP, signal.SIGUSR1):  # `gateway reload` and `status` may find us before we can take it up
        signal.signal(early, signal.SIG_IGN)
    _meanwhile(f"Triage Gateway {__version__} starts: it reads {config}.")
    notes = [*notes, *(f"Note       {name} is ignored: {_IGNORED}" for name in options.ignored)]
    try:
        settings = read()
        with _held(Path(settings.state_dir)):
            began = begin(settings, partial(load_kept, config, environ, host=options.host, port=options.port))
            return _run(began, read, style, notes=notes)
    except DocumentInvalid as invalid:
        print("\n".join(map(str, invalid.problems)), file=sys.stderr)
    except (AddressInUse, ExtraMissing, PresidioMissing, SecretUnusable, StateDirInUse, WorkerFailed) as error:
        print(error, file=sys.stderr)
    return 1


def _held(state_dir: Path) -> AbstractContextManager[object]:
    """The lock on `state_dir`; none where it cannot be written, since there is no record then that two could write."""
    try:
        return Holder(state_dir)
    except OSError:
        return nullcontext()


def _run(began: Began, read: partial[Settings], style: LogStyle, *, notes: Sequence[str]) -> int:
    settings = began.settings
    gateway = build(settings, environ=os.environ, log_style=style, stream=sys.stderr)
    servers = Servers(settings.listeners, gateway.fronts(), limits=settings.limits)
    addresses = servers.bind()
    take_over(gateway.log)
    _allow_many_connections()
    sys.setswitchinterval(SWITCH_S)
    url = address(*addresses[0], tls=settings.listeners[0].tls is not None)
    reader = _Reader(gateway, read, Path(settings.state_dir), url)
    announce = partial(_announce, gateway, addresses, reader, notes, began)
    if style is LogStyle.JSON:
        gateway.log.hold(LINES_S)
    _meanwhile(waited_for(settings))
    try:
        uvloop.run(_serve(gateway, servers, reader, announce, opens=began.opens))
    finally:
        gateway.log.flush()
    _last_words("Stopped.")
    return 0


def _meanwhile(text: str) -> None:
    """Say what takes time, to somebody who looks on: what programs read begins with the picture."""
    if sys.stdout.isatty():
        print(text, flush=True)


def waited_for(settings: Settings) -> str:
    """What a start waits for before it serves."""
    asked = sorted({one.name for one in settings.providers.values() if is_asked(one)})
    servers = f", and asks {', '.join(asked)} what they run ({START_S:g} s at most)" if asked else ""
    return f"It loads what finds PHI{servers}."


def _allow_many_connections() -> None:
    """Each stream takes two file descriptors, and shells allow 256 to 1,024 unless a process asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a further limit: what there is has to do
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(
    gateway: Gateway, servers: Servers, reader: _Reader, announce: Callable[[], None], *, opens: Sequence[str]
) -> None:
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, servers)
    loop.add_signal_handler(signal.SIGHUP, reader.again)
    loop.add_signal_handler(signal.SIGUSR1, reader.tell)
    await gateway.start(opens=opens)
    _spare_the_collector()
    warming = asyncio.create_task(gateway.warm_up())
    try:
        await servers.serve(ready=announce)
    finally:
        warming.cancel()
        gateway.events.emit(GatewayStopped(uptime_s=time.monotonic() - began))
        await gateway.stop()


def _stop(servers: Servers) -> None:
    servers.stop()
    _last_words(f"Stopping: what is under way has {servers.drain_s:g} s; Ctrl-C again ends it at once.")


def _last_words(text: str) -> None:
    """Say it to whoever still listens: a reader that went away before us keeps nobody from stopping."""
    with suppress(OSError, ValueError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())


def _spare_the_collector() -> None:
    """Look for cycles seldom, and never again among what was made until now: it stays for as long as the process does.

    A request leaves next to no cycles behind, and the collector looked at all modules, rules and tables for each few hundred.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _announce(
    gateway: Gateway, addresses: list[tuple[str, int]], reader: _Reader, notes: Sequence[str], began: Began
) -> None:
    settings = gateway.settings
    gateway.events.emit(
        GatewayStarted(
            version=__version__, config_hash=settings.hash, policy_hash=settings.policy.hash, port=addresses[0][1]
        )
    )
    print(picture(gateway, addresses), flush=True)
    for note in notes:
        print(note, flush=True)
    if began.said:
        print("\n".join(began.said), flush=True)
    if began.waits is not None:
        gateway.wait(began.waits, opens=began.would_open)
    reader.note(ok=began.waits is None, said=began.said)


class _Reader:
    """Reads the configuration again when told to, and says what came of it: here, and to `gateway reload`."""

    def __init__(self, gateway: Gateway, read: partial[Settings], state_dir: Path, url: str) -> None:
        self._gateway = gateway
        self._read = read
        self._state_dir = state_dir
        self._url = url
        self._readings = 0
        self._told = 0

    def tell(self) -> None:
        """Write down how the gateway is, for `gateway status`."""
        self._told += 1
        with contextlib.suppress(OSError):
            in_force.write_status(self._state_dir, number=self._told, tree=self._gateway.watch.look().tree())

    def again(self) -> None:
        """Take up what is sound, or stay with what is in force."""
        gateway = self._gateway
        try:
            settings = self._read()
        except DocumentInvalid as invalid:
            gateway.refuse(invalid)
            said, ok = [*map(str, invalid.problems), "The old configuration stays in force."], False
        else:
            said, ok = self._take_up(settings)
        print("\n".join(said), flush=True)  # the log is on standard error, and one event of it tells the same
        self.note(ok=ok, said=said)

    def _take_up(self, settings: Settings) -> tuple[list[str], bool]:
        gateway = self._gateway
        taken = take_up(self._state_dir, standing_of(gateway.configured), settings)
        if taken.waits:
            gateway.wait(settings, opens=taken.changed.opens)
            return taken.lines(), False
        made = gateway.reload(settings, opens=taken.changed.opens)
        notes = [f"Note: {note}" for note in gateway.notes]
        return ["The configuration was read again.", *taken.lines(), *made.lines(), *notes], True

    def note(self, *, ok: bool, said: Sequence[str]) -> None:
        """Write down what is in force where other commands look; without a place for state there is none."""
        self._readings += 1
        settings = self._gateway.settings
        own = canonical(settings.own_words)
        standing = standing_of(self._gateway.configured).text
        note = InForceNote(
            *(os.getpid(), self._readings, ok, tuple(said), settings.policy.text, own, standing),
            tells=True,
            url=self._url,
        )
        with contextlib.suppress(OSError):
            keep(self._state_dir, self._gateway.configured)
            in_force.write(self._state_dir, note)
