"""`gateway bench agents`: asks a running gateway what the agents of a clinic ask, and prints the founding documents' tables."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from gateway.cli.bench_agents import AGENTS, OPERATIONS, Bench, patient
from gateway.cli.bench_tables import Call, Measured, Run, svg, tables
from gateway.cli.running import add_running, url_of
from gateway.cli.tables import markdown, text
from gateway.config import Settings, load
from gateway.document import DocumentInvalid
from gateway.domain import Price, Target, Usage
from gateway.routing.price import cost
from gateway.upstream.ourselves import Client, NotAnswered

_EXAMPLES: Final = """examples:
  gateway bench agents                             each agent by its own route, at the gateway of ./config.yaml
  gateway bench agents --model general             one model or route for all
  gateway bench agents --use pathologist=pathology --use radiologist=radiology --svg pipeline.svg
  gateway bench agents --json > today.json
"""
_NOBODY: Final = 2
_THERE_S: Final = 10.0
_NOTHING: Final = Run(name="", calls=())
IN_THE_CLOUD: Final = frozenset({"report-writer"})
"""Whom a hybrid has answered by a cloud: the agent that needs the best language, and may be asked there."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `bench` and its action."""
    parser = commands.add_parser(
        "bench",
        help="measure a running gateway with the work of a clinic",
        description="Measure a running gateway.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    agents = actions.add_parser(
        "agents",
        help="five agents and four operations with a synthetic patient, in sequence and in parallel",
        description="Ask what five agents and four operations ask, about a synthetic patient: latency, tokens, stages, cost.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_running(agents, config="its configuration, for prices and power too (%(default)s)")
    agents.add_argument(
        "--model", default="", metavar="NAME", help="a model or route for all (default: each agent's own)"
    )
    agents.add_argument(
        "--use", action="append", default=[], metavar="TASK=NAME", help="a model or route for one task; may be repeated"
    )
    agents.add_argument(
        "--max-tokens", type=int, metavar="N", help="the longest answer, if shorter than the task's own"
    )
    agents.add_argument("--seed", type=int, default=1, help="which synthetic patient (%(default)s)")
    agents.add_argument("--only", choices=("agents", "operations"), help="leave out the other half")
    agents.add_argument("--json", action="store_true", help="JSON instead of tables")
    agents.add_argument("--markdown", action="store_true", help="tables in Markdown")
    agents.add_argument("--svg", metavar="FILE", type=Path, help="also write a picture of the pipeline's bars")
    agents.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print; exit status 1 if any answer failed, 2 if no gateway answers."""
    tasks = {task.name for task in (*AGENTS, *OPERATIONS)}
    models = dict(pair.partition("=")[::2] for pair in options.use)
    if unknown := sorted(models.keys() - tasks):
        print(f"There is no task {', '.join(unknown)}. There are {', '.join(sorted(tasks))}.", file=sys.stderr)
        return 1
    url = url_of(options)
    try:
        asyncio.run(_is_there(url, options.key))
    except NotAnswered as failed:
        print(failed.at(url), file=sys.stderr)
        return _NOBODY
    bench = Bench(
        url.rstrip("/"),
        options.key,
        options.model,
        models,
        options.max_tokens,
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    measured = asyncio.run(measure(bench, patient(options.seed), only=options.only or "", settings=_settings(options)))
    if options.svg:
        options.svg.write_text(svg(measured), encoding="utf-8")
    if options.json:
        print(json.dumps(measured.tree(), indent=2))
    else:
        print(markdown(tables(measured)) if options.markdown else text(tables(measured)))
    return 1 if measured.failed else 0


async def _is_there(url: str, key: str) -> None:
    """Asked once, so that an address where nobody is makes no table. Raises `NotAnswered`."""
    async with Client(url, key=key, answer_s=_THERE_S) as client:
        await client.ask("GET", "/health", None)


async def measure(bench: Bench, case: str, *, only: str, settings: Settings | None) -> Measured:
    """All of it, or one half."""
    alone = sequence = parallel = operations = _NOTHING
    if only != "operations":
        bench.report("each agent alone")
        alone = await bench.alone(AGENTS, case, name="alone")
        bench.report("the pipeline, in sequence")
        sequence = await bench.pipeline(case, parallel=False)
        bench.report("the pipeline, radiologist and pathologist in parallel")
        parallel = await bench.pipeline(case, parallel=True)
    if only != "agents":
        bench.report("the four operations")
        operations = await bench.alone(OPERATIONS, case, name="operations")
    return Measured(
        alone=alone,
        sequence=sequence,
        parallel=parallel,
        operations=operations,
        costs=costs(sequence.calls, settings) if sequence.calls else {},
    )


def costs(calls: Iterable[Call], settings: Settings | None) -> Mapping[str, Decimal | None]:
    """What the pipeline cost here, and would by a cloud alone, by both, and by this machine's electricity alone.

    By the configuration's prices, power and tariff, and None where nobody says one; a cloud's answers are taken to have as
    many tokens as those that were measured.
    """
    calls = tuple(calls)
    here = [call.usd for call in calls]
    told: dict[str, Decimal | None] = {"as it was": _sum(here)}
    if settings is None:
        return told
    targets = settings.targets
    price = next((one.price for one in targets.values() if one.price and not one.provider.on_prem), None)
    watts = max((one.power_w or 0.0 for one in targets.values()), default=0.0) or None
    tariff = settings.pricing.tariff_usd_per_kwh
    clouds = [_by_price(call, price) for call in calls]
    locals_ = [_by_power(call, targets.get(call.target), watts, tariff) for call in calls]
    told["cloud only"] = _sum(clouds)
    told["hybrid"] = _sum([
        cloud if call.task in IN_THE_CLOUD else local
        for call, cloud, local in zip(calls, clouds, locals_, strict=True)
    ])  # fmt: skip
    told["local only"] = _sum(locals_)
    return told


def _by_price(call: Call, price: Price | None) -> Decimal | None:
    return cost(Usage(call.input_tokens, call.output_tokens, reported=True), price)


def _by_power(call: Call, target: Target | None, watts: float | None, tariff: Decimal | None) -> Decimal | None:
    """Electricity for as long as it took, at the power of the target that answered, or the highest that is configured."""
    power = target.power_w if target is not None and target.power_w else watts
    if power is None or tariff is None:
        return None
    return Decimal(str(power * call.seconds / 3_600_000)) * tariff


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(parts)
    return None if None in known else sum((part for part in known if part is not None), Decimal(0))


def _settings(options: argparse.Namespace) -> Settings | None:
    """The configuration, for its prices; None where there is none that can be read."""
    try:
        return load(options.config, os.environ)
    except (DocumentInvalid, OSError):
        return None
