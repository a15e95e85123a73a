"""Which models are in memory, by their servers: asked once for many, and nothing is guessed."""

from __future__ import annotations

import asyncio

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Target, Trait
from gateway.events import FanOut
from gateway.upstream.questions import Questions
from gateway.upstream.warmth import FRESH_S, Warmth
from tests.kit.ollama import Ollama
from tests.kit.ports import unused_port


def target(port: int, model="m", *, kind=ProviderKind.OLLAMA, traits=frozenset({Trait.ON_PREM})) -> Target:
    return Target("t", Provider("p", kind, Adapter.DIRECT, base_url=f"http://127.0.0.1:{port}", traits=traits), model)


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def warmth(clock):
    return Warmth(Questions(networks=tuple, events=FanOut([])), clock=lambda: clock[0])


@pytest.fixture
async def server(tripwire):
    made = Ollama(lambda _request: None, running=[{"name": "m:latest"}, {"name": "other:8b"}])
    await made.start()
    tripwire.providers.add(made.port)
    yield made
    await made.stop()


@pytest.mark.parametrize(("model", "cold"), [("m", False), ("m:latest", False), ("other:8b", False), ("away", True)])
async def test_what_the_server_does_not_have_in_memory_is_cold(server, warmth, model, cold):
    assert await warmth.is_cold(target(server.port, model)) is cold


async def test_many_who_ask_at_once_are_one_question_and_later_another(server, warmth, clock):
    await asyncio.gather(*(warmth.is_cold(target(server.port)) for _ in range(20)))
    await warmth.is_cold(target(server.port))
    assert server.asked == ["/api/ps"]
    server.running, clock[0] = [], FRESH_S
    assert await warmth.is_cold(target(server.port)) is True
    assert server.asked == ["/api/ps"] * 2


async def test_who_says_nothing_is_not_cold(server, warmth):
    server.status = 500
    assert await warmth.is_cold(target(server.port)) is False
    assert await warmth.is_cold(target(unused_port())) is False


async def test_nobody_elsewhere_and_no_kind_that_cannot_tell_is_asked(server, warmth):
    assert await warmth.is_cold(target(server.port, "away", traits=frozenset())) is False
    assert await warmth.is_cold(target(server.port, "away", kind=ProviderKind.MLX)) is False
    assert server.asked == []
