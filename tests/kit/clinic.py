"""A clinic at work: a gateway that listens, servers that answer at a pace, agents that ask, and everything that can go wrong.

One `round` moves every metric that something which happens can move; what takes a bug of ours, a lost disk or a process of its
own is told to the gateway as an event. Nothing is said about time: a round is as long as its servers take.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import yaml
from aiohttp import web

from gateway import events
from gateway.domain import Kind
from tests.kit import written
from tests.kit.meters import Steady
from tests.kit.ollama import Ollama
from tests.kit.ports import unused_port
from tests.kit.running import Running, running
from tests.kit.second_detector import Attentive
from tests.kit.servers import UpstreamServer, breaks_after, chunk, says, status
from tests.kit.two_places import CLEAN, POLICY, SENSITIVE

KEYS = {"soma": "a-key-of-soma", "scribe": "a-key-of-scribe", "prometheus": "a-key-of-prometheus"}
PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf5005000402017f7d9b1f6d0000000049454e44ae426082"
    )
)
AGENTS = {
    # agent: (caller, seconds to the first token and for a token, tokens in and out); four times as fast as in the documents
    "radiologist": ("soma", 0.6, 0.012, 950, 350),
    "pathologist": ("soma", 0.9, 0.014, 720, 800),
    "report-writer": ("soma", 0.5, 0.014, 1400, 451),
    "qc-reviewer": ("soma", 0.4, 0.013, 600, 229),
    "alignment": ("soma", 0.3, 0.011, 120, 247),
    "soap-generation": ("scribe", 0.4, 0.013, 1100, 300),
    "entity-extraction": ("scribe", 0.4, 0.012, 900, 180),
}
PHI = {"radiologist", "pathologist", "soap-generation"}
ROUTES = {
    "radiologist": "radiology",
    "pathologist": "pathology",
    "report-writer": "report-writing",
    "qc-reviewer": "quality-check",
    "alignment": "intent",
    "soap-generation": "clinical-text",
    "entity-extraction": "clinical-text",
}
SOUND = {"file": ("dictation.wav", b"RIFF\x00\x00")}


class Doubting(Attentive):
    """Looks for every kind, and breaks down over "raise"."""

    covers = frozenset(Kind)


class Paced:
    """Answers each agent as slowly and as long as it is asked to, at `speed` times the pace of `AGENTS`."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        first_s, token_s, sent, answered = _pace(body)
        usage = {
            "prompt_tokens": sent,
            "completion_tokens": answered,
            "prompt_tokens_details": {"cached_tokens": sent // 3},
            "completion_tokens_details": {"reasoning_tokens": answered // 5},
        }
        await asyncio.sleep(first_s * random.uniform(0.8, 1.5) / self._speed)
        if not body.get("stream"):
            await asyncio.sleep(answered * token_s / self._speed)
            return web.json_response(_whole(usage))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in range(10):
            await _say(response, chunk({"content": f"Part {piece}. "}))
            await asyncio.sleep(answered * token_s / 10 / self._speed)
        await _say(response, chunk({}, "stop"))
        await _say(response, {"id": "x", "choices": [], "usage": usage})
        await response.write(b"data: [DONE]\n\n")
        return response


def _pace(body: dict) -> tuple[float, float, int, int]:
    said = json.dumps(body["messages"])
    for agent, (_, first_s, token_s, sent, answered) in AGENTS.items():
        if f"work of the {agent}" in said:
            return first_s, token_s, sent, answered
    return 0.2, 0.01, 40, 60


def _whole(usage: dict) -> dict:
    message = {"role": "assistant", "content": "As seen before."}
    return {
        "id": "chatcmpl-7",
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage,
    }


async def _say(response: web.StreamResponse, piece: dict) -> None:
    await response.write(b"data: " + json.dumps(piece).encode() + b"\n\n")


CALLERS = {
    name: {"key_sha256": hashlib.sha256(key.encode()).hexdigest(), "may": ["metrics", "explain", "emergency"]}
    for name, key in KEYS.items()
}


EMERGENCY = {
    "longest_minutes": 60,
    "reasons": {"patient-at-risk": "A patient is in danger, and an answer cannot wait."},
}


def keyed() -> str:
    """The part of a configuration that lets the clinic's callers in."""
    return yaml.safe_dump({"callers": CALLERS, "emergency": EMERGENCY})


METERS = {events.MeterKind.RAPL: Steady}


def _config(here: UpstreamServer, cloud: UpstreamServer, other: UpstreamServer, ollama: Ollama) -> str:
    soon = (datetime.now(UTC) + timedelta(days=200)).date()
    price = {"input_usd_per_mtok": 3, "output_usd_per_mtok": 15, "cached_input_usd_per_mtok": 0.3}
    return written.config(
        machines={"mac": {"memory_gb": 36}, "desk": {"meters": ["rapl"], "idle_w": 50}},
        callers=CALLERS,
        emergency=EMERGENCY,
        providers={
            "lm_studio": written.at_home(here, kind="lm_studio", machine="desk"),
            "whisper": written.at_home(here, kind="whisper"),
            "mlx": {"kind": "mlx", "base_url": f"http://127.0.0.1:{unused_port()}/v1", "traits": ["on_prem"]},
            "claude": {**written.away(cloud), "baa": {"reference": "C-1", "expires": soon}},
            "openai": written.away(other, baa=False),
            "ollama": {
                "kind": "ollama",
                "base_url": ollama.base_url.removesuffix("/v1"),
                "traits": ["on_prem"],
                "machine": "mac",
            },
        },
        targets={
            "medical": {"provider": "lm_studio", "model": "medalpaca-7b", "power_w": 60, "slots": 4},
            "vision": {"provider": "lm_studio", "model": "llama3.2-vision", "power_w": 70, "capabilities": ["vision"]},
            "diagnosis": {"provider": "lm_studio", "model": "qwen2.5-32b", "power_w": 75},
            "fast": {"provider": "lm_studio", "model": "llama3.2-3b", "power_w": 45},
            "checker": {"provider": "lm_studio", "model": "llama3.2-8b", "power_w": 55},
            "small": {"provider": "ollama", "model": "small", "memory_gb": 8, "power_w": 40},
            "large": {"provider": "ollama", "model": "large", "memory_gb": 20},
            "mlx-fast": {"provider": "mlx", "model": "llama3.2-3b-4bit"},
            "sonnet": {"provider": "claude", "model": "claude-sonnet-4", "price": price, "capabilities": ["vision"]},
            "gpt-mini": {"provider": "openai", "model": "gpt-4o-mini"},
            "unheard-of": {"provider": "openai", "model": "nobody-prices-this"},
            "dictation": {"provider": "whisper", "model": "whisper-small", "capabilities": ["transcriptions"]},
        },
        routes={
            "radiology": ["vision", "sonnet"],
            "pathology": ["diagnosis", "sonnet"],
            "report-writing": ["sonnet", "diagnosis"],
            "quality-check": ["checker"],
            "intent": ["fast", "mlx-fast"],
            "clinical-text": ["medical"],
            "foreign": ["gpt-mini"],
            "unpriced": ["unheard-of"],
            "apple": ["mlx-fast"],
            "spent": ["checker"],
            "small": ["small"],
            "large": ["large"],
            "transcription": {"targets": ["dictation"], "operation": "transcriptions"},
        },
        agents={agent: {"route": route} for agent, route in ROUTES.items()},
        pricing={"tariff_usd_per_kwh": 0.15, "baseline": "sonnet"},
        budgets=[
            {"per": "route", "name": "report-writing", "of": "dollars", "amount": 5, "every": "month"},
            {"per": "route", "name": "spent", "of": "requests", "amount": 0, "every": "month"},
        ],
        limits=[{"per": "caller", "name": "scribe", "of": "requests", "amount": 3000, "every": "day"}],
        labels={"trial": {"means": "Belongs to a trial."}},
        scan={"deadline_ms": 60000, "never": [{"text": "Maria Lopez", "why": "Our demonstration patient."}]},
        ledger={"checkpoint_s": 1, "timestamp": "http://127.0.0.1:1/tsr"},  # nobody stamps there
    )


@dataclass
class Clinic:
    """What a gateway is asked by those who work with it. `round` is everything once."""

    gateway: Running
    cloud: UpstreamServer
    other: UpstreamServer
    usual: Paced
    rounds: int = field(default=0)

    @property
    def address(self) -> str:
        """Where Prometheus scrapes."""
        return self.gateway.url.removeprefix("http://")

    async def ask(self, content: object = CLEAN, *, route: str = "", agent: str = "", **body: object) -> httpx.Response:
        caller = AGENTS[agent][0] if agent else "soma"
        key = body.pop("key", KEYS[caller])
        headers = {"authorization": f"Bearer {key}"} if key else {}
        headers |= {"x-gateway-agent": agent} if agent else {"x-gateway-label": "trial"}
        return await self.gateway.chat(content, headers=headers, **({"model": route} if route else {}), **body)

    async def analysis(self) -> None:
        """One case: each agent once, most of them in a stream."""
        for agent in AGENTS:
            about = f"This is the work of the {agent}. {SENSITIVE if agent in PHI else CLEAN}"
            content: object = about
            if agent == "radiologist":
                image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL.decode()}"}}
                content = [{"type": "text", "text": about}, image]
            await self.ask(content, agent=agent, stream=agent != "qc-reviewer", stream_options=_usage(agent))

    async def round(self) -> None:
        """Everything that can happen, but for what would end the gateway."""
        self.rounds += 1
        await asyncio.gather(self.analysis(), self._refused(), self._loading())
        await self._cloud()
        await self._odd()
        self._planted()

    async def _refused(self) -> None:
        await self.ask(key="")
        await self.ask(key="a-key-of-nobody")
        await self.ask(SENSITIVE, route="foreign")
        await self.ask(route="spent")
        await self.ask(route="apple", agent="alignment")
        await self.ask(route="nowhere")

    async def _loading(self) -> None:
        await self.ask(route="large")
        await self.ask(route="small")
        busy = [self.ask("This is the work of the soap-generation.", route="clinical-text") for _ in range(8)]
        await asyncio.gather(*busy)

    async def _cloud(self) -> None:
        self.cloud.answer = says("See [MRN_aaaaaaaaaa], who is made up.")
        await self.ask(SENSITIVE, route="report-writing")
        self.cloud.answer = status(500)
        await self.ask(SENSITIVE, route="report-writing")
        self.cloud.answer = status(401)
        await self.ask(route="report-writing")
        self.cloud.answer = breaks_after("Half an answer, and then the line is cut")
        await self.ask(route="report-writing", stream=True)
        self.cloud.answer = self.usual
        await self.ask(route="unpriced")

    async def _odd(self) -> None:
        await self.ask("Maria Lopez has a cough.", route="quality-check")
        await self.ask("raise", route="quality-check")
        await self.ask("Il paziente lamenta una tosse secca da tre giorni e non ha febbre.", route="quality-check")
        await self.ask("word " * 3000, route="small")
        headers = {"authorization": f"Bearer {KEYS['scribe']}"}
        async with self.gateway.client(headers=headers) as client:
            await client.post("/v1/audio/transcriptions", data={"model": "transcription"}, files=SOUND)
            leaving = client.stream("POST", "/v1/chat/completions", json=_body("pathology"))
            async with leaving as reply:
                async for _ in reply.aiter_bytes():
                    break
            opened = {"reason": "patient-at-risk", "minutes": 30}
            await client.post("/gateway/emergency", json=opened)
            await client.post("/v1/chat/completions", json=_body("intent"))
            await client.delete("/gateway/emergency")
        self.gateway.gateway.reload(self.gateway.gateway.settings)

    def _planted(self) -> None:
        """What takes a bug of ours, a lost disk, or a process of its own."""
        sink = self.gateway.gateway.metrics
        sink.emit(events.EmbeddedStarted(provider="lm_studio", model="smollm2-135m", duration_s=1.5))
        sink.emit(events.EmbeddedExited(provider="lm_studio", model="smollm2-135m", reason=events.ExitReason.STOPPED))
        if self.rounds == 2:
            sink.emit(events.Faulted(request_id="req_0123456789abcdef", kind="KeyError", where="wire/openai.py:1"))


def _usage(agent: str) -> dict | None:
    return None if agent == "qc-reviewer" else {"include_usage": True}


def _body(route: str) -> dict:
    content = f"This is the work of the pathologist. {CLEAN}"
    return {"model": route, "messages": [{"role": "user", "content": content}], "stream": True}


async def _hears(_request: web.Request) -> web.Response:
    return web.json_response({"text": "A cough.", "duration": 3.5, "usage": {"type": "duration", "seconds": 4}})


@asynccontextmanager
async def clinic(directory: Path, *, speed: float = 400.0) -> AsyncIterator[Clinic]:
    """A clinic at `speed` times the pace of `AGENTS`."""
    usual = Paced(speed)

    async def here(request: web.Request) -> web.StreamResponse:
        return await (_hears if "/audio/" in request.path else usual)(request)

    servers = [UpstreamServer(here), UpstreamServer(usual), UpstreamServer(usual)]
    ollama = Ollama(says("From memory."), models=["small", "large"])
    ollama.tags = [{"name": f"{name}:latest", "model": f"{name}:latest"} for name in ollama.models]
    ollama.cannot_load = {"large"}
    for server in [*servers, ollama]:
        await server.start()
    try:
        config = _config(*servers, ollama)
        async with running(directory, config, {"p.yaml": POLICY}, second=Doubting, meters=METERS) as gateway:
            started = events.GatewayStarted(version="0.1.0", config_hash="c0ffee", policy_hash="decade", port=8080)
            gateway.gateway.metrics.emit(started)
            yield Clinic(gateway, servers[1], servers[2], usual)
    finally:
        for server in [*servers, ollama]:
            await server.stop()
