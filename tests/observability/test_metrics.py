"""Events become metrics; callers cannot make series."""

from __future__ import annotations

import random
from functools import partial

import pytest

from gateway import events
from gateway.domain import (
    Adapter,
    Carrier,
    Destination,
    Kind,
    Operation,
    Outcome,
    Provider,
    ProviderKind,
    Route,
    Sensitivity,
    Shortfall,
    Target,
    Usage,
)
from gateway.observability.families import SCHEMA
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from tests.kit import rows

CANARY = "Zebulon Quarkenbusch 8675309"


def vocabulary() -> Vocabulary:
    ollama = Provider(name="ollama", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT)
    claude = Provider(name="anthropic", kind=ProviderKind.ANTHROPIC, adapter=Adapter.LITELLM)
    fast = Target(name="fast", provider=ollama, model="llama3.2:3b")
    sonnet = Target(name="sonnet", provider=claude, model="claude-sonnet-4")
    return Vocabulary.of(
        [Route(name="triage", targets=(fast, sonnet))],
        callers=["clinic", "anonymous"],
        agents=["radiologist"],
        reasons=["permitted", "phi_without_baa"],
    )


settled = partial(
    rows.settled,
    agent="radiologist",
    caller="clinic",
    target="fast",
    stream=True,
    usage=Usage(input_tokens=100, output_tokens=21, reported=True, audio_ms=90_500),
)


FAST = {
    "gen_ai_operation_name": "chat",
    "gen_ai_provider_name": "ollama",
    "gen_ai_request_model": "llama3.2:3b",
}
PATH = FAST | {"route": "triage", "agent": "radiologist"}
WHO = {name: value for name, value in PATH.items() if name != "gen_ai_operation_name"} | {
    "caller": "clinic",
    "target": "fast",
}


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        (
            "gateway_requests_total",
            {"caller": "clinic", "agent": "radiologist", "route": "triage", "code": "200", "outcome": "ok"},
            1,
        ),
        ("gen_ai_server_request_duration_seconds_sum", PATH | {"error_type": ""}, 3.0),
        ("gen_ai_server_time_to_first_token_seconds_sum", PATH, 1.0),
        ("gen_ai_server_time_per_output_token_seconds_sum", FAST, 0.1),
        ("gen_ai_client_token_usage_sum", FAST | {"gen_ai_token_type": "input"}, 100),
        ("gen_ai_client_token_usage_sum", FAST | {"gen_ai_token_type": "output"}, 21),
        ("gateway_tokens_total", WHO | {"gen_ai_token_type": "input"}, 100),
        ("gateway_tokens_total", WHO | {"gen_ai_token_type": "output"}, 21),
        ("gateway_overhead_seconds_sum", {"route": "triage"}, 0.004),
        ("gateway_cost_usd_total", WHO | {"quality": "reported"}, 0.002),
        ("gateway_audio_seconds_total", WHO, 90.5),
        ("gateway_energy_joules_total", WHO | {"quality": "modelled"}, 1800),
        ("gateway_cost_unpriced_requests_total", WHO, None),
    ],
)
def test_a_settled_request_is_counted(name, labels, value):
    metrics = Metrics(vocabulary())

    metrics.emit(settled())

    assert metrics.registry.get_sample_value(name, labels) == pytest.approx(value)


