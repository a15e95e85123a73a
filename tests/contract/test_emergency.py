"""Emergency access through a gateway that listens: past the queue, budgets and limits, never past a rule or the record."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import sqlite3
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from gateway.cli import main
from gateway.domain import Facts
from gateway.policy.decide import Egress
from gateway.state.sqlite.ledger import Ledger
from tests.kit.patience import until
from tests.kit.queued import OneByOne, waiting
from tests.kit.source import modules

KEYS = {name: f"key-of-{name}" for name in ("ward", "ann", "bob")}
HEADERS = {name: {"authorization": f"Bearer {key}"} for name, key in KEYS.items()}
SAID = {"reason": "patient-at-risk", "minutes": 5}
POLICY = {
    "all.yaml": """
version: 1
rules:
  - {id: known, why: "Only under an agreement.", when: {to: {without: [on_prem]}}, then: {require: [baa]}}
  - {id: out, why: "Numbers stay here.", when: {phi: [mrn], to: {without: [on_prem]}}, then: {redact: [mrn]}}
  - {id: never, why: "Not at all.", when: {phi: [ssn], to: {without: [on_prem]}}, then: {deny: true}}
"""
}


def config(local, cloud, more="", reasons="{patient-at-risk: A patient is in danger., system-down: Ours is down.}"):
    callers = "\n".join(
        f"  {name}: {{key_sha256: {hashlib.sha256(key.encode()).hexdigest()}, may: [{'emergency' * (name == 'ward')}]}}"
        for name, key in KEYS.items()
    )
    return f"""
version: 1
callers:
{callers}
emergency: {{longest_minutes: 30, reasons: {reasons}}}
machines: {{mac: {{max_queue: 2}}}}
providers:
  here: {{kind: openai_compatible, base_url: "{local.base_url}", traits: [on_prem], machine: mac}}
  there: {{kind: openai_compatible, base_url: "{cloud.base_url}", baa: {{reference: X, expires: 2999-01-01}}}}
targets:
  local: {{provider: here, model: small, slots: 1}}
  cloud: {{provider: there, model: large}}
