"""The dashboards are complete, and name only what the code exposes."""

from __future__ import annotations

import re
from pathlib import Path

import promql_parser
import pytest
import yaml

from grafana.source.__main__ import made
from grafana.source.promql import CHOICES, LABELS, series, total

GRAFANA = Path(__file__).parents[2] / "grafana"


BOARDS = {"overview", "latency", "cost", "policy", "backends", "audit", "agents"}


def test_every_dashboard_is_there_and_is_what_its_description_makes(boards):
    assert {name.removesuffix(".json") for name in boards} == BOARDS
    for path, text in made().items():
        assert path.read_text(encoding="utf-8") == text, "make dashboards"


def test_every_dashboard_has_a_title_a_stable_uid_and_links_to_the_others(boards):
    for name, board in boards.items():
        assert board["title"].startswith("Triage Gateway: ")
        assert board["uid"] == f"triage-gateway-{name.removesuffix('.json')}"
        (link,) = board["links"]
        assert link["type"] == "dashboards"
        assert set(link["tags"]) <= set(board["tags"])
        assert link["includeVars"]
        assert link["keepTime"]


def test_each_board_offers_what_its_queries_can_be_narrowed_by(boards):
    for name, board in boards.items():
        offered = {one["name"]: one for one in board["templating"]["list"]}
        assert offered.pop("datasource")["query"] == "prometheus"
        used = set(re.findall(r'"\$(\w+)"', " ".join(t["expr"] for p in board["panels"] for t in p.get("targets", []))))
        assert set(offered) == used, name
        for variable in offered.values():
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["definition"]).groups()
            assert label in {*LABELS[metric], "instance"}, variable["name"]
            assert (variable["includeAll"], variable["allValue"]) == (True, ".*")
    everywhere = {one["name"] for board in boards.values() for one in board["templating"]["list"]}
    assert everywhere >= {"agent", "caller", "route", "target", "provider"}


def test_what_a_metric_can_be_narrowed_by_narrows_it(queries):
    for query in queries:
        for name, matchers in re.findall(r"\b((?:gateway|gen_ai)_\w+)\{([^}]*)\}", query.expression):
            for choice, label in CHOICES.items():
                assert label not in LABELS[name] or re.search(rf"\b{label}(=|!)", matchers), f"{query.name}: {choice}"


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
        assert sorted(titles) == sorted(set(titles)), board["title"]
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
    recorded = {rule["record"] for path in (GRAFANA / "rules").glob("*.yml") for rule in recording(path)}
    for query in queries:
        slo = set(re.findall(r"\bslo:[\w:]+", query.expression))
        assert query.metrics | slo, query.name
        assert {name for name in query.metrics if not name.startswith("process_")} <= set(LABELS), query.name
        assert slo <= recorded, query.name


def recording(path: Path) -> list[dict]:
    groups = yaml.safe_load(path.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"] if "record" in rule]


def test_every_metric_is_on_a_dashboard_or_knowingly_is_not(queries):
    shown = {re.sub(r"_(bucket|sum|count|total)$", "", name) for query in queries for name in query.metrics}
    families = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in LABELS}

    assert families - shown == {
        "gateway_audit_log_root",  # to be compared, not to be looked at
        "gateway_shared_available",  # of replicas only; GatewaySharedAway tells
        "gen_ai_client_token_usage",  # for dashboards of others; ours have who asked (gateway_tokens_total)
    }


def test_a_metric_that_does_not_exist_would_be_noticed():
    with pytest.raises(KeyError):
        series("gateway_request_total")
    with pytest.raises(KeyError):
        series("gateway_requests_total", target="sonnet")
    with pytest.raises(KeyError):
        total(series("gateway_requests_total"), by="target")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "grafana/README.md", "grafana/RUNBOOK.md"])
def test_every_metric_that_a_page_names_exists(page):
    text = (GRAFANA.parent / page).read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`((?:gateway|gen_ai)_\w+)(?:\{[^}`]*\})?`", text) if not name.endswith("_")}

    assert named <= set(LABELS)


def test_the_promises_to_whoever_watches_are_on_the_overview(boards):
    titles = {panel["title"] for panel in boards["overview.json"]["panels"]}

    assert {"Egress violations", "Record failures", "Where requests went", "Kept from leaving"} <= titles


def test_provisioning_joins_the_pieces():
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/gateway.yml").read_text())["providers"][0]

    assert source["type"] == "prometheus"
    assert source["url"] == "${GATEWAY_PROMETHEUS_URL}"
    assert provider["options"]["path"] == "${GATEWAY_DASHBOARDS}"
