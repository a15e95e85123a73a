"""Budgets and limits, through a gateway that listens: held before, counted after, never overspent whoever asks at once."""

from __future__ import annotations

import asyncio
import json
import os

import aiohttp
import pytest
from aiohttp import web

from gateway.domain.quota import Allowance, Every, Measure, Per, Sort
from gateway.pipeline.holding import Holdings
from gateway.routing.charges import Held
from gateway.state.quota import MemoryQuota
from gateway.testing import RecordingSink
from tests.kit.budgets import KEYS, POLICY, answers, ask, budget, config
from tests.kit.patience import SOON_S, until
from tests.kit.running import running
from tests.kit.servers import breaks_after, chunk, status

ASKERS, EACH = (200, 50) if os.environ.get("BUDGETS_IN_FULL") else (40, 5)
"""How many ask at once, and how often; in full with `make budgets`."""
LEFT = 1_000 * ASKERS
"""Tokens: for some of them."""


@pytest.fixture
async def begin(start, upstream):
    local, cloud = await upstream(answers(10, 5)), await upstream(answers(10, 5))

    async def begun(more, **kwargs):
        return await start(config(local, cloud, more, **kwargs), policies=POLICY)

    return begun, local, cloud


async def test_without_a_budget_nothing_is_said_of_one(begin):
    start, *_ = begin
    reply = await ask(await start(""))
    assert reply.status_code == 200
    assert not [name for name in reply.headers if "ratelimit" in name or "capped" in name]


async def test_a_limit_of_requests_is_told_refused_and_begins_anew(begin):
    start, _, cloud = begin
    gateway = await start(budget("requests", 2, every="day", key="limits"))
    first, second, third = [await ask(gateway) for _ in range(3)]
    assert [first.headers[f"x-ratelimit-{what}-requests"] for what in ("limit", "remaining")] == ["2", "1"]
    assert 0 < int(first.headers["x-ratelimit-reset-requests"].removesuffix("s")) <= 86_400
    assert (second.headers["x-ratelimit-remaining-requests"], third.status_code) == ("0", 429)
    assert third.json()["error"]["code"] == "rate_limit_exceeded"
    assert 0 < int(third.headers["retry-after"]) <= 86_400
    assert (third.headers["x-ratelimit-remaining-requests"], "x-should-retry" in third.headers) == ("0", False)
    assert len(cloud.sent) == 2
    assert (await ask(gateway, who="pacs")).status_code == 200  # "*" is each by itself


async def test_a_budget_that_is_spent_is_not_to_be_retried(begin):
    start, *_ = begin
    gateway = await start(budget("requests", 1))
    await ask(gateway)
    refused = await ask(gateway)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "insufficient_quota")
    assert refused.headers["x-should-retry"] == "false"
    assert gateway.settled()[-1]["outcome"] == "shed"


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/v1/messages", {"max_tokens": 5, "messages": [{"role": "user", "content": "Hi."}]}, "rate_limit_error"),
        ("/api/chat", {"stream": False, "messages": [{"role": "user", "content": "Hi."}]}, ""),
    ],
)
async def test_each_dialect_is_told_in_its_own_words(begin, path, body, kind):
    start, *_ = begin
    gateway = await start(budget("requests", 0, key="limits"))
    async with gateway.client(headers={"authorization": f"Bearer {KEYS['soma']}"}) as client:
        reply = await client.post(path, json={"model": "general", **body})
    assert reply.status_code == 429
    told = reply.json()["error"]
    assert (told["type"] if kind else "requests" in told) == (kind or True)


async def test_a_request_without_a_limit_is_capped_to_what_is_left_and_told_so(begin):
    start, _, cloud = begin
    gateway = await start(budget("tokens", 400))
    reply = await ask(gateway)
    capped = int(reply.headers["x-gateway-capped-tokens"])
    sent = cloud.sent[-1]
    assert capped == sent.json["max_tokens"]
    assert 350 < capped + len(sent.body) <= 400
    assert (await ask(gateway, max_tokens=50)).headers.get("x-gateway-capped-tokens") is None
    assert "max_tokens" in cloud.sent[-1].json


