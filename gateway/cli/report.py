"""`gateway report`: what was used, what it cost and how long it took, by caller, agent or route, as the record says it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from gateway.cli.audit_read import MOMENT, when
from gateway.cli.place import add_place, configured, place
from gateway.cli.tables import Bar, Table, as_csv, bars, markdown, text
from gateway.cli.ways import MONTHLY, WAYS, Ways, one_analysis, ways
from gateway.config.prices import priced, source
from gateway.document import DocumentInvalid
from gateway.domain.quota import Per
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.usage import Times, Used, answered, times, usage

_EXAMPLES: Final = """examples:
  gateway report usage --by caller --since 2026-11-01 --until 2026-12-01 --json
  gateway report cost --by agent --since 30d          one answer of each, 1,000 a month, by a cloud, by both, at home
  gateway report latency --by agent --since 7d --svg latency.svg --markdown
"""
_TOGETHER: Final = ("radiologist", "pathologist")
"""Agents of the founding documents' pipeline that may work at the same time."""
Run = Callable[[argparse.Namespace], int]
_US: Final = 1_000_000


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    report = commands.add_parser(
        "report",
        help="say what was used, what it cost and how long it took",
        description="Say what was used, what it cost and how long it took, from the record.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = report.add_subparsers(title="actions", metavar="ACTION", required=True)
    _action(actions, "usage", "requests, tokens, dollars and energy", _usage)
    cost = _action(actions, "cost", "what answers cost, and would have cost elsewhere", _cost)
    cost.add_argument(
        "--cloud", metavar="TARGET", help="whose price counts where a route has no cloud (default: first)"
    )
    _action(actions, "latency", "how long answers took, and the stages of a pipeline", _latency)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, run: Run
) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=f"{what}, by caller, agent or route",
        description=f"{what[0].upper()}{what[1:]}, from the record.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_place(parser)
    by = Per.CALLER if name == "usage" else Per.AGENT
    parser.add_argument("--by", choices=[one.value for one in Per], default=by.value, help="%(default)s")
    parser.add_argument("--since", metavar="WHEN", type=when, default=0, help=f"from then on: {MOMENT}")
    parser.add_argument("--until", metavar="WHEN", type=when, default=0, help="before then, likewise")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--csv", action="store_true", help="for a spreadsheet")
    parser.add_argument("--markdown", action="store_true", help="tables in Markdown")
    if name != "usage":
        parser.add_argument("--svg", metavar="FILE", type=Path, help="also write a picture of bars")
    parser.set_defaults(run=lambda options: _told(options, run))
    return parser


