from __future__ import annotations

import ast

import pytest
from aiohttp import web

from gateway.config import parse
from gateway.events import FanOut
from gateway.testing import RecordingSink
from gateway.upstream.tried import KeyState, try_key
from tests.kit.ports import unused_port
from tests.kit.source import imports, modules, reaches, tree


class Cloud:
    """A vendor's list of models, behind a key."""

    def __init__(self):
        self.asked = []
        self.answer = lambda: web.json_response({"data": []})

    async def start(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def _handle(self, request):
        self.asked.append((request.method, request.path, dict(request.headers), await request.read()))
        return self.answer()


@pytest.fixture
async def cloud(tripwire):
    made = Cloud()
    await made.start()
    tripwire.providers.add(made.port)
    yield made
    await made.runner.cleanup()


def provider(kind, port):
    base = f"http://127.0.0.1:{port}" + ("/v1" if kind == "openai" else "")
    text = f'version: 1\nproviders: {{far: {{kind: {kind}, base_url: "{base}", api_key: the-key}}}}\n'
    return parse(text, file="c.yaml", environ={}).providers["far"]


async def tried(kind, port, sink=None):
    return await try_key(provider(kind, port), networks=tuple, events=sink or FanOut([]))


@pytest.mark.parametrize(("kind", "header"), [("openai", "Authorization"), ("anthropic", "x-api-key")])
async def test_it_asks_for_the_list_with_the_key_and_nothing_else(kind, header, cloud):
    assert await tried(kind, cloud.port) is KeyState.TAKEN
    [(method, path, headers, body)] = cloud.asked
    assert (method, path, body) == ("GET", "/v1/models", b"")
    assert "the-key" in headers[header]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (lambda: web.json_response({"error": "no"}, status=401), KeyState.REFUSED),
        (lambda: web.json_response({"error": "no"}, status=403), KeyState.REFUSED),
        (lambda: web.json_response({}, status=404), KeyState.UNSAID),
        (lambda: web.Response(text="<html>", content_type="text/html"), KeyState.UNSAID),
        (lambda: web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"}), KeyState.UNSAID),
    ],
)
async def test_what_it_answers_is_what_is_known(answer, state, cloud):
    cloud.answer = answer
    assert await tried("openai", cloud.port) is state
    assert len(cloud.asked) == 1  # a redirect is followed nowhere


async def test_nobody_there_is_away_and_no_violation():
    sink = RecordingSink()
    assert await tried("openai", unused_port(), sink) is KeyState.AWAY
    assert sink.events == []


def test_only_the_doctor_tries_keys():
    knowing = {name for name, path in modules() if reaches(imports(path), "gateway.upstream.tried")}
    assert knowing == {"gateway/cli/doctor_asks.py"}
    setting = {
        name
        for name, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "set" and ast.unparse(node.value) == "trying"
    }
    assert setting == {"gateway/upstream/tried.py"}
