"""A gateway that really listens, on a port of its own, for as long as a test runs."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from gateway.api.server import Servers
from gateway.app import METERS, build
from gateway.config import load
from gateway.observability.logs import Style
from gateway.runtime import Gateway
from tests.kit.patience import SOON_S
from tests.kit.servers import UpstreamServer


@dataclass
class Running:
    """A gateway on a port of its own."""

    gateway: Gateway
    url: str
    log: io.StringIO
    state_dir: Path
    urls: list[str]
    servers: Servers
    violations: int = 0
    """How many violations a test plants; the metric must show just these when the gateway stops."""

    @property
    def v1(self) -> str:
        return f"{self.url}/v1"

    def client(self, **more) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=SOON_S * 2, trust_env=False, **more)

    async def chat(self, content="Hello.", *, headers=None, **body) -> httpx.Response:
        body = {"messages": [{"role": "user", "content": content}], **body}
        async with self.client() as client:
            return await client.post("/v1/chat/completions", json=body, headers=headers)

    def settled(self) -> list[dict]:
        """The log lines of requests that are over."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == "request.settled"]

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels."""
        return sum(
            sample.value
            for family in self.gateway.metrics.registry.collect()
            for sample in family.samples
            if sample.name == name and all(sample.labels.get(key) == value for key, value in labels.items())
        )


@asynccontextmanager
async def running(
    directory: Path, config: str, policies=None, environ=None, *, second=None, meters=METERS, patience_s=SOON_S
):
    (directory / "config.yaml").write_text(config, encoding="utf-8")
    (directory / "policies").mkdir(exist_ok=True)
    for name, text in (policies or {}).items():
        (directory / "policies" / name).write_text(text, encoding="utf-8")
    settings = load(str(directory / "config.yaml"), environ or {}, port=0)
    log = io.StringIO()
    gateway = build(settings, environ=environ or {}, log_style=Style.JSON, stream=log, second=second, meters=meters)
    servers = Servers(settings.listeners, gateway.fronts(), limits=settings.limits)
    addresses = servers.bind()
    await gateway.start(patience_s=patience_s)
    ready = asyncio.Event()
    serving = asyncio.create_task(servers.serve(ready=ready.set))
    await ready.wait()
    urls = [f"http://{host}:{port}" for host, port in addresses]
    made = Running(gateway, urls[0], log, Path(settings.state_dir), urls, servers)
    try:
        yield made
        assert made.metric("gateway_phi_egress_violations_total") == made.violations
    finally:
        servers.stop()
        servers.stop()
        await serving
        await gateway.stop()


def one_route(server: UpstreamServer, more: str = "") -> str:
    """The configuration of a gateway in front of one local server."""
    return f"""
version: 1
providers:
  local: {{kind: openai_compatible, base_url: "{server.base_url}", traits: [on_prem], discover: true}}
targets:
  chat: {{provider: local, model: test-model}}
  vectors: {{provider: local, model: test-vectors, capabilities: [embeddings]}}
routes:
  general: {{targets: [chat]}}
  embedding: {{targets: [vectors], operation: embeddings}}
default_route: general
default_embedding_route: embedding
{more}
"""


def every_operation(server: UpstreamServer, more: str = "") -> str:
    """The configuration of a gateway in front of one local server that does everything."""
    targets = """
  ranks: {provider: local, model: test-ranks, capabilities: [rerank]}
  judges: {provider: local, model: test-judge, capabilities: [moderations]}
  ears: {provider: local, model: test-whisper, capabilities: [transcriptions]}
routes:
  ranking: {targets: [ranks], operation: rerank}
  judging: {targets: [judges], operation: moderations}
  hearing: {targets: [ears], operation: transcriptions}
"""
    return one_route(server, more).replace("\nroutes:\n", targets)
