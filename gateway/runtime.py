"""A running gateway: what is in force, who answers, what a reload changes; names no concrete adapter."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from gateway.access.emergency import Emergencies
from gateway.access.stored import StoredKeys
from gateway.api.admission import InFlight
from gateway.api.control import control
from gateway.api.front import Facade, Front, Pages
from gateway.api.holders import Holders
from gateway.config import Listener, Settings
from gateway.config.changes import (
    Reloaded,
    awaits_restart,
    caller_changes,
    listener_now,
    rule_changes,
    word_changes,
)
from gateway.config.in_force import InForce
from gateway.config.prices import priced
from gateway.detectors.scanner import Scanner
from gateway.document import DocumentInvalid
from gateway.domain import Adapter, Provider
from gateway.errors import KeysUnavailable
from gateway.events import BaaSeen, ConfigReloaded, EventSink, ProviderProbed, ReloadResult
from gateway.kinds.origin import host_and_port
from gateway.meters.sampler import Sampler
from gateway.observability.logs import EventLog
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from gateway.pipeline import Pipeline
from gateway.pipeline.aside import Aside
from gateway.pipeline.attempt import Attempts
from gateway.pipeline.holding import Holdings
from gateway.pipeline.judge import today
from gateway.pipeline.record import never_digest, now_us
from gateway.pipeline.standings import Standings
from gateway.pipeline.status import Reading
from gateway.pipeline.watch import Watch
from gateway.pipeline.wish import Known
from gateway.pipeline.words import names_by_use, vocabulary_of
from gateway.policy.names import unmet
from gateway.ports import AuditSink, ConfigRow, EventRow, Health, Probed, Quota
from gateway.routing.table import with_discovered
from gateway.upstream.attestation import Attestation
from gateway.upstream.collector import Collector
from gateway.upstream.machines import Machines
from gateway.upstream.port import Upstream
from gateway.upstream.premises import Premises
from gateway.upstream.probe import is_asked
from gateway.upstream.rounds import Rounds

PROBE_EVERY_S = 15.0
START_S = 1.0
"""How long the start waits for what local servers say: one that hangs is heard later."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters a gateway is made of: what outlives a reload, or depends on the machine."""

    upstreams: Mapping[Adapter, Upstream]
    attestation: Attestation
    machines: Machines
    meters: Sampler
    ledger: AuditSink
    quota: Quota
    keys: StoredKeys
    scanner: Scanner
    health: Health
    metrics: Metrics
    events: EventSink
    log: EventLog
    learners: Sequence[Callable[[Vocabulary], None]]
    """Take the names in force: whoever shows events refuses other names."""
    collector: Collector | None
    audit_key: bytes = field(repr=False)
    pseudonym_key: bytes = field(repr=False)
    warm: Callable[[], None]
    """Loads what the translating adapter needs; called where a target needs it, long before the first request does."""
    demonstration_problem: Callable[[], str]
    """Why the demonstration models cannot be served, or ""."""
    notes: Callable[[], tuple[str, ...]] = tuple
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
        self._probing: asyncio.Task[None] | None = None
        premises = Premises.of(parts.attestation, parts.machines, parts.meters)
        self._rounds = Rounds(premises, heard=self._heard)
        self._reloaded = asyncio.Event()
        self._aside, self._standings = Aside(), Standings()
        self._told_on = date.min
        self.pipeline = Pipeline(
            settings=lambda: in_force.settings,
            known=self._known,
            scanner=parts.scanner,
            attempts=Attempts(
                upstreams=parts.upstreams,
                premises=premises,
                ledger=parts.ledger,
                scanner=parts.scanner,
                aside=self._aside,
                audit_key=parts.audit_key,
                standings=self._standings,
                holdings=(holdings := Holdings(parts.quota, parts.events)),
            ),
            events=parts.events,
            ledger=parts.ledger,
            pseudonym_key=parts.pseudonym_key,
            aside=self._aside,
        )
        self.watch = Watch(
            settings=lambda: in_force.settings,
            health=parts.health,
            standings=self._standings,
            premises=premises,
            holdings=holdings,
            ledger=parts.ledger,
            events=parts.events,
            names=lambda: names_by_use(self._vocabulary()),
            notes=lambda: self.notes,
            demonstration_problem=parts.demonstration_problem,
        )
        self._facades = facades(self.pipeline)
        self.pages: Pages | None = None
        self._in_flight = InFlight()
        emergencies = Emergencies(events=parts.events, ledger=parts.ledger)
        self.holders = Holders(parts.keys, ledger=parts.ledger, emergencies=emergencies)
        self._control = control(metrics=self.metrics, pipeline=self.pipeline, watch=self.watch, holders=self.holders)
        self._holding: asyncio.Task[None] | None = None
        parts.keys.on_names = self._learn

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever starts the gateway should know, and what its rules ask for in vain."""
        settings = self.settings
        in_vain = unmet(settings.policy, detectors=self._parts.scanner.detectors)
        return (
            *self._parts.notes(),
            *self._parts.keys.notes,
            *(f"{problem.message} {problem.remedy}" for problem in in_vain),
            *settings.baa_notes(today()),
            *(f"{settings.policies}/{name} is hidden, and not read." for name in settings.policies_hidden),
        )

    @property
    def settings(self) -> Settings:
        """The settings in force, with the models that local servers list now."""
        return self._in_force.settings

    @property
    def stored_callers(self) -> frozenset[str]:
        """Callers that have, or had, keys in the key store."""
        return self._parts.keys.names

    @property
    def configured(self) -> Settings:
        """The settings in force as they were read."""
        return self._in_force.configured

    def fronts(self) -> list[Front]:
        """One ASGI application per listener, in the order of the settings that the gateway started with."""
        return [
            Front(
                listener=partial(self._listener, started, place),
                settings=lambda: self.settings,
                facades=self._facades,
                control=self._control,
                events=self.events,
                ledger=self._parts.ledger,
                in_flight=self._in_flight,
                holders=self.holders,
                aside=self._aside,
                ready=self.watch.can_answer,
                pages=self.pages,
                traces=self._in_force.started.traces,
            )
            for place, started in enumerate(self._in_force.started.listeners)
        ]

    def _listener(self, started: Listener, place: int) -> Listener | None:
        return listener_now(started, place, self._in_force.configured)

    async def start(self, *, patience_s: float = START_S, opens: Sequence[str] = ()) -> None:
        """Ask the local servers, then keep asking; ready when all answered, or after `patience_s`; `opens` is for the record."""
        self._learn_for_record(self._vocabulary())
        self._record(ReloadResult.STARTED, before=None, opens=opens)
        with contextlib.suppress(KeysUnavailable):  # `notes` says it
            self.holders.look()
        self._holding = asyncio.create_task(self.holders.keep())
        self._tell_of_agreements()
        await self._parts.scanner.start()
        self._learn_for_record(self._vocabulary())  # a second detector has said its version by now
        if first := self._begin_rounds():
            await asyncio.wait(first, timeout=patience_s)
        self._probing = asyncio.create_task(self._keep_probing())
        self._warm()
        self._parts.meters.start()
        if self._parts.collector is not None:
            self._parts.collector.start()
        self.watch.ready = True

    async def warm_up(self) -> None:
        """Make ready, beside the first requests, what they would otherwise wait for; costs a second of a processor."""
        await self._parts.scanner.warm_up()

    async def stop(self) -> None:
        """End everything that was started."""
        self.watch.ready = False
        for task in filter(None, (self._probing, self._holding)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)  # one that died earlier keeps nothing from its end
        await self._rounds.aclose()
        for upstream in self._parts.upstreams.values():
            await upstream.aclose()
        self._aside.close()
        if self._parts.collector is not None:
            await self._parts.collector.aclose()
        await self.watch.premises.aclose()
        await self._parts.scanner.aclose()
        self.holders.emergencies.stop()
        self._record(ReloadResult.STOPPED, before=None)
        await asyncio.to_thread(self.holders.close)
        await asyncio.to_thread(self._parts.ledger.close)
        await self._parts.quota.aclose()

    async def refresh(self) -> None:
        """Ask all local servers now, and wait for what each of them says."""
        if under_way := self._begin_rounds():
            await asyncio.wait(under_way)

    def _begin_rounds(self) -> list[asyncio.Task[None]]:
        configured = self._in_force.configured
        return self._rounds.begin(configured.providers.values(), list(configured.targets.values()))

    def _known(self) -> Known:
        tariff, load_s = self.settings.pricing.tariff_usd_per_kwh, self._parts.machines.load_s(self.settings.table.fast)
        return Known(
            health={name: answer.up for name, answer in self.health.known().items()},
            failing=self._standings.open_s(),
            paces=self._standings.paces(tariff, load_s=load_s),
            key=self._parts.pseudonym_key,
        )

    def _heard(self, provider: Provider, answer: Probed) -> None:
        """A local server answered, or did not: offer what all of them list by now."""
        in_force, providers = self._in_force, self._in_force.configured.providers
        if providers.get(provider.name) != provider:  # reloaded meanwhile: its own round is under way
            return
        where = host_and_port(provider.base_url)
        self.events.emit(ProviderProbed(provider=provider.name, up=answer.up, address=where, cause=answer.cause))
        before = {name: one for name, one in self.health.known().items() if name in providers}
        known = {**before, provider.name: answer}
        self.health.learn(known)
        offers = {
            name: (providers[name], known[name].models)
            for name in providers
            if name in known and is_asked(providers[name]) and providers[name].discover
        }
        table = with_discovered(in_force.configured.table, offers)
        if table.discovered != in_force.settings.table.discovered:
            in_force.settings = replace(in_force.configured, table=table)
            self._learn()

    def reload(self, settings: Settings, *, opens: Sequence[str] = ()) -> Reloaded:
        """Take up new settings, which let out what `opens` says; what needs a restart is told by name, and stays as it is.

        Requests under way keep the settings they started with, as far as these still permit them.
        """
        in_force = self._in_force
        before = in_force.configured
        in_force.configured = settings = priced(settings)
        self.holders.emergencies.keep_to(settings.emergency)
        answers = self.health.known()
        self.health.learn({n: a for n, a in answers.items() if settings.providers.get(n) == before.providers.get(n)})
        kept = {
            name: target
            for name, target in in_force.settings.table.discovered.items()
            if settings.providers.get(target.provider.name) == target.provider  # what was vouched for may have changed
        }
        in_force.settings = replace(settings, table=replace(settings.table, discovered=kept))
        rules = rule_changes(before.policy.text, settings.policy.text)
        words = word_changes(before.own_words, settings.own_words)
        made = Reloaded(awaits_restart(in_force.started, settings), rules, words)
        self._learn()
        for what, caller in caller_changes(before.keyring, settings.keyring):
            self._parts.ledger.noted(EventRow(at_us=now_us(), what=what, subject=caller))
        self._record(ReloadResult.OK, before=before, made=made, opens=opens)
        self._tell_of_agreements()
        self._warm()
        self._reloaded.set()
        return made

    def refuse(self, invalid: DocumentInvalid) -> None:
        """What was read again is unsound: tell it, and stay with what is in force."""
        self._record(ReloadResult.REFUSED, before=self._in_force.configured, problems=len(invalid.problems))

    def wait(self, settings: Settings, *, opens: Sequence[str]) -> None:
        """`settings` would let out what `opens` says, and nobody has accepted it: tell it, and stay with what is in force."""
        self._record(ReloadResult.WAITS, before=self._in_force.configured, read=settings, opens=opens)

    def _record(
        self,
        result: ReloadResult,
        *,
        before: Settings | None,
        read: Settings | None = None,
        made: Reloaded | None = None,
        problems: int = 0,
        opens: Sequence[str] = (),
    ) -> None:
        """Keep what came into force, or did not, where auditors and operators look."""
        now = read or self._in_force.configured
        config_before, policy_before = (before.hash, before.policy.hash) if before else ("", "")
        self._parts.ledger.configured(
            ConfigRow(
                at_us=now_us(),
                result=result,
                config_before=config_before,
                config_after=now.hash,
                policy_before=policy_before,
                policy_after=now.policy.hash,
                policy_text=now.policy.text,
                never_digest=never_digest(now.own_words, key=self._parts.audit_key),
                opens=tuple(opens),
            )
        )
        self.watch.reading = Reading(result=result, at_s=now_us() / 1_000_000, problems=problems)
        if before is None:
            return  # `GatewayStarted` says it, once there is a port to name, and `GatewayStopped`
        self.events.emit(
            ConfigReloaded(
                result=result,
                config_before=config_before,
                config_after=now.hash,
                policy_before=policy_before,
                policy_after=now.policy.hash,
                problems=problems,
                restart=made.restart if made else (),
                rules_added=len(made.rules.added) if made else 0,
                rules_removed=len(made.rules.removed) if made else 0,
                words_wider=len(made.words.wider) if made else 0,
                words_narrower=len(made.words.narrower) if made else 0,
                opens=len(opens),
            )
        )

    def _tell_of_agreements(self) -> None:
        self._told_on = today()
        days, ends = self._in_force.configured.baa_days(self._told_on), self._in_force.configured.baa_ends_at_s
        for name in days:
            self.events.emit(BaaSeen(provider=name, days_left=days[name], ends_at_s=ends[name]))

    def _warm(self) -> None:
        """Import LiteLLM in the background, if a target needs it that is not off."""
        providers = [target.provider for target in self._in_force.configured.targets.values()]
        if any(provider.adapter is Adapter.LITELLM and not provider.off for provider in providers):
            self._parts.warm()

    def _learn(self) -> None:
        """Teach the names in force to all that refuse other names."""
        vocabulary = self._vocabulary()
        for learn in self._parts.learners:
            learn(vocabulary)
        self._learn_for_record(vocabulary)

    def _vocabulary(self) -> Vocabulary:
        return vocabulary_of(self.settings, stored=self._parts.keys.names)

    def _learn_for_record(self, vocabulary: Vocabulary) -> None:
        """Teach the record its words: the names in force, the references of agreements, the version of what looks."""
        self._parts.ledger.learn({*vocabulary.names, *self.settings.baa_words, self._parts.scanner.version})

    async def _keep_probing(self) -> None:
        while True:
            if today() != self._told_on:
                self._tell_of_agreements()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._reloaded.wait(), PROBE_EVERY_S)
            self._reloaded.clear()
            self._begin_rounds()
