"""The composition root: settings in, a running gateway out; the only place that names concrete adapters."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from gateway.api.admission import InFlight
from gateway.api.anthropic import AnthropicFacade
from gateway.api.control import control
from gateway.api.front import Facade, Front
from gateway.api.ollama import OllamaFacade
from gateway.api.openai import OpenAiFacade
from gateway.audit.ledger import Ledger
from gateway.audit.records import AuditSink, ClosedLedger, LedgerUnavailable
from gateway.audit.secret import FILE as SECRET_FILE
from gateway.audit.secret import SECRET_BYTES, Purpose, SecretUnusable, derive, override, read_or_make
from gateway.audit.store import prepare_directory
from gateway.config import Settings
from gateway.config.prices import priced
from gateway.detectors import presidio
from gateway.detectors.scanner import Scanner
from gateway.detectors.second import Second
from gateway.domain import Adapter, Detector, Operation
from gateway.events import EventSink, FanOut, ProviderProbed
from gateway.observability.logs import EventLog, take_over_again
from gateway.observability.logs import Style as LogStyle
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from gateway.phi.find.engine import load_engine
from gateway.phi.replace.redact import Refused
from gateway.pipeline import Pipeline
from gateway.pipeline.attempt import Attempts
from gateway.pipeline.settlement import PERMITTED, REDACTED
from gateway.policy.decide import RefusalReason
from gateway.policy.names import unmet
from gateway.routing.table import with_discovered
from gateway.upstream.direct.adapter import Direct
from gateway.upstream.embedded.adapter import EmbeddedUpstream
from gateway.upstream.litellm.adapter import LiteLlm
from gateway.upstream.port import Upstream
from gateway.upstream.probe import Health, is_asked, probe_all
from gateway.upstream.scripted import Scripted

PROBE_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a gateway is given, because it outlives a reload or depends on the machine."""

    secret: bytes
    ledger: AuditSink
    scanner: Scanner
    metrics: Metrics
    events: EventSink
    log: EventLog
    notes: tuple[str, ...] = ()
    """What whoever starts the gateway should know: a directory that cannot be written, a secret that will not last."""


def build(
    settings: Settings,
    *,
    environ: Mapping[str, str],
    log_style: LogStyle,
    stream: TextIO,
    second: Callable[[], Detector] | None = None,
) -> Gateway:
    """A gateway on this machine: its secret, its record, its log.

    `second` makes a detector to look beside the engine, in place of the one that the configuration names.

    Raises:
        SecretUnusable: the secret is there and cannot be trusted.
        PresidioMissing: the configuration asks for it.
    """
    vocabulary = vocabulary_of(settings)
    log = EventLog(vocabulary, style=log_style, stream=stream)
    metrics = Metrics(vocabulary)
    events = FanOut([metrics, log])
    notes: list[str] = []
    state_dir = Path(settings.state_dir)
    ledger: AuditSink = ClosedLedger()
    given = environ.get("GATEWAY_SECRET", "")
    secret = override(given) if given else secrets.token_bytes(SECRET_BYTES)
    try:
        prepare_directory(state_dir)
        secret = secret if given else read_or_make(state_dir)
        ledger = Ledger(state_dir, words=vocabulary.names, sink=events)
    except (OSError, LedgerUnavailable):
        notes.append(
            f"{state_dir} cannot be written: there is no record, so only targets on the premises are used. "
            "Make it writable or set `state_dir`."
        )
    scanner = _scanner(settings, key=derive(secret, Purpose.CACHE), second=second or _second(settings))
    parts = Parts(secret, ledger, scanner, metrics, events, log, tuple(notes))
    return Gateway(priced(settings), parts)


