"""Several gateways that listen and share one Redis: a budget is one budget, whatever becomes of Redis or of a replica."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.kit.budgets import KEYS, POLICY, answers, ask, budget, config
from tests.kit.patience import SOON_S, until
from tests.kit.redis_server import redis_server
from tests.kit.running import running

CANARY = "Philippa Marrowbone"
RECORD = "MRN 8827361"


@pytest.fixture
def redis(tmp_path):
    with redis_server(tmp_path / "redis") as made:
        yield made


@pytest.fixture
async def replicas(upstream, redis, tmp_path):
    """Makes replicas: `one, other = await replicas(2, budget(…))`; their servers are `local` and `cloud`."""
    local, cloud = await upstream(answers(10, 5)), await upstream(answers(10, 5))
    async with AsyncExitStack() as stack:

        async def make(number, more, **kwargs):
            text = config(local, cloud, f"{more}shared: {{redis: '{redis.url}'}}\n", **kwargs)
            made = []
            for at in range(number):
                (tmp_path / f"replica-{at}").mkdir()
                made.append(await stack.enter_async_context(running(tmp_path / f"replica-{at}", text, POLICY)))
            return made

        make.local, make.cloud = local, cloud
        yield make


async def test_a_limit_is_one_for_all_of_them(replicas):
    one, other = await replicas(2, budget("requests", 2, every="day", key="limits"))
    told = [await ask(gateway) for gateway in (one, other, one, other)]
    assert [reply.status_code for reply in told] == [200, 200, 429, 429]
    assert [reply.headers["x-ratelimit-remaining-requests"] for reply in told[:2]] == ["1", "0"]


async def test_all_who_ask_any_of_them_at_once_never_overspend_together(replicas):
    gateways = await replicas(3, budget("requests", 50, every="day"), targets="[cloud]")
    async with asyncio.timeout(SOON_S * 4):
        asked = await asyncio.gather(*(ask(gateways[at % 3]) for at in range(120)))
    codes = [reply.status_code for reply in asked]
    assert (codes.count(200), codes.count(429), len(replicas.cloud.sent)) == (50, 70, 50)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {}),
        ("/v1/messages", {"max_tokens": 5}),
        ("/api/chat", {"stream": False}),
    ],
)
async def test_without_redis_the_cloud_is_closed_and_each_dialect_says_so(replicas, redis, path, body):
    (gateway,) = await replicas(1, budget("requests", 9), targets="[cloud]")
    assert (await ask(gateway)).status_code == 200
    redis.kill()
    body = {"model": "general", "messages": [{"role": "user", "content": "Hi."}], **body}
    async with gateway.client(headers={"authorization": f"Bearer {KEYS['soma']}"}) as client:
        reply = await client.post(path, json=body)
    assert (reply.status_code, len(replicas.cloud.sent)) == (503, 1)
    assert "cannot reach what counts budgets" in str(reply.json()["error"])
    assert reply.headers["retry-after"] == "5"
    assert gateway.settled()[-1]["outcome"] == "shed"
    assert any("shared.redis" in note for note in gateway.gateway.notes)


async def test_without_redis_the_premises_go_on_and_it_is_counted_later(replicas, redis):
    (gateway,) = await replicas(1, budget("requests", 3))
    assert (await ask(gateway)).headers["x-gateway-target"] == "cloud"
    redis.kill()
    away = [await ask(gateway) for _ in range(2)]
    assert [(reply.status_code, reply.headers["x-gateway-target"]) for reply in away] == [(200, "local")] * 2
    redis.start()
    await until(lambda: not any("shared.redis" in note for note in gateway.gateway.notes))
    refused = await ask(gateway)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "insufficient_quota")


async def test_without_redis_the_status_says_which_routes_cannot_answer(replicas, redis):
    (one,) = await replicas(1, budget("requests", 5, every="day"), targets="[cloud]")
    assert one.gateway.watch.look().routes["general"].ready == ("cloud",)
    await asyncio.to_thread(redis.kill)
    assert (await ask(one)).status_code == 503
    assert "`shared.redis`" in one.gateway.watch.look().routes["general"].targets[0].why
    await asyncio.to_thread(redis.start)
    await until(lambda: one.gateway.watch.look().routes["general"].ready == ("cloud",))


async def test_without_a_budget_nobody_asks_redis(replicas, redis):
    (gateway,) = await replicas(1, "")
    redis.kill()
    assert (await ask(gateway)).headers["x-gateway-target"] == "cloud"


async def test_nothing_that_a_caller_wrote_reaches_redis(replicas, redis):
    (gateway,) = await replicas(1, budget("tokens", 100_000) + budget("requests", 9, every="minute", key="limits"))
    with redis.overheard() as said:
        asked = f"Write to {CANARY}, {RECORD}, about her cough."
        assert (await ask(gateway, asked, user=CANARY)).status_code == 200
        assert (await ask(gateway, asked, headers={"x-gateway-conversation": CANARY})).status_code == 200
    heard = b"".join(said)
    assert heard.count(b"EVALSHA") >= 4
    assert b"budget/caller/soma/tokens/month" in heard
    written = (*CANARY.split(), "8827361", "cough", "Yes.", "[NAME_", "[MRN_", KEYS["soma"])
    assert [part for part in written if part.encode() in heard] == []
