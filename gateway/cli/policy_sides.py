"""One side of a comparison: the policy in force, a configuration, a folder or file of rules, or a policy of the record."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gateway.cli.place import recorded_at
from gateway.config import Settings, load
from gateway.config.load import load_without_policies, state_dir_of, unknown_names
from gateway.config.policies import read_folder
from gateway.config.standing import Standing, of_standing, standing_of
from gateway.document import DocumentInvalid, read
from gateway.domain import Target
from gateway.policy.parse import load as load_policies
from gateway.policy.private import with_private
from gateway.policy.rules import Policy, of_text
from gateway.ports import LedgerUnavailable
from gateway.state import in_force

IN_FORCE: Final = "in-force"
_HASH: Final = re.compile(r"[0-9a-f]{8,64}")
_NO_ROWS: Final = 2**62
"""A moment that no row comes after: only the policies are wanted."""


class Unreadable(Exception):
    """There is nothing of this name to compare; the message says what there could be."""


@dataclass(frozen=True, slots=True)
class Side:
    """Rules and where they may lead. `routes` are the targets of each route, in order."""

    standing: Standing
    routes: Mapping[str, Sequence[Target]] = field(default_factory=dict)
    unchecked: str = ""
    """Why names in rules could not be checked; "" where they were."""

    def targets(self, route: str) -> Sequence[Target]:
        """The targets of a route that is configured, else all."""
        return self.routes.get(route, self.standing.targets)


def side(named: str, config: str, environ: Mapping[str, str]) -> Side:
    """What `named` means; what is no whole configuration gets the targets of `config`, if that can be read.

    Raises `Unreadable`, or `DocumentInvalid` with all that is wrong with it.
    """
    path = Path(named)
    if path.is_file() and "rules" not in read(path.read_text(encoding="utf-8"), file=named).tree:
        return _of(load(named, environ))
    if path.is_dir():
        folder = read_folder(named)
        return _with(load_policies(folder.rules, tests=folder.tests), config, environ)
    if path.is_file():
        return _with(load_policies({named: path.read_text(encoding="utf-8")}), config, environ)
    around = _around(config, environ)
    state_dir = Path(state_dir_of(config, environ))
    if named == IN_FORCE:
        note = in_force.read(state_dir)
        standing = of_standing(note.standing) if note is not None else None
        if standing is None:
            raise Unreadable(f"No gateway of this version has run on {state_dir}: nothing is known to be in force.")
        return replace(around, standing=standing)
    if _HASH.fullmatch(named):
        try:
            with recorded_at(config, environ, since_us=_NO_ROWS) as path:
                policy = _of_record(path, named)
        except LedgerUnavailable as unavailable:
            raise Unreadable(str(unavailable)) from None
        return replace(around, standing=replace(around.standing, policy=policy))
    raise Unreadable(f"There is no `{named}`: name a file, a folder, `{IN_FORCE}`, or a hash of the record.")


def _around(config: str, environ: Mapping[str, str]) -> Side:
    try:
        return _of(load(config, environ))
    except DocumentInvalid:
        return Side(Standing())


def _of(settings: Settings) -> Side:
    return Side(standing_of(settings), {name: route.targets for name, route in settings.table.routes.items()})


def _with(policy: Policy, config: str, environ: Mapping[str, str]) -> Side:
    """The rules, at the targets of `config`. Raises `DocumentInvalid` for names that it does not know, as a start would."""
    rules = with_private(policy)
    try:
        settings = load_without_policies(config, environ)
    except DocumentInvalid as invalid:
        return Side(Standing(rules), unchecked=unchecked(config, invalid))
    if problems := unknown_names(policy, settings):
        raise DocumentInvalid(problems)
    return _of(replace(settings, policy=rules))


def unchecked(config: str, invalid: DocumentInvalid) -> str:
    """What is said where names in rules cannot be checked, since the configuration cannot be read."""
    first = invalid.problems[0]
    return (
        f"{config} cannot be used ({first.message.rstrip('.')}): nobody knows whether the agents, callers, routes, targets, "
        "providers and labels that rules name exist. Name a configuration with `--config FILE`."
    )


def _of_record(path: Path, beginning: str) -> Policy:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT text FROM policy WHERE hash GLOB ?", (f"{beginning}*",)).fetchall()
    except sqlite3.Error:
        raise Unreadable(f"There is no record at {path} that can be read.") from None
    if len(rows) != 1:
        several = "several policies" if rows else "no policy"
        raise Unreadable(
            f"The record has {several} whose hash begins with {beginning}. See `gateway audit tail --json`."
        )
    return of_text(rows[0][0])
