"""What becomes of requests, of the record and of budgets when a part of an installation fails, is slow, or comes back.

Real replicas in processes of their own share a real Redis and a real PostgreSQL. The table in `deploy/REPLICAS.md` says what
must come; each of its rows is brought about here, and each of its cells is held against what was seen.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from tests.kit.between import Between, between
from tests.kit.budgets import POLICY, answers, budget, config
from tests.kit.patience import SOON_S, TICK_S, until
from tests.kit.postgres_server import PostgresServer, postgres_server
from tests.kit.redis_server import RedisServer, redis_server
from tests.kit.replica import Asked, Replica
from tests.kit.source import ROOT

PAGE = ROOT / "deploy" / "REPLICAS.md"
HEAD = ("what", "how", "cloud only", "cloud, then premises", "other replicas", "record", "budget")
GOOD, LATER, WAITS = "200 cloud", "all, once it is back", "waits"
SOME_LATER = "all, some once it is back"
UNDER_WAY = "Take your time."
TRIES = 400
"""So many small rows certainly need more room than a table has left over."""


def promised() -> list[dict[str, str]]:
    """The table of the page."""
    lines = [line.strip().strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    cells = [tuple(cell.strip() for cell in line) for line in lines if len(line) == len(HEAD)]
    assert cells[0] == HEAD
    return [dict(zip(HEAD, row, strict=True)) for row in cells[2:]]


@dataclass
class Installation:
    """`one` reaches Redis and PostgreSQL over networks that can be cut; `other` directly."""

    one: Replica
    other: Replica
    redis: RedisServer
    postgres: PostgresServer
    networks: list[Between]
    client: httpx.AsyncClient
    arrived: asyncio.Event
    asked: list[Asked] = field(default_factory=list)
    kept: int = 0
    """Requests of a replica that was killed: what it held for them."""
    pending: list[asyncio.Task[Asked]] = field(default_factory=list)

    async def ask(self, replica: Replica, route: str, content: str = "Hi.") -> str:
        asked = await replica.ask(self.client, route, content)
        self.asked.append(asked)
        return asked.said

    def recorded(self) -> bool:
        """Whether what left has its intent, and every answer its outcome."""
        try:
            with psycopg.connect(f"{self.postgres.owner}/record", connect_timeout=2) as reader:
                reader.execute("SET statement_timeout = 1000")
                found = reader.execute("SELECT request_id, phase FROM entry").fetchall()
        except psycopg.Error:
            return False
        rows: dict[str, set[str]] = {}
        for request_id, phase in found:
            rows.setdefault(request_id, set()).add(phase)
        answered = [one for one in self.asked if one.said.startswith("200")]
        left = [one for one in answered if one.said == GOOD]
        lost = [phases for request_id, phases in rows.items() if phases == {"intent"} and not self._refused(request_id)]
        return (
            all("intent" in rows.get(one.request_id, ()) for one in left)
            and all("outcome" in rows.get(one.request_id, ()) for one in answered)
            and len(lost) == self.kept
        )

    def counted(self) -> bool:
        """Whether each answer counts once in Redis, and nothing is held but by whom it was killed with."""
        try:
            keys = [key for key in self._told("--scan") if ":span:" in key]
            used, held = (
                (int(number or 0) for number in self._told("HMGET", keys[0], "used", "held")) if keys else (0, 0)
            )
        except subprocess.TimeoutExpired:
            return False
        return (used, held) == (sum(one.said.startswith("200") for one in self.asked), self.kept)

    def _refused(self, request_id: str) -> bool:
        """An intent may be written although nobody waited for it any longer: then nothing left."""
        return any(one.request_id == request_id and not one.said.startswith("200") for one in self.asked)

    def _told(self, *words: str) -> list[str]:
        return self.redis.ask(*words, within_s=2.0).split("\n")


@pytest.fixture
async def installation(upstream, tmp_path):
    arrived, go_on, quick = asyncio.Event(), asyncio.Event(), answers(10, 5)

    async def answer(request):
        if UNDER_WAY in json.dumps(await request.json()):
            arrived.set()
            await go_on.wait()
        return await quick(request)

    local, cloud = await upstream(answers(10, 5)), await upstream(answer)
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path / "redis"))
        postgres = stack.enter_context(postgres_server(with_disk=True))
        record = postgres.database("record")
        networks = [await stack.enter_async_context(between(server.port)) for server in (redis, postgres)]
        made = []
        for at, ports in enumerate(([one.port for one in networks], [redis.port, postgres.port])):
            folder = tmp_path / f"replica-{at}"
            (folder / "policies").mkdir(parents=True)
            (folder / "policies" / "all.yaml").write_text(POLICY["all.yaml"])
            text = config(local, cloud, budget("requests", 100_000)).replace(
                "\nagents:", "\n  far: {targets: [cloud], total_s: 60}\nagents:"
            )
            shared = f"scan: {{deadline_ms: 60000}}\nshared: {{redis: '{redis.url}'}}\nledger: {{url: '{record}'}}\n"
            for port, own in zip((redis.port, postgres.port), ports, strict=True):
                shared = shared.replace(f":{port}/", f":{own}/")
            (folder / "config.yaml").write_text(text + shared)
            made.append(Replica(folder))
            stack.push_async_callback(made[-1].stop)
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        await asyncio.gather(*(replica.start() for replica in made))
        yield Installation(*made, redis, postgres, networks, client, arrived)
        go_on.set()


# --- what fails, and how ----------------------------------------------------------------------------------------------


async def redis_killed(here: Installation) -> None:
    here.redis.kill()


async def redis_hangs(here: Installation) -> None:
    here.redis.hang()


async def redis_back(here: Installation) -> None:
    if here.redis.process.poll() is None:
        here.redis.go_on()
    else:
        await asyncio.to_thread(here.redis.start)


async def postgres_killed(here: Installation) -> None:
    here.postgres.kill()


async def postgres_hangs(here: Installation) -> None:
    here.postgres.hang()


async def postgres_back(here: Installation) -> None:
    if here.postgres.process.poll() is None:
        here.postgres.go_on()
    else:
        await asyncio.to_thread(here.postgres.start)


async def network_cut(here: Installation) -> None:
    for network in here.networks:
        network.cut()


async def network_late(here: Installation) -> None:
    for network in here.networks:
        network.late_s = 2.0


async def network_back(here: Installation) -> None:
    for network in here.networks:
        network.mend()


async def replica_killed(here: Installation) -> None:
    asking = asyncio.create_task(here.ask(here.one, "far", UNDER_WAY))
    await here.arrived.wait()
    await here.one.kill()
    assert await asking == "no connection"
    here.kept += 1


async def replica_hangs(here: Installation) -> None:
    here.one.signal(signal.SIGSTOP)


async def replica_back(here: Installation) -> None:
    if here.one.process.poll() is None:
        here.one.signal(signal.SIGCONT)
    else:
        await here.one.start()


def clock(ahead_s: float) -> Callable[[Installation], Awaitable[None]]:
    async def set_it(here: Installation) -> None:
        here.one.clock(ahead_s)

    return set_it


def disk(how: str) -> Callable[[Installation], Awaitable[None]]:
    async def change(here: Installation) -> None:
        here.postgres.disk(how)

    return change


WAYS = {
    ("Redis", "killed"): redis_killed,
    ("Redis", "hangs"): redis_hangs,
    ("Redis", "back"): redis_back,
    ("PostgreSQL", "killed"): postgres_killed,
    ("PostgreSQL", "hangs"): postgres_hangs,
    ("PostgreSQL", "back"): postgres_back,
    ("network of one replica", "cut"): network_cut,
    ("network of one replica", "2 s late"): network_late,
    ("network of one replica", "back"): network_back,
    ("one replica", "killed"): replica_killed,
    ("one replica", "hangs"): replica_hangs,
    ("one replica", "back"): replica_back,
    ("clock of one replica", "60 s off"): clock(60),
    ("clock of one replica", "20 s off"): clock(20),
    ("clock of one replica", "back"): clock(0),
    ("disk of PostgreSQL", "full"): disk("full"),
    ("disk of PostgreSQL", "2 s late"): disk("slow"),
    ("disk of PostgreSQL", "back"): disk("sound"),
}


# --- what is seen then ------------------------------------------------------------------------------------------------


async def seen(here: Installation, promise: dict[str, str]) -> dict[str, str]:
    """What came in place of each cell of a row; what is not there at once, and need not be, is waited for later."""
    one, other = promise["cloud only"], promise["other replicas"]
    if one == WAITS:
        here.pending += [asyncio.create_task(here.ask(here.one, route)) for route in ("far", "general")]
    else:
        await noticed(here, here.one, one)
    await noticed(here, here.other, other)
    again = (
        noticed if promise["how"] == "full" else once
    )  # what was given up leaves room, and then a row fits once more
    found = {"other replicas": await again(here, here.other, other)}
    if one == WAITS:
        found |= dict.fromkeys(HEAD[2:4], "answered" if any(task.done() for task in here.pending) else WAITS)
    else:
        found["cloud only"] = await again(here, here.one, one)
        found[HEAD[3]] = await again(here, here.one, promise[HEAD[3]], "general")
    for column, there in (("record", here.recorded), ("budget", here.counted)):
        found[column] = await times(there, promise[column])
    return {**promise, **found}


async def once(here: Installation, replica: Replica, said: str, route: str = "far") -> str:
    """What a replica says; `said` is what it should say."""
    del said
    return await here.ask(replica, route)


async def noticed(here: Installation, replica: Replica, said: str, route: str = "far") -> str:
    """Ask until a replica says what it must: it may go on for a moment, or come back after one, and says nothing else."""
    for _ in range(TRIES):
        if (now := await here.ask(replica, route)) == said:
            return now
        assert now == GOOD or now.startswith("503"), now
        await asyncio.sleep(TICK_S)
    return now


async def times(there: Callable[[], bool], promised: str) -> str:
    """The promise, if what was asked is there; `LATER` if it is not."""
    if promised == SOME_LATER:
        return promised
    ends = asyncio.get_running_loop().time() + (0 if promised.startswith(LATER) else SOON_S)
    while not (found := await asyncio.to_thread(there)):
        if asyncio.get_running_loop().time() >= ends:
            break
        await asyncio.sleep(TICK_S)
    if promised.startswith(LATER):
        return "all" if found else promised
    return promised if found else LATER


async def test_the_table_says_what_comes_of_each_failure(installation):
    rows = promised()
    assert [(row["what"], row["how"]) for row in rows] == list(WAYS)
    found = []
    for row in rows:
        what, how = row["what"], row["how"]
        await WAYS[what, how](installation)
        found.append(await seen(installation, row))
        if how != "back":
            await WAYS[what, "back"](installation)
            assert [await task for task in installation.pending] == [GOOD] * len(installation.pending)
            installation.pending.clear()
            for replica in (installation.one, installation.other):
                await noticed(installation, replica, GOOD)
            await until(installation.recorded)
            await until(installation.counted)
    assert table(found) == table(rows)


def table(rows: list[dict[str, str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (HEAD, ["---"] * len(HEAD), *(row.values() for row in rows))]
    return "\n".join(lines)
