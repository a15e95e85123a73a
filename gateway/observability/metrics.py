"""Counts events into Prometheus metrics; its labels are closed sets and configured names, never text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.exposition import generate_latest as render_plain
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE_OPENMETRICS
from prometheus_client.openmetrics.exposition import generate_latest as render_openmetrics
from typing_extensions import override

from gateway import events
from gateway.domain import Settlement
from gateway.domain.quota import UNITS
from gateway.events import AttemptResult, Event, EventSink
from gateway.observability.at_zero import start_at_zero
from gateway.observability.exposition import Exposition
from gateway.observability.families import SCHEMA, Families
from gateway.observability.settled import SettledCounts
from gateway.observability.vocabulary import Vocabulary, label


class Metrics(EventSink):
    """The sink behind `/metrics`. Names it has not been taught become `other`, so that no caller can add a series."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._families = Families()
        self._vocabulary = vocabulary
        self._settled = SettledCounts(self._families, vocabulary)
        self._usual: Mapping[type, Callable[..., None]] = {
            Settlement: self._settled.count,
            events.AttemptStarted: self._started,
            events.AttemptEnded: self._ended,
            events.Decided: self._decided,
            events.PhiFound: self._found,
            events.ScanEnded: self._scanned,
            events.QuotaCounted: self._counted,
        }
        self._plain = Exposition(render_plain, exemplars=False)
        self._openmetrics = Exposition(render_openmetrics, exemplars=True, end=b"# EOF\n")
        start_at_zero(self._families)

    @property
    def registry(self) -> CollectorRegistry:
        return self._families.registry

    def learn(self, vocabulary: Vocabulary) -> None:
        """Take the names of a reloaded configuration; what was already counted stays."""
        self._vocabulary = vocabulary
        self._settled.learn(vocabulary)

    def render(self, accept: str = "") -> tuple[str, bytes]:
        """(content type, body) of a scrape; OpenMetrics if `accept` asks for it, else plain text 0.0.4."""
        if "application/openmetrics-text" in accept:
            return CONTENT_TYPE_OPENMETRICS, self._openmetrics(self.registry)
        return CONTENT_TYPE_PLAIN_0_0_4, self._plain(self.registry)

    @override
    def emit(self, event: Event) -> None:
        of_every_request = self._usual.get(type(event))
        if of_every_request is not None:
            of_every_request(event)
        else:
            self._seldom(event)

    def _seldom(self, event: Event) -> None:
        match event:
            case events.FellBack() | events.StreamAborted() | events.AuthFailed() | events.ConsoleRefused():
                self._went_wrong(event)
            case events.OwnWordsUsed():
                self._families.own_words(event.of).inc(event.count)
            case events.EgressRefused() | events.EgressViolation():
                self._kept_in(event)
            case events.QuotaRefused() | events.SharedSeen():
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
            case (
                Settlement()
                | events.AttemptStarted()
                | events.AttemptEnded()
                | events.Decided()
                | events.PhiFound()
                | events.ScanEnded()
                | events.QuotaCounted()
            ):
                return  # `_usual` counts them
            case _:
                self._changed_state(event)

    # --- one method per kind of news -------------------------------------------------------------------------------

    def _started(self, event: events.AttemptStarted) -> None:
        self._families.inflight(label(event.provider, self._vocabulary.providers)).inc()

    def _ended(self, event: events.AttemptEnded) -> None:
        error = "" if event.result is AttemptResult.OK else event.result
        labels = self._vocabulary.model_labels(event.operation, event.provider, event.model)
        self._families.attempt_duration(*labels, error).observe(event.duration_s)
        if event.cause is not None:
            target = label(event.target, self._vocabulary.targets)
            self._families.failures(target, labels[1], event.cause).inc()
        if event.began:
            self._families.inflight(label(event.provider, self._vocabulary.providers)).dec()

    def _decided(self, event: events.Decided) -> None:
        reason = label(event.reason, self._vocabulary.reasons)
        self._families.decisions(event.sensitivity, event.destination, reason).inc()

    def _found(self, event: events.PhiFound) -> None:
        self._families.detections(event.kind, event.carrier).inc(event.count)

    def _scanned(self, event: events.ScanEnded) -> None:
        self._families.scan.observe(event.duration_s)
        if event.failed is not None:
            self._families.scan_failures(event.failed).inc()

    def _went_wrong(
        self, event: events.FellBack | events.StreamAborted | events.AuthFailed | events.ConsoleRefused
    ) -> None:
        families = self._families
        match event:
            case events.FellBack():
                targets = self._vocabulary.targets
                from_, to = label(event.from_, targets), label(event.to, targets)
                families.fallbacks(from_, to, event.reason.value, event.result.value).inc()
            case events.StreamAborted():
                families.stream_aborts(event.phase.value, event.side.value).inc()
            case events.AuthFailed() | events.ConsoleRefused():
                families.auth_failures(event.reason.value).inc()
            case _:
                assert_never(event)

    def _kept_in(self, event: events.EgressRefused | events.EgressViolation) -> None:
        match event:
            case events.EgressRefused():
                self._families.blocked(label(event.reason, self._vocabulary.reasons)).inc()
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
                families.model_load(label(event.provider, self._vocabulary.providers)).observe(event.duration_s)
            case events.EmbeddedExited():
                families.embedded_exits(event.reason.value).inc()
            case events.ProviderProbed() | events.MeterSeen():
                self._answers(event)
            case events.QueueChanged() | events.QueueWaited() | events.ModelLoaded():
                self._queued(event)
            case events.Faulted():
                families.faults.inc()
            case events.FellShort():
                families.shortfalls(label(event.target, self._vocabulary.targets), event.how.value).inc()
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
                family(label(name, names)).set(value)
        families.quota_left.forget()
        for one in event.quotas:
            families.quota_left(one.sort, one.per, one.name, one.of, one.every).set(one.ratio)

    def _counted(self, event: events.QuotaCounted) -> None:
        for one, amount in event.amounts:
            self._families.quota_used(one.sort, one.per, one.of, one.every).inc(amount / UNITS[one.of])

    def _used_up(self, event: events.QuotaRefused | events.SharedSeen) -> None:
        match event:
            case events.SharedSeen():
                self._families.shared_available.set(event.loss is None)
            case events.QuotaRefused():
                self._families.quota_refused(event.sort, event.per, event.of, event.every).inc()
            case _:
                assert_never(event)

    def _answers(self, event: events.ProviderProbed | events.MeterSeen) -> None:
        if isinstance(event, events.MeterSeen):
            self._families.meter_up(event.meter.value).set(event.loss is None)
        else:
            self._families.backend_up(label(event.provider, self._vocabulary.providers)).set(event.up)

    def _queued(self, event: events.QueueChanged | events.QueueWaited | events.ModelLoaded) -> None:
        families, known = self._families, self._vocabulary
        match event:
            case events.QueueChanged():
                families.queue_waiting(label(event.machine, known.machines)).set(event.waiting)
            case events.QueueWaited():
                families.queue_wait(label(event.target, known.targets)).observe(event.duration_s)
            case events.ModelLoaded():
                provider = label(event.provider, known.providers)
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
                provider = label(event.provider, self._vocabulary.providers)
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
