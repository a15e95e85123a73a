"""Hours in a clinic, in minutes: mixed load with faults, and whether memory, descriptors and tasks stay flat.

    python -m bench.soak --minutes 30

Starts a gateway on a free port before two servers of its own that fail as real ones do: down for seconds, slow, refusing,
cut off in the middle of a stream. Callers ask in three dialects, leave early, send what is wrong; keys come and go and the
configuration is read again meanwhile. In between all rest, and what the process then holds is compared from rest to rest.
Exits with 1 where anything grew, or where an answer or a line of the log has no explanation.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

DESCRIPTORS = 14
"""How many more are open at one rest than at another where nothing grows: 32 to 41 were seen within a minute."""
CALLERS = 12
NOTE = "Patient Maria Gonzalez, MRN 8675309, has a cough. "
CONFIG = """
version: 1
state_dir: {folder}/state
policies: {folder}/policies
server: {{commit_s: 2, keys: required}}
providers:
  house: {{kind: openai_compatible, base_url: "http://127.0.0.1:{first}/v1", traits: [on_prem]}}
  spare: {{kind: openai_compatible, base_url: "http://127.0.0.1:{second}/v1", traits: [on_prem]}}
  cloud: {{kind: scripted, baa: {{reference: none, expires: 2099-01-01}}, params: {{reply: "Hello."}}}}
targets:
  house: {{provider: house, model: m, capabilities: [tools]}}
  spare: {{provider: spare, model: m, capabilities: [tools]}}
  cloud: {{provider: cloud, model: scripted}}
  vectors: {{provider: house, model: v, capabilities: [embeddings]}}
routes:
  general: {{targets: [house, spare], order: listed, first_token_s: {patience}}}
  outside: {{targets: [cloud]}}
  embedding: {{targets: [vectors], operation: embeddings}}
default_route: general
default_embedding_route: embedding
"""
POLICY = """
version: 1
rules:
  - id: under-a-baa
    why: Identifiers leave as pseudonyms, and only under a BAA.
    when: {phi: [direct], to: {without: [on_prem]}}
    then: {require: [baa], redact: [direct, indirect]}
"""
EXPLAINED = {
    *(200, 400, 401),  # 400 is asked for, 401 is a key that was just revoked
    *(429, 502, 503, 504),  # both servers failed, or were not there, at once
}
"""Statuses that the faults below explain."""
QUIET = ("gateway.faulted", "Traceback", "Task was destroyed", "never awaited")
"""What no fault explains, in a log."""


# --- servers that fail ---------------------------------------------------------------------------------------------------


CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
WHOLE = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"words"},"finish_reason":"stop"}]}'
VECTOR = b'{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,0.25]}]}'


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    """One connection of a server that mostly answers."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            body = await reader.readexactly(int(length[1]) if length else 0)
            luck = chance.random()
            if luck < 0.04:
                break
            if luck < 0.08:
                await write(writer, 500, b'{"error":{"message":"out of memory"}}')
            elif luck < 0.12:
                await asyncio.sleep(chance.uniform(0.5, 3))
                await write(writer, 200, WHOLE)
            elif b'"stream":true' in body:
                await stream(writer, pieces=chance.randrange(1, 60), broken=luck < 0.2)
                if luck < 0.2:
                    break
            else:
                await write(writer, 200, VECTOR if b"/embeddings" in head else WHOLE)
    writer.close()


async def write(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def stream(writer: asyncio.StreamWriter, *, pieces: int, broken: bool) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for piece in [CHUNK] * pieces + ([] if broken else [LAST]):
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()
        await asyncio.sleep(0.005)
    if not broken:
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def provide(said: multiprocessing.SimpleQueue[int], seed: int) -> None:
    """A server in a process of its own; says its port, and is not there for two seconds now and then."""
    chance = random.Random(seed)

    async def serve() -> None:
        port = 0
        while True:
            server = await asyncio.start_server(lambda r, w: answer(r, w, chance), "127.0.0.1", port, backlog=512)
            if not port:
                port = server.sockets[0].getsockname()[1]
                said.put(port)
            await asyncio.sleep(chance.uniform(4, 20))
            server.close()
            await asyncio.sleep(2)

    asyncio.run(serve())


# --- callers -------------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What the callers met."""

    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    unexplained: Counter[str] = field(default_factory=Counter)


SAY = [{"role": "user", "content": "Hello."}]
WISHES = {
    "chat": ("/v1/chat/completions", {"messages": SAY}),
    "chat stream": ("/v1/chat/completions", {"messages": SAY, "stream": True}),
    "messages": ("/v1/messages", {"max_tokens": 99, "messages": SAY}),
    "messages stream": ("/v1/messages", {"max_tokens": 99, "messages": SAY, "stream": True}),
    "ollama": ("/api/chat", {"messages": SAY, "stream": False}),
    "ollama stream": ("/api/chat", {"messages": SAY}),
    "responses stream": ("/v1/responses", {"input": "Hello.", "stream": True}),
    "vectors": ("/v1/embeddings", {"input": "Hello."}),
    "outside": ("/v1/chat/completions", {"model": "outside", "messages": [{"role": "user", "content": NOTE * 20}]}),
    "wrong": ("/v1/chat/completions", {"messages": 5}),
    "large": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "An ordinary sentence. " * 8_000}]}),
}


