"""Counts events into Prometheus metrics; its labels are closed sets and configured names, never text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.exposition import generate_latest as render_plain
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE_OPENMETRICS
from prometheus_client.openmetrics.exposition import generate_latest as render_openmetrics
from typing_extensions import override

from gateway import events
from gateway.domain import Operation, Outcome, Quality, Settlement, Usage
from gateway.domain.quota import UNITS
from gateway.domain.settlement import NANO
from gateway.errors import GatewayError
from gateway.events import AttemptResult, Event, EventSink
from gateway.observability.at_zero import start_at_zero
from gateway.observability.families import SCHEMA, Families, exemplar
from gateway.observability.series import MAX_SERIES
from gateway.observability.vocabulary import NONE, OTHER, Vocabulary

TOKEN_TYPES = ("input", "output", "cached_input", "reasoning", "cache_write", "audio_input", "audio_output")
JOULES_PER_WH = 3600
SEVERAL = "several"
"""The agent of a request that claims more than one."""


def _tree(error: type[GatewayError]) -> Iterator[type[GatewayError]]:
    yield error
    for child in error.__subclasses__():
        yield from _tree(child)


CODES = frozenset(error.code for error in _tree(GatewayError))
STATUSES = frozenset(error.status for error in _tree(GatewayError)) | {200, 499}


@dataclass(frozen=True, slots=True)
class _Labels:
    """The labels of one request, by what they are for: `model` of the conventions, `who` of what is used up."""

    model: tuple[str, str, str]
    who: tuple[str, ...]
    caller: str
    route: str
    agent: str


class Metrics(EventSink):
    """The sink behind `/metrics`. Names it has not been taught become `other`, so that no caller can add a series."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._families = Families()
        self._vocabulary = vocabulary
        self._asked: dict[tuple[object, ...], _Labels] = {}
        start_at_zero(self._families)

    @property
    def registry(self) -> CollectorRegistry:
        return self._families.registry

    def learn(self, vocabulary: Vocabulary) -> None:
        """Take the names of a reloaded configuration; what was already counted stays."""
        self._vocabulary = vocabulary
        self._asked.clear()

    def render(self, accept: str = "") -> tuple[str, bytes]:
        """(content type, body) of a scrape; OpenMetrics if `accept` asks for it, else plain text 0.0.4."""
        if "application/openmetrics-text" in accept:
            return CONTENT_TYPE_OPENMETRICS, render_openmetrics(self.registry)  # type: ignore[no-untyped-call]
        return CONTENT_TYPE_PLAIN_0_0_4, render_plain(self.registry)

    @override
    def emit(self, event: Event) -> None:
        match event:
            case Settlement():
                self._settled(event)
            case events.AttemptStarted() | events.AttemptEnded():
                self._tried(event)
            case events.FellBack() | events.StreamAborted() | events.AuthFailed():
                self._went_wrong(event)
            case events.Decided() | events.PhiFound() | events.OwnWordsUsed() | events.ScanEnded():
                self._judged(event)
            case events.EgressRefused() | events.EgressViolation():
                self._kept_in(event)
            case events.QuotaCounted() | events.QuotaRefused():
                self._used_up(event)
            case (
                events.LedgerWritten()
                | events.LedgerLost()
                | events.LedgerRecovered()
                | events.LedgerCheckpointed()
                | events.LedgerWitnessed()
            ):
                self._of_record(event)
            case events.ConfigReloaded() | events.BaaSeen() | events.GatewayStarted():
                self._came_into_force(event)
            case events.StateSeen():
                self._stands(event)
            case _:
                self._changed_state(event)

    # --- one method per kind of news -------------------------------------------------------------------------------

    def _settled(self, event: Settlement) -> None:
        families, labels = self._families, self._labels(event)
        model, who = labels.model, labels.who
        route, agent = labels.route, labels.agent
        status = str(event.status) if event.status in STATUSES else OTHER
        error = self._name(event.error_code, CODES) if event.error_code else ""
        families.requests(labels.caller, agent, route, status, event.outcome.value).inc()
        families.request_duration(*model, route, agent, error).observe(event.duration_s, exemplar(event))
        families.overhead(route).observe(event.overhead_s)
        if event.emergency:
            families.emergencies(self._name(event.emergency, self._vocabulary.emergencies)).inc()
        for label in event.labels:
            families.labelled(self._name(label, self._vocabulary.labels)).inc()
        for unknown in event.unknowns:
            families.unchecked(unknown.value).inc()
        if event.first_token_s is not None:
            families.first_token(*model, route, agent).observe(event.first_token_s)
            if event.stream and event.usage.output_tokens > 1:
                generating_s = event.duration_s - event.first_token_s
                families.per_token(*model).observe(generating_s / (event.usage.output_tokens - 1))
        if event.usage.reported:
            self._count_tokens(event.usage, labels)
        self._count_use(event, who)
        if event.pseudonyms_unresolved:
            families.unresolved.inc(event.pseudonyms_unresolved)

    def _count_tokens(self, usage: Usage, labels: _Labels) -> None:
        counts = (
            *(usage.input_tokens, usage.output_tokens, usage.cached_input_tokens, usage.reasoning_tokens),
            *(usage.cache_write_tokens, usage.audio_input_tokens, usage.audio_output_tokens),
        )
        for kind, count in zip(TOKEN_TYPES, counts, strict=True):
            if count:
                self._families.tokens(*labels.model, kind).observe(count)
                self._families.tokens_used(*labels.who, kind).inc(count)

    def _count_use(self, event: Settlement, who: tuple[str, ...]) -> None:
        families = self._families
        if event.usage.audio_ms:
            families.audio(*who).inc(event.usage.audio_ms / 1000)
        if event.energy_nwh is not None and event.energy_quality is not None:
            families.energy(*who, event.energy_quality.value).inc(event.energy_nwh * JOULES_PER_WH / NANO)
        elif event.energy_quality is Quality.UNKNOWN:
            families.energy_unknown(*who).inc()
        if event.cost_nano_usd is not None and event.cost_quality is not None:
            families.cost(*who, event.cost_quality.value).inc(event.cost_nano_usd / NANO)
            if event.baseline_nano_usd is not None:
                families.baseline(*who).inc(event.baseline_nano_usd / NANO)
        elif event.outcome is Outcome.OK:
            families.unpriced(*who).inc()

    def _tried(self, event: events.AttemptStarted | events.AttemptEnded) -> None:
        if isinstance(event, events.AttemptStarted):
            self._families.inflight(self._name(event.provider, self._vocabulary.providers)).inc()
            return
        error = "" if event.result is AttemptResult.OK else event.result.value
        labels = self._model(event.operation, event.provider, event.model)
        self._families.attempt_duration(*labels, error).observe(event.duration_s)
        if event.cause is not None:
            target = self._name(event.target, self._vocabulary.targets)
            self._families.failures(target, labels[1], event.cause.value).inc()
        if event.began:
            self._families.inflight(self._name(event.provider, self._vocabulary.providers)).dec()

    def _went_wrong(self, event: events.FellBack | events.StreamAborted | events.AuthFailed) -> None:
        families = self._families
        match event:
            case events.FellBack():
                targets = self._vocabulary.targets
                from_, to = self._name(event.from_, targets), self._name(event.to, targets)
                families.fallbacks(from_, to, event.reason.value, event.result.value).inc()
            case events.StreamAborted():
                families.stream_aborts(event.phase.value, event.side.value).inc()
            case events.AuthFailed():
                families.auth_failures(event.reason.value).inc()
            case _:
                assert_never(event)

    def _judged(self, event: events.Decided | events.PhiFound | events.OwnWordsUsed | events.ScanEnded) -> None:
        families = self._families
        match event:
            case events.Decided():
                reason = self._name(event.reason, self._vocabulary.reasons)
                families.decisions(event.sensitivity.value, event.destination.value, reason).inc()
            case events.PhiFound():
                families.detections(event.kind.value, event.carrier.value).inc(event.count)
            case events.OwnWordsUsed():
                families.own_words(event.of.value).inc(event.count)
            case events.ScanEnded():
                families.scan.observe(event.duration_s)
                if event.failed is not None:
                    families.scan_failures(event.failed.value).inc()
            case _:
                assert_never(event)

    def _kept_in(self, event: events.EgressRefused | events.EgressViolation) -> None:
        match event:
            case events.EgressRefused():
                self._families.blocked(self._name(event.reason, self._vocabulary.reasons)).inc()
            case events.EgressViolation():
                self._families.violations.inc()
            case _:
                assert_never(event)

    def _changed_state(
        self,
        event: events.ProviderProbed
        | events.GatewayStopped
        | events.EmbeddedStarted
        | events.EmbeddedExited
        | events.Faulted
        | events.TargetForwards
        | events.FellShort
        | events.QueueChanged
        | events.QueueWaited
        | events.ModelLoaded
        | events.EmergencyOpened
        | events.EmergencyEnded
        | events.StepEnded
        | events.CollectorSeen
        | events.MeterSeen,
    ) -> None:
        families = self._families
        match event:
            case events.EmergencyOpened():
                families.emergency_open.inc()
            case events.EmergencyEnded():
                families.emergency_open.dec()
            case events.EmbeddedStarted():
                families.model_load(self._name(event.provider, self._vocabulary.providers)).observe(event.duration_s)
            case events.EmbeddedExited():
                families.embedded_exits(event.reason.value).inc()
            case events.ProviderProbed() | events.MeterSeen():
                self._answers(event)
            case events.QueueChanged() | events.QueueWaited() | events.ModelLoaded():
                self._queued(event)
            case events.Faulted():
                families.faults.inc()
            case events.FellShort():
                families.shortfalls(self._name(event.target, self._vocabulary.targets), event.how.value).inc()
            case events.GatewayStopped() | events.TargetForwards() | events.StepEnded() | events.CollectorSeen():
                # Nobody scrapes a gateway that has stopped, requests to such a target count as to any cloud, and traces
                # show the rest.
                return
            case _:
                assert_never(event)

    def _stands(self, event: events.StateSeen) -> None:
        """What is so at this moment; what was so of a name that is gone is shown no more."""
        families, known = self._families, self._vocabulary
        families.audit_available.set(event.record)
        for family, now, names in (
            (families.route_answers, event.routes, known.routes),
            (families.left_alone, event.left_alone, known.targets),
            (families.model_loaded, event.loaded, known.targets),
        ):
            family.forget()
            for name, value in now.items():
                family(self._name(name, names)).set(value)
        families.quota_left.forget()
        for one in event.quotas:
            families.quota_left(one.sort, one.per, one.name, one.of, one.every).set(one.ratio)

    def _used_up(self, event: events.QuotaCounted | events.QuotaRefused) -> None:
        match event:
            case events.QuotaCounted():
                for one, amount in event.amounts:
                    self._families.quota_used(one.sort, one.per, one.of, one.every).inc(amount / UNITS[one.of])
            case events.QuotaRefused():
                self._families.quota_refused(event.sort, event.per, event.of, event.every).inc()
            case _:
                assert_never(event)

    def _answers(self, event: events.ProviderProbed | events.MeterSeen) -> None:
        if isinstance(event, events.MeterSeen):
            self._families.meter_up(event.meter.value).set(event.loss is None)
        else:
            self._families.backend_up(self._name(event.provider, self._vocabulary.providers)).set(event.up)

    def _queued(self, event: events.QueueChanged | events.QueueWaited | events.ModelLoaded) -> None:
        families, known = self._families, self._vocabulary
        match event:
            case events.QueueChanged():
                families.queue_waiting(self._name(event.machine, known.machines)).set(event.waiting)
            case events.QueueWaited():
                families.queue_wait(self._name(event.target, known.targets)).observe(event.duration_s)
            case events.ModelLoaded():
                provider = self._name(event.provider, known.providers)
                if event.ok:
                    families.model_load(provider).observe(event.duration_s)
                else:
                    families.load_failures(provider).inc()
            case _:
                assert_never(event)

    def _came_into_force(self, event: events.ConfigReloaded | events.BaaSeen | events.GatewayStarted) -> None:
        families = self._families
        match event:
            case events.GatewayStarted():
                families.build(event.version, SCHEMA).set(1)
                families.settings(event.config_hash, event.policy_hash).set(1)
                families.reload_ok.set(1)
                families.reload_at.set_to_current_time()
            case events.ConfigReloaded():
                families.reloads(event.result.value).inc()
                families.reload_ok.set(event.result is events.ReloadResult.OK)
                families.reload_at.set_to_current_time()
                if event.result is events.ReloadResult.OK:
                    families.settings.forget()  # the hashes of what is in force, and no others
                    families.settings(event.config_after, event.policy_after).set(1)
            case events.BaaSeen():
                provider = self._name(event.provider, self._vocabulary.providers)
                families.baa_days(provider).set(event.days_left)
                families.baa_expires(provider).set(event.ends_at_s)
            case _:
                assert_never(event)

    def _of_record(
        self,
        event: events.LedgerWritten
        | events.LedgerLost
        | events.LedgerRecovered
        | events.LedgerCheckpointed
        | events.LedgerWitnessed,
    ) -> None:
        match event:
            case events.LedgerWritten():
                self._families.audit_records(event.record.value, event.result.value).inc(event.count)
                if event.result is not events.LedgerResult.REFUSED:  # nothing was tried
                    self._families.audit_write.observe(event.duration_s)
            case events.LedgerLost():
                self._families.ledger_lost(event.loss.value).inc()
                self._families.ledger_writable.set(0)
            case events.LedgerRecovered():
                self._families.ledger_writable.set(1)
            case events.LedgerCheckpointed():
                self._families.audit_checkpoint(event)
            case events.LedgerWitnessed():
                self._families.audit_witnessed(event.by.value, "failed" if event.loss else "ok").inc()
            case _:
                assert_never(event)

    # --- labels ----------------------------------------------------------------------------------------------------

    def _labels(self, event: Settlement) -> _Labels:
        """The labels of whoever asked and of what answered; looked up once for each combination."""
        asked = (event.caller, event.agent, event.agents, event.route, event.target, event.provider, event.model)
        key = (*asked, event.operation)
        labels = self._asked.get(key)
        if labels is None:
            labels = self._labelled(event)
            if OTHER not in labels.who and len(self._asked) < MAX_SERIES:  # what a caller made up is not remembered
                self._asked[key] = labels
        return labels

    def _labelled(self, event: Settlement) -> _Labels:
        known = self._vocabulary
        model = self._model(event.operation, event.provider, event.model)
        caller, route = self._name(event.caller, known.callers), self._name(event.route, known.routes)
        agent = SEVERAL if event.agents else self._name(event.agent, known.agents)
        target = self._name(event.target, known.targets)
        who = (caller, agent, route, target, *model[1:])
        return _Labels(model=model, who=who, caller=caller, route=route, agent=agent)

    def _model(self, operation: Operation, provider: str, model: str) -> tuple[str, str, str]:
        if (operation, provider, model) in self._vocabulary.models:
            return operation.value, provider, model
        if not provider:
            return operation.value, NONE, NONE
        return operation.value, self._name(provider, self._vocabulary.providers), OTHER

    @staticmethod
    def _name(name: str, known: frozenset[str]) -> str:
        if name in known:
            return name
        return OTHER if name else NONE
