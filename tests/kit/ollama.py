"""An Ollama, as far as it says where its models run (server of 0.33); it answers chats like any server of the kit."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from tests.kit.servers import UpstreamServer

CLOUD = {"remote_host": "https://ollama.com:443", "remote_model": "gpt-oss:120b"}


@dataclass
class Ollama(UpstreamServer):
    """`tags`, `running` and `shown` are what the three questions are answered with; `asked` the paths, in order.

    It loads and unloads when it is told to, which `orders` keeps; `may_load` holds loads up, `cannot_load` names the models
    that it has no memory for.
    """

    tags: list[dict] | None = field(default_factory=list)
    running: list[dict] = field(default_factory=list)
    shown: dict[str, dict] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    orders: list[tuple[str, str]] = field(default_factory=list)
    may_load: asyncio.Event | None = None
    library: set[str] = field(default_factory=set)
    """What it can be told to pull."""
    version: str = "0.33.0"
    cannot_load: set[str] = field(default_factory=set)
    silent: asyncio.Event | None = None
    status: int = 200

    async def _handle(self, request: web.Request) -> web.StreamResponse:  # noqa: C901  one line for each question
        if not request.path.startswith("/api/") or request.path in {"/api/chat", "/api/embed"}:
            return await super()._handle(request)
        self.asked.append(request.path)
        self.received.set()
        if self.silent is not None:
            await self.silent.wait()
        if self.status != 200:
            return web.json_response({"error": "out of order"}, status=self.status)
        if self.tags is None:
            return web.json_response({"error": "Unexpected endpoint or method."}, status=404)
        if request.path == "/api/tags":
            return web.json_response({"models": self.tags})
        if request.path == "/api/version":
            return web.json_response({"version": self.version})
        if request.path == "/api/pull":
            return await self._pull(request)
        if request.path == "/api/ps":
            return web.json_response({"models": self.running})
        body = await request.json()
        name = body["model"]
        if request.path == "/api/generate":
            return await self._keep(name, loads=body["keep_alive"] != 0)
        if name in self.shown:
            return web.json_response(self.shown[name])
        listed = [tag for tag in self.tags if tag.get("name") in {name, f"{name}:latest"}]
        if listed:
            return web.json_response({"modelfile": "FROM /blobs/sha256-1", "details": {"parent_model": ""}})
        return web.json_response({"error": f"model '{name}' not found"}, status=404)

    async def _pull(self, request: web.Request) -> web.StreamResponse:
        """Lines of progress, as its library is read; or the one line that says that there is no such model."""
        name = (await request.json())["model"]
        self.orders.append(("pull", name))
        lines: list[dict] = [{"status": "pulling manifest"}]
        if name in self.library:
            lines += [{"status": "pulling 1", "total": 1000, "completed": done} for done in range(0, 1001, 50)]
            lines.append({"status": "success"})
        else:
            lines.append({"error": "pull model manifest: file does not exist"})
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for line in lines:
            await response.write(json.dumps(line).encode() + b"\n")
        if name in self.library:
            self.models.append(name)
            self.tags = [*(self.tags or []), {"name": name}]
        return response

    async def _keep(self, name: str, *, loads: bool) -> web.Response:
        """`/api/generate` without a prompt: into the memory, or out of it."""
        self.orders.append(("load" if loads else "unload", name))
        if loads and self.may_load is not None:
            await self.may_load.wait()
        if loads and name in self.cannot_load:
            return web.json_response({"error": "model requires more system memory than is available"}, status=500)
        others = [one for one in self.running if one["name"] != name]
        self.running = [*others, {"name": name}] if loads else others
        return web.json_response({"model": name, "done": True, "done_reason": "load" if loads else "unload"})
