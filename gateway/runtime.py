"""A running gateway: what is in force, who answers, what a reload changes; names no concrete adapter."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gateway.api.admission import InFlight
from gateway.api.control import control
from gateway.api.front import Facade, Front
from gateway.config import Settings
from gateway.config.prices import priced
from gateway.detectors.scanner import Scanner
from gateway.domain import USUAL_OPERATION, Adapter
from gateway.events import EventSink, ProviderProbed
from gateway.observability.logs import EventLog
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from gateway.phi.replace.redact import Refused
from gateway.pipeline import Pipeline
from gateway.pipeline.aside import Aside
from gateway.pipeline.attempt import Attempts
from gateway.pipeline.settlement import PERMITTED, REDACTED
from gateway.policy.decide import RefusalReason
from gateway.policy.names import unmet
from gateway.ports import AuditSink, Health
from gateway.routing.table import with_discovered
from gateway.upstream.port import Upstream
from gateway.upstream.probe import is_asked, probe_all
from gateway.upstream.questions import Questions

PROBE_EVERY_S = 15.0


class InForce:
    """The settings in force, as `configured`, and with the models that local servers list now (`settings`).

    A `Gateway` changes it, and whoever must not work with old ones asks it each time.
    """

    def __init__(self, settings: Settings) -> None:
        self.configured = self.settings = priced(settings)


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters a gateway is made of: what outlives a reload, or depends on the machine."""

    upstreams: Mapping[Adapter, Upstream]
    ledger: AuditSink
    scanner: Scanner
    health: Health
    metrics: Metrics
    events: EventSink
    log: EventLog
    audit_key: bytes = field(repr=False)
    pseudonym_key: bytes = field(repr=False)
    warm: Callable[[], None]
    """Loads what the translating adapter needs; called where a target needs it, long before the first request does."""
    demonstration_problem: Callable[[], str]
    """Why the demonstration models cannot be served, or ""."""
    notes: tuple[str, ...] = ()
    """What whoever starts the gateway should know: a directory that cannot be written, a secret that will not last."""


class Gateway:
    """All parts, joined. `start` before the fronts take requests, `stop` after the last one is done."""

    def __init__(self, in_force: InForce, parts: Parts, *, facades: Callable[[Pipeline], Mapping[str, Facade]]) -> None:
        self._in_force = in_force
        self._parts = parts
        self.health = parts.health
        self.metrics = parts.metrics
        self.events = parts.events
        self.log = parts.log
        self.demonstration_problem = parts.demonstration_problem
        self._ready = False
        self._probing: asyncio.Task[None] | None = None
        self._reloaded = asyncio.Event()
        self._aside = Aside()
        self.pipeline = Pipeline(
            settings=lambda: in_force.settings,
            health=lambda: {name: answer.up for name, answer in parts.health.known().items()},
            scanner=parts.scanner,
            attempts=Attempts(
                upstreams=parts.upstreams,
                ledger=parts.ledger,
                events=parts.events,
                scanner=parts.scanner,
                aside=self._aside,
                audit_key=parts.audit_key,
            ),
            events=parts.events,
            ledger=parts.ledger,
            pseudonym_key=parts.pseudonym_key,
            aside=self._aside,
        )
        self._facades = facades(self.pipeline)
        self._control = control(metrics=self.metrics, pipeline=self.pipeline)
        self._in_flight = InFlight()

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever starts the gateway should know, and what its rules ask for in vain."""
        in_vain = unmet(self.settings.policy, detectors=self._parts.scanner.detectors)
        return (*self._parts.notes, *(f"{problem.message} {problem.remedy}" for problem in in_vain))

    @property
    def settings(self) -> Settings:
        """The settings in force, with the models that local servers list now."""
        return self._in_force.settings

    def fronts(self) -> list[Front]:
        """One ASGI application per listener, in the order of the settings."""
        return [
            Front(
                listener,
                settings=lambda: self.settings,
                facades=self._facades,
                control=self._control,
                events=self.events,
                in_flight=self._in_flight,
                aside=self._aside,
                ready=lambda: self._ready,
            )
            for listener in self.settings.listeners
        ]

    async def start(self) -> None:
        """Ask the local servers once, then keep asking; ready afterwards."""
        await self._parts.scanner.start()
        await self.refresh()
        self._probing = asyncio.create_task(self._keep_probing())
        self._warm()
        self._ready = True

    async def stop(self) -> None:
        """End everything that was started."""
        self._ready = False
        if self._probing is not None:
            self._probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._probing
        for upstream in self._parts.upstreams.values():
            await upstream.aclose()
        self._aside.close()
        await self._parts.scanner.aclose()
        await asyncio.to_thread(self._parts.ledger.close)

    async def refresh(self) -> None:
        """Probe the local servers and offer what they list."""
        in_force = self._in_force
        configured = in_force.configured
        providers = list(configured.providers.values())
        health = await probe_all(providers, Questions(networks=configured.on_prem_networks, events=self.events))
        for name, answer in health.items():
            self.events.emit(ProviderProbed(provider=name, up=answer.up))
        offers = {
            provider.name: (provider, health[provider.name].models)
            for provider in providers
            if is_asked(provider) and provider.discover
        }
        table = with_discovered(configured.table, offers)
        if configured is not in_force.configured:  # reloaded meanwhile: its own refresh is under way
            return
        self.health.learn(health)
        if table.discovered != in_force.settings.table.discovered:
            in_force.settings = replace(configured, table=table)
            self._learn()

    def reload(self, settings: Settings) -> None:
        """Swap the settings; requests under way keep the ones they started with. Listeners stay as they are."""
        in_force = self._in_force
        in_force.configured = settings = priced(settings)
        kept = {
            name: target
            for name, target in in_force.settings.table.discovered.items()
            if settings.providers.get(target.provider.name) == target.provider  # what was vouched for may have changed
        }
        in_force.settings = replace(settings, table=replace(settings.table, discovered=kept))
        self._learn()
        self._warm()
        self._reloaded.set()

    def _warm(self) -> None:
        """Import LiteLLM in the background, if a target needs it that is not off."""
        providers = [target.provider for target in self._in_force.configured.targets.values()]
        needed = any(provider.adapter is Adapter.LITELLM and not provider.off for provider in providers)
        if needed:
            self._parts.warm()

    def _learn(self) -> None:
        """Teach the names in force to all that refuse other names."""
        vocabulary = vocabulary_of(self.settings)
        self.metrics.learn(vocabulary)
        self.log.learn(vocabulary)
        self._parts.ledger.learn(vocabulary.names)

    async def _keep_probing(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._reloaded.wait(), PROBE_EVERY_S)
            self._reloaded.clear()
            await self.refresh()


def vocabulary_of(settings: Settings) -> Vocabulary:
    """Every name that may become a label, a log field or a column of the record."""
    reasons = [PERMITTED, REDACTED, *RefusalReason, *Refused]
    vocabulary = Vocabulary.of(
        list(settings.table.routes.values()),
        callers=[caller.name for caller in settings.callers] + ["anonymous"],
        agents=settings.table.agents,
        reasons=reasons,
    )
    found = settings.table.discovered
    return replace(
        vocabulary,
        targets=vocabulary.targets | set(found),
        models=vocabulary.models | {(USUAL_OPERATION, target.provider.name, target.model) for target in found.values()},
        reasons=vocabulary.reasons | {rule.id for rule in settings.policy.rules},
    )
