"""A rolling update under load: of three replicas one is killed, one is drained, and a new policy comes into force on each."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from gateway.audit.verify_ledger import verify
from gateway.state import in_force
from gateway.state.postgres.moving import copy_out
from tests.kit.budgets import POLICY, answers, budget, config
from tests.kit.patience import SOON_S, until
from tests.kit.postgres_server import postgres_server
from tests.kit.redis_server import redis_server
from tests.kit.replica import Asked, Replica

UNDER_WAY = "Take your time."
AT_ONCE = 2
FEW = 45
"""What one caller may ask in all, though it asks more often."""
NEXT = {
    "all.yaml": POLICY["all.yaml"]
    + "  - {id: s, why: w, when: {route: [general], to: {without: [on_prem]}}, then: {require: [on_prem]}}\n"
}


@dataclass
class Service:
    """Gives requests to the replicas that it knows in turn, as a Service of Kubernetes does, and notes what came."""

    replicas: list[Replica]
    client: httpx.AsyncClient
    arrived: asyncio.Event
    go_on: asyncio.Event
    told: list[tuple[Replica, str, Asked]] = field(default_factory=list)
    turns: itertools.count = field(default_factory=itertools.count)

    async def ask(self, *, who: str = "soma") -> Asked:
        at = self.replicas[next(self.turns) % len(self.replicas)]
        return await self.ask_of(at, who=who)

    async def ask_of(self, replica: Replica, content: str = "Hi.", *, who: str = "soma") -> Asked:
        asked = await replica.ask(self.client, "far", content, who=who)
        self.told.append((replica, who, asked))
        return asked

    async def begin(self, replica: Replica) -> asyncio.Task[Asked]:
        """A request that is under way at the cloud, and stays there until `go_on`."""
        self.arrived.clear()
        asking = asyncio.create_task(self.ask_of(replica, UNDER_WAY))
        async with asyncio.timeout(SOON_S):
            await self.arrived.wait()
        return asking

    def said(self, who: str) -> list[str]:
        return [asked.said for _, name, asked in self.told if name == who]


@pytest.fixture
async def service(upstream, tmp_path):
    arrived, go_on, quick = asyncio.Event(), asyncio.Event(), answers(10, 5)

    async def answer(request):
        if UNDER_WAY in json.dumps(await request.json()):
            arrived.set()
            await go_on.wait()
        return await quick(request)

    local, cloud = await upstream(answers(10, 5)), await upstream(answer)
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path / "redis"))
        postgres = stack.enter_context(postgres_server())
        shared = f"scan: {{deadline_ms: 60000}}\nshared: {{redis: '{redis.url}'}}\nledger: {{url: '{postgres.database()}'}}\n"
        allowed = budget("requests", 100_000, name="soma") + budget("requests", FEW, name="pacs").partition("\n")[2]
        text = config(local, cloud, allowed + shared).replace(
            "\nagents:", "\n  far: {targets: [cloud], total_s: 60}\nagents:"
        )
        made = []
        for at in range(3):
            folder = tmp_path / f"replica-{at}"
            (folder / "policies").mkdir(parents=True)
            (folder / "config.yaml").write_text(text)
            made.append(Replica(folder))
            stack.push_async_callback(made[-1].stop)
            put(made[-1], POLICY)
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        await asyncio.gather(*(replica.start() for replica in made))
        service = Service(list(made), client, arrived, go_on)
        service.cloud, service.redis, service.postgres = cloud, redis, postgres
        yield service
        go_on.set()


def put(replica: Replica, policy: dict[str, str]) -> None:
    for name, text in policy.items():
        (replica.folder / "policies" / name).write_text(text)


def refuses(replica: Replica) -> bool:
    """Whether it takes no more connections: it drains."""
    try:
        httpx.get(f"{replica.url}/health", timeout=SOON_S)
    except httpx.ConnectError:
        return True
    return False


async def test_a_rolling_update_loses_nothing_but_what_was_under_way_on_a_replica_that_was_killed(service, tmp_path):
    killed, drained, read_again = service.replicas
    stopping = False

    async def asks():
        while not stopping:
            await service.ask()
            await service.ask(who="pacs")

    load = [asyncio.create_task(asks()) for _ in range(AT_ONCE)]
    lost = await service.begin(killed)
    await until(lambda: len(service.told) > 20)
    await killed.kill()
    service.replicas.remove(killed)
    assert (await lost).said == "no connection"

    kept = await service.begin(drained)
    service.replicas.remove(drained)
    before = len(service.told)
    await until(lambda: len(service.told) > before + 3 * AT_ONCE)  # nobody is on the way to it any more
    drained.signal(signal.SIGTERM)
    await until(lambda: refuses(drained))
    assert not kept.done()
    service.go_on.set()
    assert (await kept).said == "200 cloud"
    assert await drained.ended() == 0

    put(read_again, NEXT)
    read_again.signal(signal.SIGHUP)
    for replica in (killed, drained):
        put(replica, NEXT)
    await asyncio.gather(killed.start(), drained.start())
    service.replicas += [killed, drained]
    await until(lambda: len({in_force.read(one.folder / "state").policy_text for one in service.replicas}) == 1)
    for replica in service.replicas:
        asked = await replica.ask(service.client, "general")
        assert asked.said == "200 local"  # the new rule
        service.told.append((replica, "soma", asked))
    before = len(service.told)
    await until(lambda: len(service.told) > before + 30)
    stopping = True
    await asyncio.gather(*load)

    told = service.told
    assert {replica for replica, _, asked in told if asked.said == "no connection"} == {killed}
    assert set(service.said("soma")) == {"200 cloud", "200 local", "no connection"}
    assert set(service.said("pacs")) <= {"200 cloud", "429 insufficient_quota", "no connection"}
    unsure = service.said("pacs").count("no connection")
    assert FEW - unsure <= service.said("pacs").count("200 cloud") <= FEW

    copy = tmp_path / "copy.db"
    await until(lambda: phases(service).get("outcome", 0) >= sum(asked.request_id != "" for _, _, asked in told))
    copy_out(f"{service.postgres.owner}/record", copy)
    assert verify(copy, checkpoints="", keys=[]).problems == []
    assert phases(service)["intent"] >= len(service.cloud.sent)
    with psycopg.connect(f"{service.postgres.owner}/record") as reader:
        intents = {name for (name,) in reader.execute("SELECT request_id FROM entry WHERE phase = 'intent'")}
    assert {asked.request_id for _, _, asked in told if asked.said == "200 cloud"} <= intents
    assert used(service) + unsure >= FEW


def phases(service: Service) -> dict[str, int]:
    with psycopg.connect(f"{service.postgres.owner}/record") as reader:
        return dict(reader.execute("SELECT phase, count(*) FROM entry GROUP BY phase").fetchall())


def used(service: Service) -> int:
    """What Redis says was used of the small budget; with what is held it is never more than there is."""
    (key,) = [key for key in service.redis.ask("--scan").split("\n") if ":span:" in key and "/pacs/" in key]
    used, held = (int(number or 0) for number in service.redis.ask("HMGET", key, "used", "held").split("\n"))
    assert used + held <= FEW
    return used
