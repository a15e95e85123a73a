"""Every metric the gateway exposes, by name, label and bucket; it counts nothing itself.

Names and buckets of `gen_ai_*` follow the OpenTelemetry conventions for generative AI as of `SCHEMA` (status: development),
so that dashboards for other gateways fit. Duration buckets are extended to eleven minutes, because a local model may have to
load. Label values are closed sets or names out of the configuration, never text of a request. A series is made when it is
first counted; those that an alert must see move from 0 are named in `at_zero.py`.
"""

from __future__ import annotations

from typing import Final

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from gateway.domain import Settlement
from gateway.events import LedgerCheckpointed
from gateway.observability.series import Labelled, QuickHistogram, Room

SCHEMA: Final = "1.42.0"
"""Version of the semantic conventions that the `gen_ai_*` names and labels are those of."""
MODEL = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")
PROVIDER = "gen_ai_provider_name"
WHO = ("caller", "agent", "route", "target", PROVIDER, "gen_ai_request_model")
"""What people ask by where something is used up: who asked for it, and what gave it."""
QUOTA = ("sort", "per", "of", "every")

DURATION_S = (
    *(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    *(163.84, 327.68, 655.36),
)
FIRST_TOKEN_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
PER_TOKEN_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576)
OVERHEAD_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
SCAN_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)
WRITE_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


def exemplar(event: Settlement) -> dict[str, str] | None:
    """Which trace shows such a request; only OpenMetrics has room for it."""
    traced = event.traced
    return {"trace_id": traced.trace_id} if traced is not None and traced.sampled else None


