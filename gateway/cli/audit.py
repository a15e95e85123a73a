"""`gateway audit`: shows what the record says, and copies it; it reads the record, and never writes it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.cli import audit_check, audit_migrate, audit_read
from gateway.cli.place import add_place, place
from gateway.cli.rows import table
from gateway.document import DocumentInvalid
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.backup import backup
from gateway.state.sqlite.reader import CONFIG, EVENT, Entry, tail

_EXAMPLES: Final = """examples:
  gateway audit tail                             the last rows
  gateway audit query --since 1d --destination cloud
  gateway audit show req_0123456789abcdef        one request, in sentences
  gateway audit report --quarter 2026Q4          the auditor's question, and what the answer rests on
  gateway audit verify                           whether a row was changed, taken out or put in
"""
_EXAMPLE: Final = """examples:
  gateway audit tail
  gateway audit tail -n 100 --json | jq 'select(.phase == "intent")'
  gateway audit tail --follow
"""
_BACKUP_EXAMPLE: Final = """examples:
  gateway audit backup /backup/ledger-2026-11-30.db
  gateway audit tail --state-dir /backup      (a copy that is named ledger.db can be read like the record)
"""
_FOLLOW_S: Final = 0.5


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `audit` with its actions."""
    parser = commands.add_parser(
        "audit",
        help="read the record, check it, report on it",
        description="The record of what left, and how it ended: read it, check that nobody changed it, report on it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    last = actions.add_parser(
        "tail",
        help="show the last rows",
        description="Show the last rows of the record: intents (about to leave), attempts on the premises, outcomes, "
        "what came into force and what it opened, and what happened to the record. Rows of each table are counted by themselves.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    last.add_argument("-n", type=_count, default=20, metavar="N", help="how many rows (%(default)s)")
    last.add_argument("--json", action="store_true", help="one JSON object a line, with every column")
    last.add_argument("--follow", action="store_true", help="keep showing new rows until Ctrl-C")
    add_place(last)
    last.set_defaults(run=run)
    copy = actions.add_parser(
        "backup",
        help="copy the record into one file, while the gateway runs",
        description="Copy the record, as it is at this moment, into one file that is whole by itself.",
        epilog=_BACKUP_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    copy.add_argument("file", metavar="FILE", type=Path, help="the copy to make; it must not be there yet")
    add_place(copy)
    copy.set_defaults(run=run_backup)
    audit_read.register(actions)
    audit_check.register(actions)
    audit_migrate.register(actions)


def run_backup(options: argparse.Namespace) -> int:
    """Copy the record; 1 if that cannot be done."""
    try:
        rows = backup(place(options), options.file)
    except (LedgerUnavailable, DocumentInvalid) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.file} holds {rows} row{'' if rows == 1 else 's'}.")
    return 0


def run(options: argparse.Namespace) -> int:
    """Print the rows; 1 if there is no readable record."""
    try:
        path = place(options)
        entries = tail(path, options.n)
        _show(entries, as_json=options.json, header=True)
        seen = {"entry": 0, CONFIG: 0, EVENT: 0}
        while options.follow:
            for entry in entries:
                seen[entry.table] = max(seen[entry.table], entry.seq)
            time.sleep(_FOLLOW_S)
            path = place(options)
            entries = tail(path, 1000, after=seen["entry"], after_config=seen[CONFIG], after_event=seen[EVENT])
            _show(entries, as_json=options.json, header=False)
    except LedgerUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    except DocumentInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 1
    return 0


def _show(entries: Sequence[Entry], *, as_json: bool, header: bool) -> None:
    lines = [json.dumps(entry.as_json()) for entry in entries] if as_json else table(entries, header=header)
    for line in lines:
        print(line, flush=True)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100_000):
        raise argparse.ArgumentTypeError("N is a number from 1 to 100000")
    return int(text)
