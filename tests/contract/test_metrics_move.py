"""Every metric that the code declares is fed by what happens in a gateway: one that nothing moves shows an empty panel."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from aiohttp import web

from gateway.domain import Adapter, Kind
from gateway.events import MeterKind
from gateway.observability.metrics import Metrics
from gateway.pipeline.words import vocabulary_of
from gateway.state.sqlite.store import FILE
from tests.kit import written
from tests.kit.meters import Steady
from tests.kit.ollama import Ollama
from tests.kit.patience import until
from tests.kit.second_detector import Attentive
from tests.kit.servers import breaks_after, says, status, streams_for_ever
from tests.kit.two_places import CLEAN, POLICY, SENSITIVE

ELSEWHERE = {
    "gateway_build_info": ("tests/cli/test_serve.py", "gateway_build_info"),
    "gateway_embedded_exits": ("tests/upstream/embedded/test_process.py", "ExitReason.DIED"),
    "gateway_metrics_folded": ("tests/observability/test_metrics.py", "gateway_metrics_folded_total"),
    "gateway_shared_available": ("tests/observability/test_metrics.py", "gateway_shared_available"),
    "gateway_phi_egress_violations": ("tests/safety/test_laws.py", "gateway_phi_egress_violations_total"),
}
"""What takes a process of its own or a planted violation: the test that has it happen, and by which word."""
KEY = "a-key-of-ann"
PRICE = {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
FILE_OF_SOUND = {"file": ("a.wav", b"RIFF\x00\x00")}


class Faulty:
    """An adapter with a bug of ours in it."""

    async def send(self, outbound):
        return {}[outbound.request_id]

    async def aclose(self):
        """Nothing to close."""


class Doubting(Attentive):
    """Looks for every kind, and breaks down over "raise"."""

    covers = frozenset(Kind)


def config(local, cloud, foreign, ollama):
    return written.config(
        machines={"mac": {"memory_gb": 24}, "desk": {"meters": ["rapl"]}},
        callers={"ann": {"key_sha256": hashlib.sha256(KEY.encode()).hexdigest(), "may": ["emergency"]}},
        emergency={"reasons": {"drill": "Nothing happened."}},
        providers={
            "local": written.at_home(local, kind="lm_studio", machine="desk"),
            "hears": written.at_home(local, kind="whisper"),
            "cloud": written.away(cloud),
            "foreign": written.away(foreign, baa=False),
            "ollama": {
                "kind": "ollama",
                "base_url": ollama.base_url.removesuffix("/v1"),
                "traits": ["on_prem"],
                "machine": "mac",
            },
        },
        targets={
            "here": {"provider": "local", "model": "qwen", "power_w": 120, "slots": 1},
            "there": {"provider": "cloud", "model": "gpt-4o"},
            "away": {"provider": "foreign", "model": "gpt-4o"},
            "small": {"provider": "ollama", "model": "small", "memory_gb": 8, "price": PRICE},
            "large": {"provider": "ollama", "model": "large", "memory_gb": 20},
            "ears": {"provider": "hears", "model": "whisper", "capabilities": ["transcriptions"]},
        },
        routes={
            "home": ["here"],
            "spent": ["here"],
            "cloud": ["there", "here"],
            "foreign": ["away"],
            "small": ["small"],
            "large": ["large"],
            "hearing": {"targets": ["ears"], "operation": "transcriptions"},
        },
        pricing={"tariff_usd_per_kwh": 0.3, "baseline": "small"},
        limits=[
            {"per": "route", "name": "home", "of": "requests", "amount": 100, "every": "month"},
            {"per": "route", "name": "spent", "of": "requests", "amount": 0, "every": "month"},
        ],
        labels={"trial": {"means": "Belongs to a trial."}},
        scan={"deadline_ms": 60000, "never": [{"text": "Maria Lopez", "why": "Our demonstration patient."}]},
        ledger={"checkpoint_s": 60, "timestamp": "http://127.0.0.1:1/tsr"},  # nobody stamps there
    )


def samples(metrics):
    return {
        (family.name, sample.name, *sorted(sample.labels.items())): sample.value
        for family in metrics.registry.collect()
        if not family.name.startswith("process_")
        for sample in family.samples
    }


class Watch:
    """Remembers which families ever differed from those of a gateway to which nothing has happened."""

    def __init__(self, gateway):
        self._watch = gateway.gateway.watch
        self._metrics = gateway.gateway.metrics
        self._untouched = samples(Metrics(vocabulary_of(gateway.gateway.settings)))
        names = {family.name for family in self._metrics.registry.collect()}
        self.declared = {name for name in names if not name.startswith("process_")}
        self.moved: set[str] = set()

    def look(self):
        self._watch.tell()  # as a scrape has it do
        self.moved |= {key[0] for key, value in samples(self._metrics).items() if self._untouched.get(key) != value}


@pytest.fixture
async def ollama(tripwire):
    server = Ollama(says("From memory."), models=["small", "large"])
    server.tags = [{"name": f"{name}:latest", "model": f"{name}:latest"} for name in server.models]
    server.cannot_load = {"large"}
    await server.start()
    tripwire.providers.add(server.port)
    yield server
    await server.stop()


async def hears(request):
    return web.json_response({"text": "A cough.", "duration": 3.5, "usage": {"type": "duration", "seconds": 4}})


async def test_each_metric_that_is_declared_moves(start, upstream, ollama, monkeypatch):
    local, cloud, foreign = await upstream(), await upstream(), await upstream()
    gateway = await start(
        config(local, cloud, foreign, ollama), {"p.yaml": POLICY}, second=Doubting, meters={MeterKind.RAPL: Steady}
    )
    watch = Watch(gateway)
    known = {"authorization": f"Bearer {KEY}"}

    async def ask(content=CLEAN, route="home", **body):
        headers = {**known, "x-gateway-label": "trial"}
        return await gateway.chat(content, model=route, headers=headers, **body)

    assert (await gateway.chat(CLEAN)).status_code == 401
    assert (await ask(route="large")).status_code == 503
    assert (await ask(route="small")).status_code == 200
    async with gateway.client(headers=known) as client:
        assert (await client.post("/gateway/emergency", json={"reason": "drill"})).status_code == 201
        assert (await ask(route="spent")).status_code == 200
        watch.look()
        await client.delete("/gateway/emergency")
    assert (await ask(route="spent")).status_code == 429
    assert (await ask(SENSITIVE, "foreign")).status_code == 403
    assert (await ask("Maria Lopez has a cough.")).status_code == 200
    cloud.answer = says("See [MRN_aaaaaaaaaa].")
    made_up = await ask(SENSITIVE, "cloud")
    assert (made_up.status_code, made_up.headers["x-gateway-target"]) == (200, "there")
    cloud.answer = status(500)
    assert (await ask(SENSITIVE, "cloud")).status_code == 200
    await ask("word " * 3000)  # of which the server counts eleven tokens
    local.answer = hears
    async with gateway.client(headers=known) as client:
        heard = await client.post("/v1/audio/transcriptions", data={"model": "hearing"}, files=FILE_OF_SOUND)
    assert heard.status_code == 200
    local.answer = says("An answer of several tokens.")
    await ask(stream=True, stream_options={"include_usage": True})
    local.answer = breaks_after("Half an ans")
    await ask("raise", stream=True)
    watch.look()
    local.answer = streams_for_ever()
    local.received.clear()
    held = asyncio.create_task(ask())
    await local.received.wait()
    waits = asyncio.create_task(ask())
    await until(lambda: gateway.metric("gateway_queue_waiting_requests") == 1)
    watch.look()
    assert gateway.metric("gateway_inflight_requests", gen_ai_provider_name="local") == 1  # the other one waits
    for task in (waits, held):
        task.cancel()
    await asyncio.gather(held, waits, return_exceptions=True)
    gateway.gateway.reload(gateway.gateway.settings)
    monkeypatch.setattr(gateway.gateway.pipeline._attempts, "_upstreams", dict.fromkeys(Adapter, Faulty()))
    assert (await ask()).status_code == 500
    (gateway.state_dir / FILE).rename(gateway.state_dir / "moved.db")
    await until(lambda: gateway.metric("gateway_audit_ledger_losses_total") == 1)
    watch.look()

    assert sorted(watch.declared - watch.moved) == sorted(ELSEWHERE)


@pytest.mark.parametrize(("file", "word"), ELSEWHERE.values())
def test_what_moves_elsewhere_does(file, word):
    assert word in Path(file).read_text(encoding="utf-8")
