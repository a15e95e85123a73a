"""A gateway in a process of its own, as an installation runs it: it can be killed, hang, be drained, and have another time."""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.kit.budgets import KEYS
from tests.kit.patience import SOON_S, TICK_S
from tests.kit.source import ROOT

START = """
import mmap, struct, sys, time
with open(sys.argv.pop(1), "r+b") as file:
    ahead = mmap.mmap(file.fileno(), 8)
right, right_ns = time.time, time.time_ns
def ahead_s():
    return struct.unpack("<d", ahead)[0]
time.time = lambda: right() + ahead_s()
time.time_ns = lambda: right_ns() + int(ahead_s() * 1e9)
from gateway.cli import main
sys.exit(main())
"""
"""The command, with a clock that a file puts forward."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a request: `said` is its status with the target or the code, and how it ended where nothing came."""

    said: str
    request_id: str = ""


@dataclass(eq=False)
class Replica:
    """One whose configuration and state are in `folder`."""

    folder: Path
    process: subprocess.Popen | None = None
    url: str = ""

    async def start(self) -> None:
        """Return once it answers that it is ready."""
        self._begin()
        self.url = await asyncio.to_thread(self._listens)
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(SOON_S * 4):
            while (await client.get(f"{self.url}/ready", timeout=SOON_S)).status_code != httpx.codes.OK:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                await asyncio.sleep(TICK_S)

    def clock(self, ahead_s: float) -> None:
        with (self.folder / "clock").open("r+b") as file, mmap.mmap(file.fileno(), 8) as ahead:
            ahead[:] = struct.pack("<d", ahead_s)

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self) -> int:
        assert self.process is not None
        status = await asyncio.to_thread(self.process.wait, SOON_S)
        self.process.stdout.close()
        return status

    async def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGCONT)
            await self.kill()

    async def ask(self, client: httpx.AsyncClient, route: str, content: str = "Hi.", *, who: str = "soma") -> Asked:
        body = {"model": route, "messages": [{"role": "user", "content": content}]}
        headers = {"authorization": f"Bearer {KEYS[who]}"}
        try:
            reply = await client.post(f"{self.url}/v1/chat/completions", json=body, headers=headers, timeout=SOON_S * 2)
        except httpx.TransportError:
            return Asked("no connection")
        target = reply.headers.get("x-gateway-target", "")
        told = target if reply.status_code == httpx.codes.OK else reply.json()["error"]["code"]
        return Asked(f"{reply.status_code} {told}", reply.headers["x-request-id"])

    def _begin(self) -> None:
        clock = self.folder / "clock"
        clock.write_bytes(struct.pack("<d", 0))
        serve = ["serve", "--config", str(self.folder / "config.yaml"), "--port", "0", "--log", "json"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, str(clock), *serve],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env={**os.environ, "GATEWAY_SECRET": "ab" * 32},
            )

    def _listens(self) -> str:
        said = ""
        for line in self.process.stdout:
            if " on http" in line and not said:
                said = line.split()[-1].rstrip(",")
            if "messages" in line:  # the last line of the picture
                break
        assert said, (self.folder / "log").read_text()
        return said
