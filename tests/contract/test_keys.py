"""Keys of the key store, made and ended by the real command while the real gateway serves."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import sqlite3
import sys

import pytest

from gateway.access.keys import new_key
from gateway.cli import main
from gateway.state.sqlite.keys import FILE
from tests.kit.patience import SOON_S, until
from tests.kit.running import one_route
from tests.kit.servers import hangs, streams_for_ever

CONFIG_KEY = "callers: {ann: {key_sha256: '%s'}}"
SAY = {"messages": [{"role": "user", "content": "Hello."}], "max_tokens": 9}
CALLS = {
    "openai": ("/v1/chat/completions", b'"code":"invalid_api_key"'),
    "anthropic": ("/v1/messages", b'"type":"authentication_error"'),
    "ollama": ("/api/chat", b'"error":"This key was revoked'),
}


@pytest.fixture
def keys(tmp_path):
    """Run `gateway keys` on connections of its own, in another thread; what it printed."""

    async def run(*arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            code = await asyncio.to_thread(main, ["keys", *arguments, "--config", str(tmp_path / "config.yaml")])
        assert code == 0
        return out.getvalue()

    return run


@pytest.fixture
def command(tmp_path):
    """Run `gateway keys` as a process of its own; what it printed."""

    async def run(*arguments):
        asked = [sys.executable, "-m", "gateway", "keys", *arguments, "--config", str(tmp_path / "config.yaml")]
        process = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        assert process.returncode == 0
        return out.decode()

    return run


def key_in(text):
    (key,) = re.findall(r"tgw_[a-z2-7]{32}", text)
    return key


def bearer(key):
    return {"authorization": f"Bearer {key}"}


def noted(gateway):
    """What the record says of keys."""
    with sqlite3.connect(gateway.state_dir / "ledger.db") as connection:
        return connection.execute(
            "SELECT what, subject, number FROM event WHERE what LIKE 'key_%' ORDER BY seq"
        ).fetchall()


async def test_a_key_is_in_force_at_once_from_its_making_to_its_end(simple, command):
    gateway, _ = simple
    assert (await gateway.chat()).status_code == 200
    key = key_in(await command("new", "soma"))
    assert (await gateway.chat(headers=bearer(key))).status_code == 200
    assert [(await gateway.chat(headers=made)).status_code for made in ({}, bearer("tgw_" + "a" * 32))] == [401, 401]
    new = key_in(await command("rotate", "soma"))
    assert [(await gateway.chat(headers=bearer(one))).status_code for one in (key, new)] == [401, 200]
    await command("revoke", "soma")
    ended = await gateway.chat(headers=bearer(new))
    assert (ended.status_code, "revoked or has expired" in ended.text) == (401, True)
    assert (await gateway.chat()).status_code == 401  # the last key that ended opens nothing
    assert gateway.metric("gateway_auth_failures_total", reason="ended_key") == 2


async def test_its_grant_is_that_of_its_making(start, upstream, keys):
    agents = "agents: {radiologist: {route: general}, pathologist: {route: general}}"
    gateway = await start(one_route(await upstream(), agents))
    key = key_in(await keys("new", "soma", "--agents", "radiologist", "--routes", "general"))
    for headers, status in (
        ({}, 200),
        ({"x-gateway-agent": "pathologist"}, 403),
        ({"x-gateway-agent": "radiologist"}, 200),
    ):
        assert (await gateway.chat(headers={**bearer(key), **headers})).status_code == status
    assert {(line["caller"], line["agent"]) for line in gateway.settled() if line["status"] == 200} == {
        ("soma", "radiologist")
    }
    async with gateway.client() as client:
        assert (await client.get("/metrics", headers=bearer(key))).status_code == 403
        may = key_in(await keys("new", "ops", "--may", "metrics"))
        assert (await client.get("/metrics", headers=bearer(may))).status_code == 200


@pytest.mark.parametrize("dialect", CALLS)
async def test_a_revocation_ends_a_running_stream_in_its_dialect_and_the_record_says_so(start, upstream, keys, dialect):
    server = await upstream(streams_for_ever())
    gateway = await start(one_route(server))
    key = key_in(await keys("new", "soma"))
    path, error = CALLS[dialect]
    got = bytearray()
    async with (
        gateway.client() as client,
        client.stream("POST", path, json={**SAY, "model": "general", "stream": True}, headers=bearer(key)) as answer,
    ):
        assert answer.status_code == 200
        revoked = None
        async for piece in answer.aiter_raw():  # which ends properly: the error is the last event
            got += piece
            if revoked is None and b"word" in got:
                revoked = asyncio.create_task(keys("revoke", "soma"))
        await revoked
    assert error in bytes(got).replace(b'": "', b'":"')
    assert b"[DONE]" not in got
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(gateway.settled)
    (line,) = gateway.settled()
    assert (line["caller"], line["status"], line["error_code"]) == ("soma", 401, "invalid_api_key")
    assert gateway.metric("gateway_stream_aborts_total", phase="mid_stream", side="gateway") == 1
    assert gateway.metric("gateway_inflight_requests") == 0
    await until(lambda: len(noted(gateway)) == 2)
    assert noted(gateway) == [("key_made", "soma", 1), ("key_revoked", "soma", 2)]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_request_that_was_not_answered_yet_is_ended_with_a_plain_error(start, upstream, keys, stream):
    server = await upstream(hangs())
    gateway = await start(one_route(server))
    key = key_in(await keys("new", "soma"))
    asked = asyncio.create_task(gateway.chat(headers=bearer(key), stream=stream))
    await asyncio.wait_for(server.received.wait(), SOON_S)
    await keys("revoke", "soma")
    answer = await asyncio.wait_for(asked, SOON_S)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    assert len(gateway.settled()) == 1


async def test_the_requests_of_others_run_on(start, upstream, keys):
    release = asyncio.Event()
    server = await upstream(streams_for_ever(after_ten=release))
    gateway = await start(one_route(server))
    soma, ops = [key_in(await keys("new", name)) for name in ("soma", "ops")]
    async with gateway.client() as client:
        body = {**SAY, "model": "general", "stream": True}
        asking = client.stream("POST", "/v1/chat/completions", json=body, headers=bearer(ops))
        async with asking as other:
            pieces = other.aiter_raw()
            await anext(pieces)
            await keys("revoke", "soma")
            while (await gateway.chat(headers=bearer(soma))).status_code != 401:
                pass
            for _ in range(5):
                assert b"invalid_api_key" not in await anext(pieces)


async def test_a_store_that_cannot_be_read_closes_its_keys_and_no_others(start, upstream, keys, tmp_path):

    own = new_key()
    gateway = await start(one_route(await upstream(), CONFIG_KEY % own.sha256))
    key = key_in(await keys("new", "soma"))
    assert (await gateway.chat(headers=bearer(key))).status_code == 200
    (gateway.state_dir / FILE).rename(tmp_path / "elsewhere.db")

    async def refused():
        return (await gateway.chat(headers=bearer(key))).status_code == 503

    while not await refused():
        pass
    told = await gateway.chat(headers=bearer(key))
    assert (told.json()["error"]["code"], "retry-after" in told.headers) == ("keys_unavailable", True)
    assert "gateway keys list" in told.text
    assert (await gateway.chat(headers=bearer(own.key))).status_code == 200
    assert any("keys.db" in note for note in gateway.gateway.notes)
    assert gateway.metric("gateway_auth_failures_total", reason="keys_unreadable") > 0


async def test_where_only_the_store_would_ask_for_a_key_nobody_is_let_in_without_while_it_cannot_be_read(
    start, upstream, tmp_path
):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).write_bytes(b"damaged" * 500)
    gateway = await start(one_route(await upstream()))
    assert (await gateway.chat()).status_code == 503


async def test_a_listener_that_needs_keys_has_none_until_one_is_made(start, upstream, keys):
    gateway = await start(one_route(await upstream(), "server: {keys: required}"))
    assert (await gateway.chat()).status_code == 401
    key = key_in(await keys("new", "soma"))
    assert (await gateway.chat(headers=bearer(key))).status_code == 200


async def test_changes_while_nothing_runs_are_in_the_record_after_the_next_start_and_once(
    start, upstream, keys, tmp_path
):
    (tmp_path / "config.yaml").write_text("version: 1\n")
    await keys("new", "soma")
    await keys("expire", "soma", "2099-01-01")
    gateway = await start(one_route(await upstream()))
    await until(lambda: len(noted(gateway)) == 2)
    await gateway.gateway.stop()
    again = await start(one_route(await upstream()))
    await again.chat()
    await again.gateway.stop()
    assert noted(again) == [("key_made", "soma", 1), ("key_expiry", "soma", 2)]


async def test_the_last_use_is_written_and_nothing_of_a_key_but_its_beginning_is_anywhere(simple, keys):
    gateway, _server = simple
    key = key_in(await keys("new", "soma"))
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
    assert (await gateway.chat(headers=bearer(key))).status_code == 200
    for header in (bearer(wrong), {"x-api-key": wrong}, {"authorization": f"Basic {key}"}):
        assert (await gateway.chat(headers=header)).status_code == 401
    listing = await keys("list", "--json")
    await keys("revoke", "soma")
    await gateway.chat(headers=bearer(key))
    await gateway.gateway.stop()
    assert json.loads(await keys("list", "--all", "--json"))[0]["last_used"] is not None
    secret = key[12:-1]
    places = [
        listing,
        gateway.log.getvalue(),
        *(file.read_bytes().decode("latin-1") for file in gateway.state_dir.iterdir() if file.is_file()),
    ]
    assert len(places) > 4
    assert [place for place in places if secret in place] == []
    assert any(key[:12] in place for place in places)


async def test_rules_budgets_and_explain_know_a_caller_of_the_store(start, upstream, keys, tmp_path):
    (tmp_path / "config.yaml").write_text("version: 1\n")
    key = key_in(await keys("new", "soma", "--may", "explain"))
    away = "baa: {reference: X, expires: 2999-01-01}"
    config = one_route(await upstream()).replace("traits: [on_prem], discover: true", away)
    config += "budgets: [{per: caller, name: soma, of: requests, amount: 5, every: day}]\n"
    rule = "{id: %s, why: w, when: {%sto: {without: [on_prem]}}, then: {%s}}"
    rules = [rule % ("all", "", "require: [baa]"), rule % ("not-soma", "caller: [soma], ", "deny: true")]
    gateway = await start(config, {"p.yaml": "version: 1\nrules:\n" + "".join(f"  - {one}\n" for one in rules)})
    refused = await gateway.chat(headers=bearer(key))
    assert (refused.status_code, refused.headers["x-gateway-decision"]) == (403, "denied")
    other = key_in(await keys("new", "ops", "--may", "explain"))
    assert (await gateway.chat(headers=bearer(other))).status_code == 200
    async with gateway.client(headers=bearer(other)) as client:
        said = {"request": {"messages": [{"role": "user", "content": "Hello."}]}, "caller": "soma"}
        told = await client.post("/gateway/explain", json=said)
        assert (told.status_code, "not-soma" in told.text) == (200, True)
        unknown = await client.post("/gateway/explain", json={**said, "caller": "nobody"})
        assert (unknown.status_code, "key store" in unknown.text) == (400, True)


async def test_a_reload_during_a_stream_leaves_it_to_its_key(start, upstream, keys):
    release = asyncio.Event()
    server = await upstream(streams_for_ever(after_ten=release))
    gateway = await start(one_route(server))
    key = key_in(await keys("new", "soma"))
    body = {**SAY, "model": "general", "stream": True}
    got = bytearray()
    async with (
        gateway.client() as client,
        client.stream("POST", "/v1/chat/completions", json=body, headers=bearer(key)) as answer,
    ):
        pieces = answer.aiter_raw()
        got += await anext(pieces)
        gateway.gateway.reload(gateway.gateway.configured)
        release.set()
        while got.count(b"word") < 20:  # it goes on
            got += await anext(pieces)
        revoked = asyncio.create_task(keys("revoke", "soma"))
        async for piece in pieces:  # until its key ends
            got += piece
        await revoked
    assert b'"invalid_api_key"' in bytes(got)
    assert (await gateway.chat(headers=bearer(key))).status_code == 401