class Families:
    """The metric families, registered once in a registry of their own."""

    def __init__(self) -> None:
        # Creation times would double the number of series, and no dashboard reads them.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        folded = "Observations whose series would have been too many, and which were counted as `other`."
        self._room = Room(Counter("gateway_metrics_folded", folded, registry=self.registry))
        self._define_models()
        self._define_requests()
        self._define_policy()
        self._define_gateway()
        self._define_servers()
        self._define_record()

    def _define_models(self) -> None:
        self.request_duration = self._histogram(
            "gen_ai_server_request_duration_seconds",
            "Time from a request's arrival to the last byte of its answer, as the caller sees it.",
            (*MODEL, "route", "agent", "error_type"),
            DURATION_S,
        )
        self.first_token = self._histogram(
            "gen_ai_server_time_to_first_token_seconds",
            "Time from a request's arrival to its first content.",
            (*MODEL, "route", "agent"),
            FIRST_TOKEN_S,
        )
        self.per_token = self._histogram(
            "gen_ai_server_time_per_output_token_seconds",
            "Time per output token after the first, of streamed answers.",
            MODEL,
            PER_TOKEN_S,
        )
        self.attempt_duration = self._histogram(
            "gen_ai_client_operation_duration_seconds",
            "Time of one try of one target.",
            (*MODEL, "error_type"),
            DURATION_S,
        )
        self.tokens = self._histogram(
            "gen_ai_client_token_usage",
            "Tokens of one request, by type, as the provider reported them.",
            (*MODEL, "gen_ai_token_type"),
            TOKENS,
        )
        self._define_use()

    def _define_use(self) -> None:
        self.tokens_used = self._counter(
            "gateway_tokens",
            "Tokens, by type and by who asked, as the provider reported them.",
            (*WHO, "gen_ai_token_type"),
        )
        self.cost = self._counter(
            "gateway_cost_usd",
            "Dollars spent: provider prices, electricity for local targets; `quality` says whether the tokens were reported.",
            (*WHO, "quality"),
        )
        self.baseline = self._counter(
            "gateway_cost_baseline_usd",
            "What requests of a known cost would have cost by the price of `pricing.baseline`; less their cost: what was saved.",
            WHO,
        )
        self.unpriced = self._counter(
            "gateway_cost_unpriced_requests", "Answered requests whose price nobody says; never counted as free.", WHO
        )
        self.audio = self._counter("gateway_audio_seconds", "Seconds of sound that were transcribed.", WHO)
        self.energy = self._counter(
            "gateway_energy_joules",
            "Energy of local targets: `quality` says whether it was measured, or modelled by configured power.",
            (*WHO, "quality"),
        )
        self.energy_unknown = self._counter(
            "gateway_energy_unknown_requests",
            "Answers of local targets whose energy nobody says: neither a meter nor `power_w`.",
            WHO,
        )

    def _define_requests(self) -> None:
        self.requests = self._counter(
            "gateway_requests",
            "Requests that are over, by who asked, route, HTTP status and outcome.",
            ("caller", "agent", "route", "code", "outcome"),
        )
        self.overhead = self._histogram(
            "gateway_overhead_seconds",
            "Our own share of a request's time: total less upstream.",
            ("route",),
            OVERHEAD_S,
        )
        self.inflight = self._gauge(
            "gateway_inflight_requests",
            "Tries under way, by provider: their turn in the queue has come, and their answer is not over.",
            (PROVIDER,),
        )
        self.fallbacks = self._counter(
            "gateway_fallbacks",
            "A target failed and another was tried instead.",
            ("from_target", "to_target", "reason", "result"),
        )
        self.failures = self._counter(
            "gateway_attempt_failures", "Tries of targets that failed, by why.", ("target", PROVIDER, "cause")
        )
        self.stream_aborts = self._counter(
            "gateway_stream_aborts", "Streams that ended early, by phase and by who left.", ("phase", "side")
        )
        self.auth_failures = self._counter("gateway_auth_failures", "Requests refused at the door.", ("reason",))

        self.quota_used = self._counter(
            "gateway_quota_used",
            "What budgets and limits counted: dollars, tokens, watt-hours, requests, as `of` says.",
            QUOTA,
        )
        self.quota_left = self._gauge(
            "gateway_quota_left_ratio",
            "What is left of a budget or a limit in this span, as a share of 1.",
            ("sort", "per", "name", "of", "every"),
        )
        self.quota_refused = self._counter(
            "gateway_quota_refused", "Targets that were not asked because a budget or a limit was used up.", QUOTA
        )
        self.shared_available = Gauge(
            "gateway_shared_available",
            "0 while what counts budgets and limits for all replicas is away: targets that have one are closed off the premises.",
            registry=self.registry,
        )
        self.shared_available.set(1)

    def _define_policy(self) -> None:
        self.decisions = self._counter(
            "gateway_route_decisions",
            "Decisions, by how sensitive a request was and where it went.",
            ("sensitivity", "destination", "reason"),
        )
        self.detections = self._counter(
            "gateway_phi_detections",
            "Identifiers found, by kind and by part of the request.",
            ("entity_type", "carrier"),
        )
        self.own_words = self._counter(
            "gateway_phi_own_words",
            "Findings that the administrator's own words added (`also`) or took back (`never`).",
            ("list",),
        )
        self.labelled = self._counter(
            "gateway_labelled_requests",
            "Requests by what they are labelled; with several labels under each.",
            ("label",),
        )
        self.scan = QuickHistogram(
            "gateway_phi_scan_seconds", "Time of a scan for identifiers.", buckets=SCAN_S, registry=self.registry
        )
        self.scan_failures = self._counter(
            "gateway_phi_scan_failures", "Scans that failed or came late, by what was done about it.", ("action",)
        )
        self.unchecked = self._counter(
            "gateway_unchecked_requests",
            "Requests with something in them that could not be checked, by why.",
            ("reason",),
        )
        self.blocked = self._counter(
            "gateway_policy_blocked_egress", "Targets off the premises that a request was kept from.", ("reason",)
        )
        self.violations = Counter(
            "gateway_phi_egress_violations",
            "Connections without a recorded permission. Must stay 0.",
            registry=self.registry,
        )
        self.unresolved = Counter(
            "gateway_pseudonyms_unresolved",
            "Pseudonyms in answers that stand for nothing in their request.",
            registry=self.registry,
        )

    def _define_gateway(self) -> None:
        self.reloads = self._counter(
            "gateway_config_reloads",
            "Readings of the configuration while running, by what became of them.",
            ("result",),
        )
        self.reload_ok = Gauge(
            "gateway_config_last_reload_ok",
            "1 if the configuration that was read last is in force, 0 if it was refused or waits for somebody to accept it.",
            registry=self.registry,
        )
        self.reload_at = Gauge(
            "gateway_config_last_reload_timestamp_seconds",
            "When the configuration was last read.",
            registry=self.registry,
        )
        self.baa_days = self._gauge(
            "gateway_baa_days_left", "Days that a provider's BAA still holds; 0 or less: it has ended.", (PROVIDER,)
        )
        self.baa_expires = self._gauge(
            "gateway_baa_expires_timestamp_seconds", "When a provider's BAA ends.", (PROVIDER,)
        )
        self.faults = Counter("gateway_faults", "Faults of our own; each is a line of the log.", registry=self.registry)
        self.build = self._gauge(
            "gateway_build_info", "The running version, and that of the `gen_ai_*` names.", ("version", "schema")
        )
        self.settings = self._gauge("gateway_config_info", "Hashes of configuration and policy.", ("config", "policy"))

    def _define_servers(self) -> None:
        self.backend_up = self._gauge("gateway_backend_up", "1 if the provider answered its last probe.", (PROVIDER,))
        self.meter_up = self._gauge(
            "gateway_energy_meter_up", "1 if the meter measures the energy of this machine.", ("meter",)
        )
        self.model_load = self._histogram(
            "gateway_backend_model_load_seconds",
            "Time until a model that we started or had loaded was there.",
            (PROVIDER,),
            FIRST_TOKEN_S,
        )
        self.load_failures = self._counter(
            "gateway_backend_model_load_failures", "Models that a server did not load when it was told to.", (PROVIDER,)
        )
        self.queue_waiting = self._gauge(
            "gateway_queue_waiting_requests", "Requests that wait for a slot on a machine.", ("machine",)
        )
        self.queue_wait = self._histogram(
            "gateway_queue_wait_seconds",
            "Time that a request waited for its slot at a target.",
            ("target",),
            DURATION_S,
        )
        self.shortfalls = self._counter(
            "gateway_answers_short",
            "Answers that were not quite what was asked for, by what was not followed.",
            ("target", "how"),
        )
        self.left_alone = self._gauge(
            "gateway_target_breaker_open",
            "1 while a target is left alone, because it failed too often of late.",
            ("target",),
        )
        self.model_loaded = self._gauge(
            "gateway_backend_model_loaded",
            "1 if its server says that the target's model is in memory, else 0.",
            ("target",),
        )
        self.route_answers = self._gauge(
            "gateway_route_answerable", "1 if the route has a target that would be asked now, else 0.", ("route",)
        )
        self.embedded_exits = self._counter(
            "gateway_embedded_exits", "Ends of the demonstration model's process.", ("reason",)
        )

    def _define_record(self) -> None:
        self.audit_records = self._counter(
            "gateway_audit_records",
            "Rows of the ledger, by table and by whether they are durable.",
            ("record", "result"),
        )
        self.audit_write = QuickHistogram(
            "gateway_audit_write_seconds", "Time of one commit of the ledger.", buckets=WRITE_S, registry=self.registry
        )
        self.audit_available = Gauge(
            "gateway_audit_available",
            "1 if an intent can be written now; 0: nothing leaves the premises.",
            registry=self.registry,
        )
        self.audit_checkpoints = self._counter(
            "gateway_audit_checkpoints",
            "Signatures of what the ledger comes to, by whether they were kept in their second place.",
            ("result",),
        )
        self.audit_witnessed = self._counter(
            "gateway_audit_witnessed",
            "Roots of the ledger that were sent to a witness elsewhere, by whether it took them.",
            ("witness", "result"),
        )
        self.audit_checkpoint_at = Gauge(
            "gateway_audit_checkpoint_timestamp_seconds",
            "When what the ledger comes to was last signed and kept.",
            registry=self.registry,
        )
        self.audit_rows = Gauge(
            "gateway_audit_log_rows", "Rows of the ledger that the last checkpoint covers.", registry=self.registry
        )
        self.audit_root = self._gauge(
            "gateway_audit_log_root",
            "Root of the ledger at the last checkpoint, 52 bits a part, the first part first: whoever scrapes it is a witness.",
            ("part",),
        )
        self.emergencies = self._counter(
            "gateway_emergency_requests",
            "Requests in emergency access, past budgets, limits and the queue.",
            ("reason",),
        )
        self.emergency_open = Gauge(
            "gateway_emergency_windows", "Windows of emergency access that are open now.", registry=self.registry
        )
        self.ledger_lost = self._counter(
            "gateway_audit_ledger_losses",
            "The ledger was lost while it was open (nothing leaves until a restart), or cannot be opened or written: why.",
            ("reason",),
        )
        self.ledger_writable = Gauge(
            "gateway_audit_ledger_writable",
            "1 while the record is written; 0 from a write that failed to the next that does not: meanwhile nothing leaves.",
            registry=self.registry,
        )
        self.ledger_writable.set(1)

    @property
    def full(self) -> bool:
        """Whether a series was ever refused because there are too many."""
        return self._room.full

    def audit_checkpoint(self, event: LedgerCheckpointed) -> None:
        """A whole number of 52 bits is exact in the floats of a scrape: 13 digits of the root a part."""
        self.audit_checkpoints("ok" if event.ok else "failed").inc()
        if not event.ok:
            return
        self.audit_checkpoint_at.set(event.at_s)
        self.audit_rows.set(event.size)
        for part in range(5):
            self.audit_root(str(part)).set(int(event.root[13 * part : 13 * part + 13], 16))

    def _counter(self, name: str, documentation: str, labels: tuple[str, ...]) -> Labelled[Counter]:
        metric = Counter(name, documentation, labels, registry=self.registry)
        return Labelled(metric, len(labels), room=self._room)

    def _gauge(self, name: str, documentation: str, labels: tuple[str, ...]) -> Labelled[Gauge]:
        metric = Gauge(name, documentation, labels, registry=self.registry)
        return Labelled(metric, len(labels), room=self._room)

    def _histogram(
        self, name: str, documentation: str, labels: tuple[str, ...], buckets: tuple[float, ...]
    ) -> Labelled[Histogram]:
        metric = QuickHistogram(name, documentation, labels, buckets=buckets, registry=self.registry)
        return Labelled(metric, len(labels), room=self._room, lines=len(buckets) + 3)  # and +Inf, sum and count
