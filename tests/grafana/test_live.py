"""Every panel's query, answered by a real Prometheus that scrapes the real metrics."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CONFIG = Path(__file__).parents[2] / "grafana" / "prometheus" / "prometheus.yml"


def unanswered(prometheus, queries) -> list[str]:
    """Panels whose query fails or finds nothing."""
    empty = []
    for query in queries:
        try:
            values = prometheus.query(query.substituted)
        except AssertionError as error:
            empty.append(f"{query.panel}: {error}")
            continue
        if not values:
            empty.append(query.panel)
    return empty


def test_every_panel_shows_something(prometheus, queries):
    assert unanswered(prometheus, queries) == []


def test_a_planted_metric_that_does_not_exist_is_noticed(prometheus, queries):
    query = queries[0]
    wrong = type(query)("planted", query.expression.replace("gateway_requests_total", "gateway_request_total"))
    broken = type(query)("broken", "sum(")

    assert [line.partition(":")[0] for line in unanswered(prometheus, [wrong, broken])] == ["planted", "broken"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("gateway_phi_egress_violations_total", [0.0]),
        ("max(up)", [1.0]),
        ('gateway_backend_up{gen_ai_provider_name="anthropic"}', [0.0]),
        ("count(gateway_inflight_requests)", [2.0]),
    ],
)
def test_the_numbers_are_the_ones_that_were_counted(prometheus, expression, value):
    assert prometheus.query(expression) == value


def promtool(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    binary = shutil.which("promtool")
    assert binary, "promtool is missing: apt-get install --no-install-recommends prometheus"
    return subprocess.run([binary, *arguments], input=given, capture_output=True, text=True, check=False, timeout=60)


def test_the_exposition_is_what_prometheus_wants(prometheus):
    checked = promtool("check", "metrics", given=prometheus.exposition)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_shipped_configuration_is_what_prometheus_wants():
    checked = promtool("check", "config", str(CONFIG))

    assert checked.returncode == 0, checked.stdout + checked.stderr
