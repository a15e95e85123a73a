"""The composition root: settings in, a running gateway out; the only place that names concrete adapters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from gateway.api.anthropic import AnthropicFacade
from gateway.api.control import control
from gateway.api.front import Facade, Front
from gateway.api.ollama import OllamaFacade
from gateway.api.openai import OpenAiFacade
from gateway.audit.records import AuditSink
from gateway.audit.secret import Purpose, derive
from gateway.config import Settings
from gateway.detectors.scanner import Scanner
from gateway.domain import Adapter, Price, ProviderKind, Target
from gateway.events import EventSink, FanOut, GatewayStarted, ProviderProbed
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from gateway.outbound.prepare import Refused
from gateway.pipeline import Pipeline
from gateway.pipeline.attempt import Attempts
from gateway.pipeline.story import PERMITTED, REDACTED
from gateway.policy.decide import RefusalReason
from gateway.routing.table import with_discovered
from gateway.upstream.direct import Direct
from gateway.upstream.embedded import EmbeddedUpstream
from gateway.upstream.port import Upstream
from gateway.upstream.probe import Health, is_asked, probe_all
from gateway.upstream.scripted import Scripted

PROBE_EVERY_S = 15.0


class Gateway:
    """All parts, joined. `start` before the fronts take requests, `stop` after the last one is done."""

    def __init__(
        self, settings: Settings, *, secret: bytes, ledger: AuditSink, scanner: Scanner, sinks: Sequence[EventSink]
    ) -> None:
        self._configured = self._settings = settings
        self.health: Mapping[str, Health] = MappingProxyType({})
        self.metrics = Metrics(vocabulary_of(settings))
        self.events = FanOut([self.metrics, *sinks])
        self._ledger = ledger
        self._scanner = scanner
        self._ready = False
        self._probing: asyncio.Task[None] | None = None
        direct = Direct(networks=settings.on_prem_networks, events=self.events)
        self.embedded = EmbeddedUpstream(
            direct, state_dir=settings.state_dir, key=derive(secret, Purpose.EMBEDDED), events=self.events
        )
        self._upstreams: Mapping[Adapter, Upstream] = {
            Adapter.DIRECT: direct,
            Adapter.EMBEDDED: self.embedded,
            Adapter.SCRIPTED: Scripted(),
        }
        self.pipeline = Pipeline(
            settings=lambda: self._settings,
            health=lambda: {name: health.up for name, health in self.health.items()},
            scanner=scanner,
            attempts=Attempts(
                upstreams=self._upstreams,
                ledger=ledger,
                events=self.events,
                look=scanner.look,
                audit_key=derive(secret, Purpose.AUDIT),
            ),
            events=self.events,
            ledger=ledger,
            pseudonym_key=derive(secret, Purpose.PSEUDONYM),
        )
        self._facades: Mapping[str, Facade] = {
            "openai": OpenAiFacade(self.pipeline).facade(),
            "anthropic": AnthropicFacade(self.pipeline).facade(),
            "ollama": OllamaFacade(self.pipeline).facade(),
        }
        self._control = control(ready=lambda: self._ready, metrics=self.metrics)

    @property
    def settings(self) -> Settings:
        """The settings in force, with the models that local servers list now."""
        return self._settings

    def fronts(self) -> list[Front]:
        """One ASGI application per listener, in the order of the settings."""
        return [
            Front(
                listener,
                settings=lambda: self._settings,
                facades=self._facades,
                control=self._control,
                events=self.events,
            )
            for listener in self._settings.listeners
        ]

    async def start(self) -> None:
        """Ask the local servers once, then keep asking; ready afterwards."""
        await self._scanner.start()
        await self.refresh()
        self._probing = asyncio.create_task(self._keep_probing())
        self._ready = True

    async def stop(self) -> None:
        """End everything that was started."""
        self._ready = False
        if self._probing is not None:
            self._probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._probing
        for upstream in self._upstreams.values():
            await upstream.aclose()
        await self._scanner.aclose()
        await asyncio.to_thread(self._ledger.close)

    async def refresh(self) -> None:
        """Probe the local servers and offer what they list."""
        configured = self._configured
        providers = list(configured.providers.values())
        health = await probe_all(providers, networks=configured.on_prem_networks)
        for name, answer in health.items():
            self.events.emit(ProviderProbed(provider=name, up=answer.up))
        offers = {
            provider.name: (provider, health[provider.name].models)
            for provider in providers
            if is_asked(provider) and provider.discover
        }
        table = with_discovered(configured.table, offers)
        if configured is not self._configured:  # reloaded meanwhile: its own refresh is under way
            return
        self.health = MappingProxyType(health)
        if table.discovered != self._settings.table.discovered:
            self._settings = replace(configured, table=table)
            self._ledger.learn(vocabulary_of(self._settings).names)

    def reload(self, settings: Settings) -> None:
        """Swap the settings; requests under way keep the ones they started with. Listeners stay as they are."""
        self._configured = settings
        self._settings = replace(settings, table=replace(settings.table, discovered=self._settings.table.discovered))
        vocabulary = vocabulary_of(settings)
        self.metrics.learn(vocabulary)
        self._ledger.learn(vocabulary.names)

    async def _keep_probing(self) -> None:
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
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
        models=vocabulary.models,
        rules=frozenset(rule.id for rule in settings.policy.rules),
    )


def priced(settings: Settings, prices: Mapping[tuple[ProviderKind, str], Price]) -> Settings:
    """Settings whose cloud targets carry the published price where the configuration names none."""

    def with_price(target: Target) -> Target:
        price = prices.get((target.provider.kind, target.model))
        return replace(target, price=price) if target.price is None and price is not None else target

    targets = {name: with_price(target) for name, target in settings.targets.items()}
    routes = {
        name: replace(route, targets=tuple(with_price(target) for target in route.targets))
        for name, route in settings.table.routes.items()
    }
    return replace(settings, targets=targets, table=replace(settings.table, routes=routes))


__all__ = ["Gateway", "GatewayStarted", "priced", "vocabulary_of"]