@pytest.mark.parametrize(
    ("event", "name", "labels", "value"),
    [
        (
            events.FellBack(
                from_="fast", to="sonnet", reason=events.AttemptResult.TIMEOUT, result=events.FallbackResult.OK
            ),
            "gateway_fallbacks_total",
            {"from_target": "fast", "to_target": "sonnet", "reason": "timeout", "result": "ok"},
            1,
        ),
        (
            events.Decided(sensitivity=Sensitivity.PHI, destination=Destination.LOCAL, reason="permitted"),
            "gateway_route_decisions_total",
            {"sensitivity": "phi", "destination": "local", "reason": "permitted"},
            1,
        ),
        (
            events.PhiFound(kind=Kind.MRN, carrier=Carrier.MESSAGE, count=3),
            "gateway_phi_detections_total",
            {"entity_type": "mrn", "carrier": "message"},
            3,
        ),
        (events.OwnWordsUsed(of=events.OwnList.NEVER, count=2), "gateway_phi_own_words_total", {"list": "never"}, 2),
        (events.ScanEnded(duration_s=0.002), "gateway_phi_scan_seconds_sum", {}, 0.002),
        (
            events.ScanEnded(duration_s=0.2, failed=events.ScanFailure.TREATED_AS_PHI),
            "gateway_phi_scan_failures_total",
            {"action": "treated_as_phi"},
            1,
        ),
        (
            events.EgressRefused(reason="phi_without_baa"),
            "gateway_policy_blocked_egress_total",
            {"reason": "phi_without_baa"},
            1,
        ),
        (events.Faulted(request_id="r", kind="KeyError", where="wire/openai.py:1"), "gateway_faults_total", {}, 1),
        (events.EgressViolation(), "gateway_phi_egress_violations_total", {}, 1),
        (
            events.StreamAborted(phase=events.AbortPhase.MID_STREAM, side=events.Side.CLIENT),
            "gateway_stream_aborts_total",
            {"phase": "mid_stream", "side": "client"},
            1,
        ),
        (
            events.AuthFailed(reason=events.AuthFailure.MISSING),
            "gateway_auth_failures_total",
            {"reason": "missing"},
            1,
        ),
        (
            events.ConsoleRefused(reason=events.AuthFailure.UNKNOWN_KEY),
            "gateway_auth_failures_total",
            {"reason": "unknown_key"},
            1,
        ),
        (
            events.LedgerWritten(record=events.Record.INTENT, result=events.LedgerResult.OK, duration_s=0.003, count=7),
            "gateway_audit_records_total",
            {"record": "intent", "result": "ok"},
            7,
        ),
        (
            events.LedgerWitnessed(by=events.Witnessing.TIMESTAMP),
            "gateway_audit_witnessed_total",
            {"witness": "timestamp", "result": "ok"},
            1,
        ),
        (
            events.LedgerWitnessed(by=events.Witnessing.TIMESTAMP, loss=events.WitnessLoss.UNREACHED),
            "gateway_audit_witnessed_total",
            {"witness": "timestamp", "result": "failed"},
            1,
        ),
        (events.SharedSeen(loss=events.SharedLoss.UNREACHABLE), "gateway_shared_available", {}, 0),
        (events.SharedSeen(), "gateway_shared_available", {}, 1),
        (
            events.ProviderProbed(provider="ollama", up=True),
            "gateway_backend_up",
            {"gen_ai_provider_name": "ollama"},
            1,
        ),
        (
            events.GatewayStarted(version="0.1.0", config_hash="c0ffee", policy_hash="decade", port=8080),
            "gateway_build_info",
            {"version": "0.1.0", "schema": SCHEMA},
            1,
        ),
        (
            events.EmbeddedStarted(provider="ollama", model="llama3.2:3b", duration_s=2.0),
            "gateway_backend_model_load_seconds_sum",
            {"gen_ai_provider_name": "ollama"},
            2.0,
        ),
        (
            events.FellShort(request_id="req_1", provider="ollama", target="fast", how=Shortfall.MESSAGES),
            "gateway_answers_short_total",
            {"target": "fast", "how": "messages"},
            1,
        ),
        (
            events.EmbeddedExited(provider="ollama", model="llama3.2:3b", reason=events.ExitReason.DIED, code=-9),
            "gateway_embedded_exits_total",
            {"reason": "died"},
            1,
        ),
    ],
)
def test_each_event_is_counted(event, name, labels, value):
    metrics = Metrics(vocabulary())

    metrics.emit(event)

    assert metrics.registry.get_sample_value(name, labels) == value


def test_a_gateway_that_stops_changes_nothing():
    metrics = Metrics(vocabulary())
    before = ours(metrics)

    metrics.emit(events.GatewayStopped(uptime_s=3.0))

    assert ours(metrics) == before


def ours(metrics: Metrics) -> list[object]:
    return [family.samples for family in metrics.registry.collect() if not family.name.startswith("process_")]


def test_tries_under_way_go_up_and_down():
    metrics = Metrics(vocabulary())
    labels = {"gen_ai_provider_name": "ollama"}

    metrics.emit(events.AttemptStarted(provider="ollama", target="fast"))
    during = metrics.registry.get_sample_value("gateway_inflight_requests", labels)
    metrics.emit(attempt_ended(events.AttemptResult.TIMEOUT))

    assert during == 1
    assert metrics.registry.get_sample_value("gateway_inflight_requests", labels) == 0
    count = "gen_ai_client_operation_duration_seconds_count"
    assert metrics.registry.get_sample_value(count, FAST | {"error_type": "timeout"}) == 1


def attempt_ended(result: events.AttemptResult, **names: str) -> events.AttemptEnded:
    chosen = {"provider": "ollama", "target": "fast", "model": "llama3.2:3b"} | names
    return events.AttemptEnded(request_id="r", operation=Operation.CHAT, result=result, duration_s=1.0, **chosen)


def test_an_answer_nobody_prices_is_counted_as_unpriced_and_not_as_free():
    metrics = Metrics(vocabulary())
    sonnet = {"target": "sonnet", "provider": "anthropic", "model": "claude-sonnet-4"}
    labels = WHO | {
        "target": "sonnet",
        "gen_ai_provider_name": "anthropic",
        "gen_ai_request_model": "claude-sonnet-4",
    }

    metrics.emit(settled(**sonnet, cost_nano_usd=None))
    metrics.emit(settled(**sonnet, cost_nano_usd=None, outcome=Outcome.UPSTREAM_ERROR))

    assert metrics.registry.get_sample_value("gateway_cost_unpriced_requests_total", labels) == 1
    assert metrics.registry.get_sample_value("gateway_cost_usd_total", labels | {"quality": "reported"}) is None


def test_several_agents_are_one_label():
    metrics = Metrics(vocabulary())

    metrics.emit(settled(agent="", agents=("pathologist", "radiologist")))

    assert metrics.registry.get_sample_value(
        "gateway_cost_usd_total", WHO | {"agent": "several", "quality": "reported"}
    )


