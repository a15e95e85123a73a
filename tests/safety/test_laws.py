"""The laws of the house that can be seen from outside: one way out, what was scanned is sent, local is attested, no errands."""

from __future__ import annotations

import ast
import json
import socket
from pathlib import Path

import pytest

import gateway
from gateway.document import DocumentInvalid
from gateway.outbound.prepare import Outbound
from gateway.policy.decide import Egress
from tests.kit.bad_upstreams import sends
from tests.kit.running import one_route
from tests.kit.servers import breaks_after, says, status
from tests.kit.shapes import SAY, check

SOURCES = sorted(Path(gateway.__file__).parent.rglob("*.py"))
ROOT = Path(gateway.__file__).parent
DOORS = {"Outbound": "outbound/prepare.py", "Egress": "policy/decide.py"}
NETWORK = {
    "aiohttp",
    "httpx",
    "requests",
    "urllib.request",
    "urllib3",
    "http",
    "ftplib",
    "smtplib",
    "websockets",
    "litellm",
}
MAY_USE = {  # beside upstream/
    "http": {
        "api/connection.py",  # names of status codes
        "state/elsewhere.py",  # the second way out, for a digest (decision 111); `test_sealed.py` holds what it may know
    },
}


# --- law 1: one way out ----------------------------------------------------------------------------------------------


