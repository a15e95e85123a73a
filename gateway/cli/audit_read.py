"""`gateway audit show`, `query`, `export`, `report`: what the record says, for people and for other tools; changes nothing."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TextIO

from gateway.audit.report import as_html, as_text, quarter, report
from gateway.audit.story import ocsf, story
from gateway.audit.verify_ledger import verify, vkey
from gateway.cli.asked import closed, unknown_names
from gateway.cli.audit_check import checkpoints_text
from gateway.cli.place import add_place, place
from gateway.cli.rows import table
from gateway.document import DocumentInvalid
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.proofs import proofs
from gateway.state.sqlite.reader import Asked, happened, name_and_key, requests, select

_AGO: Final = re.compile(r"(\d{1,5})([hdw])")
_HOURS: Final = {"h": 1, "d": 24, "w": 168}
MOMENT: Final = "a day (2026-11-30), a moment (2026-11-30T08:00:00Z) or so long ago (12h, 7d, 4w)"
_AFTER_US: Final = 3_600_000_000
"""So long after a quarter its requests have ended."""
_QUERY = """examples:
  gateway audit query --since 7d --agent radiologist
  gateway audit query --since 2026-10-01 --until 2027-01-01 --destination cloud --sensitivity phi --json
"""
_SHOW = """examples:
  gateway audit show req_0123456789abcdef0123456789abcdef      (the id of `x-gateway-request-id`)
  gateway audit show req_0123456789abcdef0123456789abcdef --proof > proofs.txt
  python3 verify_ledger.py proofs.txt --proof --key VKEY       (by whoever has neither the record nor this software)
"""
_NO_SUCH = "The record has no such request. `gateway audit query --since 1d` lists those there are."
_EXPORT = """examples:
  gateway audit export --since 2026-10-01 > rows.jsonl
  gateway audit export --format ocsf --since 1d | your-siem-loader
"""
_REPORT = """examples:
  gateway audit report --quarter 2026Q4
  gateway audit report --quarter 2026Q4 --html > report.html       (to print)
"""


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the four."""
    one = _action(actions, "show", run_show, "tell what became of one request, in sentences", _SHOW)
    one.add_argument("request_id", metavar="REQUEST_ID", help="as `x-gateway-request-id` gave it")
    one.add_argument("--json", action="store_true", help="the rows, one JSON object a line")
    one.add_argument(
        "--proof", action="store_true", help="print, for each row, the proof that it stands in what was signed"
    )
    one.add_argument("--checkpoint", metavar="FILE", help="with --proof: the checkpoints (the configured ones)")
    some = _action(actions, "query", run_query, "list the rows that answer a question", _QUERY)
    _add_span(some)
    some.add_argument("--agent", metavar="NAME", default="", help="who asked, also among several that were claimed")
    some.add_argument("--emergency", metavar="CODE", help="requests in emergency access for this reason")
    for name in ("caller", "route", "target", "provider"):
        some.add_argument(f"--{name}", metavar="NAME", help=f"rows with this {name}")
    for name in ("sensitivity", "destination", "result", "phase"):
        some.add_argument(f"--{name}", metavar="WORD", type=closed(name), help=f"rows with this {name}")
    some.add_argument("--json", action="store_true", help="one JSON object a line, with every column")
    out = _action(actions, "export", run_export, "write every row for other tools", _EXPORT)
    _add_span(out)
    out.add_argument("--format", choices=("jsonl", "ocsf"), default="jsonl", help="%(default)s, or OCSF API Activity")
    quarterly = _action(
        actions, "report", run_report, "answer the auditor: did PHI reach a provider without a BAA?", _REPORT
    )
    quarterly.add_argument("--quarter", metavar="YYYYQn", required=True, type=_quarter, help="such as 2026Q4 (UTC)")
    shape = quarterly.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="as one JSON object")
    shape.add_argument("--html", action="store_true", help="as a page to print")
    quarterly.add_argument("--checkpoint", metavar="FILE", help="checkpoints to hold the record against")
    quarterly.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help="as `gateway audit key` prints it"
    )


