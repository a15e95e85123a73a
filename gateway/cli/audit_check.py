"""`gateway audit verify`, `verifier`, `key`, `prune`, `restored`: what keeps the record honest."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from gateway.app import checkpoints_of, installed_secret
from gateway.audit import verify_ledger
from gateway.cli.place import add_place, configured, opened, place
from gateway.document import DocumentInvalid
from gateway.ports import LedgerUnavailable
from gateway.state.checkpoints import FILE as CHECKPOINTS
from gateway.state.holder import holder_of
from gateway.state.opening import accept
from gateway.state.secret import SecretUnusable
from gateway.state.sqlite.prune import old_rows, prune
from gateway.state.sqlite.reader import name_and_key
from gateway.state.sqlite.store import FILE, Store
from gateway.state.stamps import Held, folder_of, held

_VERIFY = """examples:
  gateway audit verify
  gateway audit verify --checkpoint /mnt/elsewhere/ledger.checkpoints --key "$(cat the-key-you-noted)"
  gateway audit verify --state-dir /backup          (a copy that is named ledger.db)
"""
_VERIFIER = """examples:
  gateway audit verifier > verify_ledger.py
  python3 verify_ledger.py ledger.db --checkpoints ledger.checkpoints --key VKEY     (on any machine)
"""
_KEY = """examples:
  gateway audit key          (note it on the first day, where only you can write)
"""
_PRUNE = """examples:
  gateway audit prune                        (say how many rows are older than six years)
  gateway audit prune --years 10 --yes       (take those out that are older than ten)
"""
_RESTORED = """examples:
  gateway audit restored --yes      (the newest copy is lost, and this older one is to be continued)
"""
YEARS = 6
"""45 CFR 164.316(b)(2)(i) asks for six years of required documentation."""
_YEAR_S = 365.25 * 86400


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the five."""

    def action(name: str, about: str, examples: str) -> argparse.ArgumentParser:
        parser = actions.add_parser(
            name,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            epilog=examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add_place(parser)
        return parser

    check = action("verify", "check that no row was changed, taken out or put in", _VERIFY)
    check.description = f"{check.description} {verify_ledger.NOT_CHECKED}"
    check.add_argument("--checkpoint", metavar="FILE", help="the checkpoints to hold it against (the configured ones)")
    check.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help="the key that you noted, and later ones"
    )
    check.add_argument("--every-signature", action="store_true", help="check them all, which takes milliseconds each")
    check.add_argument("--json", action="store_true", help="the verdict as one JSON object")
    check.set_defaults(run=run_verify)
    alone = action("verifier", "print the verifier, one file that runs with a bare Python", _VERIFIER)
    alone.set_defaults(run=run_verifier)
    action("key", "print the key that checks the signatures of this record", _KEY).set_defaults(run=run_key)
    old = action("prune", "take out rows that are too old; their hashes stay, and the record still verifies", _PRUNE)
    old.add_argument("--years", metavar="N", type=_years, default=YEARS, help="keep so many years (%(default)s)")
    old.add_argument("--yes", action="store_true", help="do it, and not only say what would be done")
    old.set_defaults(run=run_prune)
    again = action("restored", "go on with an older copy of the record, and write that down", _RESTORED)
    again.add_argument("--yes", action="store_true", help="do it: what the newer one held is lost")
    again.set_defaults(run=run_restored)


def checkpoints_text(options: argparse.Namespace) -> tuple[str, str]:
    """The checkpoints to hold the record against, and where they stand: as told, as configured, else beside the record.

    Raises:
        OSError: the file that was named cannot be read.
        DocumentInvalid: the configuration is none.
    """
    if options.checkpoint:
        return Path(options.checkpoint).read_text(encoding="utf-8", errors="replace"), str(options.checkpoint)
    beside = Path(options.state_dir) / CHECKPOINTS if options.state_dir else None
    if beside is None:
        settings = configured(options)
        beside = Path(settings.witness.checkpoints or Path(settings.state_dir) / CHECKPOINTS)
    file = beside
    return (file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""), str(file)


