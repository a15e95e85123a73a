"""`gateway audit migrate`: moves the record of `state_dir` into the database that `ledger.url` names."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from gateway.cli.place import add_place, configured
from gateway.document import DocumentInvalid
from gateway.ports import LedgerUnavailable
from gateway.state.holder import holder_of
from gateway.state.readable import demand_psycopg
from gateway.state.sqlite.store import FILE

_EXAMPLES = """examples:
  gateway audit migrate          (with `ledger: {url: "postgresql://…"}` in config.yaml, and the gateway stopped)
"""


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it."""
    parser = actions.add_parser(
        "migrate",
        help="move the record of `state_dir` into the database of `ledger.url`",
        description="Move the record of `state_dir` into the empty database of `ledger.url`, read it back, and prove that its "
        "root is the same. The file stays as it is; its checkpoints and its key go on.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_place(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Move it; 1 if that cannot be done, and then nothing was."""
    try:
        settings = configured(options)
        path = Path(options.state_dir or settings.state_dir) / FILE
        if not settings.ledger_url:
            raise LedgerUnavailable("The configuration names no database: write `ledger: {url: postgresql://…}`.")
        demand_psycopg()
        if not path.is_file():
            raise LedgerUnavailable(f"There is no record at {path}.")
        if (running := holder_of(path.parent)) is not None:
            raise LedgerUnavailable(f"Stop the gateway first (process {running}).")
        from gateway.state.postgres.moving import move_in  # noqa: PLC0415  only those who share have it

        with tempfile.TemporaryDirectory(prefix="triage-gateway-") as folder:
            check = Path(folder) / FILE
            size, root = move_in(path, settings.ledger_url, check=check, networks=lambda: settings.on_prem_networks)
    except (LedgerUnavailable, DocumentInvalid, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{size} rows were moved and read back; their root is the same: {root.hex()}.")
    print(f"Keep {path}: nothing is written to it any more.")
    return 0