async def test_one_that_asks_for_more_than_is_left_is_refused_and_told_what_it_may_take(begin):
    start, _, cloud = begin
    gateway = await start(budget("tokens", 400))
    refused = await ask(gateway, max_tokens=4_000)
    assert (refused.status_code, len(cloud.sent)) == (429, 0)
    assert "has 400 left" in refused.json()["error"]["message"]


async def test_what_was_not_used_is_given_back(begin):
    start, *_ = begin
    gateway = await start(budget("tokens", 300))
    replies = [await ask(gateway, max_tokens=100) for _ in range(5)]  # each may take nearly all, and takes 15
    assert [reply.status_code for reply in replies] == [200] * 5
    assert gateway.metric("gateway_quota_used_total", of="tokens") == 75


async def test_dollars_are_counted_by_the_price_of_the_target(begin):
    start, *_ = begin
    gateway = await start(budget("dollars", 0.01))
    await ask(gateway, max_tokens=100)
    assert gateway.metric("gateway_quota_used_total", of="dollars", per="caller", every="month") == pytest.approx(6e-5)


async def test_a_target_without_a_price_is_refused_under_a_budget_of_dollars(begin):
    start, _, cloud = begin
    gateway = await start(budget("dollars", 100), targets="[cloud]", price="")
    reply = await ask(gateway)
    assert (reply.status_code, reply.json()["error"]["code"], len(cloud.sent)) == (429, "insufficient_quota", 0)
    assert "price" in reply.json()["error"]["message"]


async def test_when_the_dollars_are_spent_the_local_target_answers_and_costs_none(begin):
    start, local, cloud = begin
    gateway = await start(budget("dollars", 0.00001))
    replies = [await ask(gateway, max_tokens=100) for _ in range(3)]
    assert [reply.headers["x-gateway-target"] for reply in replies] == ["local"] * 3
    assert (len(local.sent), len(cloud.sent)) == (3, 0)
    assert gateway.metric("gateway_quota_used_total", of="dollars") == 0
    assert gateway.metric("gateway_quota_refused_total", of="dollars") == 3


async def test_energy_is_counted_where_it_is_ours(begin):
    start, *_ = begin
    gateway = await start(
        budget("wh", 70), targets="[local]"
    )  # at 3,600 W a second is a watt-hour, and a request has 60
    assert (await ask(gateway)).status_code == 200
    assert 0 < gateway.metric("gateway_quota_used_total", of="wh") < 10
    assert (await ask(gateway)).status_code == 200  # what it did not take came back


@pytest.mark.parametrize("answer", [status(500), breaks_after("")])
async def test_a_failed_try_is_refunded(begin, answer):
    start, _, cloud = begin
    cloud.answer = answer
    gateway = await start(budget("requests", 3), targets="[cloud]")
    assert [(await ask(gateway)).status_code for _ in range(4)] == [502] * 4
    cloud.answer = answers(1, 1)
    assert (await ask(gateway)).status_code in {200, 502, 503}
    assert gateway.metric("gateway_quota_refused_total") == 0


async def test_a_stream_that_its_caller_leaves_is_paid_as_it_was_held(begin):
    start, _, cloud = begin
    cloud.answer = hangs_after_words()
    gateway = await start(budget("tokens", 1_000), targets="[cloud]")
    async with gateway.client(headers={"authorization": f"Bearer {KEYS['soma']}"}) as client:
        body = {"messages": [{"role": "user", "content": "Hi."}], "stream": True, "max_tokens": 300}
        async with client.stream("POST", "/v1/chat/completions", json=body) as reply:
            async for _ in reply.aiter_lines():
                break
    await until(gateway.settled)
    assert gateway.metric("gateway_quota_used_total", of="tokens") > 300


def hangs_after_words():
    async def answer(request):
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(f"data: {json.dumps(chunk({'content': 'Words.'}))}\n\n".encode())
        await asyncio.Event().wait()
        return response

    return answer


