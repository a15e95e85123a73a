"""`gateway check`: says whether the configuration can be used, or everything that is wrong; it changes nothing."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from gateway.app import METERS
from gateway.config import Settings, load
from gateway.config.changes import rule_changes, word_changes
from gateway.config.standing import changed, of_standing, standing_of
from gateway.document import DocumentInvalid
from gateway.domain import USUAL_OPERATION, Operation, Order
from gateway.kinds import profile
from gateway.meters.port import MeterUnreadable
from gateway.phi.find import own_words
from gateway.pipeline.judge import today
from gateway.policy.lint import at_a_glance
from gateway.policy.names import unmet
from gateway.policy.private import written
from gateway.state import in_force

Checker: TypeAlias = Callable[[Settings], str]
"""Checks one more thing that settings lead to, says in a line what it found, or raises `DocumentInvalid`."""

_EXAMPLE: Final = """example:
  gateway check --config config.yaml
  config.yaml:14: Unknown key `targts` in `routes.radiology`.
    Did you mean `targets`?
"""


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    checkers: Sequence[Checker] = (),
) -> None:
    """Add `check`; `checkers` run once the configuration itself is sound."""
    parser = commands.add_parser(
        "check",
        help="check the configuration and report every problem",
        description="Check the configuration: every problem with file, line and remedy. Exit status 1 if there is any.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", default="config.yaml", help="the file to check (%(default)s)")
    parser.set_defaults(run=lambda options: check(options.config, os.environ, checkers))


def check(path: str, environ: Mapping[str, str], checkers: Sequence[Checker] = ()) -> int:
    """Print what is wrong with the configuration at `path`, or what is in it; the exit status."""
    try:
        settings = load(path, environ)
    except DocumentInvalid as invalid:
        return _report(invalid)
    lines = [summary(settings)]
    broken: list[DocumentInvalid] = []
    for checker in checkers:
        try:
            lines.append(checker(settings))
        except DocumentInvalid as invalid:
            broken.append(invalid)
    if broken:
        return _report(*broken)
    print("\n".join(lines))
    return 0


def summary(settings: Settings) -> str:
    """What the configuration amounts to, in a few lines."""
    table = settings.table
    listen = ", ".join(f"{_bracketed(listener.host)}:{listener.port}" for listener in settings.listeners)
    callers = len(settings.callers)
    off = [f"{provider.name} ({provider.off})" for provider in settings.providers.values() if provider.off]
    counts = ", ".join(
        (
            _counted(len(table.routes), "route"),
            _counted(len(table.agents), "agent"),
            _counted(len(settings.targets), "target"),
        )
    )
    others = "".join(
        f"; for {one}: {table.default(one) or 'none'}"
        for one in Operation
        if one.default_key and one is not USUAL_OPERATION
    )
    lines = [
        f"{settings.file} is sound.",
        f"  listens on {listen}; {_counted(callers, 'caller') if callers else 'no callers, no keys'}",
        f"  {counts} at {_counted(len(settings.providers), 'provider')}",
        f"  default route: {table.default(USUAL_OPERATION) or 'none'}{others}",
    ]
    rules = written(settings.policy)
    lines.append(
        f"  {_counted(rules, 'rule')} in {settings.policies}{'' if rules else ': nothing leaves the premises'}"
    )
    lines += [f"  {line}" for line in _agreements(settings)]
    lines.append(f"  labels: {', '.join(sorted(settings.table.labels))}")
    own = settings.own_words
    lines += [f"  own words: {len(own.also)} also found, {len(own.never)} never"] if own else []
    lines += [f"  off: {', '.join(off)}"] if off else []
    lines += _meters(settings)
    lines += [f"  not read: {', '.join(settings.policies_unread)}"] if settings.policies_unread else []
    lines += [f"  {line} (against what the gateway here last worked with)" for line in _since(settings)]
    lines += [f"warning: {problem}" for problem in unmet(settings.policy, detectors=settings.detectors)]
    lines += [f"warning: {problem}" for problem in at_a_glance(settings.policy, givers=settings.label_givers)]
    lines += [f"warning: {note}" for note in settings.baa_notes(today())]
    lines += [f"warning: {note}" for note in _without_effect(settings)]
    lines += [f"warning: {note}" for note in _without_limit(settings)]
    return "\n".join(lines)


def _agreements(settings: Settings) -> list[str]:
    """What is written of each BAA, a line each."""
    lines = []
    for name, provider in settings.providers.items():
        if (term := provider.baa) is not None:
            more = [f"in {term.region}"] * bool(term.region)
            more += [] if term.retention_days is None else [f"kept for {term.retention_days} days"]
            more += [f"without {', '.join(sorted(term.excludes))}"] * bool(term.excludes)
            lines.append(f"BAA of {name}: {', '.join([term.reference, f'until {term.expires}', *more])}")
    return lines


def _meters(settings: Settings) -> list[str]:
    """Which meters of energy can be read here, by whoever asks this."""
    lines = []
    for kind in settings.metering.meters if settings.metering else ():
        try:
            lines.append(f"  meter {kind.value}: {METERS[kind]().of}")
        except MeterUnreadable as unreadable:
            lines.append(f"warning: meter {kind.value}: {unreadable}")
    return lines


def _without_effect(settings: Settings) -> list[str]:
    """What is written and does nothing."""
    notes = []
    for target in settings.targets.values():
        limits = settings.machines.get(target.provider.machine_name)
        if target.memory_gb is not None and not target.preload and (limits is None or limits.memory_gb is None):
            machine = target.provider.machine_name
            notes.append(
                f"`memory_gb` of target {target.name} does nothing: nobody says how much its machine has. "
                f"Write `machines: {{{machine}: {{memory_gb: …}}}}`."
            )
    notes.extend(
        f"`order` of route {route.name} does nothing: it has one target."
        for route in settings.table.routes.values()
        if len(route.targets) == 1 and route.order is not Order.LISTED
    )
    return notes


def _without_limit(settings: Settings) -> list[str]:
    """Targets of which nobody says how much they hold, at servers that take more than that without a word."""
    return [
        f"Nobody says how much target {target.name} holds, and its server takes any length. Write `context: 32768` on it."
        for target in settings.targets.values()
        if target.context is None and profile(target.provider.kind).endless and not target.provider.off
    ]


def _since(settings: Settings) -> list[str]:
    """Rules and own words that came and went since the gateway with this `state_dir` last read them."""
    note = in_force.read(Path(settings.state_dir))
    if note is None:
        return []
    words = word_changes(own_words.of(note.own_words), settings.own_words)
    before = of_standing(note.standing)
    opens = changed(before, standing_of(settings), today=today()).lines() if before is not None else []
    return [*opens, *rule_changes(note.policy_text, settings.policy.text).lines(), *words.lines()]


def _report(*invalid: DocumentInvalid) -> int:
    problems = [problem for each in invalid for problem in each.problems]
    for problem in problems:
        print(problem)
    print(f"{_counted(len(problems), 'problem')}.")
    return 1


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
