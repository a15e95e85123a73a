"""Measures the console: bytes on the wire, long tasks of the browser, and what the live view costs the gateway at 200 a second.

`python -m bench.console`. Processor time is of this process, which is the gateway; Chromium is another one. Long tasks are
times of the wall, so a busy machine has more of them.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.async_api import Request

from gateway.console.pages import VIEWS
from gateway.domain import Destination, Kind, Usage
from tests.kit.browser import chromium, tab
from tests.kit.running import Running, one_route, running
from tests.kit.servers import UpstreamServer, says
from tests.kit.settled import settled

RATE, SECONDS = 200, 10
TASKS = """
window.tasks = [];
const keep = seen => tasks.push(...seen.getEntries().map(one => one.duration));
new PerformanceObserver(keep).observe({type: "longtask", buffered: true});
"""


async def load(gateway: Running, seconds: int) -> float:
    """Settle `RATE` requests a second; the share of one processor that this process took."""
    began_s, used_s = time.monotonic(), time.process_time()
    told = replace(
        settled(caller="anonymous", route="general", target="chat", destination=Destination.LOCAL),
        usage=Usage(input_tokens=720, output_tokens=800, reported=True),
        found={Kind.MRN: 1},
        cost_nano_usd=12_000,
        energy_nwh=12_000_000,
    )
    for number in itertools.count(1):
        if time.monotonic() - began_s >= seconds:
            return (time.process_time() - used_s) / (time.monotonic() - began_s)
        gateway.gateway.events.emit(replace(told, request_id=f"req_{number:032x}"))
        await asyncio.sleep(max(began_s + number / RATE - time.monotonic(), 0))
    raise AssertionError


async def main() -> None:
    server = UpstreamServer(says())
    await server.start()
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder), one_route(server)) as gateway, chromium() as browser, tab(browser) as seen:
            await seen.page.add_init_script(TASKS)
            for view in VIEWS:
                sizes: list[int] = []
                seen.page.on("requestfinished", lambda asked, to=sizes: asyncio.ensure_future(_size(asked, to)))
                await seen.page.goto(gateway.url + view.path)
                await asyncio.sleep(1)
                tasks = await seen.page.evaluate("tasks")
                print(
                    f"{view.path}: {sum(sizes) / 1024:.1f} KB with head lines, long tasks {[round(one) for one in tasks]}"
                )
            await seen.page.goto("about:blank")
            await asyncio.sleep(1)
            shares: dict[str, list[float]] = {"nobody": [], "somebody": []}
            tasks = []
            for _ in range(3):
                shares["nobody"].append(await load(gateway, SECONDS))
                await seen.page.goto(f"{gateway.url}/console")
                shares["somebody"].append(await load(gateway, SECONDS))
                tasks += await seen.page.evaluate("tasks")
                rows = await seen.page.locator("#trail tbody tr").count()
                said = await seen.page.locator("[data-sample]").inner_text()
                await seen.page.goto("about:blank")
            for who, took in shares.items():
                print(f"{who} watches {RATE} a second: {[f'{share:.2%}' for share in took]} of a processor")
            print(f"{rows} rows; {said!r}; long tasks {[round(one) for one in tasks]}")
    await server.stop()


async def _size(asked: Request, sizes: list[int]) -> None:
    told = await asked.sizes()
    sizes.append(told["responseBodySize"] + told["responseHeadersSize"])


if __name__ == "__main__":
    asyncio.run(main())
