"""`gateway keys`: makes a key for a caller and prints it once; only its digest belongs into the configuration."""

from __future__ import annotations

import argparse
import re
from typing import Final

from gateway.access.keys import new_key, snippet

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_EXAMPLE: Final = """example:
  gateway keys new soma --agents radiologist,pathologist
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `keys new`."""
    parser = commands.add_parser("keys", help="make keys for callers", description="Keys of callers.")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    new = actions.add_parser(
        "new",
        help="make a key",
        description="Make a key for a caller. It is shown once; the configuration gets only its SHA-256.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    new.add_argument("name", metavar="NAME", type=_name, help="what the caller is called in the configuration")
    new.add_argument("--agents", metavar="A,B", type=_names, default=(), help="agents it may be (all if not given)")
    new.set_defaults(run=lambda options: make(options.name, options.agents))


def make(name: str, agents: tuple[str, ...] = ()) -> int:
    """Print a new key for `name`, and the lines that admit it; the exit status."""
    key = new_key()
    print(f"Key of {name}, shown this once: {key.key}\n")
    print("Add to config.yaml:\n")
    print(snippet(name, key, agents=agents))
    print("The caller sends it as `Authorization: Bearer <key>` or `x-api-key: <key>`.")
    return 0


def _name(text: str) -> str:
    if not _NAME.fullmatch(text) or text == "anonymous":
        raise argparse.ArgumentTypeError("a name is letters, digits, `.`, `_` and `-`, and not `anonymous`")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(_name(part.strip()) for part in text.split(","))