class Gateway:
    """All parts, joined. `start` before the fronts take requests, `stop` after the last one is done."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._configured = self._settings = settings
        self._parts = parts
        self.health: Mapping[str, Health] = MappingProxyType({})
        self.metrics = parts.metrics
        self._events = parts.events
        self._ready = False
        self._probing: asyncio.Task[None] | None = None
        self._reloaded = asyncio.Event()
        direct = Direct(networks=settings.on_prem_networks, events=parts.events)
        self.embedded = EmbeddedUpstream(direct, state_dir=settings.state_dir, events=parts.events)
        self._litellm = LiteLlm(
            networks=settings.on_prem_networks, events=parts.events, on_import=partial(take_over_again, parts.log)
        )
        self._upstreams: Mapping[Adapter, Upstream] = {
            Adapter.DIRECT: direct,
            Adapter.OLLAMA: direct,  # the same sockets, another dialect
            Adapter.EMBEDDED: self.embedded,
            Adapter.LITELLM: self._litellm,
            Adapter.SCRIPTED: Scripted(),
        }
        self.pipeline = Pipeline(
            settings=lambda: self._settings,
            health=lambda: {name: health.up for name, health in self.health.items()},
            scanner=parts.scanner,
            attempts=Attempts(
                upstreams=self._upstreams,
                ledger=parts.ledger,
                events=parts.events,
                look=parts.scanner.look,
                audit_key=derive(parts.secret, Purpose.AUDIT),
            ),
            events=parts.events,
            ledger=parts.ledger,
            pseudonym_key=derive(parts.secret, Purpose.PSEUDONYM),
        )
        self._facades: Mapping[str, Facade] = {
            "openai": OpenAiFacade(self.pipeline).facade(),
            "anthropic": AnthropicFacade(self.pipeline).facade(),
            "ollama": OllamaFacade(self.pipeline).facade(),
        }
        self._control = control(metrics=self.metrics, pipeline=self.pipeline)
        self._in_flight = InFlight()

    @property
    def events(self) -> EventSink:
        return self._events

    @property
    def log(self) -> EventLog:
        return self._parts.log

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever starts the gateway should know, and what its rules ask for in vain."""
        in_vain = unmet(self._settings.policy, detectors=self._parts.scanner.detectors)
        return (*self._parts.notes, *(f"{problem.message} {problem.remedy}" for problem in in_vain))

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
                events=self._events,
                in_flight=self._in_flight,
                ready=lambda: self._ready,
            )
            for listener in self._settings.listeners
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
        for upstream in self._upstreams.values():
            await upstream.aclose()
        await self._parts.scanner.aclose()
        await asyncio.to_thread(self._parts.ledger.close)

    async def refresh(self) -> None:
        """Probe the local servers and offer what they list."""
        configured = self._configured
        providers = list(configured.providers.values())
        health = await probe_all(providers, networks=configured.on_prem_networks)
        for name, answer in health.items():
            self._events.emit(ProviderProbed(provider=name, up=answer.up))
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
            self._learn()

    def reload(self, settings: Settings) -> None:
        """Swap the settings; requests under way keep the ones they started with. Listeners stay as they are."""
        self._configured = settings = priced(settings)
        kept = {
            name: target
            for name, target in self._settings.table.discovered.items()
            if settings.providers.get(target.provider.name) == target.provider  # what was vouched for may have changed
        }
        self._settings = replace(settings, table=replace(settings.table, discovered=kept))
        self._learn()
        self._warm()
        self._reloaded.set()

    def _warm(self) -> None:
        """Import LiteLLM in the background, if a target needs it that is not off."""
        providers = [target.provider for target in self._configured.targets.values()]
        needed = any(provider.adapter is Adapter.LITELLM and not provider.off for provider in providers)
        if needed:
            self._litellm.warm()

    def _learn(self) -> None:
        """Teach the names in force to all that refuse other names."""
        vocabulary = vocabulary_of(self._settings)
        self.metrics.learn(vocabulary)
        self.log.learn(vocabulary)
        self._parts.ledger.learn(vocabulary.names)

    async def _keep_probing(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._reloaded.wait(), PROBE_EVERY_S)
            self._reloaded.clear()
            await self.refresh()


def explaining_scanner(settings: Settings) -> Scanner:
    """A scanner for one question; start it, and end it.

    Raises:
        PresidioMissing: the configuration asks for it.
    """
    return _scanner(settings, key=secrets.token_bytes(SECRET_BYTES), second=_second(settings))


def _scanner(settings: Settings, *, key: bytes, second: Callable[[], Detector] | None) -> Scanner:
    limit_s = settings.scan_deadline_s
    beside = Second(second, key=key, limit_s=limit_s) if second else None
    return Scanner(load_engine(), key=key, second=beside, deadline_s=limit_s)


def _second(settings: Settings) -> Callable[[], Detector] | None:
    """The second detector that the configuration asks for."""
    if not settings.scan_second:
        return None
    presidio.demand()
    return presidio.Presidio


def explaining_key(settings: Settings, environ: Mapping[str, str]) -> bytes:
    """The key of this installation's pseudonyms, so that what is shown is what would leave; makes no secret.

    Where there is no secret yet, or whoever asks may not read it, a key for this one answer.
    """
    given, file = environ.get("GATEWAY_SECRET", ""), Path(settings.state_dir) / SECRET_FILE
    try:
        if given or file.exists():
            secret = override(given) if given else read_or_make(file.parent)
            return derive(secret, Purpose.PSEUDONYM)
    except (OSError, SecretUnusable):
        pass
    return secrets.token_bytes(SECRET_BYTES)


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
        models=vocabulary.models | {(Operation.CHAT, target.provider.name, target.model) for target in found.values()},
        reasons=vocabulary.reasons | {rule.id for rule in settings.policy.rules},
    )
