from __future__ import annotations

import pytest

from gateway.cli.nearby import PORTS, Neighbour, look
from gateway.domain import ProviderKind
from gateway.kinds import PROFILES
from tests.kit.ollama import CLOUD, Ollama
from tests.kit.ports import unused_port
from tests.kit.servers import says


@pytest.fixture
async def ollama():
    server = Ollama(says("Hello."), models=["llama3.2:3b", "gpt-oss:120b-cloud", "nomic-embed-text"])
    server.tags = [{"name": "llama3.2:3b"}, {"name": "gpt-oss:120b-cloud", **CLOUD}, {"name": "nomic-embed-text"}]
    await server.start()
    yield server
    await server.stop()


async def test_it_finds_a_server_and_leaves_out_models_that_run_elsewhere(ollama):
    [found] = await look({11434: ollama.port, 1234: unused_port()})
    assert (found.kind, found.port) == (ProviderKind.OLLAMA, ollama.port)
    assert "gpt-oss:120b-cloud" not in found.models
    assert (found.chat, found.vectors) == ("llama3.2:3b", "nomic-embed-text")
    assert ollama.sent == []  # nobody was asked to say anything


@pytest.mark.parametrize(
    ("owner", "kind"),
    [("llamacpp", ProviderKind.LLAMA_CPP), ("vllm", ProviderKind.VLLM), ("somebody", ProviderKind.MLX)],
)
async def test_who_is_at_a_port_of_several_is_known_by_what_it_says(owner, kind, upstream):
    server = await upstream(tells=("/v1/models", {"object": "list", "data": [{"id": "m", "owned_by": owner}]}))
    [found] = await look({8080: server.port})
    assert found == Neighbour(kind, server.port, ("m",))


async def test_a_gateway_is_no_server_of_models(simple):
    gateway, _ = simple
    port = int(gateway.url.rpartition(":")[2])
    [found] = await look({8080: port})
    assert found.ours


async def test_what_lists_no_models_is_nobody(upstream):
    server = await upstream(tells=("/v1/models", {"hello": "I am another program"}))
    assert await look({1234: server.port}) == []


async def test_who_says_nothing_at_a_port_where_all_say_something_is_left_out(upstream):
    server = await upstream()
    assert await look({8000: server.port}) == []


@pytest.mark.parametrize("known", [known for known in PROFILES.values() if known.ports])
def test_an_address_is_this_machines_and_as_its_kind_wants_it(known):
    assert set(known.ports) <= set(PORTS)
    url = Neighbour(known.kind, known.ports[0]).base_url
    assert url.startswith(f"http://localhost:{known.ports[0]}")
    assert url.endswith("/v1") is not known.under_v1
