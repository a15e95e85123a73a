"""A real llama.cpp server as people run it, in a process of its own: with several slots, which say what they do."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.kit.patience import SOON_S

PROGRAM = Path(__file__).with_name("llama_server.py")


@dataclass
class LlamaServer:
    port: int
    process: asyncio.subprocess.Process
    client: httpx.AsyncClient

    @classmethod
    async def started(cls, **order) -> LlamaServer:
        """One that answers: `path` of the model, and `alias`, `context` (tokens), `parallel` slots."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(PROGRAM), json.dumps(order)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        client = httpx.AsyncClient(trust_env=False, verify=False, timeout=SOON_S)
        return cls(int(await asyncio.wait_for(process.stdout.readline(), 30)), process, client)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def written(self) -> int | None:
        """How many tokens the slots have written of the answers that they are at; None where they are at none."""
        slots = (await self.client.get(f"http://127.0.0.1:{self.port}/slots")).json()
        busy = [slot for slot in slots if slot["is_processing"]]
        return sum(token["n_decoded"] for slot in busy for token in slot["next_token"]) if busy else None

    async def writes(self) -> int:
        """Wait until an answer is under way."""
        async with asyncio.timeout(SOON_S):
            while not (count := await self.written()):
                pass
        return count

    async def rests(self) -> int:
        """Wait until no slot is at work; the last count that was seen of it."""
        last = 0
        async with asyncio.timeout(SOON_S):
            while (count := await self.written()) is not None:
                last = count
        return last

    async def stop(self) -> None:
        await self.client.aclose()
        self.process.stdin.close()
        await self.process.wait()
