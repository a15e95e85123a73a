"""`gateway report usage`: tokens, dollars and energy by caller, agent or route, from the record; changes nothing."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gateway.cli.audit_read import MOMENT, when
from gateway.cli.place import add_place, place
from gateway.document import DocumentInvalid
from gateway.domain.quota import Per
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.usage import Used, usage

_EXAMPLES: Final = """examples:
  gateway report usage --by agent --since 30d
  gateway report usage --by caller --since 2026-11-01 --until 2026-12-01 --json
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    report = commands.add_parser("report", help="say what was used", description="Say what was used.")
    actions = report.add_subparsers(title="actions", metavar="ACTION", required=True)
    parser = actions.add_parser(
        "usage",
        help="requests, tokens, dollars and energy, by caller, agent or route",
        description="Requests, tokens, dollars and energy, from the record.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_place(parser)
    parser.add_argument("--by", choices=[one.value for one in Per], default=Per.CALLER.value, help="%(default)s")
    parser.add_argument("--since", metavar="WHEN", type=when, default=0, help=f"from then on: {MOMENT}")
    parser.add_argument("--until", metavar="WHEN", type=when, default=0, help="before then, likewise")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        rows = usage(place(options), Per(options.by), since_us=options.since, until_us=options.until)
    except (LedgerUnavailable, DocumentInvalid, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(_lines(options.by, rows, as_json=options.json)))
    return 0


def _lines(by: str, rows: Sequence[Used], *, as_json: bool) -> list[str]:
    if as_json:
        return [json.dumps({by: one.name or None, **_numbers(one)}) for one in rows]
    header = [by, "requests", "tokens in", "tokens out", "USD", "Wh", "no price"]
    cells = [[one.name or "-", *(str(value) for value in _numbers(one).values())] for one in rows]
    widths = [max(len(row[at]) for row in [header, *cells]) for at in range(len(header))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in [header, *cells]
    ]


def _numbers(one: Used) -> dict[str, object]:
    """As people read them; dollars and watt-hours to the last digit, as text."""
    return {
        "requests": one.requests,
        "input_tokens": one.input_tokens,
        "output_tokens": one.output_tokens,
        "usd": f"{Decimal(one.nano_usd).scaleb(-9).normalize():f}",
        "wh": f"{Decimal(one.nano_wh).scaleb(-9).normalize():f}",
        "unpriced": one.unpriced,
    }
