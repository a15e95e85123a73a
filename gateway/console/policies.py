"""Shows the rules in force, what they come to as a table, which examples try them, and what the last reading changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from gateway.config import Settings
from gateway.console.visit import Answer, Elsewhere, Page, Visit
from gateway.document import DocumentInvalid
from gateway.domain import Permission
from gateway.errors import InvalidRequest
from gateway.events import Noted
from gateway.pipeline.judge import today
from gateway.pipeline.watch import Watch
from gateway.policy.lint import coverage
from gateway.policy.matrix import columns, matrix
from gateway.policy.parse import trials
from gateway.state import acceptance, in_force

PATH: Final = "/console/policies"
_DIGEST: Final = 32
"""Bytes of a digest in the record; the hash of a configuration is its beginning."""
MOST_TRIED: Final = 4_000_000
"""How often a rule is held against an example at most, while a page waits: some seconds."""


class Policies:
    """The view of the rules. What is reckoned of a policy is kept until there is another one."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._kept: tuple[object, dict[str, object]] = ((), {})
        self._reckoning = asyncio.Lock()

    async def show(self, visit: Visit) -> Answer:
        """The page."""
        settings, state_dir = visit.settings, Path(visit.settings.state_dir)
        key = (settings.policy.hash, settings.hash, today())
        async with self._reckoning:
            if self._kept[0] != key:
                self._kept = (key, await asyncio.to_thread(reckoned, settings))
            told = self._kept[1]
        note = in_force.read(state_dir)
        shown = {
            "reading": self._watch.reading,
            "said": note.said if note else (),
            "waits": acceptance.waiting(state_dir) if settings.wider_waits else "",
            "operates": visit.visitor.may(Permission.OPERATE),
            "rules": settings.policy.rules,
            "hash": settings.policy.hash,
            "sources": {**settings.sources.rules, **settings.sources.tests},
        }
        return Page("policies.html", {**shown, **told})

    async def accept(self, visit: Visit) -> Answer:
        """Let the configuration that waits take effect with the next reload, as `gateway policy accept` does.

        Raises:
            InvalidRequest: what waits has another hash by now.
        """
        visit.demand(Permission.OPERATE)
        named, state_dir = (await visit.form()).get("hash", ""), Path(visit.settings.state_dir)
        if not acceptance.is_hash(named) or acceptance.waiting(state_dir) != named:
            raise InvalidRequest("Nothing waits under this hash. Load the page again.")
        try:
            await asyncio.to_thread(acceptance.accept, state_dir, named)
        except OSError:
            raise InvalidRequest("`state_dir` cannot be written.") from None
        visit.access.note(Noted.WIDER_ACCEPTED, visit.visitor.caller, digest=bytes.fromhex(named).ljust(_DIGEST, b"\0"))
        return Elsewhere(f"{PATH}#accepted")


def reckoned(settings: Settings) -> dict[str, object]:
    """The matrix of the policy at its targets, and how its examples try it; takes a while where there are many."""
    alike = alike_targets(settings)
    first = [settings.targets[names[0]] for names in alike.values()]
    rows = matrix(settings.policy, first, today=today(), detectors=settings.detectors)
    told = [
        replace(one, targets=tuple(name for key in one.targets for name in alike[key]))
        for one in columns(rows, list(alike))
    ]
    return {"matrix": told, **_tried(settings)}


def alike_targets(settings: Settings) -> dict[str, list[str]]:
    """Targets that no rule can tell apart, by the first of them: those of one provider that no rule names."""
    named = {name for rule in settings.policy.rules for name in rule.when.to.targets}
    found: dict[tuple[str, str], list[str]] = {}
    for name, target in settings.targets.items():
        found.setdefault((target.provider.name, name if name in named else ""), []).append(name)
    return {names[0]: names for names in found.values()}


def _tried(settings: Settings) -> dict[str, object]:
    try:
        written, tried = trials(settings.sources.rules, tests=settings.sources.tests)
    except DocumentInvalid:  # the files that are in force were sound when they were read
        return {"covered": {}, "examples": 0, "broken": 0, "counted": False}
    counted = len(written.rules) ** 2 * len(tried) <= MOST_TRIED
    covered = coverage(written, [one.example for one in tried]) if counted else ()
    return {
        "covered": {one.rule.id: one for one in covered},
        "examples": len(tried),
        "broken": sum(bool(one.complaint) for one in tried),
        "counted": counted,
    }
