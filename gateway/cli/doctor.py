"""`gateway doctor`: looks at the machine around a configuration, says what to do; changes nothing, sends no content."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.cli import doctor_asks, doctor_looks, doctor_shared
from gateway.cli.doctor_looks import Check, State
from gateway.config import Settings, load
from gateway.document import DocumentInvalid

_EXAMPLES: Final = """examples:
  gateway doctor                          look at ports, files, disk, clock, certificates, models, policies, the record
  gateway doctor --online                 also try each cloud key with a call that costs nothing and carries no content
  gateway doctor --prometheus http://localhost:9091
  gateway doctor --json | jq '.checks[] | select(.state != "ok")'

Each line is ok, warn (it serves, and somebody should look) or fail (it cannot do what it should), with what to do.
Exit status 0 if nothing failed, 1 if something did.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor`."""
    parser = commands.add_parser(
        "doctor",
        help="look at the machine around a configuration, and say what to do",
        description="Look at what a start cannot: ports, files, disk, clock, certificates, models, Prometheus, policies, record.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    parser.add_argument(
        "--online", action="store_true", help="try the keys of clouds too, by asking for their list of models"
    )
    parser.add_argument(
        "--prometheus", metavar="URL", default="http://localhost:9090", help="where Prometheus is (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of lines")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look, print, and say by the exit status whether something failed."""
    checks = examined(options.config, prometheus=options.prometheus, online=options.online)
    states = [one.state for one in checks]
    worst = max(states, key=list(State).index)
    if options.json:
        told = [{"check": one.name, "state": one.state, "says": one.says, "remedy": one.remedy} for one in checks]
        print(json.dumps({"worst": worst, "checks": told}, indent=2))
    else:
        print("\n".join(line for one in checks for line in _lines(one, color=sys.stdout.isatty())))
        counts = ", ".join(f"{states.count(state)} {state}" for state in State if state in states)
        print(f"\n{len(checks)} check{'s' * (len(checks) != 1)}: {counts}.")
    return 1 if worst is State.FAIL else 0


def examined(config: str, *, prometheus: str, online: bool) -> list[Check]:
    """All checks of the configuration at `config`, in their order; only the first where it cannot be loaded."""
    try:
        settings = load(config, os.environ)
    except DocumentInvalid as invalid:
        missing = not Path(config).exists()
        remedy = (
            "Write one with `gateway init`, or name it with `--config FILE`."
            if missing
            else "`gateway check` lists all of it."
        )
        says = (
            f"{config} is not there"
            if missing
            else "; ".join(str(problem).partition("\n")[0] for problem in invalid.problems[:3])
        )
        return [Check("configuration", State.FAIL, says, remedy)]
    return [*doctor_looks.checks(settings), *asyncio.run(_asked(settings, prometheus, online=online))]


async def _asked(settings: Settings, prometheus: str, *, online: bool) -> list[Check]:
    shared, models, watched, keys = await asyncio.gather(
        doctor_shared.shared(settings),
        doctor_asks.models(settings),
        doctor_asks.prometheus(settings, prometheus),
        doctor_asks.keys(settings, online=online),
    )
    return [*shared, *models, watched, *keys]


_COLORS: Final = {State.OK: "\x1b[32m", State.WARN: "\x1b[33m", State.FAIL: "\x1b[31m"}


def _lines(check: Check, *, color: bool) -> Sequence[str]:
    word = f"{check.state:<5}"
    if color and not os.environ.get("NO_COLOR"):
        word = f"{_COLORS[check.state]}{word}\x1b[0m"
    return [f"{word} {check.name:<14} {check.says}", *([f"{'':<21}{check.remedy}"] if check.remedy else [])]
