"""`gateway models`: which models there are and which are loaded, loads them before traffic, fetches the demonstration ones."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.cli.status import Silent, machine_line, named, near
from gateway.config import Settings, load
from gateway.document import DocumentInvalid
from gateway.domain import Target, Tree
from gateway.events import FanOut
from gateway.kinds import profile
from gateway.upstream import memory
from gateway.upstream.attestation import Attestation
from gateway.upstream.embedded.models import FOLDER, FetchFailed, fetch
from gateway.upstream.memory import Presence
from gateway.upstream.questions import Questions, Unanswered

_EXAMPLES: Final = """examples:
  gateway models list                      every model of the configuration on the premises, and whether it is loaded
  gateway models list --json | jq '.[] | select(.state != "loaded")'
  gateway models warm                      load what the routes need, before anybody asks
  gateway models warm pathology intent     … these routes
  gateway models warm --check              load nothing; exit status 1 unless all of it is loaded (before a deployment)
  gateway models pull                      have Ollama fetch from its library what routes need and it does not have
  gateway models fetch --state-dir ./state fetch the two demonstration models
"""
STATUS_S: Final = 3.0
"""How long a running gateway may take to say how it is."""
_READY: Final = frozenset({Presence.LOADED, Presence.LISTED})
_SUBSTITUTES: Final = {"llama3.2:8b": "llama3.1:8b", "llama3.2:70b": "llama3.3:70b"}
"""Names in use that Ollama's library does not have, and what people mean by them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One target on the premises, and where its model is."""

    target: Target
    presence: Presence
    routes: tuple[str, ...]
    version: str = ""

    def tree(self) -> dict[str, object]:
        """For programs."""
        target = self.target
        return {
            "target": target.name,
            "provider": target.provider.name,
            "kind": target.provider.kind.value,
            "machine": target.provider.machine_name,
            "model": target.model,
            "state": self.presence.value,
            "memory_gb": target.memory_gb,
            "slots": target.slots or profile(target.provider.kind).slots,
            "routes": list(self.routes),
            "server_version": self.version or None,
            "warnings": self.warnings,
        }

    @property
    def server(self) -> str:
        """The provider, and the version of its server where it says one."""
        return f"{self.target.provider.name} {self.version}".strip()

    @property
    def warnings(self) -> list[str]:
        """What is known to be wrong with this version of the server."""
        known = profile(self.target.provider.kind).versions
        return known.warnings(self.version) if known else []

    @property
    def advice(self) -> str:
        """What to do about a model that is not there; "" where nothing is to be done."""
        if self.presence not in {Presence.ABSENT, Presence.DOWN}:
            return ""
        model = self.target.model
        other = _SUBSTITUTES.get(model)
        instead = f"; Ollama's library has no {model}, set `model: {other}`" if other else ""
        return profile(self.target.provider.kind).start.format(model=model) + instead


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `models` and its actions."""
    parser = commands.add_parser(
        "models",
        help="list models and their state, load them before traffic, fetch the demonstration models",
        description="Say which models the servers on the premises have and have loaded, and load them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = _action(actions, "list", "list the models of the configuration and whether they are loaded", _list)
    listing.add_argument("--json", action="store_true", help="JSON instead of a table")
    warming = _action(actions, "warm", "load the models that routes need, and wait until they are there", _warm)
    warming.add_argument("routes", nargs="*", metavar="ROUTE", help="routes whose models to load (default: all)")
    warming.add_argument("--check", action="store_true", help="load nothing, only say what is not loaded")
    pulling = _action(actions, "pull", "have servers fetch the models that routes need, with progress", _pull)
    pulling.add_argument("routes", nargs="*", metavar="ROUTE", help="routes whose models to fetch (default: all)")
    fetching = actions.add_parser(
        "fetch",
        help="download, verify and unpack what is missing of the demonstration models",
        description="Download, verify and unpack the two models that the routes `demo` and `demo-embedding` use, about 180 MB; "
        "does nothing when both are there.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fetching.add_argument(
        "--state-dir", metavar="DIR", default="./state", help="`state_dir` of the configuration (%(default)s)"
    )
    fetching.set_defaults(run=run)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    says: str,
    work: Callable[[argparse.Namespace, Settings], Awaitable[int]],
) -> argparse.ArgumentParser:
    """An action that needs the configuration and asks servers."""
    parser = actions.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")

    def begin(options: argparse.Namespace) -> int:
        try:
            settings = load(options.config, os.environ)
        except DocumentInvalid as invalid:
            print("\n".join(str(problem) for problem in invalid.problems), file=sys.stderr)
            return 1
        return asyncio.run(_awaited(work(options, settings)))

    parser.set_defaults(run=begin)
    return parser


async def _awaited(work: Awaitable[int]) -> int:
    return await work


def run(options: argparse.Namespace) -> int:
    """Fetch the demonstration models; exit status 1, with advice on stderr, if that fails."""
    try:
        fetch(Path(options.state_dir) / FOLDER, report=lambda line: print(line, flush=True))
    except FetchFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


async def _list(options: argparse.Namespace, settings: Settings) -> int:
    listed = await entries(settings, on_the_premises(settings, ()))
    busy = await asyncio.to_thread(_busy, settings)
    if options.json:
        trees = [{**entry.tree(), **_queued(busy, entry.target.provider.machine_name)} for entry in listed]
        print(json.dumps(trees, indent=2))
    elif listed:
        print(_table(listed))
        versions = {one.target.provider.name: one for one in listed if one.version}
        for name, one in versions.items():
            for warning in one.warnings:
                print(f"warning: {name} {one.version} {warning}")
        for name, now in busy.items():  # none where no gateway runs on this configuration here
            print(machine_line(name, now))
    else:
        print("No target of the configuration is on the premises.")
    return 0


def _busy(settings: Settings) -> Mapping[str, Tree]:
    """Who waits at each machine, and who is served, as a gateway on this machine says that runs on this configuration."""
    try:
        return named(near(Path(settings.state_dir), timeout_s=STATUS_S), "machines")
    except (Silent, OSError):
        return {}


def _queued(busy: Mapping[str, Tree], machine: str) -> dict[str, object]:
    """The same of one machine; null where nobody says."""
    now = busy.get(machine, {})
    return {"waiting": now.get("waiting"), "serving": now.get("serving")}


async def _warm(options: argparse.Namespace, settings: Settings) -> int:
    unknown = [name for name in options.routes if name not in settings.table.routes]
    if unknown:
        print(f"There is no route {', '.join(unknown)}. `gateway check` counts those there are.", file=sys.stderr)
        return 1
    listed = await entries(settings, on_the_premises(settings, options.routes))
    missing = [entry for entry in listed if entry.presence not in _READY]
    if options.check:
        print(_table(missing) if missing else f"All {len(listed)} are loaded.")
        return 1 if missing else 0
    memory_gb = {name: limits.memory_gb for name, limits in settings.machines.items()}
    used_gb = await _used_gb(settings)
    failed = []
    for entry in missing:
        target, machine = entry.target, entry.target.provider.machine_name
        needs_gb, has_gb = target.memory_gb or 0.0, memory_gb.get(machine)
        if has_gb is not None and used_gb.get(machine, 0.0) + needs_gb > has_gb:
            free_gb = has_gb - used_gb.get(machine, 0.0)
            print(
                f"{target.name}: needs {needs_gb:g} GB, and {machine} has {free_gb:g} left; not loaded", file=sys.stderr
            )
            failed.append(entry)
        elif await _loaded(entry, _questions(settings)):
            used_gb[machine] = used_gb.get(machine, 0.0) + needs_gb
        else:
            failed.append(entry)
    for entry in listed:
        if entry.presence is Presence.LISTED:
            print(f"{entry.target.name}: its server has it, and loads it when it is first asked")
    return 1 if failed else 0


async def _pull(options: argparse.Namespace, settings: Settings) -> int:
    unknown = [name for name in options.routes if name not in settings.table.routes]
    if unknown:
        print(f"There is no route {', '.join(unknown)}. `gateway check` counts those there are.", file=sys.stderr)
        return 1
    listed = await entries(settings, on_the_premises(settings, options.routes))
    absent = {(one.target.provider.name, one.target.model): one for one in listed if one.presence is Presence.ABSENT}
    down = [one for one in listed if one.presence is Presence.DOWN]
    for one in down:
        print(f"{one.target.name}: {one.presence.value}; {one.advice}", file=sys.stderr)
    pulled = [await _pulled(one, _questions(settings)) for one in absent.values()]
    if not absent and not down:
        print(f"All {len(listed)} are there.")
    return 0 if all(pulled) and not down else 1


async def _pulled(entry: Entry, questions: Questions) -> bool:
    target, shown = entry.target, ""
    print(f"{target.name}: {target.provider.name} fetches {target.model}", flush=True)
    try:
        async for now in memory.pull(questions, target):
            tenths = f"{10 * (10 * now.done // now.total)} %" if now.total else now.word
            if tenths and tenths != shown:
                print(f"{target.name}: {tenths}", flush=True)
                shown = tenths
    except (memory.PullFailed, Unanswered):
        print(f"{target.name}: could not be fetched; {entry.advice}", file=sys.stderr)
        return False
    return True


async def _used_gb(settings: Settings) -> dict[str, float]:
    """What the loaded models of the configuration take of each machine."""
    loaded = {
        (one.target.provider.name, one.target.model): one.target
        for one in await entries(settings, on_the_premises(settings, ()))
        if one.presence is Presence.LOADED
    }
    used: dict[str, float] = {}
    for target in loaded.values():
        machine = target.provider.machine_name
        used[machine] = used.get(machine, 0.0) + (target.memory_gb or 0.0)
    return used


async def _loaded(entry: Entry, questions: Questions) -> bool:
    target = entry.target
    if entry.presence is not Presence.ON_DISK:
        print(f"{target.name}: {entry.presence.value}; {entry.advice}", file=sys.stderr)
        return False
    print(f"{target.name}: loading {target.model} at {target.provider.name}", flush=True)
    began_s = time.monotonic()
    try:
        there = await memory.load(questions, target)
    except (Unanswered, TimeoutError):
        there = False
    if there:
        print(f"{target.name}: loaded in {time.monotonic() - began_s:.1f} s", flush=True)
    else:
        print(f"{target.name}: could not be loaded; look at what its server says", file=sys.stderr)
    return there


def _questions(settings: Settings) -> Questions:
    return Questions(networks=lambda: settings.on_prem_networks, events=FanOut([]))


def on_the_premises(settings: Settings, routes: Sequence[str]) -> dict[str, tuple[Target, tuple[str, ...]]]:
    """Targets of other people's servers on the premises that `routes` (or any) lead to, with those routes; each once."""
    wanted = routes or settings.table.routes
    found: dict[str, tuple[Target, tuple[str, ...]]] = {}
    for name in wanted:
        for target in settings.table.routes[name].targets:
            if target.provider.at_home and profile(target.provider.kind).local:
                _, before = found.get(target.name, (target, ()))
                found[target.name] = (target, (*before, name))
    return found


async def entries(settings: Settings, wanted: dict[str, tuple[Target, tuple[str, ...]]]) -> list[Entry]:
    questions = _questions(settings)
    attestation = Attestation(questions, events=FanOut([]))

    async def entry(target: Target, routes: tuple[str, ...]) -> Entry:
        there = await memory.presence(questions, attestation, target.provider, target.model)
        return Entry(target, there, routes, versions.get(target.provider.name, ""))

    providers = {target.provider.name: target.provider for target, _ in wanted.values()}
    told = await asyncio.gather(*(memory.version(questions, provider) for provider in providers.values()))
    versions = dict(zip(providers, told, strict=True))
    try:
        return list(await asyncio.gather(*(entry(target, routes) for target, routes in wanted.values())))
    finally:
        await attestation.aclose()


def _table(listed: Sequence[Entry]) -> str:
    rows = [("target", "provider", "model", "state", "")]
    rows += [
        (entry.target.name, entry.server, entry.target.model, entry.presence.value, entry.advice) for entry in listed
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip()
        for row in rows
    )
