"""`gateway audit`: shows what the record says, and copies it; it reads the record, and never writes it."""

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
from gateway.state.sqlite.backup import backup
from gateway.state.sqlite.reader import CONFIG, Entry, tail
from gateway.state.sqlite.store import FILE

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
_HEADER: Final = ("seq", "time (UTC)", "phase", "request", "who", "where", "what", "result")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `audit tail` and `audit backup`."""
    parser = commands.add_parser(
        "audit", help="read the record", description="The record of what left, and how it ended."
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    last = actions.add_parser(
        "tail",
        help="show the last rows",
        description="Show the last rows of the record: intents (about to leave), attempts on the premises, outcomes, "
        "and what came into force.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    last.add_argument("-n", type=_count, default=20, metavar="N", help="how many rows (%(default)s)")
    last.add_argument("--json", action="store_true", help="one JSON object a line, with every column")
    last.add_argument("--follow", action="store_true", help="keep showing new rows until Ctrl-C")
    _add_place(last)
    last.set_defaults(run=run)
    copy = actions.add_parser(
        "backup",
        help="copy the record into one file, while the gateway runs",
        description="Copy the record, as it is at this moment, into one file that is whole by itself.",
        epilog=_BACKUP_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    copy.add_argument("file", metavar="FILE", type=Path, help="the copy to make; it must not be there yet")
    _add_place(copy)
    copy.set_defaults(run=run_backup)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    parser.add_argument(
        "--state-dir", metavar="DIR", help="where the record is, in place of the configured `state_dir`"
    )


def _place(options: argparse.Namespace) -> Path:
    """The file of the record. Raises `DocumentInvalid` where the configuration that names it is none."""
    return Path(options.state_dir or load(options.config, os.environ).state_dir) / FILE


def run_backup(options: argparse.Namespace) -> int:
    """Copy the record; 1 if that cannot be done."""
    try:
        rows = backup(_place(options), options.file)
    except (LedgerUnavailable, DocumentInvalid) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.file} holds {rows} row{'' if rows == 1 else 's'}.")
    return 0


def run(options: argparse.Namespace) -> int:
    """Print the rows; 1 if there is no readable record."""
    try:
        path = _place(options)
        entries = tail(path, options.n)
        _show(entries, as_json=options.json, header=True)
        seen = {True: 0, False: 0}
        while options.follow:
            for entry in entries:
                seen[entry.phase == CONFIG] = max(seen[entry.phase == CONFIG], entry.seq)
            time.sleep(_FOLLOW_S)
            entries = tail(path, 1000, after=seen[False], after_config=seen[True])
            _show(entries, as_json=options.json, header=False)
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
    if entry.phase == CONFIG:
        return (*_when(entry), "-", "-", "-", _change(entry), str(columns["result"]))
    who = "/".join(str(columns[name]) for name in ("caller", "agent") if name in columns)
    found = [f"found {','.join(details['found'])}"] if "found" in details else []
    redacted = [f"without {','.join(details['redacted'])}"] if "redacted" in details else []
    what = " ".join([str(columns.get("sensitivity", "")), *found, *redacted]).strip()
    result = " ".join(str(columns[name]) for name in ("result", "status", "error_code", "reason") if name in columns)
    where = " ".join(str(columns[name]) for name in ("target", "destination") if name in columns)
    return (
        *_when(entry),
        str(columns["request_id"]),
        who or "-",
        where or "-",
        what or "-",
        result or "-",
    )


def _when(entry: Entry) -> tuple[str, str, str]:
    moment = datetime.fromtimestamp(entry.at_us / 1_000_000, UTC)
    return str(entry.seq), moment.strftime("%Y-%m-%d %H:%M:%S"), entry.phase


def _change(entry: Entry) -> str:
    """What is in force, and what was before where that is another one, by the first digits of the hashes."""
    told = []
    for what in ("config", "policy"):
        before, after = (str(entry.columns.get(f"{what}_{when}") or "")[:8] for when in ("before", "after"))
        told.append(f"{what} {before} -> {after}" if before and before != after else f"{what} {after}")
    return ", ".join(told)


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 100_000:
        raise argparse.ArgumentTypeError("N is a number from 1 to 100000")
    return count