async def caller(url: str, keys: list[str], on: asyncio.Event, told: Told, chance: random.Random) -> None:
    """Asks one thing after another while `on` is set; some it leaves in the middle."""
    names = list(WISHES)
    while True:
        await on.wait()
        name = chance.choices(names, weights=[3, 5, 2, 3, 2, 3, 2, 2, 2, 1, 0.2])[0]
        path, body = WISHES[name]
        leaves = chance.random() < 0.1
        told.kinds[name + (", left" if leaves else "")] += 1
        headers = {"authorization": f"Bearer {chance.choice(keys)}", "anthropic-version": "2023-06-01"}
        if not path.startswith("/v1/messages"):
            del headers["anthropic-version"]
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=90)) as session,
                session.post(url + path, json=body, headers=headers) as response,
            ):
                if leaves:
                    await asyncio.wait_for(response.content.readany(), chance.uniform(0.01, 0.3))
                    continue
                text = await response.read()
                told.statuses[response.status] += 1
                explain(told, name, response.status, text)
        except TimeoutError:
            if not leaves:
                told.unexplained[f"{name}: no answer within 90 s"] += 1
        except aiohttp.ClientPayloadError:
            told.unexplained[f"{name}: cut off without an error event"] += 1
        except (OSError, aiohttp.ClientError) as error:
            told.unexplained[f"{name}: {type(error).__name__}"] += 1


def explain(told: Told, name: str, status: int, text: bytes) -> None:
    """Count what the faults do not explain: other statuses, errors that are no JSON, a patient's number that does not return."""
    if status not in EXPLAINED or ((name == "wrong") != (status == 400) and status in {200, 400}):
        told.unexplained[f"{name}: {status}"] += 1
    elif status != 200 and not text.startswith(b"{"):
        told.unexplained[f"{name}: {status} without a body of ours"] += 1


# --- the gateway ---------------------------------------------------------------------------------------------------------


def count_tasks(path: Path) -> None:
    """Write how many tasks are not done, twice a second, from a thread."""
    tasks = asyncio.tasks._all_tasks if sys.version_info < (3, 12) else asyncio.tasks._scheduled_tasks  # noqa: SLF001
    while True:
        with contextlib.suppress(RuntimeError, OSError):  # the set changed while it was read
            path.write_text(str(sum(not task.done() for task in list(tasks))))
        time.sleep(0.5)


def serve(config: str, counts: str) -> int:
    """`gateway serve`, with the thread that counts."""
    from gateway import cli  # noqa: PLC0415  (the parent process needs none of it)

    threading.Thread(target=count_tasks, args=(Path(counts),), daemon=True).start()
    return cli.main(["serve", "--config", config, "--port", "0", "--log", "json"])


@dataclass(frozen=True)
class Rest:
    """What the process holds while nobody asks."""

    memory_mib: float
    descriptors: int
    threads: int
    tasks: int

    def __str__(self) -> str:
        return f"{self.memory_mib:6.1f} MiB, {self.descriptors:3} descriptors, {self.threads:2} threads, {self.tasks:3} tasks"


@dataclass
class Gateway:
    folder: Path
    process: subprocess.Popen[str]
    url: str
    ports: tuple[int, int]

    def held(self) -> Rest:
        proc = Path(f"/proc/{self.process.pid}")
        status = (proc / "status").read_text()
        memory, threads = (int(re.findall(rf"{name}:\s+(\d+)", status)[0]) for name in ("VmRSS", "Threads"))
        with contextlib.suppress(ValueError, OSError):  # the count is just being written
            self._tasks = int((self.folder / "tasks").read_text())
        return Rest(memory / 1024, len(list((proc / "fd").iterdir())), threads, getattr(self, "_tasks", 0))

    def configure(self, patience: int) -> None:
        text = CONFIG.format(folder=self.folder, first=self.ports[0], second=self.ports[1], patience=patience)
        (self.folder / "config.yaml").write_text(text)

    async def command(self, *arguments: str) -> str:
        """What a command of ours prints."""
        made = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", *arguments, "--state-dir", str(self.folder / "state")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            said, _ = await made.communicate()
        finally:
            if made.returncode is None:  # the load is over, and nobody waits for it
                made.kill()
                await made.communicate()
        return said.decode()

    async def key(self, name: str) -> str:
        return re.findall(r"\btgw_\w+", await self.command("keys", "new", name))[0]


