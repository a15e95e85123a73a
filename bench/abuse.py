"""What the largest and rudest requests cost everybody else: peak memory, and how long `/health` takes meanwhile.

    python -m bench.abuse [CASE ...]

Starts a gateway of its own on a free port for each case, with scripted providers: one on the premises, one off them
under a BAA, so that the same body is scanned, redacted and looked at again. Says for each case how the clients fared.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

from bench.asked import asked

MB = 2**20
NOTE = "Patient Maria Gonzalez, MRN 8675309, has a cough. "
CONFIG = """
version: 1
state_dir: {folder}/state
policies: {folder}/policies
providers:
  house:  {{kind: scripted, traits: [on_prem], params: {{reply: "Hello."}}}}
  talker: {{kind: openai_compatible, base_url: "http://127.0.0.1:{port}/v1", traits: [on_prem]}}
  cloud:  {{kind: scripted, baa: {{reference: none, expires: 2099-01-01}}, params: {{reply: "Hello."}}}}
targets:
  house:  {{provider: house, model: scripted, capabilities: [vision, tools]}}
  fast:   {{provider: talker, model: fast}}
  slow:   {{provider: talker, model: slow}}
  cloud:  {{provider: cloud, model: scripted, capabilities: [vision, tools]}}
routes:
  house:  {{targets: [house]}}
  fast:   {{targets: [fast]}}
  slow:   {{targets: [slow]}}
  cloud:  {{targets: [cloud, house]}}
default_route: house
"""
POLICY = """
version: 1
rules:
  - id: under-a-baa
    why: Identifiers leave as pseudonyms, and only under a BAA.
    when: {phi: [direct], to: {without: [on_prem]}}
    then: {require: [baa], redact: [direct, indirect]}
"""


MODELS = b'{"object":"list","data":[{"id":"fast","object":"model"},{"id":"slow","object":"model"}]}'

# --- bodies ------------------------------------------------------------------------------------------------------------


def chat(content: object, model: str = "house", **more: object) -> bytes:
    body = {"model": model, "messages": [{"role": "user", "content": content}], **more}
    return json.dumps(body, separators=(",", ":")).encode()


def stuffed(item: str, size: int, model: str = "house") -> bytes:
    """A request with an unknown field that is a list of `size` bytes of `item`."""
    items = ",".join([item] * (size // (len(item) + 1)))
    return chat("Hello.", model)[:-1] + f',"zz":[{items}]}}'.encode()


def image(size: int) -> bytes:
    return chat([{"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBORw0K" * (size // 8)}}])


def parts(count: int, model: str, text: str = "a") -> bytes:
    return chat([{"type": "text", "text": text} for _ in range(count)], model)


# --- a provider ----------------------------------------------------------------------------------------------------------


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A stream without end: as fast as it is taken, or a chunk every 200 ms; a list of models for who asks."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        body = await reader.readexactly(int(length[1]) if length else 0)
        if head.startswith(b"GET "):
            listed = MODELS if head.startswith(b"GET /v1/models ") else b"{}"
            status = b"200 OK" if listed is MODELS else b"404 Not Found"
            writer.write(b"HTTP/1.1 %s\r\ncontent-type: application/json\r\n" % status)
            writer.write(b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(listed), listed))
            await writer.drain()
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b'data: {"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}\n\n')
            await writer.drain()
            await asyncio.sleep(0.2 if b'"slow"' in body else 0)
    writer.close()


def provide(said: multiprocessing.SimpleQueue[int]) -> None:
    """The provider, in a process of its own; says its port."""

    async def serve() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=2048)
        said.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


# --- one client ----------------------------------------------------------------------------------------------------------


async def post(port: int, body: bytes, *, chunked: bool = False, path: str = "/v1/chat/completions") -> str:
    """The status of a client that sends all it has before it reads; `reset` if it cannot read an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{length}\r\n\r\n".encode()
    )
    try:
        for at in range(0, len(body), 256 * 1024):
            piece = body[at : at + 256 * 1024]
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
        writer.write(b"0\r\n\r\n" if chunked else b"")
        head = await reader.readuntil(b"\r\n\r\n")
        code = re.search(rb'"code":"(\w+)"', await reader.read(2000))
        retry = " retry-after" if b"retry-after" in head.lower() else ""
        return head.split()[1].decode() + (f" {code[1].decode()}" if code else "") + retry
    except (OSError, asyncio.IncompleteReadError):
        return "reset"
    finally:
        writer.close()


async def many(port: int, count: int, body: bytes, *, chunked: bool = False) -> Counter[str]:
    return Counter(await asyncio.gather(*(post(port, body, chunked=chunked) for _ in range(count))))


async def quiet() -> Counter[str]:
    """Nothing at all: what the machine adds by itself to every figure."""
    await asyncio.sleep(5)
    return Counter()