def constructions(source: str) -> set[str]:
    """Names of sealed classes that a source constructs, or copies with changes, or whose seal it touches."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found |= {ast.unparse(node.func).rpartition(".")[2]} & set(DOORS)
        if isinstance(node, ast.ImportFrom | ast.Import) and any(alias.name == "_SEAL" for alias in node.names):
            found.add("_SEAL")
        if isinstance(node, ast.Attribute) and node.attr in {"_SEAL", "__setattr__", "__new__"}:
            found.add(node.attr)
        if isinstance(node, ast.keyword) and node.arg == "seal":
            found.add("seal")
    return found


def test_what_may_leave_is_made_in_one_place_each():
    for path in SOURCES:
        place = path.relative_to(ROOT).as_posix()
        made = constructions(path.read_text(encoding="utf-8"))
        for name, door in DOORS.items():
            assert name not in made or place == door, place
        assert "seal" not in made or place in DOORS.values(), place
        assert "_SEAL" not in made, place


@pytest.mark.parametrize(
    "source",
    [
        "Outbound(target, seal=None)",
        "prepare.Outbound()",
        "from gateway.outbound.prepare import _SEAL",
        "prepare._SEAL",
        "object.__setattr__(outbound, 'tree', {})",
        "Egress(t, seal=x)",
        "Outbound.__new__(Outbound)",
        "make(seal=1)",
    ],
)
def test_the_search_for_constructions_finds_one(source):
    assert constructions(source) != set()


def test_neither_can_be_made_without_its_seal():
    for sealed in (Outbound, Egress):
        names = [name for name in sealed.__dataclass_fields__ if name != "seal"]
        with pytest.raises(TypeError):
            sealed(**dict.fromkeys(names), seal=object())


def test_nothing_but_upstream_can_open_a_connection():
    for path in SOURCES:
        place = path.relative_to(ROOT).as_posix()
        if place.startswith("upstream/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                package = name if name.startswith("urllib.") else name.partition(".")[0]
                assert package not in NETWORK or place in MAY_USE.get(package, set()), (place, name)


def sends_upstream(node: ast.AST) -> bool:
    """Whether a node is the `send` of an upstream, however the upstream is reached."""
    return isinstance(node, ast.Attribute) and node.attr == "send" and "upstream" in ast.unparse(node.value)


def test_only_the_attempt_sends():
    senders = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if any(sends_upstream(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert senders == {"pipeline/attempt.py"}


async def test_the_tripwire_sees_a_connection_without_an_outbound(tripwire, upstream):
    server = await upstream()
    with socket.create_connection(("127.0.0.1", server.port)):
        pass
    assert [violation.partition(",")[0] for violation in tripwire.violations] == [
        "connection to a provider without an Outbound"
    ]
    tripwire.violations.clear()


def test_the_tripwire_sees_a_connection_beyond_loopback(tripwire):
    with socket.socket() as outward:
        outward.setblocking(False)
        outward.connect_ex(("192.0.2.1", 9))
    assert tripwire.violations == ["connection beyond loopback, port 9"]
    tripwire.violations.clear()


async def test_the_tripwire_lets_a_probe_and_an_outbound_pass(simple, tripwire):
    running, server = simple
    assert (await running.chat()).status_code == 200
    await running.gateway.refresh()
    assert tripwire.violations == []
    assert server.port in tripwire.providers


# --- law 7: what was scanned is what is sent -------------------------------------------------------------------------


async def test_the_bytes_sent_are_written_from_what_was_parsed(simple):
    running, server = simple
    raw = '{ "messages" : [ {"role":"user", "content":"\\u0041\\/b \\u00e9"} ],\n\t'
    raw += '"seed": 5 , "top_p":0.90,"user":"a","user":"b"}'
    async with running.client() as client:
        assert (await client.post("/v1/chat/completions", content=raw)).status_code == 200
    sent = server.sent[0].body
    assert json.loads(sent)["messages"] == [{"role": "user", "content": "A/b é"}]
    assert b"\\u" not in sent
    assert b"\\/" not in sent
    assert b": " not in sent
    assert b'"user":"a"' not in sent


# --- law 8 -----------------------------------------------------------------------------------------------------------


async def test_after_content_there_is_one_connection_and_no_more(simple):
    running, server = simple
    server.answer = breaks_after("Some")
    text = (await running.chat(stream=True)).text
    assert "[DONE]" not in text
    assert '"error"' in text
    assert server.connections == 1


# --- law 10: local is attested ---------------------------------------------------------------------------------------


async def test_a_host_name_is_judged_by_where_it_leads_at_connect(start, upstream, monkeypatch):
    server = await upstream()
    running = await start(one_route(server).replace("127.0.0.1", "localhost"))
    assert (await running.chat()).status_code == 200
    before = server.connections
    honest = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: honest("192.0.2.7" if host == "localhost" else host, *rest, **more),
    )
    for adapter in running.gateway._parts.upstreams.values():
        await adapter.aclose()  # connections that are open stay where they lead
    check(await running.chat(), 503, "openai", code="upstream_failed")
    await running.gateway.refresh()
    assert running.gateway.health.known()["local"].up is False
    assert server.connections == before
    running.violations = 1
    assert running.metric("gateway_phi_egress_violations_total") == 1
    running.violations = 1


async def test_a_redirect_is_not_followed(simple, upstream):
    running, server = simple
    elsewhere = await upstream(says("Elsewhere."))
    for code in (301, 302, 303, 307, 308):
        server.answer = sends(b"", code=code, Location=f"http://127.0.0.1:{elsewhere.port}/v1/chat/completions")
        check(await running.chat(), 502, "openai", code="upstream_failed")
    assert elsewhere.connections == 0


async def test_proxy_variables_are_ignored(upstream, start, monkeypatch):
    decoy = await upstream(status(500))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{decoy.port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = await upstream()
    running = await start(one_route(server))
    assert (await running.chat()).status_code == 200
    async with running.client() as client:
        assert (await client.post("/v1/embeddings", json={"input": "text"})).status_code == 200
    assert running.gateway.health.known()["local"].up
    assert decoy.connections == 0
    assert decoy.sent == []


OLLAMA = """
version: 1
providers: {{ollama: {{kind: ollama, base_url: "http://127.0.0.1:{port}", traits: [on_prem], discover: true}}}}
targets: {{one: {{provider: ollama, model: "{model}"}}}}
routes: {{general: {{targets: [one]}}}}
default_route: general
"""


async def test_ollamas_cloud_models_are_not_on_the_premises(start, upstream):
    models = ["llama3.2:3b", "gpt-oss:120b-cloud", "kimi:cloud", "renamed"]
    server = await upstream(models=models, remote={"renamed"})
    running = await start(OLLAMA.format(port=server.port, model="llama3.2:3b"))
    async with running.client() as client:
        listed = {model["id"] for model in (await client.get("/v1/models")).json()["data"]}
    assert listed == {"general", "ollama/llama3.2:3b"}
    for model in ("gpt-oss:120b-cloud", "ollama/kimi:cloud", "renamed", "ollama/renamed"):
        check(await running.chat(model=model), 404, "openai", code="model_not_found")
    assert server.sent == []


async def test_a_cloud_model_at_a_local_server_is_refused_at_load(start, upstream):
    server = await upstream()
    with pytest.raises(DocumentInvalid):
        await start(OLLAMA.format(port=server.port, model="gpt-oss:120b-cloud"))


@pytest.mark.parametrize("address", ["10.1.2.3", "192.0.2.1", "example.org", "0.0.0.0", "[2001:db8::1]"])
async def test_on_prem_is_refused_at_load_for_an_address_that_nobody_attested(start, upstream, address):
    config = one_route(await upstream()).replace("127.0.0.1", address)
    with pytest.raises(DocumentInvalid):
        await start(config)


# --- law 11: no errands ----------------------------------------------------------------------------------------------


def part(**more):
    return [{"role": "user", "content": [{"type": "text", "text": "Hi"}, more]}]


URL = "https://images.example/x.png"
CLAUDE = {"max_tokens": 5, "messages": SAY}
ERRANDS = {
    "an image to fetch": ("/v1/chat/completions", {"messages": part(type="image_url", image_url={"url": URL})}),
    "an image over http": ("/v1/chat/completions", {"messages": part(type="image_url", image_url={"url": "http://[::1]/x"})}),
    "an image in a file": ("/v1/chat/completions", {"messages": part(type="image_url", image_url={"url": "file:///etc/passwd"})}),
    "a stored file": ("/v1/chat/completions", {"messages": part(type="file", file={"file_id": "file-1"})}),
    "a hosted tool": ("/v1/chat/completions", {"messages": SAY, "tools": [{"type": "web_search"}]}),
    "web search options": ("/v1/chat/completions", {"messages": SAY, "web_search_options": {}}),
    "a previous response": ("/v1/chat/completions", {"messages": SAY, "previous_response_id": "resp_1"}),
    "an adapter": ("/v1/chat/completions", {"messages": SAY, "adapters": "/models/other"}),
    "a draft model": ("/v1/chat/completions", {"messages": SAY, "draft_model": "org/other"}),
    "mcp servers": ("/v1/messages", {**CLAUDE, "mcp_servers": [{"type": "url", "url": URL, "name": "m"}]}),
    "an image url for claude": ("/v1/messages", {**CLAUDE, "messages": part(type="image", source={"type": "url", "url": URL})}),
    "a container": ("/v1/messages", {**CLAUDE, "container": "container_1"}),
}  # fmt: skip


@pytest.mark.parametrize("errand", ERRANDS)
async def test_the_gateway_and_its_targets_run_no_errands(simple, errand):
    running, server = simple
    path, body = ERRANDS[errand]
    async with running.client() as client:
        response = await client.post(path, json=body)
    check(response, 403, "anthropic" if "messages" in path else "openai", code="errand_denied")
    assert server.sent == []


async def test_a_picture_that_is_there_is_no_errand(simple):
    running, server = simple
    response = await running.chat(
        messages=part(type="image_url", image_url={"url": "data:image/png;base64,iVBORw0KGgo="})
    )
    assert response.status_code == 200
    assert len(server.sent) == 1


STEERING = ("api_base", "base_url", "api_key", "extra_headers", "fallbacks", "mock_response", "custom_llm_provider")


@pytest.mark.parametrize("name", STEERING)
async def test_fields_that_steer_providers_are_refused(simple, upstream, name):
    """What made another product send its key to whoever asked."""
    running, server = simple
    elsewhere = await upstream()
    check(await running.chat(**{name: elsewhere.base_url}), 400, "openai", code="invalid_request")
    assert server.sent == []
    assert elsewhere.connections == 0
