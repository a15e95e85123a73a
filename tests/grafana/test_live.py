"""Every panel's query and every rule, answered by a real Prometheus that scrapes a gateway at work."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from grafana.source.promql import LABELS
from tests.kit.clinic import KEYS, Paced, clinic
from tests.kit.ports import unused_port
from tests.kit.prometheus import prometheus
from tests.kit.promtool import promtool
from tests.kit.running import running
from tests.kit.servers import UpstreamServer

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "grafana" / "prometheus" / "prometheus.yml"
SHIPPED = (ROOT / "config.yaml").read_text(encoding="utf-8")
POLICIES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*.yaml")}
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(tmp_path_factory):
    """(clinic, Prometheus) after some rounds of everything that can happen, each of them scraped."""
    places = [tmp_path_factory.mktemp(name) for name in ("gateway", "prometheus")]
    async with (
        clinic(places[0]) as work,
        prometheus(places[1], work.address, key=KEYS["prometheus"]) as watch,
    ):
        for _ in range(2):
            await work.round()
            done = work.gateway.metric("gateway_requests_total")
            await watch.until(f"sum(gateway_requests_total) >= {done}")
        await watch.until("count_over_time(slo:period_error_budget_remaining:ratio[5m]) > 1")
        yield work, watch


async def unanswered(watch, expressions: dict[str, str]) -> list[str]:
    """What fails or finds nothing, by name."""

    async def answered(name: str, expression: str) -> str:
        try:
            return "" if await watch.values(expression) else f"{name}: {expression}"
        except AssertionError as error:
            return f"{name}: {error}"

    return [line for line in await asyncio.gather(*itertools.starmap(answered, expressions.items())) if line]


def asked(queries, how) -> dict[str, str]:
    return {f"{number} {query.name}": how(query) for number, query in enumerate(queries)}


async def test_every_panel_shows_something(watched, queries):
    """Of what happened: a 0 that stands where nothing has happened yet does not count."""
    empty = await unanswered(watched[1], asked(queries, lambda query: query.without_zero))

    assert "\n".join(empty) == ""


async def test_a_planted_metric_that_does_not_exist_is_noticed(watched, queries):
    right = next(query.without_zero for query in queries if "gateway_requests_total" in query.expression)
    wrong = right.replace("gateway_requests_total", "gateway_request_total")

    empty = await unanswered(watched[1], {"right": right, "planted": wrong, "broken": "sum("})

    assert [line.partition(":")[0] for line in empty] == ["planted", "broken"]


async def test_no_panel_is_empty_with_the_shipped_configuration(queries, tmp_path):
    """Ollama and LM Studio are there and the agents ask; no cloud, no budget, no BAA, nothing that fails."""
    server = UpstreamServer(Paced(speed=400))
    await server.start()
    ours = ("ollama", "lm_studio")
    environ = {f"{name.upper()}_BASE_URL": f"http://127.0.0.1:{unused_port()}/v1" for name in ("mlx", "whisper")}
    environ |= {f"{name.upper()}_BASE_URL": server.base_url.removesuffix("/v1") for name in ours}
    for name in ("gateway", "prometheus"):
        (tmp_path / name).mkdir()
    shipped = running(tmp_path / "gateway", SHIPPED, POLICIES, environ)
    async with shipped as gateway, prometheus(tmp_path / "prometheus", gateway.url.removeprefix("http://")) as watch:
        for _ in range(2):
            for agent in yaml.safe_load(SHIPPED)["agents"]:
                answer = await gateway.chat("Hello.", headers={"x-gateway-agent": agent}, stream=agent != "qc-reviewer")
                assert answer.status_code == 200, answer.text
            done = gateway.metric("gateway_requests_total")
            await watch.until(f"sum(gateway_requests_total) >= {done}")
        await watch.until("count_over_time(slo:period_error_budget_remaining:ratio[5m]) > 1")

        empty = await unanswered(
            watch, asked([one for one in queries if not one.says_none], lambda one: one.substituted)
        )

    await server.stop()
    assert "\n".join(empty) == ""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("gateway_phi_egress_violations_total", [0.0]),
        ('up{job="triage-gateway"}', [1.0]),
        ('gateway_backend_up{gen_ai_provider_name="mlx"}', [0.0]),
        ('gateway_requests_total{route="foreign", outcome="policy_denied", caller="soma"}', [2.0]),
        ('sum(gateway_requests_total{agent="radiologist", outcome="ok"})', [2.0]),
    ],
)
async def test_the_numbers_are_the_ones_that_were_counted(watched, expression, value):
    assert await watched[1].values(expression) == value


async def test_what_prometheus_has_is_what_the_gateway_counted(watched):
    work, watch = watched
    for name in ("gateway_cost_usd_total", "gateway_tokens_total", "gateway_energy_joules_total"):
        assert sum(await watch.values(name)) == pytest.approx(work.gateway.metric(name)), name


NEVER = {
    "gateway_phi_egress_violations_total",
    "gateway_metrics_folded_total",
    "gateway_audit_ledger_losses_total",
    "gateway_emergency_windows",  # opened and closed between two scrapes
    "gateway_inflight_requests",
    "gateway_queue_waiting_requests",
    "gateway_target_breaker_open",
}
"""What is 0 when a clinic is at rest and nothing was lost; that something moves them is held by `test_metrics_move.py`."""


async def test_the_clinic_moves_every_metric_there_is(watched):
    everything = '{__name__=~"(gateway|gen_ai)_.+"}'
    moved = {one["metric"]["__name__"] for one in await watched[1].samples(f"{everything} != 0")}
    there = {one["metric"]["__name__"] for one in await watched[1].samples(everything)}

    assert set(LABELS) - there == set()
    assert set(LABELS) - moved <= NEVER


async def test_every_rule_is_evaluated_without_an_error_or_a_warning(watched):
    groups = (await watched[1].ask("rules"))["groups"]

    rules = [rule for group in groups for rule in group["rules"]]
    assert [rule for rule in rules if rule["health"] != "ok"] == []
    assert len(rules) > 60


async def test_the_alerts_are_about_what_the_clinic_suffers(watched):
    """Its cloud refuses a key, a model cannot be loaded, a budget is used up; no promise was broken."""
    await watched[1].until('ALERTS{alertname="GatewayKeyRefused", alertstate="firing"}')
    firing = {sample["metric"]["alertname"] for sample in await watched[1].samples('ALERTS{alertstate="firing"}')}

    assert {"GatewayKeyRefused", "GatewayModelNotLoaded", "GatewayBudgetUsedUp", "GatewayUnpriced"} <= firing
    assert not firing & {"GatewayEgressViolation", "GatewayRecordFailing", "GatewayRecordLost", "GatewayMissing"}


async def test_the_exposition_is_what_prometheus_wants(watched):
    exposition = watched[0].gateway.gateway.metrics.render("")[1].decode()

    said = promtool("check", "metrics", given=exposition).stderr.splitlines()

    # The moment at which it ends, in seconds, stands beside the days that people ask for.
    assert said == ['gateway_baa_days_left use base unit "seconds" instead of "days"']


async def test_the_shipped_configuration_is_what_prometheus_wants():
    checked = promtool("check", "config", str(CONFIG))

    assert checked.returncode == 0, checked.stdout + checked.stderr
