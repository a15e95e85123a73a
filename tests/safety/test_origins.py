"""Where connections go: to the provider's own address, whatever the environment says, as LiteLLM and the kernel see it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.domain import Operation, ProviderKind
from gateway.kinds import vendors
from gateway.kinds.origin import origin
from gateway.testing import RecordingSink
from gateway.upstream.litellm.adapter import LiteLlm
from gateway.upstream.port import AttemptFailed
from tests.kit.servers import says
from tests.kit.source import ROOT
from tests.kit.vendors import ASKED, outbound_of, provider_of

pytestmark = [
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\b"),  # about LiteLLM's own models, on first use
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:litellm\b"),
]
LITELLM = Path(importlib.util.find_spec("litellm").origin).parent
READS = re.compile(
    r"""(?:environ|getenv|get_secret\w*|str_to_bool)[\w.]*[(\[]+\s*(?:secret_name=)?["']([A-Z][A-Z0-9_]+)"""
)
LEADS = re.compile(r"BASE|URL|HOST|ENDPOINT|PROXY|DOMAIN|SSL|CERT|RUST|TRANSPORT|REGION|SOCKET|TRUST_ENV")
STANDARD = {
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy"),
    *("SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL"),
    *("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "GOOGLE_GEMINI_BASE_URL", "OPENAI_PROXY", "LITELLM_RUST", "WS_PROXY"),
}


ASIDE = {"integrations", "proxy", "search", "guardrails", "ocr", "realtime", "image_generation", "types"}
"""Parts of LiteLLM that no chat and no embedding goes through."""


def variables() -> list[str]:
    """Every variable that the installed LiteLLM reads and that could lead a request somewhere, and the usual ones."""
    files = (path for path in LITELLM.rglob("*.py") if ASIDE.isdisjoint(path.relative_to(LITELLM).parts))
    read = {name for path in files for name in READS.findall(path.read_text(encoding="utf-8"))}
    return sorted({name for name in read if LEADS.search(name)} | STANDARD)


VARIABLES = variables()


class Relay:
    """A proxy that says where it was asked to lead to, and leads nowhere."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b"\r\n")[0].decode())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def relay():
    made = Relay()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def litellm():
    events = RecordingSink()
    adapter = LiteLlm(networks=list, events=events, on_import=lambda: None)
    await reach(adapter, "", "openai/some-model")  # imported before a test writes nonsense into its environment
    yield adapter
    await adapter.aclose()


async def reach(litellm, proxy, model, *, vectors=False) -> None:
    """Send a request for this model, which goes through a proxy to where our table says, and nowhere without one."""
    base_url = vendors.address(model, vectors=vectors) if proxy else ""
    provider = provider_of(ProviderKind.LITELLM, base_url=base_url, proxy=proxy)
    operation = Operation.EMBEDDINGS if vectors else Operation.CHAT
    outbound = outbound_of({"input": "a"} if vectors else ASKED, provider, model=model, operation=operation)
    with pytest.raises(AttemptFailed):
        await litellm.send(outbound)


def led_to(url: str) -> str:
    where = origin(url)
    return f"CONNECT {where.host}:{where.port} HTTP/1.1"


CHATS = sorted(vendors.CHAT)
VECTORS = ["mistral", "openai", "cohere", "gemini", "together_ai", "voyage", "jina_ai", "openrouter"]


@pytest.mark.parametrize(("name", "vectors"), [*((name, False) for name in CHATS), *((name, True) for name in VECTORS)])
async def test_every_vendor_is_reached_where_our_table_says_and_nowhere_else_whatever_the_environment_says(
    litellm, relay, upstream, monkeypatch, name, vectors
):
    there = {led_to(vendors.address(f"{name}/x", vectors=vectors))}
    await reach(litellm, relay.url, f"{name}/some-model", vectors=vectors)
    assert set(relay.asked) == there
    trap = await upstream(says("Trapped."))
    for variable in VARIABLES:
        if variable not in {"SSL_CERT_FILE", "SSL_CERT_DIR"}:
            monkeypatch.setenv(variable, f"http://127.0.0.1:{trap.port}")
    await reach(litellm, relay.url, f"{name}/some-model", vectors=vectors)
    assert set(relay.asked) == there
    assert trap.connections == 0


@pytest.mark.parametrize("variable", VARIABLES)
async def test_no_variable_leads_a_request_elsewhere(litellm, relay, upstream, monkeypatch, variable):
    trap = await upstream(says("Trapped."))
    monkeypatch.setenv(variable, "True" if "USE" in variable or "RUST" in variable else f"http://127.0.0.1:{trap.port}")
    for name in [name for name in CHATS if variable.startswith(name.upper().split("_")[0])] or ["openai"]:
        relay.asked.clear()
        await reach(litellm, relay.url, f"{name}/some-model")
        assert set(relay.asked) <= {led_to(vendors.CHAT[name])}
    assert trap.connections == 0


def test_the_variables_that_litellm_reads_are_found():
    assert {"GROQ_API_BASE", "OPENAI_BASE_URL", "ANTHROPIC_API_BASE", "USE_LITELLM_PROXY", "AZURE_API_BASE"} <= set(
        VARIABLES
    )
    assert len(VARIABLES) > 100


# --- what Python does not see ------------------------------------------------------------------------------------------

RUST = """
import asyncio, os, sys
from gateway.upstream.litellm.adapter import LiteLlm
async def main():
    adapter = LiteLlm(networks=list, events=None, on_import=lambda: None)
    adapter.warm()
    await adapter.aclose()
asyncio.run(main())
from litellm.rust_bridge import catalog, configuration
routes = [catalog.Route.CHAT_COMPLETIONS, catalog.Route.EMBEDDINGS]
asked = [None, "openai", "anthropic", "azure", "bedrock", "vertex_ai", "gemini", "mistral", "groq", "cohere"]
decisions = [catalog.decision(catalog.RouteContext(route, provider)) for route in routes for provider in asked]
ours = [rule for rule in catalog.RULES if isinstance(rule, catalog.RouteRule) and rule.route in routes]
sys.exit(
    os.environ["LITELLM_RUST"] != "False"
    or configuration.rust_enabled()
    or set(decisions) != {configuration.Decision.PYTHON}
    or {rule.rollout for rule in ours} != {configuration.Rollout.PYTHON_ONLY}
)
"""


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join(path for path in (str(ROOT), os.environ.get("PYTHONPATH", "")) if path)
    return {**os.environ, "PYTHONPATH": path, **more}


def test_chats_and_embeddings_are_python_in_litellms_own_catalogue_and_rust_is_off():
    """No guard of ours sees what its Rust connections do. This fails with the release that moves one of our routes there."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUST],
        env=environment(LITELLM_RUST="True"),
        check=False,
        timeout=300,
        capture_output=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


SEND = """
import asyncio, sys
from gateway.domain import Operation, ProviderKind
from gateway.testing import RecordingSink
from gateway.upstream.direct.adapter import Direct
from gateway.upstream.litellm.adapter import LiteLlm
from tests.kit.vendors import ASKED, outbound_of, provider_of

async def main(adapter, base_url):
    events = RecordingSink()
    direct = adapter == "direct"
    made = Direct(networks=list, events=events) if direct else LiteLlm(networks=list, events=events, on_import=list)
    for kind in ["openai_compatible"] if direct else ["openai", "litellm"]:
        provider = provider_of(ProviderKind(kind), base_url=base_url)
        for operation, payload in {"chat": ASKED, "embeddings": {"input": "a"}}.items():
            outbound = outbound_of(payload, provider, model="mistral/small", operation=Operation(operation))
            assert (await made.send(outbound)).tree
    await made.aclose()
    assert events.events == []

asyncio.run(main(*sys.argv[1:]))
"""
CONNECT = re.compile(r"connect\(\d+, (\{.*?\}),")


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
@pytest.mark.parametrize(("adapter", "requests"), [("direct", 2), ("litellm", 4)])
async def test_the_kernel_sees_connections_to_the_provider_and_no_other(upstream, tmp_path, adapter, requests):
    """Also what Rust or C would open by itself. Never skipped where it can run: `.ci/run` installs strace."""
    found = shutil.which("strace")
    assert found, "The tests need strace (apt-get install strace): it sees what Python does not."
    server, trace = await upstream(says("Hello.")), tmp_path / "trace"
    command = [found, "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect", "-e", "signal=none", "-o", str(trace)]
    process = await asyncio.create_subprocess_exec(
        *[*command, sys.executable, "-W", "ignore", "-c", SEND, adapter, server.base_url],
        env=environment(HTTPS_PROXY="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9", LITELLM_RUST="True"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 300)
    assert (process.returncode, said) == (0, b"")
    address = f'sin_port=htons({server.port}), sin_addr=inet_addr("127.0.0.1")'
    seen = CONNECT.findall(trace.read_text(encoding="utf-8"))
    assert set(seen) == {f"{{sa_family=AF_INET, {address}}}"}
    assert len(seen) <= len(server.sent) == requests


EMBEDDED = """
import asyncio, sys
from gateway.domain import Adapter, Operation, Provider, ProviderKind, Trait
from gateway.testing import RecordingSink
from gateway.upstream.direct.adapter import Direct
from gateway.upstream.embedded.adapter import EmbeddedUpstream
from gateway.upstream.embedded.models import CHAT
from tests.kit.vendors import ASKED, outbound_of

async def main(state_dir):
    events = RecordingSink()
    direct = Direct(networks=list, events=events)
    made = EmbeddedUpstream(direct, state_dir=state_dir, events=events)
    provider = Provider("embedded", ProviderKind.EMBEDDED, Adapter.EMBEDDED, traits=frozenset({Trait.ON_PREM}))
    for _ in range(2):
        assert (await made.send(outbound_of({**ASKED, "max_tokens": 4}, provider, model=CHAT.name))).tree
    await made.aclose()
    await direct.aclose()

asyncio.run(main(*sys.argv[1:]))
"""
LOOPBACK = re.compile(r"\{sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\(\"127\.0\.0\.1\"\)\}")


@pytest.mark.embedded
@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
async def test_the_kernel_sees_the_demonstration_model_connected_to_over_loopback_and_connecting_nowhere(
    models_folder, tmp_path
):
    """Of the gateway and of llama.cpp together, which is traced as its child."""
    found = shutil.which("strace")
    assert found, "The tests need strace (apt-get install strace): it sees what Python does not."
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "models").symlink_to(models_folder)
    trace = tmp_path / "trace"
    command = [found, "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect", "-e", "signal=none", "-o", str(trace)]
    process = await asyncio.create_subprocess_exec(
        *[*command, sys.executable, "-W", "ignore", "-c", EMBEDDED, str(tmp_path / "state")],
        env=environment(HTTPS_PROXY="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 300)
    assert (process.returncode, said) == (0, b"")
    seen = CONNECT.findall(trace.read_text(encoding="utf-8"))
    ports = {port for address in seen for port in LOOPBACK.findall(address)}
    assert len(seen) >= 1
    assert all(LOOPBACK.fullmatch(address) for address in seen), seen
    assert len(ports) == 1
    assert "9" not in ports
