"""`gateway policy`: tries policies, shows them as a table, compares two of them, accepts one that lets more out."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from gateway.cli.place import recorded_at
from gateway.cli.policy_sides import Side, Unreadable, side, unchecked
from gateway.config import Settings, load
from gateway.config.load import known_names, load_without_policies, policies_of, state_dir_of, unknown_names
from gateway.config.policies import read_folder
from gateway.config.standing import changed_with
from gateway.document import DocumentInvalid, Problem
from gateway.domain import JSON, Facts, Tree
from gateway.pipeline.judge import today
from gateway.policy.examples import Example
from gateway.policy.lint import Covered, coverage, lint
from gateway.policy.matrix import Column, columns, matrix, said
from gateway.policy.names import unresolved_in_examples
from gateway.policy.parse import Tried, trials
from gateway.policy.private import clashes
from gateway.policy.replay import Replayed, replay
from gateway.policy.rules import Policy
from gateway.policy.widening import described
from gateway.ports import LedgerUnavailable
from gateway.state import acceptance
from gateway.state.sqlite.facts import recorded

_EXAMPLES: Final = """examples:
  gateway policy test                     whether every example holds
  gateway policy matrix --target sonnet   who may send what there
  gateway policy diff in-force policies   what a reload would change
  gateway policy accept 0f1e2d3c4b5a6978  let it, where it opens more
"""
_TEST: Final = """examples:
  gateway policy test
  gateway policy test --policies policies/packs        try files that are not in force
  gateway policy test --json | jq '.rules[] | select(.decided == 0)'

Exit status 1 if an example does not hold, or a rule names what the configuration does not have.
A rule that no example decides is named: an example decides a rule if it would
come out otherwise, or for another reason, without it.
"""
_MATRIX: Final = """examples:
  gateway policy matrix
  gateway policy matrix --target sonnet --target fast
  gateway policy matrix --json

Each cell says whether such a request may go to the target: `as it is`, `without` what is taken out, or `no` and the rule.
A target under a BAA is shown once more as it will be from the day after its end.
"""
_DIFF: Final = """examples:
  gateway policy diff in-force policies             what a reload would change
  gateway policy diff policies ../new-policies      two folders (or files) of rules, at the targets of --config
  gateway policy diff old/config.yaml config.yaml   with their targets and agreements
  gateway policy diff 3f2a9c01 policies             a policy of the record, by the beginning of its hash
  gateway policy diff in-force policies --traffic 30d

Exit status 0 if nothing opens, 1 if something does, 2 if one of them cannot be read.
"""
_ACCEPT: Final = """example:
  gateway policy accept 0f1e2d3c4b5a6978

Only with `reload: {wider: accept}` in the configuration that is in force. The hash is the one that the gateway printed when
it let the configuration wait; it is good for one reload or start of exactly that configuration. Exit status 1 if another one
waits, or none.
"""
_SHOWN: Final = 20


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `policy test`, `matrix`, `diff` and `accept`."""
    parser = commands.add_parser(
        "policy",
        help="try policies, show and compare them",
        description="Try policies, show and compare them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    tried = _action(actions, "test", "try every example and say which rules none of them decides", _TEST)
    tried.add_argument("--policies", metavar="DIR", help="another folder than the configured one")
    tried.add_argument("--json", action="store_true", help="JSON instead of lines")
    tried.set_defaults(run=test)
    table = _action(actions, "matrix", "show who may send what where, as a table", _MATRIX)
    table.add_argument("--target", metavar="NAME", action="append", default=[], help="only this target (several times)")
    table.add_argument("--json", action="store_true", help="JSON instead of a table")
    table.set_defaults(run=show)
    compare = _action(actions, "diff", "say what one policy lets out and another does not", _DIFF)
    compare.add_argument("old", metavar="OLD", help="`in-force`, a configuration, a folder or file of rules, a hash")
    compare.add_argument("new", metavar="NEW", help="the same")
    compare.add_argument(
        "--traffic", metavar="SINCE", help="also decide the requests of the record since (30d, 2026-11-01)"
    )
    compare.add_argument("--json", action="store_true", help="JSON instead of sentences")
    compare.set_defaults(run=diff)
    accept = _action(actions, "accept", "let a configuration that lets more out take effect", _ACCEPT)
    accept.add_argument("hash", metavar="HASH", help="of the configuration, as the gateway printed it")
    accept.add_argument("--state-dir", metavar="DIR", help="where its state is, in place of the configured `state_dir`")
    accept.set_defaults(run=take)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str, epilog: str
) -> argparse.ArgumentParser:
    made = actions.add_parser(
        name,
        help=does,
        description=f"{does[0].upper()}{does[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--config", metavar="FILE", default="config.yaml", help="configuration (%(default)s)")
    return made


