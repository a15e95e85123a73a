"""Each alert fires over what it is for, and over nothing else; promtool is the judge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import promql_parser
import pytest
import yaml

from grafana.source import slo
from grafana.source.promql import LABELS
from tests.kit.promtool import promtool

GRAFANA = Path(__file__).parents[2] / "grafana"
RULES = sorted((GRAFANA / "rules").glob("*.yml"))
RUNBOOK = (GRAFANA / "RUNBOOK.md").read_text(encoding="utf-8")
JOB = 'job="triage-gateway", instance="gate:8080"'
Given = Mapping[str, str]
"""Series without the labels of a scrape, and their values minute by minute as promtool writes them."""


@dataclass(frozen=True)
class Case:
    """An alert, what it fires over, and what is nearly that; each looked at after so many minutes."""

    alert: str
    fires: Given
    quiet: Given
    after_min: int = 20
    severity: str = ""
    scraped: str = "1x100"


REQUESTS = 'gateway_requests_total{caller="soma", agent="none", route="general", code="%s", outcome="%s"}'
OK, FAILED, DENIED = (REQUESTS % pair for pair in (("200", "ok"), ("502", "upstream_error"), ("403", "policy_denied")))
FIRST = 'gen_ai_server_time_to_first_token_seconds_%s{gen_ai_request_model="small"%s}'
OURS = 'gateway_overhead_seconds_%s{route="general"%s}'
QUEUE = 'gateway_queue_wait_seconds_bucket{target="large", le="%s"}'
STARTED = "process_start_time_seconds"


def burning(bad: str, good: str, *, share: int, of: int = 100, minutes: int = 400) -> Given:
    """`share` of `of` requests a minute are bad."""
    return {bad: f"0+{share}x{minutes}", good: f"0+{of - share}x{minutes}"}


def slow(histogram: str, limit: str, *, share: int, minutes: int = 400) -> Given:
    return {
        histogram % ("count", ""): f"0+100x{minutes}",
        histogram % ("bucket", f', le="{limit}"'): f"0+{100 - share}x{minutes}",
    }


def failed_try(cause: str) -> str:
    return f'gateway_attempt_failures_total{{target="sonnet", gen_ai_provider_name="anthropic", cause="{cause}"}}'


def waits_s(buckets: Mapping[str, str]) -> Given:
    return {QUEUE % limit: values for limit, values in buckets.items()}


CASES = [
    Case("GatewayAvailabilityBurn", burning(FAILED, OK, share=20), burning(FAILED, OK, share=5), 390, "page"),
    Case("GatewayAvailabilityBurn", burning(FAILED, OK, share=5), burning(FAILED, OK, share=1), 390, "ticket"),
    # Refusals by policy are no failures, whatever their share.
    Case("GatewayAvailabilityBurn", burning(FAILED, OK, share=90), burning(DENIED, OK, share=90), 390, "page"),
    # Two failures among five at night wake nobody; each of six does.
    Case(
        "GatewayAvailabilityBurn",
        {FAILED: "0x320 1 2 3 4 5 6x30", OK: "0x400"},
        {FAILED: "0x320 1 2x80", OK: "0x320 1 2 3x80"},
        330,
        "page",
    ),
    # It has stopped: the short window says so.
    Case(
        "GatewayAvailabilityBurn",
        {FAILED: "0+20x400", OK: "0+80x400"},
        {FAILED: "0+20x340 6800x60", OK: "0+80x340 27280+100x60"},
        390,
        "page",
    ),
    Case("GatewayFirstTokenBurn", slow(FIRST, "30.0", share=80), slow(FIRST, "30.0", share=4), 390, "page"),
    Case("GatewayFirstTokenBurn", slow(FIRST, "30.0", share=20), slow(FIRST, "30.0", share=4), 390, "ticket"),
    Case("GatewayOverheadBurn", slow(OURS, "0.25", share=20), slow(OURS, "0.25", share=1), 390, "page"),
    Case("GatewayOverheadBurn", slow(OURS, "0.25", share=4), slow(OURS, "0.25", share=1), 390, "ticket"),
    Case(
        "GatewayEgressViolation",
        {"gateway_phi_egress_violations_total": "0x19 1x20"},
        {"gateway_phi_egress_violations_total": "0x40"},
    ),
    Case(
        "GatewayRecordUnavailable",
        {"gateway_audit_ledger_writable": "1x10 0x30"},
        {"gateway_audit_ledger_writable": "1x40"},
    ),
    Case("GatewayRecordUnavailable", {"gateway_audit_available": "1x10 0x30"}, {"gateway_audit_available": "1x40"}),
    Case(
        "GatewayRecordFailing",
        {'gateway_audit_records_total{record="intent", result="failed"}': "0x18 1x20"},
        {
            'gateway_audit_records_total{record="intent", result="failed"}': "0x40",
            'gateway_audit_records_total{record="intent", result="ok"}': "0+5x40",
        },
    ),
    Case(
        "GatewayRecordLost",
        {'gateway_audit_ledger_losses_total{reason="gone"}': "0x18 1x20"},
        {'gateway_audit_ledger_losses_total{reason="gone"}': "0x40"},
    ),
    Case(
        "GatewayRecordBehind",
        {
            "gateway_audit_checkpoint_timestamp_seconds": "60x60",
            'gateway_audit_records_total{record="intent", result="ok"}': "0+1x60",
        },
        {
            "gateway_audit_checkpoint_timestamp_seconds": "0+60x60",
            'gateway_audit_records_total{record="intent", result="ok"}': "0+1x60",
        },
        40,
    ),
    # Nothing is written, so nothing is to be signed.
    Case(
        "GatewayRecordBehind",
        {
            "gateway_audit_checkpoint_timestamp_seconds": "0x60",
            'gateway_audit_records_total{record="intent", result="ok"}': "0+1x60",
        },
        {
            "gateway_audit_checkpoint_timestamp_seconds": "60x60",
            'gateway_audit_records_total{record="intent", result="ok"}': "7x60",
        },
        40,
    ),
    Case(
        "GatewayCheckpointFailing",
        {'gateway_audit_checkpoints_total{result="failed"}': "0x15 1x20"},
        {
            'gateway_audit_checkpoints_total{result="failed"}': "0x40",
            'gateway_audit_checkpoints_total{result="ok"}': "0+1x40",
        },
    ),
    Case(
        "GatewayWitnessFailing",
        {
            'gateway_audit_witnessed_total{witness="timestamp", result="failed"}': "0x10 1x40",
            'gateway_audit_witnessed_total{witness="timestamp", result="ok"}': "0x50",
        },
        {
            'gateway_audit_witnessed_total{witness="timestamp", result="failed"}': "0x10 1x40",
            'gateway_audit_witnessed_total{witness="timestamp", result="ok"}': "0x20 1x30",
        },
        45,
    ),
    Case(
        "GatewayScanFailing",
        {'gateway_phi_scan_failures_total{action="treated_as_phi"}': "0x10 4x20"},
        {'gateway_phi_scan_failures_total{action="treated_as_phi"}': "0x10 1x20"},
    ),
    Case(
        "GatewayUncheckedMany",
        {
            'gateway_unchecked_requests_total{reason="language"}': "0+1x90",
            'gateway_route_decisions_total{sensitivity="unknown"}': "0+10x90",
        },
        {
            'gateway_unchecked_requests_total{reason="image"}': "0+9x90",  # an agent that looks at images
            'gateway_unchecked_requests_total{reason="language"}': "0+1x90",
            'gateway_route_decisions_total{sensitivity="unknown"}': "0+100x90",
        },
        80,
    ),
    Case("GatewayMissing", {}, {}, 20, scraped="1x10 0x30"),
    Case("GatewayMissing", {}, {}, 20, scraped="_x40"),
    Case(
        "GatewayMetricsMissing",
        {"gateway_audit_available": "1x40", "gateway_phi_egress_violations_total": "0x40"},
        {
            "gateway_audit_available": "1x40",
            "gateway_phi_egress_violations_total": "0x40",
            'gateway_audit_records_total{record="intent", result="failed"}': "0x40",
        },
    ),
    Case("GatewayFaults", {"gateway_faults_total": "0x10 1x20"}, {"gateway_faults_total": "5x40"}),
    Case(
        "GatewayReloadFailed",
        {"gateway_config_last_reload_ok": "1x10 0x30"},
        {"gateway_config_last_reload_ok": "0x10 1x30"},
    ),
    Case(
        "GatewaySeriesFolded", {"gateway_metrics_folded_total": "0x10 9x20"}, {"gateway_metrics_folded_total": "0x40"}
    ),
    Case(
        "GatewayBackendDown",
        {'gateway_backend_up{gen_ai_provider_name="ollama"}': "1x10 0x30"},
        {  # one that nobody ever started, and one that was restarted
            'gateway_backend_up{gen_ai_provider_name="mlx"}': "0x40",
            'gateway_backend_up{gen_ai_provider_name="ollama"}': "1x15 0 0 1x20",
        },
    ),
    Case(
        "GatewayRouteUnanswerable",
        {'gateway_route_answerable{route="general"}': "1x10 0x30"},
        {'gateway_route_answerable{route="general"}': "1x40", 'gateway_route_answerable{route="never"}': "0x40"},
    ),
    Case(
        "GatewayBreakerOpen",
        {'gateway_target_breaker_open{target="sonnet"}': "0x5 1x30"},
        {'gateway_target_breaker_open{target="sonnet"}': "0x15 1 1 0x20"},
    ),
    Case(
        "GatewayModelNotLoaded",
        {'gateway_backend_model_load_failures_total{gen_ai_provider_name="ollama"}': "_x15 1x20"},  # its first one ever
        {'gateway_backend_model_load_failures_total{gen_ai_provider_name="ollama"}': "3x40"},  # long ago
    ),
    Case("GatewayModelNotLoaded", {failed_try("not_loaded"): "1x10 2x20"}, {failed_try("rate_limited"): "1x10 2x20"}),
    Case(
        "GatewayQueueLong",
        {'gateway_queue_waiting_requests{machine="mac"}': "0x5 20x30"},
        {'gateway_queue_waiting_requests{machine="mac"}': "0x15 20 20 0x20"},
    ),
    Case(
        "GatewayQueueLong",
        waits_s({"40.96": "0x40", "163.84": "0+1x40", "+Inf": "0+1x40"}),
        waits_s({"40.96": "0+1x40", "163.84": "0+1x40", "+Inf": "0+1x40"}),
        30,
    ),
    # The first refusal ever begins its series, and a gateway that has just started has no minute before.
    Case("GatewayKeyRefused", {failed_try("key_refused"): "_x18 1x20"}, {failed_try("server_error"): "_x18 1x20"}),
    Case(
        "GatewayKeyRefused",
        {failed_try("forbidden"): "1x10", STARTED: "0x40"},
        {failed_try("forbidden"): "1x40"},
        5,
        scraped="_x3 1x40",
    ),
    Case("GatewayKeyRefused", {failed_try("no_credit"): "4x10 5x20"}, {failed_try("no_credit"): "5x40"}),
    Case(
        "GatewayCallersRefused",
        {'gateway_auth_failures_total{reason="unknown_key"}': "0+60x40"},
        {'gateway_auth_failures_total{reason="unknown_key"}': "0+6x40"},
        30,
    ),
    Case("GatewayEmergencyOpen", {"gateway_emergency_windows": "0x15 1x20"}, {"gateway_emergency_windows": "0x40"}),
    Case(
        "GatewayCostSpike",
        {'gateway_cost_usd_total{target="sonnet"}': "0+0.001x400 0.4+0.5x120"},
        {'gateway_cost_usd_total{target="sonnet"}': "0+0.5x520"},
        520,
    ),
    # Nothing was ever spent before, and then only cents.
    Case(
        "GatewayCostSpike",
        {'gateway_cost_usd_total{target="sonnet"}': "_x400 1+1x120"},
        {'gateway_cost_usd_total{target="sonnet"}': "_x400 0+0.001x120"},
        520,
    ),
    Case(
        "GatewayUnpriced",
        {'gateway_cost_unpriced_requests_total{target="mystery"}': "_x15 1x20"},
        {'gateway_cost_unpriced_requests_total{target="mystery"}': "8x40"},
    ),
    Case("GatewaySharedAway", {"gateway_shared_available": "1x10 0x30"}, {"gateway_shared_available": "1x40"}),
    Case(
        "GatewayBudgetLow",
        {
            'gateway_quota_left_ratio{sort="budget", per="agent", name="radiologist", of="dollars", every="day"}': "1x5 0.05x30"
        },
        {
            'gateway_quota_left_ratio{sort="budget", per="agent", name="radiologist", of="dollars", every="day"}': "0.4x40",
            'gateway_quota_left_ratio{sort="limit", per="route", name="general", of="requests", every="minute"}': "0x40",
        },
    ),
    Case(
        "GatewayBudgetUsedUp",
        {'gateway_quota_refused_total{sort="budget", per="agent", of="dollars", every="day"}': "_x15 1x20"},
        {'gateway_quota_refused_total{sort="limit", per="agent", of="requests", every="minute"}': "_x15 1x20"},
    ),
    Case(
        "GatewayBaaEnding",
        {'gateway_baa_days_left{gen_ai_provider_name="anthropic"}': "14x40"},
        {'gateway_baa_days_left{gen_ai_provider_name="anthropic"}': "200x40"},
    ),
    Case(
        "GatewayBaaEnded",
        {'gateway_baa_days_left{gen_ai_provider_name="anthropic"}': "0x40"},
        {'gateway_baa_days_left{gen_ai_provider_name="anthropic"}': "1x40"},
    ),
]


def rules(kind: str) -> list[dict]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if kind in rule]


def names(expression: str) -> set[str]:
    return set(
        re.findall(
            r"\b(?:gateway|gen_ai|slo)[\w:]*(?=[{\[) ]|$)",
            re.sub(r"(by|on|without|ignoring) \([^)]*\)", "", expression),
        )
    )


def written(case: Case, given: Given, *, fires: bool, scraped: str) -> dict:
    """A case as promtool reads it. `ALERTS` is what Prometheus says of its alerts."""
    more = f', severity="{case.severity}"' if case.severity else ""
    firing = f'count(ALERTS{{alertname="{case.alert}", alertstate="firing"{more}}}) > bool 0'
    wanted = [{"labels": "{}", "value": 1}] if fires else []
    values = {"up": scraped, STARTED: "-900000x600", **given}
    return {
        "interval": "1m",
        "input_series": [{"series": _scraped(series), "values": one} for series, one in values.items()],
        "promql_expr_test": [{"expr": firing, "eval_time": f"{case.after_min}m", "exp_samples": wanted}],
    }


def _scraped(series: str) -> str:
    name, _, labels = series.rstrip("}").partition("{")
    return f"{name}{{{JOB}{', ' if labels else ''}{labels}}}"


def tried(tmp_path: Path, cases: list[dict], files: list[str], every: str) -> str:
    """What promtool complains of: "" if all is as it should be."""
    paths = [GRAFANA / "rules" / name for name in files]
    groups = [group["name"] for path in paths for group in yaml.safe_load(path.read_text())["groups"]]
    document = {
        "rule_files": [str(path) for path in paths],
        "group_eval_order": groups,
        "evaluation_interval": every,
        "tests": cases,
    }
    (tmp_path / "cases.yml").write_text(yaml.safe_dump(document, width=1000))
    ran = promtool("test", "rules", str(tmp_path / "cases.yml"))
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def both(case: Case) -> list[dict]:
    missing = case.alert == "GatewayMissing"  # which is about the scrape itself
    return [
        written(case, case.fires, fires=True, scraped=case.scraped),
        written(case, case.quiet, fires=False, scraped="1x600" if missing else case.scraped),
    ]


BURNS = [case for case in CASES if case.alert.endswith("Burn")]
HOURS = [case for case in CASES if case not in BURNS and case.after_min > 100]
OTHERS = [case for case in CASES if case not in [*BURNS, *HOURS]]


@pytest.mark.parametrize(
    ("cases", "files", "every"),
    [
        (OTHERS, ["recording.yml", "alerts.yml"], "1m"),
        (HOURS, ["recording.yml", "alerts.yml"], "10m"),
        (BURNS, ["slo.yml"], "10m"),
    ],
    ids=["others", "hours", "burns"],
)
def test_each_alert_fires_over_what_it_is_for_and_over_nothing_else(cases, files, every, tmp_path):
    assert tried(tmp_path, [test for case in cases for test in both(case)], files, every) == ""


def test_a_case_that_is_wrong_would_be_noticed(tmp_path):
    case = OTHERS[0]
    for given, fires in ((case.quiet, True), (case.fires, False)):
        turned = written(case, given, fires=fires, scraped=case.scraped)
        assert tried(tmp_path, [turned], ["alerts.yml"], "1m") != ""


def test_every_alert_has_a_case():
    assert {rule["alert"] for rule in rules("alert")} == {case.alert for case in CASES}


def test_promtool_finds_nothing_wrong_with_the_rules():
    checked = promtool("check", "rules", *map(str, RULES))

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_name_in_a_rule_exists():
    known = set(LABELS) | {rule["record"] for rule in rules("record")}
    for rule in [*rules("record"), *rules("alert")]:
        promql_parser.parse(rule["expr"])
        asked = names(rule["expr"])
        assert asked <= known, rule
        assert asked or "vector" in rule["expr"] or "up{" in rule["expr"], rule


def test_every_label_that_a_rule_asks_for_exists():
    for rule in [*rules("record"), *rules("alert")]:
        for name, matchers in re.findall(r"\b((?:gateway|gen_ai)_\w+)\{([^}]*)\}", rule["expr"]):
            asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
            assert asked <= LABELS[name], rule


def test_what_is_recorded_is_used():
    used = "\n".join(
        [*(rule["expr"] for rule in [*rules("record"), *rules("alert")])]
        + [path.read_text() for path in (GRAFANA / "dashboards").glob("*.json")]
    )
    of_sloth = {
        "slo:objective:ratio",
        "slo:time_period:days",
        "slo:period_burn_rate:ratio",
    }  # its dashboards ask for them
    for rule in rules("record"):
        assert re.search(rf"\b{rule['record']}\b", used) or rule["record"] in of_sloth, rule


def test_a_limit_of_an_objective_is_a_bucket_of_its_histogram():
    from gateway.observability import families

    assert 30.0 in families.FIRST_TOKEN_S
    assert 0.25 in families.OVERHEAD_S


def test_each_alert_burns_by_the_book():
    """SRE workbook, chapter 5: 2 % of 30 days in an hour, 5 % in six, 10 % in a day and in three."""
    used = {
        burn.long: round(burn.factor * {"1h": 1, "6h": 6, "1d": 24, "3d": 72}[burn.long] / (24 * slo.PERIOD_DAYS), 3)
        for burn in (*slo.PAGE, *slo.TICKET)
    }

    assert used == {"1h": 0.02, "6h": 0.05, "1d": 0.1, "3d": 0.1}


# --- the runbook -----------------------------------------------------------------------------------------------------


def paragraphs() -> dict[str, str]:
    """Heading to what stands under it."""
    parts = re.split(r"^### +(\w+)\n", RUNBOOK, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_alert_has_its_paragraph_and_points_to_it():
    alerts = {rule["alert"] for rule in rules("alert")}
    assert set(paragraphs()) == alerts
    for rule in rules("alert"):
        assert rule["annotations"]["runbook_url"] == f"RUNBOOK.md#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"].removesuffix("{{ end }}").endswith("."), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


@pytest.mark.parametrize("alert", sorted({case.alert for case in CASES}))
def test_every_paragraph_names_a_command(alert):
    """That it exists, with these options, is held by `test_documents.py`."""
    (block,) = re.findall(r"^```bash\n(.*?)^```$", paragraphs()[alert], re.MULTILINE | re.DOTALL)

    assert re.match(r"(gateway|curl) ", block)
