"""`gateway models fetch`: brings the demonstration models to this machine, once; starts none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from gateway.upstream.embedded.models import FOLDER, FetchFailed, fetch

_EXAMPLE: Final = """example:
  gateway models fetch --state-dir ./state
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `models fetch`."""
    parser = commands.add_parser(
        "models",
        help="fetch the demonstration models",
        description="Fetch the two small models that the routes `demo` and `demo-embedding` use, about 180 MB, once.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = actions.add_parser(
        "fetch",
        help="download, verify and unpack what is missing",
        description="Download, verify and unpack what is missing; does nothing when both models are there.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    action.add_argument(
        "--state-dir", metavar="DIR", default="./state", help="`state_dir` of the configuration (%(default)s)"
    )
    action.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fetch the models; exit status 1, with advice on stderr, if that fails."""
    try:
        fetch(Path(options.state_dir) / FOLDER, report=lambda line: print(line, flush=True))
    except FetchFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0