# --- test --------------------------------------------------------------------------------------------------------------


def test(options: argparse.Namespace) -> int:
    """Try every example; 1 if one does not hold."""
    try:
        where = options.policies or policies_of(options.config, os.environ)
        folder = read_folder(where)
        written, tried = trials(folder.rules, tests=folder.tests)
        givers, problems, notes = _against(written, [one.example for one in tried], options.config)
    except DocumentInvalid as invalid:
        print("\n".join(map(str, invalid.problems)), file=sys.stderr)
        return 1
    broken = [one for one in tried if one.complaint]
    examples = [one.example for one in tried]
    covered, warnings = coverage(written, examples), lint(written, examples, givers=givers)
    if options.json:
        told = _tested(tried, covered, [*map(str, warnings), *notes])
        print(json.dumps(told | {"problems": list[JSON](map(str, problems))}, indent=2))
        return 1 if broken or problems else 0
    for problem in problems:
        print(f"FAILED {problem}")
    for one in broken:
        name = f"{one.example.name} " if one.example.name else ""
        print(f"FAILED {one.example.file}:{one.example.line}: {name}{one.complaint}")
    for rule in covered:
        how = f"decided by {rule.decided} examples" if rule.decided else "DECIDED BY NO EXAMPLE"
        print(f"rule   {rule.rule.id}: {how}")
    for warning in (*warnings, *notes):
        print(f"warn   {warning}")
    tested = sum(bool(rule.decided) for rule in covered)
    print(f"{len(tried) - len(broken)} of {len(tried)} examples hold; they decide {tested} of {len(covered)} rules.")
    if problems:
        print(f"{len(problems)} names that rules ask for are unknown: `gateway check` refuses them too.")
    return 1 if broken or problems else 0


def _against(
    policy: Policy, examples: Sequence[Example], config: str
) -> tuple[Mapping[str, Sequence[str]], tuple[Problem, ...], list[str]]:
    """Who gives which label, what the rules name and the configuration does not know, and notes: on examples that name such a
    thing, or that it cannot be read.
    """
    try:
        settings = load_without_policies(config, os.environ)
    except DocumentInvalid as invalid:
        return {}, (), [unchecked(config, invalid)]
    notes = [str(one) for one in unresolved_in_examples(examples, known_names(settings))]
    return settings.label_givers, (*clashes(policy), *unknown_names(policy, settings)), notes


def _tested(tried: Sequence[Tried], covered: Sequence[Covered], warnings: list[str]) -> Tree:
    examples: list[JSON] = [
        {
            "file": one.example.file,
            "line": one.example.line,
            "name": one.example.name,
            "holds": not one.complaint,
            "instead": one.complaint,
        }
        for one in tried
    ]
    rules: list[JSON] = [{"id": one.rule.id, "applied": one.applied, "decided": one.decided} for one in covered]
    return {"examples": examples, "rules": rules, "warnings": list[JSON](warnings)}


# --- matrix ------------------------------------------------------------------------------------------------------------


def show(options: argparse.Namespace) -> int:
    """Print the table."""
    settings = _loaded(options.config)
    if settings is None:
        return 1
    wanted = options.target or list(settings.targets)
    unknown = [name for name in wanted if name not in settings.targets]
    if unknown:
        print(f"There is no target `{unknown[0]}`. Known here: {', '.join(settings.targets)}.", file=sys.stderr)
        return 1
    targets = [settings.targets[name] for name in wanted]
    rows = matrix(settings.policy, targets, today=today(), detectors=settings.detectors)
    for target in targets:
        if target.provider.baa is not None and today() <= target.provider.baa.expires < date.max:
            ended = target.provider.baa.expires + timedelta(days=1)
            later = matrix(settings.policy, [target], today=ended, detectors=settings.detectors)
            rows = tuple(replace(row, cells=row.cells + one.cells) for row, one in zip(rows, later, strict=True))
            wanted = [*wanted, f"{target.name} from {ended} on, its BAA ended"]
    if options.json:
        cells: list[JSON] = [
            {"who": row.who, "what": row.what, "targets": dict(zip(wanted, map(said, row.cells), strict=True))}
            for row in rows
        ]
        print(json.dumps(cells, indent=2))
        return 0
    for column in columns(rows, wanted):
        print(f"{', '.join(column.targets)}:")
        _print_column(column)
        print()
    return 0


