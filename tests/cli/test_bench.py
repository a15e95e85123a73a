"""`gateway bench agents` against a gateway that really listens."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest

from gateway.cli import parser
from gateway.cli.bench import costs, measure
from gateway.cli.bench_agents import AGENTS, OPERATIONS, Bench, patient
from gateway.config import load
from tests.kit.ports import unused_port
from tests.kit.servers import says, status

CONFIG = """
version: 1
providers:
  local: {{kind: openai_compatible, base_url: "{url}", traits: [on_prem]}}
  cloud: {{kind: openai, api_key: k}}
targets:
  near: {{provider: local, model: small, power_w: 100}}
  far: {{provider: cloud, model: big, price: {{input_usd_per_mtok: 3, output_usd_per_mtok: 15}}}}
routes: {{general: {{targets: [near]}}, other: {{targets: [near]}}, dear: {{targets: [far]}}}}
agents: {{pathologist: {{route: other}}}}
default_route: general
pricing: {{tariff_usd_per_kwh: 0.15}}
"""


@pytest.fixture
async def gateway(start, upstream):
    return await start(CONFIG.format(url=(await upstream(says("Some words."))).base_url))


def bench(gateway, told=None, **more) -> Bench:
    return Bench(gateway.url, report=(told if told is not None else []).append, **more)


async def test_every_task_is_asked_and_told_as_it_goes(gateway):
    told = []
    measured = await measure(bench(gateway, told), patient(1), only="", settings=None)
    names = [call.task for call in measured.alone.calls]
    assert names == [task.name for task in AGENTS]
    assert [call.task for call in measured.operations.calls] == [task.name for task in OPERATIONS]
    assert measured.failed == 0
    assert all(call.output_tokens == 5 and call.target == "near" for run in measured.runs for call in run.calls)
    assert sum(line.startswith("pathologist: ") for line in told) == 3


async def test_radiologist_and_pathologist_work_at_the_same_time(start, upstream):
    """Neither is answered before both were asked."""
    both = asyncio.Barrier(2)

    async def answer(request):
        body = await request.json()
        if any(name in body["messages"][0]["content"] for name in ("radiologist", "pathologist")):
            await both.wait()
        return await says("Some words.")(request)

    gateway = await start(CONFIG.format(url=(await upstream(answer)).base_url))
    run = await bench(gateway).pipeline(patient(1), parallel=True)
    assert len(run.calls) == len(AGENTS)
    assert not any(call.error for call in run.calls)


async def test_one_task_may_have_a_model_of_its_own(gateway):
    run = await bench(gateway, models={"pathologist": "nonsense"}).alone(AGENTS, patient(1), name="alone")
    assert {call.task: call.error for call in run.calls if call.error} == {"pathologist": "model_not_found"}


async def test_a_gateway_that_is_not_there_is_told_and_no_exception():
    made = Bench(f"http://127.0.0.1:{unused_port()}", report=lambda _line: None)
    run = await made.alone(AGENTS[:1], patient(1), name="alone")
    assert run.calls[0].error == "ConnectError"


async def test_costs_are_reckoned_in_three_ways_and_unknown_where_nobody_says(gateway):
    settings = load(str(gateway.state_dir.parent / "config.yaml"), {}, port=0)
    measured = await measure(bench(gateway), patient(1), only="agents", settings=settings)
    assert set(measured.costs) == {"as it was", "cloud only", "hybrid", "local only"}
    cloud, hybrid, local = (measured.costs[name] for name in ("cloud only", "hybrid", "local only"))
    assert cloud > hybrid > local > 0
    each = (Decimal(11) * 3 + Decimal(5) * 15) / 1_000_000
    assert cloud == each * len(AGENTS)
    assert costs(measured.sequence.calls, None) == {"as it was": measured.costs["as it was"]}


def test_patients_are_invented_and_the_same_for_the_same_seed():
    assert patient(7) == patient(7)
    assert len({patient(seed) for seed in range(20)}) > 15


async def test_the_command_prints_and_draws(gateway, tmp_path, capsys):
    picture = tmp_path / "bars.svg"
    arguments = ["bench", "agents", "--url", gateway.url, "--config", str(gateway.state_dir.parent / "config.yaml")]
    for more, shown in (
        (["--json", "--svg", str(picture)], '"in parallel"'),
        (["--markdown", "--only", "agents"], "### Pipeline"),
        (["--only", "operations"], "soap-generation"),
    ):
        options = parser().parse_args([*arguments, *more])
        assert await asyncio.to_thread(options.run, options) == 0
        said = capsys.readouterr()
        assert shown in said.out
        assert "tokens, by near" in said.err
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    options = parser().parse_args([*arguments, "--use", "surgeon=general"])
    assert options.run(options) == 1
    assert "There is no task surgeon" in capsys.readouterr().err


async def test_a_failure_is_an_exit_status(start, upstream, capsys):
    gateway = await start(CONFIG.format(url=(await upstream(status(500))).base_url))
    options = parser().parse_args(["bench", "agents", "--url", gateway.url, "--only", "operations", "--json"])
    assert await asyncio.to_thread(options.run, options) == 1
    calls = json.loads(capsys.readouterr().out)["runs"]["operations"]["calls"]
    assert {call["error"] for call in calls} == {"upstream_failed"}