def test_unknown_pseudonyms_in_answers_are_counted():
    metrics = Metrics(vocabulary())

    metrics.emit(settled(pseudonyms_unresolved=2))

    assert metrics.registry.get_sample_value("gateway_pseudonyms_unresolved_total") == 2


@pytest.mark.parametrize(
    "line",
    [
        "gateway_phi_egress_violations_total",
        "gateway_faults_total",
        'gateway_audit_records_total{record="intent",result="failed"}',
        'gateway_config_reloads_total{result="refused"}',
        'gateway_audit_ledger_losses_total{reason="gone"}',
    ],
)
def test_what_an_alert_waits_for_is_there_before_it_happens(line):
    _, body = Metrics(vocabulary()).render()

    assert f"{line} 0.0".encode() in body


def test_nothing_else_is_there_before_it_happens():
    _, body = Metrics(vocabulary()).render()

    assert b"gateway_requests_total{" not in body
    assert b"gen_ai_server_request_duration_seconds_bucket" not in body


def series(metrics: Metrics) -> int:
    return sum(len(family.samples) for family in metrics.registry.collect())


def test_ten_thousand_random_names_add_no_series_and_leave_no_trace():
    metrics = Metrics(vocabulary())
    chance = random.Random(7)

    def hostile(number: int) -> None:
        text = f"{CANARY} {chance.random()} {number}"
        metrics.emit(
            settled(
                model=text,
                provider=text,
                agent=text,
                target=text,
                route=text,
                error_code=text,
                caller=text,
                status=600 + number,
            )
        )
        metrics.emit(settled(model=text, route=text, agent=text, target=text, status=200))
        metrics.emit(attempt_ended(events.AttemptResult.CONNECT, provider=text, target=text, model=text))
        metrics.emit(
            events.FellBack(
                from_=text, to=text, reason=events.AttemptResult.CONNECT, result=events.FallbackResult.FAILED
            )
        )
        metrics.emit(events.Decided(sensitivity=Sensitivity.PHI, destination=Destination.CLOUD, reason=text))
        metrics.emit(events.EgressRefused(reason=text))
        metrics.emit(events.ProviderProbed(provider=text, up=False))

    hostile(0)
    before = series(metrics)
    for number in range(1, 10_000):
        hostile(number)

    _, body = metrics.render()
    assert series(metrics) == before
    assert b"Zebulon" not in body
    assert b"8675309" not in body


def test_the_shipped_size_of_configuration_stays_within_the_series_budget():
    providers = [Provider(name=f"provider{n}", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT) for n in range(6)]
    targets = [Target(name=f"target{n}", provider=providers[n % 6], model=f"model{n}") for n in range(20)]
    routes = [Route(name=f"route{n}", targets=(targets[n], targets[n - 1])) for n in range(20)]

    metrics = Metrics(Vocabulary.of(routes, reasons=[f"reason{n}" for n in range(12)]))

    assert series(metrics) < 10_000


def test_all_that_may_be_combined_stays_within_the_series_budget_and_is_counted_to_the_last():
    names = [f"name{number}" for number in range(40)]
    targets = [target(f"target{number}") for number in range(40)]
    routes = [Route(name=name, targets=tuple(targets)) for name in names]
    metrics = Metrics(Vocabulary.of(routes, callers=names, agents=names))

    for caller in names:
        for agent in names:
            metrics.emit(settled(caller=caller, agent=agent, route=caller, target="target1", model="target1"))

    assert series(metrics) < 10_000
    assert metrics.registry.get_sample_value("gateway_metrics_folded_total") > 0
    assert total(metrics, "gateway_requests_total") == len(names) ** 2


def target(name: str) -> Target:
    ollama = Provider(name="ollama", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT)
    return Target(name=name, provider=ollama, model=name)


def total(metrics: Metrics, name: str) -> float:
    return sum(
        sample.value for family in metrics.registry.collect() for sample in family.samples if sample.name == name
    )


def test_a_reloaded_configuration_teaches_new_names():
    metrics = Metrics(Vocabulary())
    labels = PATH | {"error_type": ""}

    metrics.emit(settled())
    metrics.learn(vocabulary())
    metrics.emit(settled())

    assert metrics.registry.get_sample_value("gen_ai_server_request_duration_seconds_count", labels) == 1


@pytest.mark.parametrize(
    ("accept", "content_type", "end"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8", b"\n"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", b"\n"),
        (f"text/plain;version={CANARY};escaping={CANARY}", "text/plain; version=0.0.4; charset=utf-8", b"\n"),
        ("application/openmetrics-text;version=1.0.0,*/*", "application/openmetrics-text", b"# EOF\n"),
        (f"application/openmetrics-text;version={CANARY}", "application/openmetrics-text", b"# EOF\n"),
    ],
)
def test_the_format_follows_the_accept_header_and_never_echoes_it(accept, content_type, end):
    received, body = Metrics(vocabulary()).render(accept)

    assert received.startswith(content_type)
    assert CANARY not in received
    assert body.endswith(end)