@contextlib.contextmanager
def gateway() -> Iterator[Gateway]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policies").mkdir()
        (folder / "policies" / "p.yaml").write_text(POLICY)
        said: multiprocessing.SimpleQueue[int] = multiprocessing.SimpleQueue()
        servers = [multiprocessing.Process(target=provide, args=(said, seed), daemon=True) for seed in (1, 2)]
        for server in servers:
            server.start()
        ports = (said.get(), said.get())
        made = Gateway(folder, None, "", ports)  # type: ignore[arg-type]
        made.configure(20)
        command = [sys.executable, "-m", "bench.soak", "--serve", str(folder / "config.yaml"), str(folder / "tasks")]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
        ):
            made.process = process
            first = process.stdout.readline() if process.stdout else ""
            [port] = re.findall(r":(\d+)", first)[:1]
            made.url = f"http://127.0.0.1:{port}"
            threading.Thread(target=lambda: log.write(process.stdout.read()), daemon=True).start()  # type: ignore[union-attr]
            try:
                yield made
            finally:
                process.kill()
        for server in servers:
            server.kill()


# --- the soak ------------------------------------------------------------------------------------------------------------


async def disturb(gate: Gateway, keys: list[str], chance: random.Random, events: Counter[str]) -> None:
    """Read the configuration again, and make and revoke keys, for as long as it lasts."""
    turn = 0
    while True:
        await asyncio.sleep(chance.uniform(2, 5))
        turn += 1
        if turn % 2:
            gate.configure(20 + turn % 5)
            gate.process.send_signal(signal.SIGHUP)
            events["reloads"] += 1
        else:
            name = f"caller-{turn}"
            key = await gate.key(name)
            keys.append(key)
            await asyncio.sleep(chance.uniform(0.5, 2))
            await gate.command("keys", "revoke", name)
            events["keys made and revoked"] += 1
            await asyncio.sleep(0.5)
            keys.remove(key)


async def rest(gate: Gateway) -> Rest:
    """What is held when all that was under way has ended: kept connections close after seconds."""
    held = [gate.held()]
    for _ in range(24):
        await asyncio.sleep(0.5)
        held.append(gate.held())
        if (
            len(held) > 9 and len({(one.descriptors, one.tasks) for one in held[-4:]}) == 1
        ):  # connections are kept for 4 s
            break
    return held[-1]


async def soak(gate: Gateway, seconds: float, told: Told, events: Counter[str]) -> list[Rest]:
    """The rests: one before, and one after each part of the load."""
    chance = random.Random(20261201)
    keys = [await gate.key("steady")]
    on = asyncio.Event()
    asking = [asyncio.create_task(caller(gate.url, keys, on, told, random.Random(seed))) for seed in range(CALLERS)]
    disturbing = asyncio.create_task(disturb(gate, keys, chance, events))
    rests = []
    parts = max(3, min(12, int(seconds // 60)))
    for part in range(parts):
        on.set()
        await asyncio.sleep(seconds / parts)
        on.clear()
        rests.append(await rest(gate))
        print(f"{part + 1:2} of {parts}: {rests[-1]}; {told.statuses.total():6} answers", flush=True)
    for task in (*asking, disturbing):
        task.cancel()
    await asyncio.gather(*asking, disturbing, return_exceptions=True)
    return rests


def grown(rests: list[Rest]) -> list[str]:
    """What grew from the second rest to the last: the first warms up."""
    early, last = rests[1], rests[-1]
    found = []
    if last.memory_mib > early.memory_mib * 1.10 + 16:
        found.append(f"memory grew from {early.memory_mib:.0f} to {last.memory_mib:.0f} MiB")
    for what, room in (("descriptors", DESCRIPTORS), ("threads", 4), ("tasks", 4)):
        before, after = getattr(early, what), getattr(last, what)
        if after > before + room:
            found.append(f"{what} grew from {before} to {after}")
    return found


def run(seconds: float) -> list[str]:
    """Soak for so long; what is wrong."""
    told, events = Told(), Counter[str]()
    with gateway() as gate:
        rests = asyncio.run(soak(gate, seconds, told, events))
        gate.process.terminate()
        try:
            code = gate.process.wait(30)
        except subprocess.TimeoutExpired:
            code = -1
        log = (gate.folder / "log").read_text()
    print("asked:", ", ".join(f"{count} x {name}" for name, count in told.kinds.most_common()))
    print("answered:", ", ".join(f"{count} x {status}" for status, count in told.statuses.most_common()))
    print("meanwhile:", ", ".join(f"{count} {name}" for name, count in events.items()))
    wrong = grown(rests) + [f"{count} x {what}" for what, count in told.unexplained.most_common()]
    wrong += [f"the log says {log[at.start() : at.start() + 2_000]}" for at in re.finditer("|".join(QUIET), log)][:3]
    tried = told.statuses.total() - told.statuses[401]  # a key that was revoked is refused many times a second
    if told.statuses[200] < tried * 0.5:
        wrong.append("most were not answered")
    if code != 0:
        wrong.append(f"it ended with {code}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(*options.serve)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    wrong = run(options.minutes * 60)
    print("WRONG: " + "; ".join(wrong) if wrong else "all is flat, and every answer is explained")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
