"""An Ollama, as far as it says where its models run (server of 0.33); it answers chats like any server of the kit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.kit.servers import UpstreamServer

CLOUD = {"remote_host": "https://ollama.com:443", "remote_model": "gpt-oss:120b"}


@dataclass
class Ollama(UpstreamServer):
    """`tags`, `running` and `shown` are what the three questions are answered with; `asked` the paths, in order."""

    tags: list[dict] | None = field(default_factory=list)
    running: list[dict] = field(default_factory=list)
    shown: dict[str, dict] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    silent: asyncio.Event | None = None
    status: int = 200

    async def _handle(self, request: web.Request) -> web.StreamResponse:
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
        if request.path == "/api/ps":
            return web.json_response({"models": self.running})
        name = (await request.json())["model"]
        if name in self.shown:
            return web.json_response(self.shown[name])
        listed = [tag for tag in self.tags if tag.get("name") in {name, f"{name}:latest"}]
        if listed:
            return web.json_response({"modelfile": "FROM /blobs/sha256-1", "details": {"parent_model": ""}})
        return web.json_response({"error": f"model '{name}' not found"}, status=404)
