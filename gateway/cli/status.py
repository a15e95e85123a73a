"""`gateway status`: how the running gateway is, which routes can answer now, and why others cannot; changes nothing."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gateway.config.load import state_dir_of
from gateway.document import DocumentInvalid
from gateway.domain import Tree
from gateway.state import in_force
from gateway.state.holder import holder_of
from gateway.upstream.ourselves import Client, NotAnswered

_EPILOG: Final = """examples:
  gateway status                                   the gateway of ./config.yaml on this machine
  gateway status --alive                           health check of a container: asks the process, with TLS or without
  gateway status --route radiology                 exit status by this route alone
  gateway status --url https://gateway:8080 --json another machine's, by its key in GATEWAY_API_KEY (`may: [metrics]`)

Exit status 0 if it runs, every route (or each --route) has a target that would be asked now and the record can be written;
1 if not; 2 if no gateway answers.
"""
_LOOK_S: Final = 0.02
_NOBODY: Final = 2


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `status`."""
    parser = commands.add_parser(
        "status",
        help="say how the running gateway is, and which routes cannot answer",
        description="Say which servers answer, which routes can, what is loaded, who waits, and what ends soon.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="its configuration (%(default)s)")
    parser.add_argument("--state-dir", metavar="DIR", help="where its state is, in place of the configured `state_dir`")
    parser.add_argument(
        "--url", default="", help="ask the gateway at this address, in place of the one on this machine"
    )
    parser.add_argument("--key", default=os.environ.get("GATEWAY_API_KEY", ""), help="its key (GATEWAY_API_KEY)")
    parser.add_argument(
        "--route", action="append", default=[], metavar="NAME", help="a route that must answer; may be repeated"
    )
    parser.add_argument("--timeout", type=float, default=10.0, metavar="S", help="how long to wait (%(default)s)")
    parser.add_argument("--json", action="store_true", help="JSON instead of text")
    parser.add_argument(
        "--alive",
        action="store_true",
        help="only whether it lives: exit status 0 if it answers, whatever its routes can",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Ask, print, and say by the exit status whether all is well."""
    try:
        status = asyncio.run(_far(options)) if options.url else near(_state_dir(options), timeout_s=options.timeout)
    except NotAnswered as failed:
        print(failed.at(options.url), file=sys.stderr)
        return _NOBODY
    except (Silent, DocumentInvalid) as error:
        print(error, file=sys.stderr)
        return _NOBODY
    if options.alive:
        print("It lives.")
        return 0
    print(json.dumps(status, indent=2) if options.json else "\n".join(_lines(status)))
    if unknown := [name for name in options.route if name not in named(status, "routes")]:
        print(f"There is no route {', '.join(unknown)}.", file=sys.stderr)
        return 1
    return 0 if _is_well(status, options.route) else 1


class Silent(Exception):
    """No gateway answered; the message says what to look at."""


def _state_dir(options: argparse.Namespace) -> Path:
    return Path(options.state_dir or state_dir_of(options.config, os.environ))


def near(state_dir: Path, *, timeout_s: float) -> Mapping[str, object]:
    """From the process on this machine that holds the state directory.

    Raises:
        Silent: there is none, or it did not say in time.
    """
    pid, note = holder_of(state_dir), in_force.read(state_dir)
    if pid is None:
        raise Silent(f"No gateway runs on {state_dir}.")
    if note is None or note.pid != pid or not note.tells:
        raise Silent(
            f"The gateway on {state_dir} (process {pid}) is still starting, or cannot write there, or is an old one."
        )
    before, _ = in_force.read_status(state_dir, pid=pid)
    os.kill(pid, signal.SIGUSR1)
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        number, status = in_force.read_status(state_dir, pid=pid)
        if number > before:
            return status
        time.sleep(_LOOK_S)
    if hindrance := in_force.hindrance(state_dir):
        raise Silent(
            f"The gateway (process {pid}) runs, and cannot answer here: {state_dir} cannot be written ({hindrance}).\n"
            f"  Make room there. Until then ask its address: `gateway status --url {note.url or 'http://…'}`. "
            "The record may stand still as well."
        )
    raise Silent(f"The gateway (process {pid}) did not answer within {timeout_s:g} s.")


async def _far(options: argparse.Namespace) -> Mapping[str, object]:
    """From an address."""
    url = options.url.rstrip("/")
    async with Client(url, key=options.key, answer_s=options.timeout) as client:
        answered = await client.ask("GET", "/ready?deep=1", None)
    if "routes" not in answered.tree:
        raise Silent(f"{url} answered {answered.status}: a key is needed that `may: [metrics]` (GATEWAY_API_KEY).")
    return answered.tree


def named(status: Mapping[str, object], what: str) -> dict[str, Tree]:
    """A mapping of the status, as far as it is one."""
    found = status.get(what)
    return {name: one for name, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}


def _is_well(status: Mapping[str, object], routes: list[str]) -> bool:
    known = named(status, "routes")
    answer = all(known[name].get("answers") for name in routes or known)
    record = status.get("record")
    return bool(status.get("ready")) and answer and isinstance(record, dict) and bool(record.get("can_be_written"))


# --- for people --------------------------------------------------------------------------------------------------------


def _lines(status: Mapping[str, object]) -> Iterator[str]:
    up_s, reading, record = status.get("up_s"), status.get("last_reading"), status.get("record")
    up = _span(up_s) if isinstance(up_s, int | float) else "?"
    yield f"Triage Gateway {status.get('version')}, up for {up}, {'ready' if status.get('ready') else 'NOT READY'}"
    if isinstance(reading, dict):
        bad = "" if reading["result"] in {"ok", "started"} else " (the one before is in force)"
        hashes = f"Configuration {str(status.get('config'))[:12]}, policy {str(status.get('policy'))[:12]}"
        yield f"{hashes}, last read {reading['at']}: {reading['result']}{bad}"
    if isinstance(record, dict) and not record.get("can_be_written"):
        yield "The record CANNOT BE WRITTEN: nothing leaves the premises"
    yield from (
        "",
        "Providers",
        *(f"  {name:<20}{_provider(one)}" for name, one in named(status, "providers").items()),
    )
    yield from ("", "Routes, and who answers now", *(f"  {_route(*one)}" for one in named(status, "routes").items()))
    loaded = [name for name, one in named(status, "targets").items() if one.get("loaded")]
    yield from ("", f"In memory: {', '.join(loaded) or 'no model that a server tells of'}")
    if machines := named(status, "machines"):
        yield from ("", "Machines", *(f"  {machine_line(*one)}" for one in machines.items()))
    yield from ("", energy_line(status.get("energy")))
    if left := _listed(status, "left"):
        yield from ("", "Left of budgets and limits", *(f"  {_left(one)}" for one in left if isinstance(one, dict)))
    if notes := _listed(status, "notes"):
        yield from ("", *(f"Note: {note}" for note in notes))


def _listed(status: Mapping[str, object], what: str) -> list[object]:
    found = status.get(what)
    return found if isinstance(found, list) else []


def _provider(one: Tree) -> str:
    days, said = one.get("baa_days_left"), str(one.get("said"))
    if not isinstance(days, int):
        return said
    return f"{said}; its BAA {'HAS ENDED' if days < 1 else 'holds until'} {one.get('baa_last_day')}"


def _route(name: str, one: Tree) -> str:
    by, why = one.get("by"), one.get("why_not")
    if isinstance(by, list) and by:
        return f"{name:<20}{', '.join(map(str, by))}"
    reasons = "; ".join(map(str, why)) if isinstance(why, list) else ""
    return f"{name:<20}CANNOT ANSWER: {reasons}"


def machine_line(name: str, one: Tree) -> str:
    memory = f", {one['used_gb']:g} of {one['memory_gb']:g} GB in use" if one.get("memory_gb") else ""
    return f"{name:<20}{one.get('waiting')} wait, {one.get('serving')} are served{memory}"


def energy_line(energy: object) -> str:
    """Which meters measure the energy of answers, and why others do not."""
    meters = named(energy, "meters") if isinstance(energy, dict) else {}
    if not isinstance(energy, dict) or not meters:
        return "Energy: by `power_w` of targets; no `meters` are configured"
    silent = [f"{name}: {one['why_not']}" for name, one in meters.items() if one.get("why_not")]
    if silent:
        return f"Energy of {energy['machine']} IS NOT MEASURED: {'; '.join(silent)}"
    by = ", ".join(f"{name} ({one.get('of')})" for name, one in meters.items())
    idle_w = energy.get("idle_w")
    rest = f"{idle_w:.1f} W at rest" if isinstance(idle_w, int | float) else "what it takes at rest is not known yet"
    return f"Energy of {energy['machine']}: measured by {by}; {rest}"


def _left(one: Mapping[str, object]) -> str:
    what = f"{one.get('sort')} per {one.get('per')} {one.get('name')} every {one.get('every')}"
    return f"{what}: {one.get('left')} of {one.get('amount')} {one.get('of')}"


def _span(seconds: float) -> str:
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"
