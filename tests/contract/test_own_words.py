"""What an administrator adds to the scan and takes from it: at the cloud, in explanations, metrics, the record, at a reload."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from aiohttp import web

from gateway.config import load
from tests.kit.second_detector import SECRET, Attentive
from tests.kit.servers import says
from tests.kit.two_places import CLEAN, POLICY, config

POLICIES = {"p.yaml": POLICY}
PLAIN = "scan: {deadline_ms: 60000}\n"  # a busy machine is no late scan
ALSO = r"scan: {deadline_ms: 60000, also: [{kind: mrn, pattern: 'KV~\d{4}', why: Numbers of our vault.}]}" + "\n"
NEVER = "scan: {deadline_ms: 60000, never: [{text: Maria Lopez, why: Our demonstration patient.}]}\n"
VAULT = "What does KV~1234 mean here?"
NAMED = "Maria Lopez called the ward about her results."


@pytest.fixture
async def made(start, upstream):
    """A gateway whose only target is a cloud, with own words."""

    async def make(more=PLAIN, *, baa=False, second=None):
        local, cloud = await upstream(says("From local.")), await upstream(says("Look at KV~1234."))
        return await start(config(local, cloud, order="cloud", baa=baa) + more, POLICIES, second=second), cloud

    return make


async def explained(gateway, text):
    body = {"request": {"messages": [{"role": "user", "content": text}]}}
    async with gateway.client() as client:
        return (await client.post("/gateway/explain", json=body)).json()


async def test_what_a_pattern_finds_stays_and_leaves_as_a_pseudonym_under_a_baa(made):
    gateway, cloud = await made()
    reply = await gateway.chat(VAULT)
    assert reply.status_code == 200, reply.text  # without the pattern nothing is found
    gateway, cloud = await made(ALSO)
    assert (await gateway.chat(VAULT)).status_code == 403
    assert cloud.sent == []
    gateway, cloud = await made(ALSO, baa=True)
    reply = await gateway.chat(VAULT)
    assert reply.headers["x-gateway-redacted"] == "mrn"
    assert "KV~1234" not in cloud.sent[0].body.decode()
    assert gateway.metric("gateway_phi_own_words_total", list="also") == 1
    assert gateway.metric("gateway_phi_detections_total", entity_type="mrn") == 1


async def test_what_never_is_one_leaves_and_is_counted(made):
    gateway, cloud = await made()
    assert (await gateway.chat(NAMED)).status_code == 403
    gateway, cloud = await made(NEVER)
    assert (await gateway.chat(NAMED)).status_code == 200
    assert "Maria Lopez" in cloud.sent[0].body.decode()
    assert gateway.metric("gateway_phi_own_words_total", list="never") == 1
    assert (await gateway.chat(f"{NAMED} Her MRN is 8675309.")).status_code == 403


async def test_what_another_turn_knows_to_be_a_name_is_one(made):
    gateway, _ = await made(NEVER)
    turns = [{"role": "user", "content": "Patient name: Maria Lopez"}, {"role": "user", "content": NAMED}]
    assert (await gateway.chat(messages=turns)).status_code == 403
    found = (await explained(gateway, "Patient name: Maria Lopez"))["found"]
    assert [one["kind"] for one in found] == ["name"]


async def test_explain_shows_which_entry_it_was_and_why(made):
    gateway, _ = await made(ALSO)
    (one,) = (await explained(gateway, VAULT))["found"]
    assert (one["kind"], one["entry"], one["why"]) == ("mrn", "scan.also[0]", "Numbers of our vault.")
    gateway, _ = await made(NEVER)
    told = await explained(gateway, NAMED)
    assert told["found"] == []
    assert [(one["entry"], one["why"]) for one in told["never"]] == [("scan.never[0]", "Our demonstration patient.")]
    assert "Maria" not in str(told)


async def test_it_holds_for_a_second_detector_too(made):
    grant = f"scan: {{deadline_ms: 60000, never: [{{text: {SECRET}, why: A product.}}]}}\n"
    gateway, _ = await made(second=Attentive)
    assert (await gateway.chat(f"What is {SECRET} about?")).status_code == 403
    gateway, _ = await made(grant, second=Attentive)
    assert (await gateway.chat(f"What is {SECRET} about?")).status_code == 200


# --- reload ------------------------------------------------------------------------------------------------------------


def reload(gateway, text):
    path = gateway.state_dir.parent / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return gateway.gateway.reload(load(str(path), {}, port=0))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (PLAIN, NEVER, "own words wider: less is found: scan.never[0] is new"),
        (NEVER, PLAIN, "own words narrower: more is found: scan.never[0] is gone"),
        (ALSO, PLAIN, "own words wider: less is found: scan.also[0] is gone"),
        (PLAIN, ALSO, "own words narrower: more is found: scan.also[0] is new"),
    ],
)
async def test_a_reload_takes_them_up_and_says_whether_it_is_wider(made, before, after, said):
    gateway, _ = await made(before)
    statuses = {PLAIN: 403, NEVER: 200, ALSO: 403}
    assert (await gateway.chat(NAMED)).status_code == statuses[before]
    text = (gateway.state_dir.parent / "config.yaml").read_text(encoding="utf-8")
    made_of = reload(gateway, text.replace(before, "") + after)
    assert made_of.lines() == [said]
    assert (await gateway.chat(NAMED)).status_code == statuses[after]


async def test_what_waited_while_a_grant_was_taken_back_does_not_leave(start, upstream):
    release = asyncio.Event()

    async def answer(_request):
        await release.wait()
        return web.Response(status=500)

    local, cloud = await upstream(answer), await upstream(says("From the cloud."))
    text = config(local, cloud, more="first_token_s: 30")
    gateway = await start(text + NEVER, POLICIES)
    asked = asyncio.create_task(gateway.chat(NAMED))
    await local.received.wait()
    reload(gateway, text)
    release.set()
    assert (await asked).status_code in {403, 503}
    assert cloud.connections == 0


async def test_the_record_tells_two_grants_apart_and_quotes_none(made):
    gateway, _ = await made(NEVER)
    text = (gateway.state_dir.parent / "config.yaml").read_text(encoding="utf-8")
    reload(gateway, text.replace("Maria Lopez", "Mercy Street"))
    reload(gateway, text)
    reload(gateway, text.replace(NEVER, ""))
    assert (await gateway.chat(CLEAN)).status_code == 200
    await asyncio.to_thread(gateway.gateway._parts.ledger.close)
    rows = sqlite3.connect(gateway.state_dir / "ledger.db")
    first, second, third, last = [one for (one,) in rows.execute("SELECT never_digest FROM config ORDER BY seq")]
    dump = "\n".join(rows.iterdump())
    rows.close()
    assert first == third != second
    assert last is None
    assert "Lopez" not in dump
    assert "Mercy" not in dump