def run_show(options: argparse.Namespace) -> int:
    with _told() as told:
        if options.proof:
            return _show_proofs(options)
        rows = [entry.as_json() for entry in select(place(options), Asked(request_id=options.request_id))]
        lines = [json.dumps(row) for row in rows] if options.json else story(rows)
        if not lines:
            print(_NO_SUCH, file=sys.stderr)
            return 1
        print("\n".join(lines))
    return told.status


def _show_proofs(options: argparse.Namespace) -> int:
    path = place(options)
    text, _ = checkpoints_text(options)
    made = list(proofs(path, options.request_id, checkpoints=text, keys=[vkey(*name_and_key(path))]))
    if not made:
        print(_NO_SUCH, file=sys.stderr)
        return 1
    print("\n".join(made), end="")
    return 0


def run_query(options: argparse.Namespace) -> int:
    with _told() as told:
        words = ("sensitivity", "destination", "result", "phase", "emergency")
        names = ("caller", "route", "target", "provider", *words)
        given = vars(options)
        equal = tuple((name, str(given[name])) for name in names if given[name])
        asked = replace(_span(options), agent=options.agent, equal=equal)
        for note in unknown_names(place(options), {**dict(equal), "agent": options.agent}):
            print(note, file=sys.stderr)
        entries = select(place(options), asked)
        if options.json:
            for entry in entries:
                print(json.dumps(entry.as_json()))
        else:
            print("\n".join(table(list(entries))))
    return told.status


def run_export(options: argparse.Namespace) -> int:
    with _told() as told:
        path = place(options)
        origin, _ = name_and_key(path)
        for entry in select(path, _span(options)):
            row = entry.as_json()
            print(json.dumps(ocsf(row, origin=origin) if options.format == "ocsf" else row))
    return told.status


def run_report(options: argparse.Namespace) -> int:
    with _told() as told:
        path = place(options)
        since_us, until_us = options.quarter
        text, kept_at = checkpoints_text(options)
        verdict = verify(path, checkpoints=text, keys=options.key)
        try:
            rows = (
                entry.as_json() for entry in requests(path, Asked(since_us=since_us, until_us=until_us + _AFTER_US))
            )
            events = happened(path, since_us=since_us, until_us=until_us)
            made = report(rows, events, since_us=since_us, until_us=until_us)
        except LedgerUnavailable:
            if not verdict.problems:
                raise
            made = report((), (), since_us=since_us, until_us=until_us)  # the verdict is what there is to say
        made.sound = not verdict.problems
        held = f"held against {verdict.checkpoints} signed checkpoints of {kept_at}, up to row {verdict.held_to}"
        made.verified = (
            f"The record {verdict.origin} has {verdict.size} rows under root {verdict.root.hex()}; it was checked and is sound, "
            + (f"{held}." if verdict.checkpoints else "but there were no checkpoints to hold it against.")
            if made.sound
            else f"THE RECORD IS NOT SOUND ({'; '.join(verdict.problems[:5])}): see `gateway audit verify`."
        )
        if options.json:
            print(json.dumps(made.as_json(), indent=2))
        else:
            print(as_html(made) if options.html else as_text(made))
        return 0 if made.sound else 1
    return told.status


class _Told:
    """What came of it."""

    status = 0


@contextmanager
def _told(stream: TextIO | None = None) -> Iterator[_Told]:
    """Say what is wrong, and have the command end with 1."""
    told = _Told()
    try:
        yield told
    except (LedgerUnavailable, DocumentInvalid, OSError, ValueError) as error:
        told.status = 1
        print(error, file=stream or sys.stderr)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
    examples: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}" + ("" if about.endswith("?") else "."),
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_place(parser)
    parser.set_defaults(run=run)
    return parser


def _add_span(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", metavar="WHEN", type=when, default=0, help=f"from then on: {MOMENT}")
    parser.add_argument("--until", metavar="WHEN", type=when, default=0, help="before then, likewise")


def _span(options: argparse.Namespace) -> Asked:
    return Asked(since_us=options.since, until_us=options.until)


def when(text: str) -> int:
    """A moment as people write it: microseconds UTC. Raises `argparse.ArgumentTypeError`."""
    ago = _AGO.fullmatch(text)
    if ago:
        return int((time.time() - int(ago[1]) * _HOURS[ago[2]] * 3600) * 1_000_000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected {MOMENT}") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1_000_000)


def _quarter(text: str) -> tuple[int, int]:
    try:
        return quarter(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
