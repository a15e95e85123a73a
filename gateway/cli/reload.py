"""`gateway reload`: has the running gateway read its configuration again, and says what came of it; changes nothing itself."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

from gateway.config.load import state_dir_of
from gateway.document import DocumentInvalid
from gateway.state import in_force
from gateway.state.holder import holder_of
from gateway.state.in_force import InForceNote

_EPILOG: Final = """example:
  gateway reload --config /etc/triage-gateway/config.yaml

Exit status 0 if the configuration was taken up, 1 if something in it is wrong and the old one stays in force, if no
gateway runs there, or if it does not answer in time.
"""
_LOOK_S: Final = 0.05


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `reload`."""
    parser = commands.add_parser(
        "reload",
        help="have the running gateway read its configuration and policies again",
        description="Have the running gateway read its configuration and policies again, and print what changed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="its configuration (%(default)s)")
    parser.add_argument("--state-dir", metavar="DIR", help="where its state is, in place of the configured `state_dir`")
    parser.add_argument("--timeout", type=float, default=30.0, metavar="S", help="how long to wait (%(default)s)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Send the signal, wait for the answer, print it."""
    try:
        state_dir = Path(options.state_dir or state_dir_of(options.config, os.environ))
    except DocumentInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 1
    pid, before = holder_of(state_dir), in_force.read(state_dir)
    if pid is None or before is None or before.pid != pid:
        print(
            f"No gateway runs on {state_dir} that can be asked: none does, or it is still starting, or it cannot write "
            "there. In the last case send SIGHUP to its process.",
            file=sys.stderr,
        )
        return 1
    os.kill(pid, signal.SIGHUP)
    note = _answer(state_dir, before, until=time.monotonic() + options.timeout)
    if note is None:
        print(f"The gateway (process {pid}) did not answer within {options.timeout:g} s.", file=sys.stderr)
        return 1
    print("\n".join(note.said), file=sys.stdout if note.ok else sys.stderr)
    return 0 if note.ok else 1


def _answer(state_dir: Path, before: InForceNote, *, until: float) -> InForceNote | None:
    """What the same gateway says about a later reading."""
    while time.monotonic() < until:
        note = in_force.read(state_dir)
        if note is not None and note.pid == before.pid and note.reading > before.reading:
            return note
        time.sleep(_LOOK_S)
    return None