def _print_column(column: Column) -> None:
    left = max(len(what) for what, _ in column.lines)
    widths = [max(len(head), *(len(cells[at]) for _, cells in column.lines)) for at, head in enumerate(column.who)]
    for what, cells in (("", column.who), *column.lines):
        line = "".join(f"  {cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        print(f"  {what:<{left}}{line}".rstrip())


# --- diff --------------------------------------------------------------------------------------------------------------


def diff(options: argparse.Namespace) -> int:
    """Say what opens and what closes."""
    began = time.perf_counter()
    try:
        old, new = (side(named, options.config, os.environ) for named in (options.old, options.new))
        for note in sorted({old.unchecked, new.unchecked} - {""}):
            print(f"warning: {note}", file=sys.stderr)
        told = changed_with(old.standing, new.standing, today=today())
        moved = None
        if options.traffic:
            moved = _replayed(old, new, options.config, _since(options.traffic))
    except DocumentInvalid as invalid:
        print("\n".join(map(str, invalid.problems)), file=sys.stderr)
        return 2
    except (Unreadable, LedgerUnavailable, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        tree: dict[str, JSON] = {"opens": list(told.opens), "closes": list(told.closes)}
        print(json.dumps(tree | ({"traffic": _moves(moved)} if moved else {}), indent=2))
        return 1 if told.opens else 0
    for head, sentences in (("opens", told.opens), ("closes", told.closes)):
        print(f"{head}: {len(sentences) or 'nothing'}")
        for sentence in sentences[:_SHOWN]:
            print(f"  {sentence}")
        if len(sentences) > _SHOWN:
            print(f"  and {len(sentences) - _SHOWN} more: --json shows all")
    print("same: every other request" if told.opens or told.closes else "same: every request")
    if moved is not None:
        _print_moves(moved)
    print(f"Everything that the two tell apart was decided, in {time.perf_counter() - began:.2f} s.")
    return 1 if told.opens else 0


def _since(text: str) -> datetime:
    if text.endswith("d") and text[:-1].isdigit():
        return datetime.now(UTC) - timedelta(days=int(text[:-1]))
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("--traffic takes days like `30d`, or a day like `2026-11-01`.") from None
    return day if day.tzinfo else day.replace(tzinfo=UTC)


def _replayed(old: Side, new: Side, config: str, since: datetime) -> Replayed:
    since_us = int(since.timestamp() * 1e6)
    with recorded_at(config, os.environ, since_us=since_us) as path:
        found = recorded(path, since_us=since_us)
    counts: dict[Facts, int] = {}
    for (facts, _), count in found.items():
        counts[facts] = counts.get(facts, 0) + count
    return replay(counts, (old.standing.policy, old.targets), (new.standing.policy, new.targets), today=today())


def _moves(moved: Replayed) -> JSON:
    moves: list[JSON] = [
        {
            "request": described(one.facts),
            "before": one.before,
            "after": one.after,
            "count": one.count,
            "wider": one.wider,
        }
        for one in moved.moves
    ]
    return {"same": moved.same, "moves": moves}


def _print_moves(moved: Replayed) -> None:
    print(f"recorded requests: {moved.same} would go the same way")
    for (before, after), count in sorted(moved.counts().items()):
        where = "other kinds taken out, or another target" if before == after else f"{before} → {after}"
        print(f"  {count} would go otherwise: {where}")
    for move in moved.moves[:_SHOWN]:
        print(f"  {move.count} × {described(move.facts)}: {move.before} → {move.after}")


# --- accept ------------------------------------------------------------------------------------------------------------


def take(options: argparse.Namespace) -> int:
    """Write down what is accepted."""
    if not acceptance.is_hash(options.hash):
        print("A hash is the 16 digits that the gateway printed.", file=sys.stderr)
        return 1
    try:
        state_dir = Path(options.state_dir or state_dir_of(options.config, os.environ))
        if (waits := acceptance.waiting(state_dir)) != options.hash:
            now = f"What waits is {waits}." if waits else "No configuration waits to be accepted."
            print(f"Nothing waits under this hash. {now}", file=sys.stderr)
            return 1
        acceptance.accept(state_dir, options.hash)
    except DocumentInvalid as invalid:
        print("\n".join(map(str, invalid.problems)), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.state_dir or 'state_dir'} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"Accepted once: {options.hash}. It takes effect with the next `gateway reload`, or start.")
    return 0


def _loaded(config: str) -> Settings | None:
    try:
        return load(config, os.environ)
    except DocumentInvalid as invalid:
        print("\n".join(map(str, invalid.problems)), file=sys.stderr)
        return None
