"""Rounds of questions: each server has its own, and one that hangs keeps no other waiting."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Trait
from gateway.events import FanOut
from gateway.meters.sampler import Sampler
from gateway.upstream.attestation import Attestation
from gateway.upstream.machines import Machines
from gateway.upstream.premises import Premises
from gateway.upstream.questions import Questions
from gateway.upstream.rounds import Rounds
from tests.kit.patience import SOON_S, until


@asynccontextmanager
async def hanging(tripwire):
    """A server that takes connections and never says a word; its port, and what counts the connections."""
    open_now, seen = [], []

    async def hang(reader, writer):
        seen.append(writer)
        task = asyncio.current_task()
        open_now.append(task)
        try:
            await reader.read()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    tripwire.providers.add(port)
    try:
        yield port, seen
    finally:
        server.close()
        for task in open_now:
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)


def local(name: str, port: int) -> Provider:
    url = f"http://127.0.0.1:{port}/v1"
    return Provider(name, ProviderKind.LM_STUDIO, Adapter.DIRECT, base_url=url, traits=frozenset({Trait.ON_PREM}))


@pytest.fixture
async def rounds():
    """Rounds, and what they heard so far."""
    heard: list[tuple[str, bool]] = []
    questions = Questions(networks=tuple, events=FanOut([]))
    attestation = Attestation(questions, events=FanOut([]))
    machines = Machines(limits=dict, questions=questions, events=FanOut([]))
    premises = Premises.of(attestation, machines, Sampler(events=FanOut([])))
    made = Rounds(premises, heard=lambda one, said: heard.append((one.name, said.up)))
    yield made, heard
    await made.aclose()
    await machines.aclose()
    await attestation.aclose()


async def test_a_server_that_hangs_keeps_no_round_of_another_waiting(rounds, upstream, tripwire):
    asked, heard = rounds
    quick = await upstream()
    async with hanging(tripwire) as (port, seen):
        providers = [local("stuck", port), local("quick", quick.port)]
        for _ in range(3):
            under_way = asked.begin(providers, [])
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        assert heard == [("quick", True)] * 3
        assert len(seen) == 1  # its first round is still under way: it is not asked twice at once
        asked.begin([local("quick", quick.port)], [])
        await until(lambda: heard[3:] == [("quick", True)])
    assert ("stuck", False) not in heard  # it is configured no more, so that nobody waits for its answer


async def test_a_gateway_starts_while_a_server_hangs(start, upstream, tripwire):
    quick = await upstream(models=["seen"])
    async with hanging(tripwire) as (port, _):
        began = time.monotonic()
        gateway = await start(
            f"""
version: 1
providers:
  stuck: {{kind: lm_studio, base_url: "http://127.0.0.1:{port}/v1", traits: [on_prem], discover: true}}
  quick: {{kind: lm_studio, base_url: "{quick.base_url}", traits: [on_prem], discover: true}}
targets: {{a: {{provider: stuck, model: m}}}}
routes: {{general: {{targets: [a]}}}}
default_route: general
""",
            patience_s=0.05,
        )
        assert time.monotonic() - began < SOON_S / 2
        await until(lambda: "quick" in gateway.gateway.health.known())
        assert "stuck" not in gateway.gateway.health.known()
        assert (await gateway.chat(model="quick/seen")).status_code == 200