async def deaf(port: int, count: int) -> Counter[str]:
    """Clients that ask for a long stream and never read; then one that behaves."""
    body = chat("Hello.", "fast", stream=True)
    held = []
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect(("127.0.0.1", port))
        held.append(client)
    loop = asyncio.get_running_loop()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for client in held:
        await loop.sock_sendall(client, head + body)
    await asyncio.sleep(5)
    said = Counter([await post(port, chat("Hello."))])
    for client in held:
        client.close()
    return said


async def held(port: int, count: int) -> Counter[str]:
    """Streams that are read slowly, all open at once."""
    body = chat("Hello.", "slow", stream=True)

    async def one() -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        writer.write(body)
        status = (await reader.readline()).split()[1].decode()
        await everybody.wait()
        writer.close()
        return status

    everybody = asyncio.Event()
    asked = [asyncio.ensure_future(one()) for _ in range(count)]
    await asyncio.sleep(8)
    everybody.set()
    return Counter(await asyncio.gather(*asked))


CASES: dict[str, Callable[[int], Awaitable[Counter[str]]]] = {
    "nothing": lambda _port: quiet(),
    "30 x 20 MB": lambda port: many(port, 30, chat("x" * (20 * MB))),
    "30 x 20 MB image": lambda port: many(port, 30, image(20 * MB)),
    "24 x 30 MB chunked": lambda port: many(port, 24, chat("x" * (30 * MB)), chunked=True),
    "8 MB of 1": lambda port: many(port, 1, stuffed("1", 8 * MB)),
    "8 x 31 MB of {}": lambda port: many(port, 8, stuffed("{}", 31 * MB)),
    '8 x 31 MB of ""': lambda port: many(port, 8, stuffed('""', 31 * MB)),
    "20 x 190,000 values": lambda port: many(port, 20, stuffed('{"a":1}', 190_000 * 4)),
    "99,000 parts": lambda port: many(port, 1, parts(99_000, "house")),
    "99,000 parts, cloud": lambda port: many(port, 1, parts(99_000, "cloud", "MRN 8675309")),
    "20 x 5,000 parts, cloud": lambda port: many(port, 20, parts(5_000, "cloud", "MRN 8675309")),
    "1 MB of text, cloud": lambda port: many(port, 4, chat(NOTE * 20_000, "cloud")),
    "12 MB of digits": lambda port: many(port, 2, chat("12345678901234567890 " * 600_000)),
    "deaf readers": lambda port: deaf(port, 100),
    "500 streams": lambda port: held(port, 500),
}  # fmt: skip


# --- measuring -----------------------------------------------------------------------------------------------------------


def probe(port: int, stop: Event, said: multiprocessing.SimpleQueue[list[float]]) -> None:
    """Ask for `/health` every 10 ms, in a process of its own; the milliseconds each took."""
    took: list[float] = []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        while not stop.is_set():
            began = time.perf_counter()
            client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.recv(4096)
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(0.01)
    said.put(took)


def peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextlib.contextmanager
def gateway() -> Iterator[tuple[int, int]]:
    """A gateway on a free port: its port and its process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policies").mkdir()
        (folder / "policies" / "p.yaml").write_text(POLICY)
        port: multiprocessing.SimpleQueue[int] = multiprocessing.SimpleQueue()
        provider = multiprocessing.Process(target=provide, args=(port,))
        provider.start()
        (folder / "config.yaml").write_text(CONFIG.format(folder=folder, port=port.get()))
        command = [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "config.yaml"), "--port", "0"]
        with subprocess.Popen(
            [*command, "--log", "json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            first = process.stdout.readline() if process.stdout else ""
            yield int(re.findall(r":(\d+)", first)[0]), process.pid
            process.terminate()
            process.wait(20)
        provider.kill()


def run(name: str) -> None:
    with gateway() as (port, pid):
        stop = multiprocessing.Event()
        said: multiprocessing.SimpleQueue[list[float]] = multiprocessing.SimpleQueue()
        prober = multiprocessing.Process(target=probe, args=(port, stop, said))
        prober.start()
        began = time.perf_counter()
        fared = asyncio.run(_within(CASES[name](port)))
        took_s = time.perf_counter() - began
        stop.set()
        waits = sorted(said.get())
        prober.join()
        others = " ".join(f"{peak_mib(child):.0f}" for child in children(pid))
        shown = ", ".join(f"{count} x {status}" for status, count in fared.most_common())
        p99 = waits[int(len(waits) * 0.99)]
        memory = f"peak {peak_mib(pid):5.0f} MiB (children {others or '-'})"
        health = f"/health p99 {p99:5.0f} max {waits[-1]:5.0f} ms"
        print(f"{name:26} {memory}, {health}, {took_s:5.1f} s: {shown}", flush=True)


async def _within(work: Awaitable[Counter[str]]) -> Counter[str]:
    async with asyncio.timeout(180):
        return await work


if __name__ == "__main__":
    wishes = asked(__doc__ or "", CASES)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for wanted in wishes:
        run(wanted)
