"""`make observe` watches a gateway that runs, says what is missing, and takes everything with it when it ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.kit.clinic import KEYS, keyed
from tests.kit.patience import SOON_S
from tests.kit.ports import free_port, unused_port
from tests.kit.prometheus import Prometheus
from tests.kit.running import one_route

ROOT = Path(__file__).parents[2]
GRAFANA = """#!/bin/sh
env > {said}
exec sleep 600
"""


@pytest.fixture
async def observe(tmp_path):
    """Starts it: `process = await observe("--gateway", …)`; what it prints is read by the line."""
    started = []

    async def start(*arguments, path=None):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "grafana.observe", "--data", str(tmp_path / "data"), "--every", "1s"),
            *arguments,
            cwd=ROOT,
            env={**os.environ, "PATH": path or os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.terminate()  # and not killed: it has children to end
        await process.communicate()


async def said(process, until: str) -> str:
    """What it printed up to a line that begins so, or up to its end."""
    lines = []
    async with asyncio.timeout(SOON_S * 2):
        while line := (await process.stdout.readline()).decode():
            lines.append(line)
            if line.startswith(until):
                break
    return "".join(lines)


async def test_it_watches_a_gateway_until_it_is_told_to_end(observe, simple, tmp_path):
    port, programs = free_port(), tmp_path / "programs"
    programs.mkdir()
    (programs / "grafana").write_text(GRAFANA.format(said=tmp_path / "said"))
    (programs / "grafana").chmod(0o755)
    address = simple[0].url.removeprefix("http://")

    process = await observe("--gateway", address, "--port", str(port), path=f"{programs}:{os.environ['PATH']}")

    words = await said(process, "Ctrl-C")
    assert f"http://{address}/metrics" in words
    assert f"http://127.0.0.1:{port}/alerts" in words
    async with httpx.AsyncClient(trust_env=False) as client:
        watch = Prometheus(f"http://127.0.0.1:{port}", client)
        await watch.until(f'up{{job="triage-gateway", instance="{address}"}} == 1')
        assert len((await watch.ask("rules"))["groups"]) > 10
    process.send_signal(signal.SIGINT)
    assert await process.wait() == 0
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}")
    assert provisioned(tmp_path / "said") == f"http://127.0.0.1:{port}"


def provisioned(said: Path) -> str:
    """Which Prometheus Grafana is to ask, after a look at whether what it was pointed at is there."""
    given = dict(line.split("=", 1) for line in said.read_text().splitlines() if "=" in line)
    assert list(Path(given["GATEWAY_DASHBOARDS"]).glob("overview.json"))
    assert list(Path(given["GF_PATHS_PROVISIONING"]).glob("*/*.yml"))
    return given["GATEWAY_PROMETHEUS_URL"]


async def test_without_a_gateway_it_says_so(observe):
    process = await observe("--gateway", f"127.0.0.1:{unused_port()}")

    assert "Start it (`make run`)" in await said(process, "never")
    assert await process.wait() == 1


async def test_a_gateway_that_wants_a_key_gets_one_or_is_told_of(observe, start, upstream, tmp_path):
    gateway = await start(one_route(await upstream(), keyed()))
    address, port = gateway.url.removeprefix("http://"), free_port()
    (tmp_path / "key").write_text(KEYS["prometheus"] + "\n")

    without = await observe("--gateway", address)
    assert "gateway keys new prometheus --may metrics" in await said(without, "never")
    process = await observe("--gateway", address, "--key-file", str(tmp_path / "key"), "--port", str(port))

    assert "Grafana     is not installed" in await said(process, "Ctrl-C") or shutil.which("grafana")
    process.terminate()
    assert await process.wait() == 0


async def test_without_prometheus_it_says_what_to_install(observe, simple, tmp_path):
    process = await observe("--gateway", simple[0].url.removeprefix("http://"), path=str(tmp_path))

    assert "apt-get install prometheus" in await said(process, "never")
    assert await process.wait() == 1
