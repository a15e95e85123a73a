"""The dashboards are complete, and name only what the code exposes."""

from __future__ import annotations

import re
from pathlib import Path

import promql_parser
import yaml

from gateway.observability.families import Families

GRAFANA = Path(__file__).parents[2] / "grafana"


def exposed() -> set[str]:
    """Every series name that our families can have."""
    names = set()
    for family in Families().registry.collect():
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        names |= {family.name + ending for ending in endings}
    return names


def test_there_is_an_overview(boards):
    assert boards["overview.json"]["uid"] == "triage-gateway-overview"


def test_every_dashboard_has_a_title_a_stable_uid_and_a_variable_for_its_data_source(boards):
    uids = [board["uid"] for board in boards.values()]
    assert len(set(uids)) == len(uids)
    for board in boards.values():
        assert board["title"]
        assert re.fullmatch(r"[a-z][a-z-]{3,39}", board["uid"])
        (variable,) = [one for one in board["templating"]["list"] if one["type"] == "datasource"]
        assert variable["query"] == "prometheus"
        assert variable["name"] == "datasource"


def test_every_panel_says_what_it_shows_in_which_unit_and_where_it_is(panels, boards):
    for panel in panels:
        assert panel["title"], panel["id"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
        for asked in (panel, *panel["targets"]):
            assert asked["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]
    for board in boards.values():
        titles = [panel["title"] for panel in board["panels"]]
        assert len(set(titles)) == len(titles)
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)


def test_no_two_panels_lie_on_each_other(boards):
    for board in boards.values():
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24, panel["title"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            taken |= cells


def test_every_query_is_promql_and_takes_its_window_from_the_dashboard(queries):
    for query in queries:
        promql_parser.parse(query.substituted)
        windows = re.findall(r"\[([^\]]+)\]", query.expression)
        assert set(windows) <= {"$__rate_interval", "$__range"}, query.panel


def test_every_metric_of_a_dashboard_exists(queries):
    for query in queries:
        assert query.metrics, query.panel
        assert query.metrics <= exposed(), query.panel


def test_every_metric_is_on_a_dashboard_or_knowingly_is_not(queries):
    shown = {re.sub(r"_(bucket|sum|count|total)$", "", name) for query in queries for name in query.metrics}
    families = {family.name for family in Families().registry.collect() if not family.name.startswith("process_")}

    assert families - shown == {
        *("gateway_build_info", "gateway_config_info", "gateway_backend_model_load_seconds", "gateway_embedded_exits"),
        *(
            "gateway_config_reloads",
            "gateway_audit_ledger_losses",
            "gateway_audit_ledger_writable",
            "gateway_baa_days_left",
        ),
        "gateway_baa_expires_timestamp_seconds",
        *("gateway_phi_own_words", "gateway_answers_short", "gateway_backend_model_load_failures"),
        *("gateway_queue_waiting_requests", "gateway_queue_wait_seconds"),  # there only where something queues
        *("gateway_audio_seconds", "gateway_labelled_requests"),
        *("gateway_emergency_requests", "gateway_emergency_windows"),  # there only where somebody may open one
        *("gateway_quota_used", "gateway_quota_refused"),  # there only where budgets or limits are configured
        *("gateway_route_answerable", "gateway_target_breaker_open", "gateway_backend_model_loaded"),
        *("gateway_quota_left_ratio", "gateway_audit_available"),
        *("gateway_tokens", "gateway_attempt_failures", "gateway_unchecked_requests", "gateway_metrics_folded"),
        *("gateway_config_last_reload_ok", "gateway_config_last_reload_timestamp_seconds"),
        *("gateway_audit_checkpoints", "gateway_audit_checkpoint_timestamp_seconds"),
        *("gateway_audit_log_rows", "gateway_audit_log_root"),  # to be compared, not to be looked at
    }


def test_a_metric_that_does_not_exist_would_be_noticed():
    assert "gateway_requests_total" in exposed()
    assert "gateway_request_total" not in exposed()


def test_the_promises_to_whoever_watches_are_on_the_overview(boards):
    titles = {panel["title"] for panel in boards["overview.json"]["panels"]}

    assert {"Egress violations", "Record failures", "Policy and PHI", "Decisions", "Kept from leaving"} <= titles


def test_provisioning_joins_the_pieces():
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/gateway.yml").read_text())["providers"][0]

    assert source["type"] == "prometheus"
    assert source["url"] == "${GATEWAY_PROMETHEUS_URL}"
    assert provider["options"]["path"] == "${GATEWAY_DASHBOARDS}"
