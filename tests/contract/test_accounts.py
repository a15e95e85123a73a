"""What a request is told to have come to: one truth in the header, the log, the metrics and the record."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest
from aiohttp import web

from gateway.domain import Adapter
from gateway.pipeline.aside import LARGE_BYTES
from gateway.state.sqlite.reader import tail
from tests.kit import written
from tests.kit.patience import SOON_S
from tests.kit.servers import breaks_after, chunk, echoes, hangs, says, status, streams, streams_for_ever
from tests.kit.two_places import CLEAN, MRN, POLICY, SENSITIVE, config


def two(first, second):
    return written.config(
        providers={
            name: written.at_home(one, kind="lm_studio") for name, one in (("first", first), ("second", second))
        },
        targets={
            "slow": {"provider": "first", "model": "qwen", "power_w": 100},
            "quick": {"provider": "second", "model": "qwen", "power_w": 100},
        },
        routes={"general": {"targets": ["slow", "quick"], "first_token_s": 2}},
        pricing={"tariff_usd_per_kwh": 0.3},
    )


async def told(gateway):
    """The last line of the log and the last outcome of the record, once the gateway has written it."""
    async with asyncio.timeout(SOON_S):
        while not (  # noqa: ASYNC110  the ledger writes in batches, and tells nobody
            rows := [row for row in tail(gateway.state_dir / "ledger.db", 10) if row.columns["phase"] == "outcome"]
        ):
            await asyncio.sleep(0.02)
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    return [line for line in lines if line["event"] == "request.settled"][-1], rows[-1].columns


async def test_the_one_who_answers_is_billed_for_its_own_time(start, upstream):
    gateway = await start(two(await upstream(hangs()), await upstream(says("Quick."))))
    reply = await gateway.chat(CLEAN)
    line, row = await told(gateway)
    energy_wh = Decimal(reply.headers["x-gateway-energy-wh"])
    assert reply.headers["x-gateway-target"] == "quick"
    busy_s = float(energy_wh) * 3600 / 100
    assert 0 < busy_s < line["duration_s"] - 1.9  # at 100 W; the other one hung for two seconds
    assert line["duration_s"] > 2
    assert Decimal(str(line["energy_wh"])) == energy_wh == Decimal(row["energy_nwh"]) / 10**9
    assert Decimal(str(line["cost_usd"])) == Decimal(reply.headers["x-gateway-cost-usd"])
    assert Decimal(row["cost_nano_usd"]) / 10**9 == Decimal(reply.headers["x-gateway-cost-usd"])
    assert Decimal(reply.headers["x-gateway-overhead-ms"]) == Decimal(row["overhead_us"]) / 1000
    assert Decimal(str(line["overhead_s"])) == Decimal(row["overhead_us"]) / 10**6


async def test_an_outage_is_not_a_denial(start, upstream):
    first, second = await upstream(), await upstream()
    gateway = await start(two(first, second))
    await first.stop()
    await second.stop()
    assert (await gateway.chat(CLEAN)).status_code == 503
    line, row = await told(gateway)
    assert line["destination"] == row["destination"] == "none"


async def moved(_request):
    return web.Response(status=307, headers={"Location": "/elsewhere"})


@pytest.mark.parametrize(
    ("answer", "code"), [(moved, 502), (status(500), 502), (status(429), 429), (breaks_after(""), 502)]
)
async def test_what_left_is_told_as_left_whatever_came_back(start, upstream, answer, code):
    local, cloud = await upstream(), await upstream(answer)
    gateway = await start(config(local, cloud, order="cloud"), {"p.yaml": POLICY})
    assert (await gateway.chat(CLEAN)).status_code == code
    line, row = await told(gateway)
    assert line["destination"] == row["destination"] == "cloud"


async def test_what_left_for_the_cloud_first_is_told_when_a_local_target_answered(start, upstream):
    local, cloud = await upstream(says("Here.")), await upstream(status(500))
    gateway = await start(config(local, cloud, order="cloud, local"), {"p.yaml": POLICY})
    assert (await gateway.chat(CLEAN)).headers["x-gateway-target"] == "local"
    line, row = await told(gateway)
    assert (line["destination"], row["destination"], row["target"]) == ("cloud", "cloud", "local")


async def test_a_cloud_that_cannot_be_reached_received_nothing(start, upstream):
    local, cloud = await upstream(), await upstream()
    gateway = await start(config(local, cloud, order="cloud"), {"p.yaml": POLICY})
    await cloud.stop()
    await gateway.chat(CLEAN)
    line, _ = await told(gateway)
    assert line["destination"] == "none"


async def test_a_refusal_by_policy_is_a_denial(start, upstream):
    local, cloud = await upstream(), await upstream()
    gateway = await start(config(local, cloud, order="cloud"), {"p.yaml": POLICY})
    assert (await gateway.chat(SENSITIVE)).status_code == 403
    line, _ = await told(gateway)
    assert line["destination"] == "denied"


async def test_a_stream_that_the_target_broke_is_not_told_as_the_callers_leaving(start, upstream):
    gateway = await start(two(await upstream(breaks_after("Half an ans")), await upstream()))
    await gateway.chat(CLEAN, stream=True)
    line, row = await told(gateway)
    assert (line["outcome"], line["status"], row["status"]) == ("upstream_error", 502, 502)
    assert line["error_code"] == row["error_code"] == "upstream_failed"


async def test_a_record_that_cannot_be_written_is_not_told_as_the_providers(start, upstream):
    cloud = await upstream()
    providers, targets = {"cloud": written.away(cloud)}, {"far": "cloud/gpt-4o"}
    gateway = await start(
        written.config(providers=providers, targets=targets, routes={"r": ["far"]}), {"p.yaml": POLICY}
    )
    (gateway.state_dir / "ledger.db").rename(gateway.state_dir / "moved.db")
    response = await gateway.chat()
    assert (response.status_code, response.json()["error"]["code"]) == (503, "not_recorded")
    (line,) = gateway.settled()
    assert (line["outcome"], line["error_code"]) == ("unrecorded", "not_recorded")
    assert gateway.metric("gateway_requests_total", outcome="unrecorded", code="503") == 1
    assert cloud.connections == 0


class Faulty:
    """An adapter with a bug of ours in it."""

    async def send(self, outbound):
        return {}[outbound.request_id]

    async def aclose(self):
        """Nothing to close."""


async def test_a_fault_of_ours_is_not_told_as_the_providers(simple, monkeypatch):
    gateway, server = simple
    faulty = dict.fromkeys(Adapter, Faulty())
    monkeypatch.setattr(gateway.gateway.pipeline._attempts, "_upstreams", faulty)
    response = await gateway.chat()
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal_error")
    assert gateway.metric("gateway_faults_total") == 1
    assert server.connections == 0


async def test_much_text_with_a_pseudonym_in_it_is_looked_at_again_in_turns(start, upstream):
    """More than is looked at where we are, and less than a large request: prepared aside, sent redacted, restored."""
    local, cloud = await upstream(), await upstream(echoes())
    patient = "scan: {deadline_ms: 60000}\n"
    gateway = await start(config(local, cloud, baa=True, order="cloud") + patient, {"p.yaml": POLICY})
    text = SENSITIVE + " The cough is dry, and worse at night than by day." * 350
    assert gateway.gateway._parts.scanner.inline_chars < len(text) < LARGE_BYTES
    reply = await gateway.chat(text)
    assert reply.status_code == 200, reply.text
    assert MRN not in cloud.sent[0].body.decode()
    assert reply.json()["choices"][0]["message"]["content"] == text


def priced(server, price):
    """A gateway in front of one cloud, with a price or without."""
    target = {"provider": "cloud", "model": "big", **({"price": price} if price else {})}
    return written.config(
        providers={"cloud": written.away(server)}, targets={"there": target}, routes={"general": ["there"]}
    )


PER_TOKEN = {"input_usd_per_mtok": 1_000, "output_usd_per_mtok": 1_000}


async def test_a_stream_that_is_left_is_estimated_and_marked(start, upstream):
    gateway = await start(priced(await upstream(streams_for_ever()), PER_TOKEN), {"p.yaml": POLICY})
    body = {"messages": [{"role": "user", "content": CLEAN}], "stream": True}
    async with gateway.client() as client, client.stream("POST", "/v1/chat/completions", json=body) as reply:
        async for _ in reply.aiter_bytes():
            break
    line, row = await told(gateway)
    assert (line["outcome"], line["cost_quality"], row["cost_quality"]) == (
        "client_disconnect",
        "estimated",
        "estimated",
    )
    assert Decimal(str(line["cost_usd"])) == Decimal(row["cost_nano_usd"]) / 10**9 > 0
    assert "input_tokens" not in row  # nobody reported any
    assert gateway.metric("gateway_cost_usd_total", quality="estimated") == line["cost_usd"]
    assert gateway.metric("gateway_tokens_total") == 0


async def test_what_the_provider_says_it_cost_is_taken_where_nobody_set_a_price(start, upstream):
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.00125}
    server = await upstream(streams([chunk({"content": "Words."}), chunk({}, "stop"), chunk(usage=usage)]))
    gateway = await start(priced(server, None), {"p.yaml": POLICY})
    reply = await gateway.chat(CLEAN, stream=True, stream_options={"include_usage": True})
    line, row = await told(gateway)
    assert (line["cost_usd"], row["cost_nano_usd"]) == (0.00125, 1_250_000)
    assert ": x-gateway-cost-usd=0.001250000" in reply.text.splitlines()
    assert '"cost":0.00125' in reply.text
    assert reply.text.rstrip().endswith("data: [DONE]")
