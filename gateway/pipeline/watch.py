"""Looks at the parts of a running gateway, for whoever watches it: people, probes and scrapes; decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from gateway import __version__
from gateway.config import Settings
from gateway.domain import Target
from gateway.domain.quota import Per
from gateway.events import EventSink, QuotaLeft, StateSeen
from gateway.pipeline.holding import Holdings
from gateway.pipeline.judge import today
from gateway.pipeline.standings import Standings
from gateway.pipeline.status import Known, MachineNow, Reading, Status, route_now, seen
from gateway.ports import AuditSink, Health
from gateway.upstream.premises import Premises


@dataclass(slots=True, kw_only=True)
class Watch:
    """One for a gateway. `names` are those that budgets and limits may count by, `notes` what somebody should know.

    `reading` is how the last reading of the configuration ended; `ready` whether requests are taken.
    """

    settings: Callable[[], Settings]
    health: Health
    standings: Standings
    premises: Premises
    holdings: Holdings
    ledger: AuditSink
    events: EventSink
    names: Callable[[], Mapping[Per, Collection[str]]]
    notes: Callable[[], Sequence[str]]
    demonstration_problem: Callable[[], str]
    ready: bool = False
    reading: Reading = field(default_factory=lambda: Reading(result="started", at_s=time.time()))
    _began_s: float = field(default_factory=time.monotonic)

    def look(self) -> Status:
        """What is so now. It asks nobody: what servers said last counts."""
        settings = self.settings()
        known, day = self._known(settings.targets.values()), today()
        targets, routes = seen(settings, known, day=day)
        return Status(
            version=__version__,
            up_s=time.monotonic() - self._began_s,
            ready=self.ready,
            settings=settings,
            day=day,
            known=known,
            routes=routes,
            targets=targets,
            machines={
                name: MachineNow(len(one.waiting), len(one.serving), one.used_gb, one.limits.memory_gb)
                for name, one in self.premises.machines.states().items()
            },
            record=self.ledger.available,
            reading=self.reading,
            energy=self.premises.meters.tree(),
            left=self.holdings.standing(settings.allowances, self.names()),
            notes=self.notes(),
        )

    def can_answer(self, routes: Collection[str]) -> bool:
        """Whether requests are taken, and each of `routes` has a target that would be asked now.

        Anybody may ask, without a key: it looks at those routes, each once, and at no other.
        """
        if not routes or not self.ready:
            return self.ready
        settings = self.settings()
        known, day = self._known(()), today()
        return all(
            route is not None and bool(route_now(route, settings, known, day=day).ready)
            for route in map(settings.table.routes.get, dict.fromkeys(routes))
        )

    def tell(self) -> None:
        """Tell what a scrape should show of this moment."""
        status = self.look()
        self.events.emit(
            StateSeen(
                record=status.record,
                routes={name: bool(one.ready) for name, one in status.routes.items()},
                left_alone={name: name in status.known.failing for name, one in status.targets.items()},
                loaded=status.known.loaded,
                quotas=tuple(
                    QuotaLeft(
                        sort=str(one["sort"]),
                        per=str(one["per"]),
                        name=str(one["name"]),
                        of=str(one["of"]),
                        every=str(one["every"]),
                        ratio=_ratio(one["left"], one["amount"]),
                    )
                    for one in status.left
                ),
            )
        )

    def _known(self, targets: Collection[Target]) -> Known:
        """What is known now; whether models are in memory, of `targets` only."""
        warmth = self.premises.warmth
        loaded = {target.name: warmth.last(target) for target in targets}
        return Known(
            health=self.health.known(),
            failing=self.standings.open_s(),
            key_refused=self.standings.key_refused,
            record=self.ledger.available,
            loaded={name: there for name, there in loaded.items() if there is not None},
            demonstration_problem=self.demonstration_problem(),
            forwards=self.premises.attestation.forwards,
            uncounted=lambda route: self.holdings.is_closed(route, self.settings().allowances),
        )


def _ratio(left: object, amount: object) -> float:
    if not isinstance(left, int | float) or not isinstance(amount, int | float) or not amount:
        return 0.0
    return left / amount
