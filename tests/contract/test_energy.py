"""Energy from the machine's own counters to the bill: measured where a meter measures, and never where none does."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from functools import partial

import pytest

from gateway.events import MeterKind
from gateway.meters.rapl import Rapl
from tests.kit import written
from tests.kit.meters import powercap
from tests.kit.servers import says

RANGE = 262_143_328_850


@pytest.fixture
def counters(tmp_path):
    """The counter of a processor, near its end."""
    return powercap(tmp_path / "powercap", {"intel-rapl:0": ("package-0", RANGE - 50_000_000, RANGE)})


def burns(root, joules, answer):
    """An answer for which the processor takes so much."""
    file = root / "intel-rapl:0" / "energy_uj"

    async def answering(request):
        file.write_text(f"{(int(file.read_text()) + round(joules * 1e6)) % RANGE}\n")
        return await answer(request)

    return answering


def config(server, *, machine="here", **target):
    return written.config(
        providers={"local": written.at_home(server, machine="here"), "other": written.at_home(server)},
        machines={"here": {"meters": ["rapl"], "idle_w": 0}},
        targets={"chat": {"provider": "local" if machine == "here" else "other", "model": "qwen", **target}},
        routes={"general": ["chat"]},
        pricing={"tariff_usd_per_kwh": 0.36},
    )


async def test_an_answer_is_billed_what_the_counter_shows_across_its_turn(start, upstream, counters):
    server = await upstream(burns(counters, 90, says("Words.")))
    gateway = await start(config(server, power_w=1), meters={MeterKind.RAPL: partial(Rapl.found, counters)})
    reply = await gateway.chat()
    assert reply.headers["x-gateway-energy-quality"] == "measured"
    assert Decimal(reply.headers["x-gateway-energy-wh"]) == Decimal("0.025")  # 90 J
    assert Decimal(reply.headers["x-gateway-cost-usd"]) == Decimal("0.000009")
    assert gateway.metric("gateway_energy_joules_total", quality="measured") == pytest.approx(90)
    assert gateway.metric("gateway_energy_meter_up", meter="rapl") == 1


async def test_answers_made_at_once_share_what_was_taken(start, upstream, counters):
    arrived, together = [], asyncio.Event()

    async def waits(request):
        arrived.append(1)
        if len(arrived) == 4:
            together.set()
        await together.wait()
        return await burns(counters, 25, says("Words."))(request)

    gateway = await start(config(await upstream(waits)), meters={MeterKind.RAPL: partial(Rapl.found, counters)})
    replies = await asyncio.gather(*(gateway.chat() for _ in range(4)))
    meters = gateway.gateway.watch.premises.meters
    meters.read()
    shares = [float(reply.headers.get("x-gateway-energy-wh", 0)) for reply in replies]
    assert sum(shares) > 0
    assert sum(shares) * 3600 + meters.unshared_j == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize(("power_w", "quality"), [({"power_w": 50}, "modelled"), ({}, "unknown")])
async def test_without_the_counter_it_is_modelled_or_unknown(start, upstream, tmp_path, power_w, quality):
    meters = {MeterKind.RAPL: partial(Rapl.found, tmp_path / "none")}
    gateway = await start(config(await upstream(), **power_w), meters=meters)
    reply = await gateway.chat()
    assert reply.headers["x-gateway-energy-quality"] == quality
    assert ("x-gateway-energy-wh" in reply.headers) == (quality == "modelled")
    [line] = gateway.settled()
    assert line["energy_quality"] == quality
    unknown = gateway.metric("gateway_energy_unknown_requests_total", target="chat")
    assert unknown == (quality == "unknown")
    assert gateway.metric("gateway_energy_meter_up", meter="rapl") == 0
    assert '"event":"meter.seen"' in gateway.log.getvalue()


async def test_what_is_not_said_to_run_on_this_machine_is_not_measured(start, upstream, counters):
    server = await upstream(burns(counters, 90, says("Words.")))
    text = config(server, machine="other", power_w=1)
    gateway = await start(text, meters={MeterKind.RAPL: partial(Rapl.found, counters)})
    assert (await gateway.chat()).headers["x-gateway-energy-quality"] == "modelled"
