"""Questions: asked through the guard, answered within limits, and with nothing but the provider's own key."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from gateway.domain import Adapter, Provider, ProviderKind, Trait
from gateway.upstream.questions import MAX_ANSWER_BYTES, Questions, Reply, Unanswered, Unreachable


class Heard:
    def __init__(self) -> None:
        self.events = []

    def emit(self, event) -> None:
        self.events.append(event)


@pytest.fixture
def asked():
    heard = Heard()
    yield Questions(networks=tuple, events=heard)
    assert heard.events == []


def provider(url="http://127.0.0.1:1", *, on_prem=True, **more):
    traits = frozenset({Trait.ON_PREM}) if on_prem else frozenset()
    return Provider("local", ProviderKind.OPENAI_COMPATIBLE, Adapter.DIRECT, base_url=url, traits=traits, **more)


async def test_a_question_brings_the_key_and_its_body_and_nothing_of_the_asker(asked, upstream):
    seen = {}

    async def answer(request):
        seen.update(request.headers)
        return web.json_response({"models": [{"name": await request.json()}, "no object"]})

    server = await upstream(answer)
    url = f"http://localhost:{server.port}"
    reply = await asked.ask(provider(url, api_key="k"), f"{url}/asked", body={"model": "m"})
    assert reply.items("models") == [{"name": {"model": "m"}}]
    assert seen["Authorization"] == "Bearer k"
    assert seen["User-Agent"].startswith("triage-gateway/")
    assert seen.keys() == {
        *("Host", "Authorization", "User-Agent", "Accept-Encoding", "Accept", "Content-Type", "Content-Length")
    }


@pytest.mark.parametrize(
    ("status", "body", "items"),
    [
        (200, {"models": []}, []),
        (404, {"models": []}, None),
        (200, {"models": {}}, None),
        (200, [], None),
        (302, {"models": []}, None),
    ],
)
async def test_only_a_list_in_a_good_answer_counts(asked, upstream, status, body, items):
    async def answer(_request):
        return web.json_response(body, status=status, headers={"Location": "http://127.0.0.1:1/"})

    server = await upstream(answer)
    reply = await asked.ask(provider(server.base_url), f"http://127.0.0.1:{server.port}/x", body={})
    assert (reply.status, reply.items("models")) == (status, items)


async def test_what_is_no_json_is_an_answer_without_content(asked, upstream):
    async def answer(_request):
        return web.Response(text="Ollama is running")

    server = await upstream(answer)
    assert await asked.ask(provider(server.base_url), f"http://127.0.0.1:{server.port}/", body={}) == Reply(200)


@pytest.mark.parametrize("body", ["x" * (MAX_ANSWER_BYTES + 1), None])
async def test_too_much_and_an_error_of_the_servers_own_are_no_answer(asked, upstream, body):
    async def answer(_request):
        return web.Response(text=body) if body else web.Response(status=503, text=json.dumps({"models": []}))

    server = await upstream(answer)
    with pytest.raises(Unanswered):
        await asked.ask(provider(server.base_url), f"http://127.0.0.1:{server.port}/", body={})


@pytest.mark.parametrize("url", ["http://192.0.2.1:9/", "http://no.such.name.invalid/"])
async def test_a_question_goes_nowhere_beyond_the_premises(asked, url):
    """The tripwire of all tests would see a connection."""
    with pytest.raises(Unanswered):
        await asked.ask(provider(url), url)


async def test_a_cloud_is_asked_nothing(upstream):
    heard = Heard()
    questions = Questions(networks=tuple, events=heard)
    server = await upstream()
    with pytest.raises(Unanswered):
        await questions.ask(provider(server.base_url, on_prem=False), f"http://127.0.0.1:{server.port}/", body={})
    assert len(heard.events) == 1
    assert server.sent == []


async def test_a_question_goes_to_the_provider_that_is_asked_and_to_nobody_else(upstream):
    heard = Heard()
    questions = Questions(networks=tuple, events=heard)
    server = await upstream()
    for base in (
        "http://[bad",
        "http://127.0.0.1:1",
        f"http://localhost:{server.port}",
        f"https://127.0.0.1:{server.port}",
    ):
        with pytest.raises(Unreachable):
            await questions.ask(provider(base), f"http://127.0.0.1:{server.port}/", body={})
    assert len(heard.events) == 4
    assert server.sent == []
