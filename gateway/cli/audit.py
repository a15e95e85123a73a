"""`gateway audit`: shows what the record says; it reads, and never writes."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gateway.config import load
from gateway.document import DocumentInvalid
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.reader import Entry, tail
from gateway.state.sqlite.store import FILE

_EXAMPLE: Final = """examples:
  gateway audit tail
  gateway audit tail -n 100 --json | jq 'select(.phase == "intent")'
  gateway audit tail --follow
"""
_FOLLOW_S: Final = 0.5
_HEADER: Final = ("seq", "time (UTC)", "phase", "request", "who", "where", "what", "result")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `audit tail`."""
    parser = commands.add_parser(
        "audit", help="read the record", description="The record of what left, and how it ended."
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    last = actions.add_parser(
        "tail",
        help="show the last rows",
        description="Show the last rows of the record: intents (about to leave), attempts on the premises, outcomes.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    last.add_argument("-n", type=_count, default=20, metavar="N", help="how many rows (%(default)s)")
    last.add_argument("--json", action="store_true", help="one JSON object a line, with every column")
    last.add_argument("--follow", action="store_true", help="keep showing new rows until Ctrl-C")
    last.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    last.add_argument("--state-dir", metavar="DIR", help="where the record is, in place of the configured `state_dir`")
    last.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the rows; 1 if there is no readable record."""
    try:
        path = Path(options.state_dir or load(options.config, os.environ).state_dir) / FILE
        entries = tail(path, options.n)
        _show(entries, as_json=options.json, header=True)
        while options.follow:
            time.sleep(_FOLLOW_S)
            seen = entries[-1].seq if entries else 0
            entries = tail(path, 1000, after=seen) or entries[-1:]
            _show([entry for entry in entries if entry.seq > seen], as_json=options.json, header=False)
    except LedgerUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    except DocumentInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 1
    return 0


def table(entries: Sequence[Entry], *, header: bool = True) -> list[str]:
    """Rows as aligned lines."""
    rows = [_row(entry) for entry in entries]
    if header:
        rows.insert(0, _HEADER)
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _show(entries: Sequence[Entry], *, as_json: bool, header: bool) -> None:
    lines = [json.dumps(entry.as_json()) for entry in entries] if as_json else table(entries, header=header)
    for line in lines:
        print(line, flush=True)


def _row(entry: Entry) -> tuple[str, ...]:
    columns, details = entry.columns, entry.details
    moment = datetime.fromtimestamp(int(columns["at_us"] or 0) / 1_000_000, UTC)
    who = "/".join(str(columns[name]) for name in ("caller", "agent") if name in columns)
    found = [f"found {','.join(details['found'])}"] if "found" in details else []
    redacted = [f"without {','.join(details['redacted'])}"] if "redacted" in details else []
    what = " ".join([str(columns.get("sensitivity", "")), *found, *redacted]).strip()
    result = " ".join(str(columns[name]) for name in ("result", "status", "error_code", "reason") if name in columns)
    where = " ".join(str(columns[name]) for name in ("target", "destination") if name in columns)
    return (
        str(entry.seq),
        moment.strftime("%Y-%m-%d %H:%M:%S"),
        str(columns["phase"]),
        str(columns["request_id"]),
        who or "-",
        where or "-",
        what or "-",
        result or "-",
    )


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 100_000:
        raise argparse.ArgumentTypeError("N is a number from 1 to 100000")
    return count