def run_verify(options: argparse.Namespace) -> int:
    """0: sound; 1: not sound; 2: it could not be checked."""
    try:
        path = place(options)
        text, kept_at = checkpoints_text(options)
        verdict = verify_ledger.verify(
            path, checkpoints=text, keys=options.key, every_signature=options.every_signature
        )
        stamped = held(path, folder_of(Path(kept_at)), origin=verdict.origin)
    except (OSError, ValueError, DocumentInvalid, LedgerUnavailable) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        stamps = [{"file": str(one.file), "rows": one.size, "at": one.at, "problem": one.problem} for one in stamped]
        print(json.dumps({**verify_ledger.as_json(verdict), "stamps": stamps}))
    else:
        against = f"against    {kept_at if text else 'nothing'}"
        print("\n".join([f"file       {path}", against, *_stamps_told(stamped), *verify_ledger.told(verdict)]))
    return 1 if verdict.problems or any(one.problem for one in stamped) else 0


def _stamps_told(stamped: Sequence[Held]) -> list[str]:
    """What stamps say of when the record was as it is, and how somebody sees who says so."""
    if not stamped:
        return []
    lines = [f"PROBLEM    the time stamp {one.file} {one.problem}" for one in stamped if one.problem]
    sound = [one for one in stamped if not one.problem]
    if sound:
        last = sound[-1]
        lines += [
            f"stamped    {len(sound)} times; the last stamp names the root of the first {last.size} rows at {last.at}. By whom:",
            f"           openssl ts -verify -digest {last.root.hex()} -in {last.file} -CAfile CA_OF_THE_AUTHORITY.pem",
        ]
    return lines


def run_verifier(options: argparse.Namespace) -> int:
    del options
    print(inspect.getsource(verify_ledger), end="")
    return 0


def run_key(options: argparse.Namespace) -> int:
    try:
        origin, public = name_and_key(place(options))
    except (LedgerUnavailable, DocumentInvalid) as error:
        print(error, file=sys.stderr)
        return 1
    if not public:
        print("This record names no key yet: start the gateway once.", file=sys.stderr)
        return 1
    print(verify_ledger.vkey(origin, public))
    return 0


def run_prune(options: argparse.Namespace) -> int:
    before_us = int((time.time() - options.years * _YEAR_S) * 1_000_000)
    day = datetime.fromtimestamp(before_us / 1_000_000, UTC).strftime("%Y-%m-%d")
    try:
        path = place(options)
        if options.yes and not options.state_dir and configured(options).ledger_url:
            raise LedgerUnavailable(
                "This record is in a database, where gateways only add rows: its owner takes old ones out."
            )
        if not options.yes:
            count, _ = old_rows(path, before_us=before_us)
            print(
                f"{count} rows are from before {day}. With --yes they are taken out; make a copy first (`gateway audit backup`)."
            )
            return 0
        print(f"{prune(path, before_us=before_us)} rows from before {day} are gone; their hashes stay.")
    except (LedgerUnavailable, DocumentInvalid, sqlite3.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run_restored(options: argparse.Namespace) -> int:
    try:
        settings = configured(options)
        shared = "" if options.state_dir else settings.ledger_url
        path = Path(options.state_dir or settings.state_dir) / FILE
        running = holder_of(path.parent)
        if running is not None or not options.yes:
            what = (
                f"Stop the gateway first (process {running})."
                if running
                else "Say --yes: what the newer record held is lost."
            )
            print(what, file=sys.stderr)
            return 1
        if not shared and not path.is_file():
            raise LedgerUnavailable(f"There is no record at {path}: put the copy there.")
        checkpoints = checkpoints_of(settings, installed_secret(settings, os.environ))
        with closing(opened(settings) if shared else Store(path, words=())) as store:
            done = accept(store, checkpoints)
    except (LedgerUnavailable, DocumentInvalid, SecretUnusable, OSError, sqlite3.Error) as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{'The record in the database' if shared else path} goes on from here, and says so."
        if done
        else "This record is the newest one: there is nothing to write down."
    )
    return 0


def _years(text: str) -> float:
    years = float(text)
    if not 0 < years <= 100:
        raise argparse.ArgumentTypeError("N is a number of years up to 100")
    return years
