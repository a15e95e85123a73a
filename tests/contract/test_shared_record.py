"""Gateways that listen and share one record in PostgreSQL: what is not written there does not leave, whoever is asked."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

import psycopg
import pytest

from gateway.audit.verify_ledger import verify
from gateway.cli import parser
from gateway.state.postgres.moving import copy_out
from tests.kit.budgets import KEYS, POLICY, answers, ask, config
from tests.kit.patience import until
from tests.kit.postgres_server import postgres_server
from tests.kit.running import running

CANARY = "Philippa Marrowbone"


@pytest.fixture
def postgres():
    with postgres_server() as server:
        yield server


@pytest.fixture
async def replicas(upstream, postgres, tmp_path):
    """Makes replicas: `one, other = await replicas(2)`; their servers are `local` and `cloud`, their record is at `url`."""
    local, cloud = await upstream(answers(10, 5)), await upstream(answers(10, 5))
    url = postgres.database()
    async with AsyncExitStack() as stack:

        async def make(number, **kwargs):
            text = config(local, cloud, f"ledger: {{url: '{url}'}}\n", **kwargs)
            made = []
            for at in range(number):
                folder = tmp_path / f"replica-{at}"
                folder.mkdir()
                made.append(
                    await stack.enter_async_context(running(folder, text, POLICY, {"GATEWAY_SECRET": "ab" * 32}))
                )
            return made

        make.local, make.cloud, make.url = local, cloud, url
        yield make


def phases(url):
    with psycopg.connect(url) as reader:
        return dict(reader.execute("SELECT phase, count(*) FROM entry GROUP BY phase").fetchall())


async def test_what_any_of_them_sends_stands_in_one_record_that_verifies(replicas, tmp_path):
    gateways = await replicas(3, targets="[cloud]")
    asked = await asyncio.gather(*(ask(gateways[at % 3], f"Number {at}.") for at in range(30)))
    assert [reply.status_code for reply in asked] == [200] * 30
    await until(lambda: phases(replicas.url).get("outcome") == 30)
    assert phases(replicas.url)["intent"] == 30
    copy_out(replicas.url, tmp_path / "copy.db")
    assert verify(tmp_path / "copy.db", checkpoints="", keys=[]).problems == []


async def test_without_it_nothing_leaves_and_the_premises_go_on(replicas, postgres):
    (gateway,) = await replicas(1, targets="[cloud, local]")
    assert (await ask(gateway)).headers["x-gateway-target"] == "cloud"
    postgres.kill()
    away = [await ask(gateway) for _ in range(3)]
    assert [(reply.status_code, reply.headers["x-gateway-target"]) for reply in away] == [(200, "local")] * 3
    assert len(replicas.cloud.sent) == 1
    await asyncio.to_thread(postgres.start)
    await until(lambda: gateway.gateway.watch.ledger.available)
    assert (await ask(gateway)).headers["x-gateway-target"] == "cloud"
    await until(lambda: phases(replicas.url).get("outcome") == 5)  # also of those that it missed


async def test_without_it_a_route_to_the_cloud_alone_says_so(replicas, postgres):
    (gateway,) = await replicas(1, targets="[cloud]")
    postgres.kill()
    reply = await ask(gateway)
    assert (reply.status_code, reply.json()["error"]["code"], len(replicas.cloud.sent)) == (503, "not_recorded", 0)


async def test_it_starts_without_its_server_and_takes_it_up_when_it_is_there(replicas, postgres):
    postgres.kill()
    (gateway,) = await replicas(1, targets="[cloud]")
    assert any("does not answer" in note and "gateway@" not in note for note in gateway.gateway.notes)
    assert (await ask(gateway)).status_code == 503
    await asyncio.to_thread(postgres.start)
    await until(lambda: gateway.gateway.watch.ledger.available)
    assert (await ask(gateway)).status_code == 200


async def test_nothing_that_a_caller_wrote_reaches_it(replicas, postgres):
    (gateway,) = await replicas(1, targets="[cloud]")
    asked = f"Write to {CANARY}, MRN 8827361, about her cough."
    assert (await ask(gateway, asked, user=CANARY, headers={"x-gateway-conversation": CANARY})).status_code == 200
    await until(lambda: phases(replicas.url).get("outcome") == 1)
    with psycopg.connect(f"{postgres.owner}/record", autocommit=True) as owner:
        owner.execute("CHECKPOINT")
    kept = b"".join(path.read_bytes() for path in postgres.folder.rglob("*") if path.is_file())
    assert b"anthropic" in kept or b"there" in kept
    written = (*CANARY.split(), "8827361", "cough", "Yes.", "[NAME_", "[MRN_", KEYS["soma"])
    assert [part for part in written if part.encode() in kept] == []


async def test_the_commands_read_it_where_it_is(replicas, tmp_path, capsys, monkeypatch):
    (gateway,) = await replicas(1, targets="[cloud]")
    assert (await ask(gateway)).status_code == 200
    await until(lambda: phases(replicas.url).get("outcome") == 1)
    monkeypatch.chdir(tmp_path / "replica-0")

    def run(*words):
        options = parser().parse_args(["audit", *words])
        return options.run(options), capsys.readouterr().out

    code, said = run("tail", "--json")
    assert code == 0
    rows = [json.loads(line) for line in said.splitlines()]
    (request_id,) = {row["request_id"] for row in rows if row.get("phase") == "intent"}
    assert run("show", request_id)[0] == 0
    assert run("verify")[0] == 0
    assert run("backup", str(tmp_path / "backup.db"))[0] == 0
    assert verify(tmp_path / "backup.db", checkpoints="", keys=[]).problems == []
