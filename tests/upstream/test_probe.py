"""Probes: only a list of models is an answer, only the premises are asked, and nothing breaks the asker."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from gateway.domain import Adapter, Provider, ProviderKind, Trait
from gateway.events import Cause
from gateway.ports import Probed
from gateway.upstream.attestation import Attestation
from gateway.upstream.probe import is_asked, probe
from gateway.upstream.questions import Questions


def provider(url: str, kind=ProviderKind.LM_STUDIO, **more) -> Provider:
    return Provider("local", kind, Adapter.DIRECT, base_url=url, traits=frozenset({Trait.ON_PREM}), **more)


class Silent:
    def emit(self, event) -> None:
        raise AssertionError(event)


@pytest.fixture
def asking():
    """What a probe asks with."""
    questions = Questions(networks=tuple, events=Silent())
    return questions, Attestation(questions, events=Silent())


@pytest.fixture
async def serve(tripwire):
    """A server that answers every GET with the same bytes, and remembers their headers."""
    runners = []

    async def begin(body: bytes, status: int = 200, **headers):
        seen = []

        async def answer(request):
            seen.append((request.path, dict(request.headers)))
            return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **headers})

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        runners.append(runner)
        port = site._server.sockets[0].getsockname()[1]
        tripwire.providers.add(port)
        return port, seen

    yield begin
    for runner in runners:
        await runner.cleanup()


def listed(*names) -> bytes:
    return json.dumps({"data": [{"id": name} for name in names]}).encode()


async def test_models_are_listed_and_nothing_compressed_is_asked_for(serve, asking):
    port, seen = await serve(listed("a", "b/c:1"))
    health = await probe(provider(f"http://localhost:{port}/v1", api_key="local-key"), *asking)
    assert health == Probed(up=True, models=("a", "b/c:1"))
    path, headers = seen[0]
    assert path == "/v1/models"
    assert headers["Host"] == f"localhost:{port}"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Authorization"] == "Bearer local-key"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html></html>",
        b'{"error": "Unexpected endpoint or method."}',
        b'{"data": "text"}',
        b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xff\xfe",
        b'{"data": [], "more": "' + b"x" * (5 * 2**20) + b'"}',
    ],
    ids=range(9),
)
async def test_whatever_else_it_says_is_no_answer_and_no_exception(serve, body, asking):
    port, _ = await serve(body)
    assert await probe(provider(f"http://127.0.0.1:{port}/v1"), *asking) == Probed(up=False, cause=Cause.BAD_REPLY)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_server_that_wants_another_key_is_no_other_program(serve, status, asking):
    port, _ = await serve(b'{"error": "unauthorized"}', status)
    health = await probe(provider(f"http://127.0.0.1:{port}/v1", api_key="old"), *asking)
    assert health == Probed(up=False, cause=Cause.KEY_REFUSED)


async def test_names_that_could_not_stand_in_a_header_are_left_out(serve, asking):
    port, _ = await serve(listed("good", "bad\r\nx-evil: 1", "größe", "tab\t", 5, None))
    assert (await probe(provider(f"http://127.0.0.1:{port}/v1"), *asking)).models == ("good",)


async def test_ollama_is_asked_beside_its_base_url_with_and_without_v1(serve, asking):
    port, seen = await serve(b'{"data": [{"id": "a"}], "models": [{"name": "a"}]}')
    for suffix in ("", "/", "/v1", "/v1/"):
        health = await probe(provider(f"http://127.0.0.1:{port}{suffix}", ProviderKind.OLLAMA), *asking)
        assert health.models == ("a",)
    assert {path for path, _ in seen} == {"/v1/models", "/api/tags", "/api/ps"}


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://192.0.2.1:9/v1", Cause.MISLED),
        ("http://127.0.0.1:1/v1", Cause.REFUSED),
        ("http://no.such.name.invalid/v1", Cause.UNRESOLVED),
    ],
)
async def test_what_cannot_or_may_not_be_reached_is_down(url, cause, asking):
    """192.0.2.1 is not on the premises: the tripwire of all tests would see a connection."""
    assert await probe(provider(url), *asking) == Probed(up=False, cause=cause)


def test_clouds_embedded_and_providers_that_are_off_are_never_asked():
    local = provider("http://127.0.0.1:1/v1")
    assert is_asked(local)
    assert not is_asked(Provider("x", ProviderKind.OPENAI, Adapter.DIRECT))
    assert not is_asked(provider("http://127.0.0.1:1", ProviderKind.EMBEDDED))
    assert not is_asked(provider("http://127.0.0.1:1", off="no key"))
