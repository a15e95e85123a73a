"""The command `gateway`: a module per sub-command, and what several need; prints for people, and takes no decision."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from gateway import __version__

_EPILOG = """examples:
  gateway demo                        show what a gateway is for, in half a minute
  gateway init                        write a configuration for the servers on this machine
  gateway serve                       serve config.yaml on 127.0.0.1:8080; a demonstration where there is none
  gateway check --config config.yaml  list every problem of a configuration
  gateway doctor                      look at the machine around it, and say what to do
  gateway status                      say which routes can answer now, and why others cannot
  gateway reload                      have the running gateway read it again
  gateway keys new soma               make a key for an application
  gateway policy diff in-force policies   say what a changed policy would let out
"""


_COMMANDS: Final = (
    *(
        "init",
        "serve",
        "status",
        "reload",
        "check",
        "demo",
        "doctor",
        "explain",
        "keys",
        "models",
        "policy",
        "phi",
        "audit",
        "report",
        "emergency",
    ),
    *("schema", "bench", "completion"),
)
_MODULES: Final = {"init": "starting"}
"""Modules that are called otherwise than their command."""


def parser(only: str = "") -> argparse.ArgumentParser:
    """The parser of the command: with one sub-command, if `only` is the name of one, else with all.

    Each is a module that imports what it needs, and all together take seconds where a key has to be ended now.
    """
    made = argparse.ArgumentParser(
        prog="gateway",
        description="Triage Gateway: one URL in front of your models; PHI stays where your policies keep it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"gateway {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    gc.disable()  # an import throws nothing away, and looking for that all the while is a tenth of the start
    try:
        for name in (only,) if only in _COMMANDS else _COMMANDS:
            import_module(f"gateway.cli.{_MODULES.get(name, name)}").register(commands)
    finally:
        gc.enable()
    return made


def main(arguments: Sequence[str] | None = None, *, ignored: Sequence[str] = ()) -> int:
    """Run the command; the exit status. `ignored` names variables of the environment that were taken away before."""
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        made = parser(given[0] if given else "")  # which imports, and that takes long enough to be interrupted
        if unfinished := _unfinished(made, given):
            print(unfinished.format_help(), file=sys.stderr)
            return 2
        options = made.parse_args(given)
        options.ignored = ignored
        return int(options.run(options))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe went away: not our failure
        return 0


def _unfinished(made: argparse.ArgumentParser, given: Sequence[str]) -> argparse.ArgumentParser | None:
    """The command that `given` ends with, where it wants an action and none is said: it is helped and not only told off."""
    for word in [*given, ""]:
        actions = next((one for one in made._actions if isinstance(one, argparse._SubParsersAction)), None)  # noqa: SLF001
        if actions is None:
            return None
        if word not in actions.choices:
            return None if word else made
        made = actions.choices[word]
    return None
