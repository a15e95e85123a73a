"""Measures a running gateway before local servers: who refuses, who is deaf, who leaves, and two hundred who want one slot.

Servers are scripted, but for llama.cpp, which is the real one with the real small model. The queue answers in no time, so
that it shows the order and not the model.

    python -m bench.backends [refusing deaf leaving queue]
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import httpx

from gateway.upstream.embedded.models import CHAT
from tests.kit.llama import LlamaServer
from tests.kit.ports import unused_port
from tests.kit.queued import OneByOne, waiting
from tests.kit.queued import config as queue_config
from tests.kit.running import Running, one_route, running
from tests.kit.servers import UpstreamServer
from tests.kit.shapes import raw
from tests.kit.source import ROOT

CONNECT_S = 0.5
CALLERS = {"ann": 120, "bob": 50, "cyd": 30}


class At:
    """A server that is only an address."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}/v1"


async def times(gateway: Running, count: int) -> list[float]:
    """Milliseconds until each of `count` requests, one after the other, was told."""
    took_ms = []
    async with gateway.client() as client:
        for _ in range(count):
            began_s = time.perf_counter()
            answer = await client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "Hi."}]})
            took_ms.append(1000 * (time.perf_counter() - began_s))
            assert answer.status_code == 503, answer.text
    return took_ms


async def refusing(folder: Path) -> str:
    async with running(folder, one_route(At(unused_port()))) as gateway:  # type: ignore[arg-type]
        took_ms = await times(gateway, 50)
    return f"a sole server that refuses is told after {_spread(took_ms)} (100 ms at most)"


async def deaf(folder: Path) -> str:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # a full backlog drops what would connect, as a firewall does
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        text = one_route(At(listener.getsockname()[1])).replace("discover: true", f"connect_s: {CONNECT_S}")  # type: ignore[arg-type]
        async with running(folder, text, patience_s=0.01) as gateway:
            took_ms = await times(gateway, 5)
    return f"one that takes no connection, with `connect_s: {CONNECT_S}`, after {_spread(took_ms)}"


async def leaving(folder: Path) -> str:
    path = ROOT / "state" / "models" / CHAT.file
    server = await LlamaServer.started(path=str(path))
    text = one_route(server).replace("openai_compatible", "llama_cpp").replace("test-model", "smollm2")  # type: ignore[arg-type]
    said = {"messages": [{"role": "user", "content": "Tell me a long story about a river."}], "max_tokens": 1500}
    freed = []
    async with running(folder, text) as gateway:
        for streamed in (True, False):
            took_ms = []
            for _ in range(5):
                _, writer = await raw(gateway)
                content = json.dumps({**said, "stream": streamed}).encode()
                head = (
                    f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
                )
                writer.write(head.encode() + content)
                await server.writes()
                began_s = time.perf_counter()
                writer.transport.abort()
                await server.rests()
                took_ms.append(1000 * (time.perf_counter() - began_s))
            freed.append(f"{_spread(took_ms)} {'streamed' if streamed else 'whole'}")
    await server.stop()
    return f"a caller who leaves frees llama.cpp's slot after {'; '.join(freed)} (500 ms at most)"


async def queue(folder: Path) -> str:
    """All come at once; while all three callers still have somebody waiting, each has its third."""
    keys = {name: f"key-of-{name}" for name in CALLERS}
    callers = "callers:\n" + "".join(
        f"  {name}: {{key_sha256: {hashlib.sha256(key.encode()).hexdigest()}}}\n" for name, key in keys.items()
    )
    answer = OneByOne()
    server = UpstreamServer(answer)
    await server.start()
    text = queue_config(server, machine="max_queue: 199", more=callers)
    async with running(folder, text) as gateway, gateway.client(limits=httpx.Limits(max_connections=None)) as client:

        async def ask(who: str) -> httpx.Response:
            said = {"messages": [{"role": "user", "content": who}]}
            return await client.post(
                "/v1/chat/completions", json=said, headers={"authorization": f"Bearer {keys[who]}"}
            )

        asked = [asyncio.create_task(ask(who)) for who, count in CALLERS.items() for _ in range(count)]
        await waiting(gateway, 199)
        refused_ms = []
        for _ in range(20):
            began_s = time.perf_counter()
            refused = await ask("ann")
            refused_ms.append(1000 * (time.perf_counter() - began_s))
            assert refused.status_code == 503
        for _ in asked:
            answer.go_on.release()
        answers = await asyncio.gather(*asked)
    await server.stop()
    lost = sum(one.status_code != 200 for one in answers)
    shares = Counter(answer.order[1:91])
    spread = (max(shares.values()) - min(shares.values())) / (sum(shares.values()) / len(shares))
    return (
        f"200 for one slot: {lost} lost, at most {answer.most} at once, shares of the first 90 {dict(sorted(shares.items()))}, "
        f"spread {100 * spread:.0f} % (10 % at most); one too many is refused after {_spread(refused_ms)} (50 ms at most)"
    )


def _spread(took_ms: list[float]) -> str:
    ordered = sorted(took_ms)
    return f"{ordered[len(ordered) // 2]:.0f} ms (worst {ordered[-1]:.0f})"


MEASURES: dict[str, Callable[[Path], Awaitable[str]]] = {
    "refusing": refusing,
    "deaf": deaf,
    "leaving": leaving,
    "queue": queue,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", help=f"some of {', '.join(MEASURES)} (all)")
    for name in parser.parse_args().measures or MEASURES:
        with tempfile.TemporaryDirectory() as folder:
            print(asyncio.run(MEASURES[name](Path(folder))), flush=True)


if __name__ == "__main__":
    main()