routes: {{near: {{targets: [local]}}, far: {{targets: [cloud]}}}}
default_route: near
{more}
"""


@pytest.fixture
async def begin(start, upstream):
    async def begun(more="", answer=None, **changes):
        local, cloud = await upstream(answer), await upstream()
        gateway = await start(config(local, cloud, more, **changes), policies=POLICY)
        return gateway, cloud

    return begun


async def emergency(gateway, method="POST", who="ward", body=SAID):
    async with gateway.client(headers=HEADERS[who]) as client:
        return await client.request(method, "/gateway/emergency", json=body if method == "POST" else None)


def events(gateway):
    reader = sqlite3.connect(gateway.state_dir / "ledger.db")
    try:
        return reader.execute(
            "SELECT what, subject, reason FROM event WHERE reason IS NOT NULL ORDER BY seq"
        ).fetchall()
    finally:
        reader.close()


def entries(gateway):
    reader = sqlite3.connect(gateway.state_dir / "ledger.db")
    try:
        return reader.execute("SELECT phase, caller, emergency FROM entry ORDER BY seq").fetchall()
    finally:
        reader.close()


async def test_it_is_past_limits_and_budgets_and_stamped_wherever_the_request_is(begin):
    limit = "limits: [{per: caller, of: requests, amount: 1, every: day}]\n"
    limit += "budgets: [{per: caller, of: dollars, amount: 1, every: day}]"
    gateway, cloud = await begin(limit)
    assert (await gateway.chat("Hi.", headers=HEADERS["ward"])).status_code == 200
    assert (await gateway.chat("Hi.", headers=HEADERS["ward"])).status_code == 429
    opened = await emergency(gateway)
    assert (opened.status_code, opened.json()["caller"], opened.json()["reason"]) == (201, "ward", "patient-at-risk")
    near = await gateway.chat("Hi.", headers=HEADERS["ward"])
    far = await gateway.chat(
        "Hi.", model="far", headers=HEADERS["ward"]
    )  # which has no price, and so no budget fits it
    assert [one.status_code for one in (near, far)] == [200, 200]
    assert [one.headers["x-gateway-emergency"] for one in (near, far)] == ["patient-at-risk"] * 2
    assert "x-gateway-capped-tokens" not in near.headers
    assert "max_tokens" not in cloud.sent[-1].json
    assert [line.get("emergency") for line in gateway.settled()] == [None, None, *["patient-at-risk"] * 2]
    assert gateway.metric("gateway_emergency_requests_total", reason="patient-at-risk") == 2
    assert gateway.metric("gateway_emergency_windows") == 1
    assert (await gateway.chat("Hi.", headers=HEADERS["ann"])).headers.get("x-gateway-emergency") is None
    assert (await emergency(gateway, "DELETE")).json() == {"closed": True}
    assert gateway.metric("gateway_emergency_windows") == 0
    assert (await gateway.chat("Hi.", headers=HEADERS["ward"])).status_code == 429  # what it used counts
    await until(lambda: len(entries(gateway)) >= 7)
    stamped = [phase for phase, caller, reason in entries(gateway) if reason == "patient-at-risk" and caller == "ward"]
    assert stamped == ["outcome", "intent", "outcome"]
    await until(lambda: len(events(gateway)) == 2)
    assert events(gateway) == [
        ("emergency_opened", "ward", "patient-at-risk"),
        ("emergency_closed", "ward", "patient-at-risk"),
    ]


async def test_it_changes_nothing_of_what_may_leave(begin):
    gateway, cloud = await begin()
    texts = ("How are you?", "Her MRN is 8675309.", "Her SSN is 078-05-1120.", "Maria Lopez, MRN 8675309, has a cough.")

    async def asked():
        return [await gateway.chat(text, model="far", headers=HEADERS["ward"]) for text in texts]

    before = await asked()
    sent = [one.json["messages"] for one in cloud.sent]
    assert (await emergency(gateway)).status_code == 201
    after = await asked()
    assert [one.status_code for one in after] == [one.status_code for one in before] == [200, 200, 403, 200]
    assert [one.headers["x-gateway-decision"] for one in after] == [one.headers["x-gateway-decision"] for one in before]
    assert [one.headers.get("x-gateway-redacted") for one in after] == [
        one.headers.get("x-gateway-redacted") for one in before
    ]
    assert [one.json["messages"] for one in cloud.sent[len(sent) :]] == sent


async def test_it_stands_at_the_head_of_the_queue_also_of_a_full_one_and_nobody_is_interrupted(begin):
    answer = OneByOne()
    gateway, _ = await begin(answer=answer)

    def ask(who, content):
        return asyncio.create_task(gateway.chat(content, headers=HEADERS[who]))

    first = ask("ann", "served")
    await until(lambda: answer.order == ["served"])
    asked = [ask("ann", "second"), ask("bob", "third")]
    await waiting(gateway, 2)
    assert (await gateway.chat("too many", headers=HEADERS["ward"])).status_code == 503
    assert (await emergency(gateway)).status_code == 201
    urgent = ask("ward", "urgent")
    await waiting(gateway, 3)
    for _ in range(4):
        answer.go_on.release()
    assert {one.status_code for one in await asyncio.gather(first, urgent, *asked)} == {200}
    assert answer.order[:2] == ["served", "urgent"]


@pytest.mark.parametrize(
    ("who", "body", "status", "word"),
    [
        ("ann", SAID, 403, "may: [emergency]"),
        ("ward", {"reason": "bored"}, 400, "patient-at-risk"),
        ("ward", {"reason": "patient-at-risk", "minutes": 31}, 400, "30"),
        ("ward", {"reason": "patient-at-risk", "minutes": 0}, 400, "30"),
        ("ward", {"reason": "patient-at-risk", "minutes": True}, 400, "whole number"),
        ("ward", {"reason": 5}, 400, "reason"),
        ("ward", {"reason": "patient-at-risk", "why": "Maria Lopez"}, 400, "nothing else"),
    ],
)
async def test_who_may_not_or_does_not_say_why_is_told_what_to_do(begin, who, body, status, word):
    gateway, _ = await begin()
    refused = await emergency(gateway, who=who, body=body)
    assert (refused.status_code, word in refused.json()["error"]["message"]) == (status, True)
    assert "Lopez" not in refused.text
    assert (await gateway.chat("Hi.", headers=HEADERS[who])).headers.get("x-gateway-emergency") is None


async def test_without_reasons_there_is_none(begin):
    gateway, _ = await begin(reasons="{}")
    assert "No reasons are configured" in (await emergency(gateway)).json()["error"]["message"]


async def test_without_a_record_there_is_none(begin, monkeypatch):
    gateway, _ = await begin()
    monkeypatch.setattr(Ledger, "available", property(lambda _: False))
    refused = await emergency(gateway)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_recorded")


async def test_the_command_opens_shows_and_closes_it(begin):
    gateway, _ = await begin()

    async def run(*arguments, who="ward"):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            asked = ["emergency", *arguments, "--url", gateway.url, "--key", KEYS[who]]
            return await asyncio.to_thread(main, asked), out.getvalue() + err.getvalue()

    assert (await run("list")) == (
        0,
        "Nobody is in emergency access.\nReasons:\n  patient-at-risk: A patient is in danger.\n  system-down: Ours is down.\n",
    )
    code, said = await run("open", "--reason", "system-down", "--minutes", "7")
    assert (code, said.startswith("Emergency access of ward is open until "), "system-down" in said) == (0, True, True)
    assert (await run("list"))[1].startswith("ward  system-down  since ")
    assert await run("close") == (0, "It is closed.\n")
    assert await run("close") == (0, "There was none to close.\n")
    code, said = await run("open", "--reason", "system-down", who="ann")
    assert (code, "may: [emergency]" in said) == (1, True)


async def test_a_report_and_a_story_tell_of_it(begin, tmp_path):
    gateway, _ = await begin()
    await emergency(gateway)
    answered = await gateway.chat("Hi.", model="far", headers=HEADERS["ward"])
    await until(lambda: len(entries(gateway)) >= 3)

    async def audit(*arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            await asyncio.to_thread(main, ["audit", *arguments, "--config", str(tmp_path / "config.yaml")])
        return out.getvalue()

    story = await audit("show", answered.headers["x-gateway-request-id"])
    assert "in emergency access for patient-at-risk" in story
    now = datetime.now(UTC)
    report = json.loads(await audit("report", "--quarter", f"{now.year}Q{(now.month + 2) // 3}", "--json"))
    assert report["emergencies"] == [
        {"caller": "ward", "reason": "patient-at-risk", "destination": "cloud", "count": 1}
    ]
    said = "ward opened emergency access, for the reason patient-at-risk"
    assert said in [one["said"] for one in report["exceptions"]]
    assert '"emergency":"patient-at-risk"' in (
        await audit("query", "--emergency", "patient-at-risk", "--json")
    ).replace(" ", "")


def test_whatever_decides_or_redacts_cannot_know_of_it():
    """What `decide` sees is made of modules that never speak of it, from findings and claims that are the same."""
    blind = ("policy", "phi", "outbound", "routing", "kinds", "detectors", "pipeline/judge", "pipeline/explain")
    speaks = {
        name
        for name, path in modules()
        if name.removeprefix("gateway/").startswith(blind) and ".emergency" in path.read_text(encoding="utf-8")
    }
    assert speaks == set()
    assert "emergency" not in {one.name for one in fields(Facts)} | {one.name for one in fields(Egress)}
