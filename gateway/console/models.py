"""Shows providers and their models: what answers, what is in memory, who waits, how fast; has one loaded where somebody may."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.console.visit import Answer, Elsewhere, Page, Visit
from gateway.domain import Permission, Target
from gateway.errors import NotFound
from gateway.events import Noted
from gateway.pipeline.status import Status, TargetNow
from gateway.pipeline.watch import Watch
from gateway.routing.pace import NEW, Pace
from gateway.upstream.machines import can_be_told
from gateway.upstream.port import AttemptFailed

PATH: Final = "/console/models"
CALLER: Final = "console"
"""Whose turn it is where models wait for memory."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One target as the page shows it; `loading` is what became of somebody's wish to have it loaded, or ""."""

    now: TargetNow
    pace: Pace
    routes: tuple[str, ...]
    can_load: bool
    loading: str = ""

    @property
    def tokens_s(self) -> float | None:
        each_s = self.pace.per_token_s
        return 1 / each_s if each_s else None


class Models:
    """The view of providers and their models."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._loading: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def show(self, visit: Visit) -> Answer:
        """The page."""
        status = self._watch.look()
        told = status.tree()
        providers = told["providers"]
        shown = {
            "providers": providers if isinstance(providers, dict) else {},
            "targets": self._by_provider(status),
            "machines": status.machines,
            "unused": [name for name in visit.settings.targets if name not in status.targets],
            "operates": visit.visitor.may(Permission.OPERATE),
        }
        return Page("models.html", shown)

    async def warm(self, visit: Visit) -> Answer:
        """Have a model loaded, beside whatever else happens. Raises `NotFound`."""
        visit.demand(Permission.OPERATE)
        name = (await visit.form()).get("target", "")
        target = visit.settings.targets.get(name)
        if target is None or not can_be_told(target):
            raise NotFound("There is no such target on the premises whose server can be told to load a model.")
        if self._loading.get(name) != "loading":
            self._loading[name] = "loading"
            visit.access.note(Noted.LOAD_ASKED, visit.visitor.caller, reason=name)
            task = asyncio.create_task(self._load(target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return Elsewhere(PATH)

    async def _load(self, target: Target) -> None:
        there = False
        try:
            there = await self._watch.premises.machines.warm(target, caller=CALLER)
        except AttemptFailed:
            there = False
        finally:
            self._loading[target.name] = "loaded" if there else "could not be loaded: look at what its server says"

    def _by_provider(self, status: Status) -> Mapping[str, list[Shown]]:
        paces = self._watch.standings.paces(None).known
        routes: dict[str, list[str]] = {}
        for name, one in status.routes.items():
            for now in one.targets:
                routes.setdefault(now.target.name, []).append(name)
        found: dict[str, list[Shown]] = {}
        for name, now in status.targets.items():
            loading = self._loading.get(name, "")
            shown = Shown(
                now,
                paces.get(name, NEW),
                tuple(routes.get(name, ())),
                can_be_told(now.target) and not now.target.provider.off,
                "" if loading == "loaded" else loading,
            )
            found.setdefault(now.target.provider.name, []).append(shown)
        return found
