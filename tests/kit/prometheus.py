"""Debian's real Prometheus, which scrapes a gateway with the shipped configuration and rules, in a hurry."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from grafana.observe import configured
from tests.kit.patience import SOON_S, TICK_S
from tests.kit.ports import free_port

EVERY = "1s"


@dataclass(frozen=True)
class Prometheus:
    """One that runs; it is asked over HTTP."""

    url: str
    client: httpx.AsyncClient

    async def ask(self, path: str, **parameters: str | float) -> dict:
        """What the API answers. An error of Prometheus is an `AssertionError` with its words."""
        reply = await self.client.get(f"{self.url}/api/v1/{path}", params=parameters)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    async def samples(self, expression: str) -> list[dict]:
        """The samples of an instant query."""
        return (await self.ask("query", query=expression))["result"]

    async def values(self, expression: str) -> list[float]:
        """The values of an instant query that are numbers."""
        values = [float(sample["value"][1]) for sample in await self.samples(expression)]
        return [value for value in values if value == value]  # noqa: PLR0124  NaN is no answer

    async def until(self, expression: str) -> None:
        """Return as soon as an expression has an answer; it scrapes once a second, and tells nobody."""
        async with asyncio.timeout(SOON_S * 2):
            while not await self.values(expression):  # noqa: ASYNC110  there is no event to wait for
                await asyncio.sleep(TICK_S * 10)


@asynccontextmanager
async def prometheus(folder: Path, address: str, *, key: str = "", every: str = EVERY) -> AsyncIterator[Prometheus]:
    """A Prometheus whose files are in `folder`, and which scrapes `address` with `key` and tries the rules."""
    binary = shutil.which("prometheus")
    assert binary, "Prometheus is missing: apt-get install --no-install-recommends prometheus"
    (folder / "key").write_text(key)
    config = configured(address, key_file=str(folder / "key") if key else "", every=every)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    arguments = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(binary, *arguments, stdout=log, stderr=log)
    client = httpx.AsyncClient(trust_env=False, timeout=SOON_S)
    made = Prometheus(f"http://127.0.0.1:{port}", client)
    try:
        await _ready(made, process, folder / "log")
        yield made
    finally:
        await client.aclose()
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(made: Prometheus, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(SOON_S):
        while process.returncode is None:
            try:
                if (await made.client.get(f"{made.url}/-/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(TICK_S * 5)
    raise AssertionError("Prometheus did not start: " + log.read_text())  # noqa: ASYNC240  nobody waits any more
