"""What is in force is what is asked: at every hop, at every door, and in the record, from the reload on."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from datetime import UTC, datetime

import pytest
from aiohttp import web

from gateway.access.keys import new_key
from gateway.config import load
from gateway.document import DocumentInvalid
from tests.kit.running import one_route
from tests.kit.servers import hangs, says
from tests.kit.shapes import check
from tests.kit.two_places import MRN, POLICY, SENSITIVE, config

DENY = """
version: 1
rules: [{id: nothing-leaves, why: Nothing leaves today., when: {to: {without: [on_prem]}}, then: {deny: true}}]
"""
NOTHING_REDACTED = """
version: 1
rules: [{id: with-a-baa, why: A BAA is enough., when: {phi: [any], to: {without: [on_prem]}}, then: {require: [baa]}}]
"""


def reload(gateway, text: str, policies=None):
    """Reload as a signal would, and say whether it was taken up."""
    folder = gateway.state_dir.parent
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    for name, rules in (policies or {}).items():
        (folder / "policies" / name).write_text(rules, encoding="utf-8")
    try:
        return gateway.gateway.reload(load(str(folder / "config.yaml"), {}, port=0))
    except DocumentInvalid as invalid:
        gateway.gateway.refuse(invalid)
        return None


@pytest.fixture
async def waiting(start, upstream):
    """A request that waits at a local target, with a cloud behind it that its rules permit now."""
    release = asyncio.Event()

    async def answer(_request):
        await release.wait()
        return web.Response(status=500)

    local, cloud = await upstream(answer), await upstream(says("From the cloud."))
    more = "first_token_s: 30"
    gateway = await start(config(local, cloud, baa=True, more=more), {"p.yaml": POLICY})

    async def after(text, policies=None):
        asked = asyncio.create_task(gateway.chat(SENSITIVE, model="diagnosis"))
        await local.received.wait()
        reload(gateway, text, policies)
        release.set()
        return await asked

    return after, gateway, local, cloud, more


NO_LONGER = {
    "the BAA was taken back": lambda text: (text.replace('baa: {reference: "C-1", expires: 2099-12-31}', ""), None),
    "the BAA has ended": lambda text: (text.replace("2099-12-31", "2020-01-01"), None),
    "the target was taken out of the route": lambda text: (text.replace("[local, cloud]", "[local]"), None),
    "the provider was switched off": lambda text: (text.replace("api_key: k,", 'api_key: "",'), None),
    "a rule denies it": lambda text: (text, {"deny.yaml": DENY}),
    "the route is gone": lambda text: (text.replace("diagnosis", "another"), None),
    "fallbacks are off": lambda text: (text + "routing: {auto_fallback: false}\n", None),
}


@pytest.mark.parametrize("change", NO_LONGER)
async def test_a_fallback_that_is_no_longer_permitted_is_not_taken(waiting, change):
    after, _, local, cloud, more = waiting
    reply = await after(*NO_LONGER[change](config(local, cloud, baa=True, more=more)))
    assert reply.status_code in {403, 503}
    assert cloud.connections == 0


KEY = new_key()
CALLERS = (
    f'callers: {{soma: {{key_sha256: "{KEY.sha256}", routes: ["*"]}}, other: {{key_sha256: "{new_key().sha256}"}}}}\n'
)
CALLER_CHANGES = {
    "it was taken out": (lambda text: text.replace("soma", "somebody"), 403),
    "its route was taken back": (lambda text: text.replace('routes: ["*"]', "routes: [another]"), 403),
    "its key was replaced": (lambda text: text.replace(KEY.sha256, new_key().sha256), 403),
    "it stays": (lambda text: text + "aliases: {x: diagnosis}\n", 200),
}


@pytest.mark.parametrize("change", CALLER_CHANGES)
async def test_a_caller_who_waits_goes_by_the_grant_of_now(start, upstream, change):
    made, status = CALLER_CHANGES[change]
    release = asyncio.Event()

    async def answer(_request):
        await release.wait()
        return web.Response(status=500)

    local, cloud = await upstream(answer), await upstream(says("From the cloud."))
    text = config(local, cloud, baa=True, more="first_token_s: 30").replace(
        "routes:", "routes:\n  another: {targets: [local]}", 1
    )
    gateway = await start(text + CALLERS, {"p.yaml": POLICY})
    headers = {"authorization": f"Bearer {KEY.key}"}
    asked = asyncio.create_task(gateway.chat(SENSITIVE, model="diagnosis", headers=headers))
    await local.received.wait()
    reload(gateway, made(text + CALLERS))
    release.set()
    assert (await asked).status_code == status
    assert cloud.connections == (status == 200)


async def test_who_needed_no_key_and_does_now_is_no_caller_any_more(waiting):
    after, _, local, cloud, more = waiting
    reply = await after(config(local, cloud, baa=True, more=more) + CALLERS)
    assert reply.status_code == 403
    assert cloud.connections == 0


async def test_a_fallback_that_is_still_permitted_is_taken_by_the_rules_of_now(waiting):
    after, gateway, local, cloud, more = waiting
    (gateway.state_dir.parent / "policies" / "p.yaml").unlink()
    reply = await after(config(local, cloud, baa=True, more=more), {"q.yaml": NOTHING_REDACTED})
    assert reply.json()["choices"][0]["message"]["content"] == "From the cloud."
    assert MRN in cloud.sent[0].body.decode()  # by the new rules a BAA is enough
    assert reply.headers["x-gateway-decision"] == "permitted"


async def test_the_intent_names_the_policy_by_which_it_left(waiting):
    after, gateway, local, cloud, more = waiting
    await after(config(local, cloud, baa=True, more=more), {"more.yaml": NOTHING_REDACTED})
    rows = sqlite3.connect(gateway.state_dir / "ledger.db")
    ((used,),) = rows.execute("SELECT policy_hash FROM entry WHERE phase = 'intent'").fetchall()
    assert used == gateway.gateway.settings.policy.hash
    rows.close()


@pytest.mark.parametrize(
    ("policies", "status", "asked"), [({"more.yaml": NOTHING_REDACTED}, 200, 1), ({"more.yaml": DENY}, 403, 0)]
)
async def test_a_request_that_a_reload_overtakes_goes_by_the_rules_of_now(
    start, upstream, monkeypatch, policies, status, asked
):
    """It is written in the record; before its first byte leaves somebody reloads, and the caller need not ask again."""
    cloud = await upstream(says("From the cloud."))
    text = config(await upstream(), cloud, baa=True, more="first_token_s: 30").replace("[local, cloud]", "[cloud]")
    gateway = await start(text, {"p.yaml": POLICY})
    ledger, before = gateway.gateway.watch.ledger, gateway.gateway.settings.policy.hash
    recorded = ledger.intend

    async def intend(row):
        await recorded(row)
        reload(gateway, text, policies)

    monkeypatch.setattr(ledger, "intend", intend)
    reply = await gateway.chat(SENSITIVE, model="diagnosis")
    assert (reply.status_code, cloud.connections) == (status, asked)
    with sqlite3.connect(gateway.state_dir / "ledger.db") as rows:
        used = [used for (used,) in rows.execute("SELECT policy_hash FROM entry WHERE phase = 'intent' ORDER BY seq")]
    rows.close()
    assert used == [before, gateway.gateway.settings.policy.hash][: asked + 1]


# --- doors -------------------------------------------------------------------------------------------------------------


async def everywhere(gateway, url="", **headers):
    body = {"messages": [{"role": "user", "content": "Hello."}]}
    async with gateway.client(headers=headers) as client:
        chat = await client.post(f"{url}/v1/chat/completions", json=body)
        explain = await client.post(f"{url}/gateway/explain", json=body)
        metrics = await client.get(f"{url}/metrics")
        health = await client.get(f"{url}/health")
    return [reply.status_code for reply in (chat, explain, metrics, health)]


async def test_callers_that_were_added_close_the_doors_at_once_and_open_them_again(simple):
    gateway, server = simple
    key = new_key()
    assert await everywhere(gateway) == [200, 200, 200, 200]
    callers = f'callers: {{soma: {{key_sha256: "{key.sha256}"}}}}'
    reload(gateway, one_route(server, callers))
    assert await everywhere(gateway) == [401, 401, 401, 200]
    assert await everywhere(gateway, authorization=f"Bearer {key.key}") == [200, 403, 403, 200]
    reload(gateway, one_route(server))
    assert await everywhere(gateway) == [200, 200, 200, 200]


async def test_a_listener_that_is_taken_out_serves_nobody(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server, "listeners: [{port: 0, keys: none}]"))
    other = gateway.urls[1]
    assert await everywhere(gateway, other) == [200, 200, 200, 200]
    made = reload(gateway, one_route(server))
    assert made.restart == ("listeners",)
    assert await everywhere(gateway, other) == [403, 403, 403, 200]
    assert await everywhere(gateway) == [200, 200, 200, 200]


async def test_facades_and_the_agent_of_a_listener_follow(start, upstream):
    server = await upstream()
    agents = "agents: {helper: {route: general}}\n"
    gateway = await start(one_route(server, agents + "listeners: [{port: 0, keys: none}]"))
    async with gateway.client() as client:
        assert (await client.get(f"{gateway.urls[1]}/api/tags")).status_code == 200
        more = "listeners: [{port: 0, keys: none, facades: [openai], default_agent: helper}]"
        reload(gateway, one_route(server, agents + more))
        assert (await client.get(f"{gateway.urls[1]}/api/tags")).status_code == 404
        body = {"messages": [{"role": "user", "content": "Hello."}]}
        await client.post(f"{gateway.urls[1]}/v1/chat/completions", json=body)
    assert '"agent":"helper"' in gateway.log.getvalue()


# --- the record ----------------------------------------------------------------------------------------------------------


def reloads(gateway):
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    return [line for line in lines if line["event"] == "config.reloaded"]


async def test_a_reload_is_told_in_the_log_the_metrics_and_the_record(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server), {"p.yaml": POLICY})
    before = gateway.gateway.settings
    reload(gateway, one_route(server, "aliases: {x: general}"), {"deny.yaml": DENY})
    after = gateway.gateway.settings
    (line,) = reloads(gateway)
    assert (line["result"], line["level"], line["rules_added"]) == ("ok", "info", 1)
    assert (line["config_before"], line["config_after"]) == (before.hash, after.hash)
    assert (line["policy_before"], line["policy_after"]) == (before.policy.hash, after.policy.hash)
    assert gateway.metric("gateway_config_reloads_total", result="ok") == 1
    assert gateway.metric("gateway_config_info", config=after.hash, policy=after.policy.hash) == 1
    assert gateway.metric("gateway_config_info", config=before.hash) == 0

    assert (await gateway.chat()).status_code == 200
    await asyncio.to_thread(gateway.gateway._parts.ledger.close)
    rows = sqlite3.connect(gateway.state_dir / "ledger.db")
    columns = "result, config_before, config_after, policy_before, policy_after"
    assert rows.execute(f"SELECT {columns} FROM config ORDER BY seq").fetchall() == [
        ("started", None, before.hash, None, before.policy.hash),
        ("ok", before.hash, after.hash, before.policy.hash, after.policy.hash),
    ]
    texts = dict(rows.execute("SELECT hash, text FROM policy").fetchall())
    rows.close()
    assert set(texts) == {before.policy.hash, after.policy.hash}
    assert all(hashlib.sha256(text.encode()).hexdigest() == name for name, text in texts.items())
    assert "Nothing leaves today." in texts[after.policy.hash]


async def test_a_bad_reload_changes_nothing_and_is_told(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server), {"p.yaml": POLICY})
    before = gateway.gateway.settings
    assert reload(gateway, one_route(server, "unknown: 1"), {"x.yml": DENY}) is None
    (line,) = reloads(gateway)
    assert (line["result"], line["level"], line["problems"]) == ("refused", "error", 2)
    assert line["config_before"] == line["config_after"] == before.hash
    assert gateway.gateway.settings is before
    assert gateway.metric("gateway_config_reloads_total", result="refused") == 1
    assert (await gateway.chat()).status_code == 200


async def test_an_agreement_that_has_ended_is_told_in_the_log_the_metrics_and_the_notes(start, upstream):
    local, cloud = await upstream(), await upstream(hangs())
    text = config(local, cloud, baa=True).replace("2099-12-31", "2020-01-01")
    gateway = await start(text, {"p.yaml": POLICY})
    assert '"event":"baa.ended"' in gateway.log.getvalue()
    assert gateway.metric("gateway_baa_days_left", gen_ai_provider_name="cloud") < 0
    ended = datetime(2020, 1, 2, tzinfo=UTC).timestamp()
    assert gateway.metric("gateway_baa_expires_timestamp_seconds", gen_ai_provider_name="cloud") == ended
    assert any("BAA of provider cloud has ended (2020-01-01)" in note for note in gateway.gateway.notes)
    check(await gateway.chat(SENSITIVE, model="cloud"), 404, "openai")