async def test_agents_and_routes_have_theirs_and_nobody_slips_past(begin):
    start, *_ = begin
    gateway = await start(
        "budgets:\n"
        "  - {per: agent, name: helper, of: requests, amount: 1, every: day}\n"
        "  - {per: route, name: other, of: requests, amount: 1, every: day}\n"
    )
    assert (await ask(gateway, headers={"x-gateway-agent": "helper"})).status_code == 200
    assert (await ask(gateway, headers={"x-gateway-agent": "helper"})).status_code == 429
    assert (await ask(gateway)).status_code == 429  # claims none, and may be the helper
    assert (await ask(gateway, headers={"x-gateway-agent": "writer"})).status_code == 200
    other = {"x-gateway-agent": "writer", "x-gateway-route": "other"}
    assert [(await ask(gateway, headers=other)).status_code for _ in range(2)] == [200, 429]


async def test_it_is_explained_what_is_left(begin):
    start, *_ = begin
    gateway = await start(budget("dollars", 0.5) + budget("requests", 9, every="day", key="limits"))
    await ask(gateway, max_tokens=5)
    async with gateway.client(headers={"authorization": f"Bearer {KEYS['soma']}"}) as client:
        body = {"messages": [{"role": "user", "content": "Hi."}]}
        said = (await client.post("/gateway/explain", json={"request": body})).json()["left"]
    assert [(one["of"], one["name"], one["amount"]) for one in said] == [
        ("dollars", "soma", 0.5),
        ("requests", "soma", 9),
    ]
    assert [one["left"] for one in said] == [0.49994, 8]


async def test_what_was_spent_stays_spent_after_a_restart(upstream, tmp_path):
    local, cloud = await upstream(answers(1, 1)), await upstream(answers(1, 1))
    codes = []
    for _ in range(2):
        async with running(tmp_path, config(local, cloud, budget("requests", 1)), POLICY) as gateway:
            codes.append((await ask(gateway)).status_code)
    assert codes == [200, 429]


async def test_all_who_ask_at_once_never_overspend_together(begin):
    """Each takes all that it may: then what is left after the last one says how much was spent, to the token."""
    start, _, cloud = begin
    gateway = await start(budget("tokens", LEFT, name="soma"), targets="[cloud]")

    async def greedy(request):
        body = await request.json()
        size = int(request.headers["content-length"])
        return await answers(size, body["max_tokens"])(request)

    cloud.answer = greedy
    spent, served = 0, 0
    # A connection for each: httpx looks at all of its connections for each request, which at 200 of them takes all the time.
    many = aiohttp.TCPConnector(limit=0)
    headers = {"authorization": f"Bearer {KEYS['soma']}"}
    async with aiohttp.ClientSession(gateway.url, connector=many, headers=headers, trust_env=False) as client:

        async def asker(number):
            nonlocal spent, served
            for _ in range(EACH):
                body = {"messages": [{"role": "user", "content": f"{number}"}]}
                if number % 2:
                    body["max_tokens"] = 40
                async with client.post("/v1/chat/completions", json=body) as reply:
                    assert reply.status in {200, 429}
                    told = await reply.json()
                if reply.status == 200:
                    spent += told["usage"]["prompt_tokens"] + told["usage"]["completion_tokens"]
                    served += 1

        async with asyncio.timeout(SOON_S * 20):
            await asyncio.gather(*map(asker, range(ASKERS)))
    assert spent <= LEFT, f"{spent - LEFT} overspent"
    assert served >= LEFT // 8_500  # none takes more, and none is refused while there is anything left
    assert gateway.metric("gateway_quota_used_total", of="tokens") == spent


@pytest.mark.parametrize("name", ["ollama/llama3.2:8b", "general", "a/b/c", "/"])
def test_what_is_left_is_told_by_names_with_strokes_too(name):
    """A model that a local server lists is a route of its own name."""
    one = Allowance(sort=Sort.BUDGET, per=Per.ROUTE, name="*", of=Measure.TOKENS, amount=9, every=Every.DAY)
    (told,) = Holdings(MemoryQuota(), RecordingSink()).left([Held(one, one.account(name))])
    assert (told["name"], told["per"], told["of"], told["every"], told["left"]) == (name, "route", "tokens", "day", 9)
