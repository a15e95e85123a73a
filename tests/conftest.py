"""Fixtures: a gateway that really listens, upstreams that really answer, and a wire that trips when bytes leave unseen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from gateway.upstream.embedded.models import CHAT, fetch
from tests.kit.llama import LlamaServer
from tests.kit.mlx.server import mlx_server
from tests.kit.running import Running, one_route, running
from tests.kit.servers import UpstreamServer, says
from tests.kit.tripwire import Tripwire

hypothesis_settings.register_profile("gateway", deadline=None)
hypothesis_settings.register_profile("quick", deadline=None, max_examples=15)
hypothesis_settings.register_profile("fuzz", deadline=None, max_examples=int(os.environ.get("FUZZ_EXAMPLES", "400")))
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gateway"))  # `make check` is quick


# --- the tripwire ----------------------------------------------------------------------------------------------------


_tripwire = Tripwire()
sys.addaudithook(_tripwire)


@pytest.fixture(autouse=True)
def tripwire():
    """Law 1, in every test."""
    _tripwire.providers.clear()
    _tripwire.violations.clear()
    yield _tripwire
    assert _tripwire.violations == []


# --- real models -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def models_folder():
    """The real models, where `make models` puts them; fetched if they are not there yet."""
    folder = Path(__file__).parents[1] / "state" / "models"
    fetch(folder, report=print)
    return folder


@pytest.fixture
async def llama(models_folder):
    """Makes real llama.cpp servers of the small chat model: `server = await llama(context=512)`.

    Tests ask it about its slots, and so its port is none of the tripwire's.
    """
    started = []

    async def start(**order) -> LlamaServer:
        server = await LlamaServer.started(path=str(models_folder / CHAT.file), **order)
        started.append(server)
        return server

    yield start
    for server in started:
        await server.stop()


@pytest.fixture(scope="session")
def mlx(tmp_path_factory):
    """A real `mlx_lm.server`, one for all tests, which ask it only through a gateway or about itself."""
    with mlx_server(tmp_path_factory.mktemp("mlx")) as server:
        yield server


# --- upstreams and gateways --------------------------------------------------------------------------------------------


@pytest.fixture
async def upstream(tripwire):
    """Makes upstream servers: `server = await upstream(says("Hello."))`."""
    started = []

    async def start(answer=None, **more) -> UpstreamServer:
        server = UpstreamServer(answer or says(), **more)
        await server.start()
        tripwire.providers.add(server.port)
        started.append(server)
        return server

    yield start
    for server in started:
        await server.stop()


@pytest.fixture
async def start(tmp_path):
    """Starts gateways: `gateway = await start(config)`; they stop with the test."""
    stack = []

    async def begin(config: str, policies=None, environ=None, **more) -> Running:
        context = running(tmp_path, config, policies, environ, **more)
        made = await context.__aenter__()
        stack.append(context)
        return made

    yield begin
    for context in reversed(stack):
        await context.__aexit__(None, None, None)


@pytest.fixture
async def simple(start, upstream):
    """A gateway in front of one server that says "Hello."."""
    server = await upstream()
    gateway = await start(one_route(server))
    return gateway, server
