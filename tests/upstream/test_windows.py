from __future__ import annotations

import pytest
from aiohttp import web

from gateway.domain import Adapter, Provider, ProviderKind, Target, Trait
from gateway.testing import RecordingSink
from gateway.upstream.questions import Questions
from gateway.upstream.windows import FRESH_S, Windows


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def vllm(tripwire):
    """A server that says how much its model holds, and counts how often it was asked; `tokens` None: it fails."""

    class Server:
        tokens, asked = 4096, 0

    async def models(_request):
        Server.asked += 1
        if Server.tokens is None:
            return web.Response(status=500)
        return web.json_response({"data": [{"id": "m", "max_model_len": Server.tokens}]})

    app = web.Application()
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    Server.port = site._server.sockets[0].getsockname()[1]
    tripwire.providers.add(Server.port)
    yield Server
    await runner.cleanup()


def target(port, *, context=None, kind=ProviderKind.VLLM, traits=frozenset({Trait.ON_PREM})):
    provider = Provider("local", kind, Adapter.DIRECT, f"http://127.0.0.1:{port}/v1", traits=traits)
    return Target("t", provider, "m", context=context)


def windows(clock):
    return Windows(Questions(networks=tuple, events=RecordingSink()), clock=clock)


async def test_the_smaller_of_what_the_server_and_the_configuration_say_holds(vllm):
    known = windows(Clock())
    assert await known.tokens(target(vllm.port)) == 4096
    assert await known.tokens(target(vllm.port, context=2048)) == 2048
    assert await known.tokens(target(vllm.port, context=8192)) == 4096


async def test_it_is_asked_once_in_a_while(vllm):
    clock = Clock()
    known = windows(clock)
    await known.tokens(target(vllm.port))
    vllm.tokens = 512
    assert (await known.tokens(target(vllm.port)), vllm.asked) == (4096, 1)
    clock.now += FRESH_S
    assert (await known.tokens(target(vllm.port)), vllm.asked) == (512, 2)


async def test_who_does_not_say_or_is_not_ours_has_no_window_but_a_configured_one(vllm):
    vllm.tokens = None
    known = windows(Clock())
    assert await known.tokens(target(vllm.port)) is None
    assert await known.tokens(target(vllm.port, context=9)) == 9
    asked = vllm.asked
    assert await known.tokens(target(vllm.port, kind=ProviderKind.MLX)) is None
    assert await known.tokens(target(vllm.port, traits=frozenset())) is None
    assert vllm.asked == asked
