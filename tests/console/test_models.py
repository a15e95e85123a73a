"""What is shown of models, and that one is loaded for whoever may operate."""

from __future__ import annotations

import asyncio

import pytest

from tests.kit.console import KEYS, callers, done, form_of, sign_in
from tests.kit.ollama import Ollama
from tests.kit.patience import SOON_S, until
from tests.kit.running import one_route
from tests.kit.servers import says


def ollama_config(url: str, more: str = "") -> str:
    return f"""
version: 1
providers:
  home: {{kind: ollama, base_url: "{url}", traits: [on_prem]}}
targets: {{chat: {{provider: home, model: "llama3.2:3b", context: 8192, power_w: 70}}}}
routes: {{general: {{targets: [chat]}}}}
default_route: general
{more}
"""


@pytest.fixture
async def ollama(tripwire):
    server = Ollama(says(), tags=[{"name": "llama3.2:3b"}])
    await server.start()
    tripwire.providers.add(server.port)
    yield server
    await server.stop()


async def test_it_says_what_answers_and_what_each_target_is_like(open_):
    await open_.chat("Hello.")
    async with open_.client() as client:
        page = (await client.get("/console/models")).text
    assert "answers, with 1 model" in page
    assert "test-vectors" in page
    assert '<span class="mark good">ready</span>' in page
    assert "/console/models/warm" not in page
    assert "may: [operate]" in page


async def test_a_server_that_is_down_is_told_with_what_to_do(start):
    gateway = await start(ollama_config("http://127.0.0.1:9"))
    async with gateway.client() as client:
        page = (await client.get("/console/models")).text
    assert '<span class="mark bad">down</span>' in page
    assert "no answer at http://127.0.0.1:9" in page
    assert "8,192" in page
    assert "70 W" in page


async def test_without_targets_it_says_so(start):
    gateway = await start("version: 1\n")
    async with gateway.client() as client:
        assert "No provider is configured." in (await client.get("/console/models")).text


async def test_who_may_operate_has_a_model_loaded_and_nobody_else(start, ollama):
    gateway = await start(ollama_config(ollama.base_url.removesuffix("/v1"), callers()))
    async with gateway.client() as client, asyncio.timeout(SOON_S):
        for name, status in (("reader", 403), ("chief", 303)):
            await sign_in(client, name)
            page = (await client.get("/console/models")).text
            assert ("/console/models/warm" in page) == (name == "chief")
            form = form_of(page)
            answer = await client.post("/console/models/warm", data={"form": form, "target": "chat"})
            assert answer.status_code == status, name
            for data, wrong in (({"form": form, "target": "nope"}, 404), ({"target": "chat"}, 403)):
                refused = await client.post("/console/models/warm", data=data)
                assert refused.status_code == (wrong if name == "chief" else 403)
        await until(lambda: gateway.metric("gateway_backend_model_load_seconds_count") == 1)
        assert ollama.orders == [("load", "llama3.2:3b")]
    await until(lambda: done(gateway)[-1] == ("load_asked", "chief", "chat", ""))
    assert [what for what, *_ in done(gateway)].count("load_asked") == 1


async def test_a_model_that_cannot_be_loaded_is_told(start, ollama):
    ollama.cannot_load = {"llama3.2:3b"}
    gateway = await start(ollama_config(ollama.base_url.removesuffix("/v1"), callers()))
    async with gateway.client() as client, asyncio.timeout(SOON_S):
        await sign_in(client, "chief")
        form = form_of((await client.get("/console/models")).text)
        await client.post("/console/models/warm", data={"form": form, "target": "chat"})
        page = ""
        while "could not be loaded" not in page:
            page = (await client.get("/console/models")).text


async def test_a_server_that_cannot_be_told_is_not(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server, callers()))
    async with gateway.client() as client:
        headers = {"authorization": f"Bearer {KEYS['chief']}"}
        form = form_of((await client.get("/console/try", headers=headers)).text)
        answer = await client.post("/console/models/warm", data={"form": form, "target": "chat"}, headers=headers)
    assert answer.status_code == 404