def _told(options: argparse.Namespace, run: Run) -> int:
    try:
        return run(options)
    except (LedgerUnavailable, DocumentInvalid, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _print(options: argparse.Namespace, objects: Sequence[object], tables: Sequence[Table], *, of: int) -> None:
    """As it was asked for; that it is `of` nothing is said beside it, where no program reads it for a number."""
    if not of:
        print(_nothing(options), file=sys.stderr)
    if options.json:
        print("\n".join(json.dumps(one) for one in objects))
    elif options.csv:
        print(as_csv(tables))
    else:
        print(markdown(tables) if options.markdown else text(tables))


def _nothing(options: argparse.Namespace) -> str:
    """That the record has nothing of what was asked, and in which time that is so."""
    since, until = (
        datetime.fromtimestamp(at_us / _US, UTC).strftime("%Y-%m-%d %H:%M UTC") if at_us else ""
        for at_us in (options.since, options.until)
    )
    span = f"{f' since {since}' if since else ''}{f' before {until}' if until else ''}"
    return f"The record has no answer{span} to tell of." if span else "The record has no answer yet."


# --- usage -------------------------------------------------------------------------------------------------------------


def _usage(options: argparse.Namespace) -> int:
    rows = usage(place(options), Per(options.by), since_us=options.since, until_us=options.until)
    numbers = [_numbers(one) for one in rows]
    head = (options.by, "requests", "tokens in", "tokens out", "USD", "Wh", "no price")
    cells = [(one.name or "-", *map(str, each.values())) for one, each in zip(rows, numbers, strict=True)]
    objects = [{options.by: one.name or None, **each} for one, each in zip(rows, numbers, strict=True)]
    _print(options, objects, [("Use", head, cells)], of=len(rows))
    return 0


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


# --- cost --------------------------------------------------------------------------------------------------------------


def _cost(options: argparse.Namespace) -> int:
    settings = priced(configured(options))
    clouds = [one for one in settings.targets.values() if one.price is not None and not one.provider.on_prem]
    named = next((one for one in clouds if options.cloud in (None, one.name)), None)
    if options.cloud and named is None:
        print(f"There is no target {options.cloud} off the premises that has a price.", file=sys.stderr)
        return 1
    found = answered(place(options), Per(options.by), since_us=options.since, until_us=options.until)
    listed = ways(found, settings, baseline=named)
    together = one_analysis(listed)
    head = (options.by, "answers", "tokens in", "tokens out", *WAYS)
    each = [
        (
            one.name or "-",
            str(one.answers),
            _mean(one.input_tokens, one),
            _mean(one.output_tokens, one),
            *_usd(one.usd, 5),
        )
        for one in listed
    ]
    sums = [("one analysis", *_usd(together, 4)), (f"{MONTHLY:,} a month", *_usd(together, 2, times=MONTHLY))]
    tables: list[Table] = [
        (f"One answer, on average (prices: {', '.join(filter(None, ('the configuration', source())))})", head, each),
        (f"One analysis: one answer of each {options.by}", ("", *WAYS), sums if listed else []),
    ]
    objects = [{options.by: one.name or None, "answers": one.answers, "usd": _texts(one.usd)} for one in listed]
    _print(options, [*objects, {"one_analysis": _texts(together)}], tables, of=len(listed))
    if options.svg:
        picture = [(f"{one.name or '-'}: one answer", _bars(one)) for one in listed]
        options.svg.write_text(bars("What answers cost", picture), encoding="utf-8")
    return 0


def _mean(tokens: int, one: Ways) -> str:
    return f"{tokens / one.answers:.0f}"


def _usd(usd: Mapping[str, Decimal | None], places: int, *, times: int = 1) -> tuple[str, ...]:
    return tuple("unknown" if one is None else f"${one * times:.{places}f}" for one in usd.values())


def _texts(usd: Mapping[str, Decimal | None]) -> dict[str, str | None]:
    """To the nano-dollar, as text."""
    return {way: None if one is None else f"{one:.9f}" for way, one in usd.items()}


def _bars(one: Ways) -> list[Bar]:
    return [(way, float(usd), f"${usd:.5f}") for way, usd in one.usd.items() if usd is not None]


# --- latency -----------------------------------------------------------------------------------------------------------


def _latency(options: argparse.Namespace) -> int:
    listed = times(place(options), Per(options.by), since_us=options.since, until_us=options.until)
    head = (options.by, "answers", "p50", "p95", "first token p50", "p95", "ours p50", "tokens out", "tokens/s")
    each = [(one.name or "-", *_shown(_spans(one))) for one in listed]
    stages = {one.name: _at(one.duration_us, 50) for one in listed}
    tables: list[Table] = [("Latency", head, each)]
    if options.by == Per.AGENT and stages:
        tables.append(("Pipeline, by the medians", ("run", "total"), _pipeline(stages)))
    objects = [{options.by: one.name or None, **_spans(one)} for one in listed]
    _print(options, objects, tables, of=len(listed))
    if options.svg:
        medians = [(name or "-", took, f"{took:.1f} s") for name, took in stages.items() if took is not None]
        options.svg.write_text(bars("How long answers took", [("Median", medians)]), encoding="utf-8")
    return 0


def _spans(one: Times) -> dict[str, float | None]:
    count, seconds = len(one.duration_us), sum(one.duration_us) / 1_000_000
    return {
        "answers": count,
        "p50_s": _at(one.duration_us, 50),
        "p95_s": _at(one.duration_us, 95),
        "first_token_p50_s": _at(one.first_token_us, 50),
        "first_token_p95_s": _at(one.first_token_us, 95),
        "overhead_p50_s": _at(one.overhead_us, 50),
        "output_tokens": round(one.tokens / count, 1),
        "tokens_per_s": round(one.tokens / seconds, 2) if one.tokens and seconds else None,
    }


def _shown(spans: Mapping[str, float | None]) -> list[str]:
    said = []
    for name, value in spans.items():
        unit = " s" if name.endswith("_s") and name != "tokens_per_s" else ""
        said.append("-" if value is None else f"{value:.3f}{unit}" if "overhead" in name else f"{value:g}{unit}")
    return said


def _at(ordered: Sequence[int], percent: int) -> float | None:
    """The nearest rank, in seconds to the millisecond."""
    return round(ordered[max(-(-len(ordered) * percent // 100), 1) - 1] / 1_000_000, 3) if ordered else None


def _pipeline(stages: Mapping[str, float | None]) -> list[tuple[str, str]]:
    known = {name: took or 0.0 for name, took in stages.items() if name}
    in_turn = sum(known.values())
    rows = [("one after the other", f"{in_turn:.1f} s")]
    if all(name in known for name in _TOGETHER):
        saved = min(known[name] for name in _TOGETHER)
        rows.append((f"{' and '.join(_TOGETHER)} at the same time", f"{in_turn - saved:.1f} s"))
    return rows
