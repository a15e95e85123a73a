"""What is shown of the record, of use, agreements and emergency access, and who opens and closes it."""

from __future__ import annotations

import asyncio
import re

from gateway.console import record
from gateway.console.record import quarters, report_command, used_lately
from gateway.state.sqlite.store import FILE
from tests.kit.console import callers, form_of, sign_in
from tests.kit.patience import SOON_S
from tests.kit.postgres_server import postgres_server
from tests.kit.running import one_route

MORE = """
budgets: [{per: caller, of: dollars, amount: 5, every: month}]
emergency: {longest_minutes: 30, reasons: {at-risk: A patient is in danger.}}
"""


async def test_an_empty_record_says_that_nothing_was_used(open_):
    async with open_.client() as client:
        page = (await client.get("/console/record")).text
    assert "It is being written" in page
    assert "Nothing was used yet." in page
    assert "No provider has a BAA." in page


async def test_a_record_that_is_gone_is_said_and_the_rest_is_shown(open_):
    (open_.state_dir / FILE).rename(open_.state_dir / "elsewhere")
    async with open_.client() as client:
        page = (await client.get("/console/record")).text
    assert "There is no record at" in page
    assert "Agreements" in page


async def test_the_report_is_that_of_the_command(start, upstream):
    gateway = await start(one_route(await upstream()))
    await gateway.chat("Patient John Smith, MRN 8675309.")
    async with gateway.client() as client, asyncio.timeout(SOON_S * 2):
        while not used_lately(gateway.gateway.settings):  # noqa: ASYNC110  rows are written in batches
            await asyncio.sleep(0.01)
        page = (await client.get("/console/record")).text
        assert "no agent" in page
        data = {"form": form_of(page), "quarter": quarters()[0]}
        page = (await client.post("/console/record/report", data=data)).text
        assert "the record is sound" in page
        assert re.search(r"From 20\d\d-\d\d-01 to .* no request that holds PHI", page)
        wrong = await client.post("/console/record/report", data={**data, "quarter": "--help"})
        assert wrong.status_code == 400


async def test_a_record_that_replicas_share_is_shown_as_it_is_there(start, upstream, monkeypatch):
    """The page, the report and the story of a request; a file that stands in `state_dir` from before says nothing."""
    with postgres_server() as server:
        shared = f"ledger: {{url: '{server.database()}'}}\n"
        gateway = await start(one_route(await upstream(), shared), environ={"GATEWAY_SECRET": "ab" * 32})
        asked = await gateway.chat("Patient John Smith, MRN 8675309.")
        async with gateway.client() as client, asyncio.timeout(SOON_S * 2):
            while not await asyncio.to_thread(used_lately, gateway.gateway.settings):  # noqa: ASYNC110  rows come in batches
                await asyncio.sleep(0.01)
            assert not (gateway.state_dir / FILE).exists()
            page = (await client.get("/console/record")).text
            assert "no agent" in page
            data = {"form": form_of(page), "quarter": quarters()[0]}
            page = (await client.post("/console/record/report", data=data)).text
            assert "the record is sound" in page
            story = (await client.get(f"/console/story/{asked.headers['x-gateway-request-id']}")).text
            assert "general" in story
            assert "There is no record" not in story
            await asyncio.to_thread(server.kill)
            page = (await client.get("/console/record")).text
            assert "no agent" in page  # it was copied a moment ago, and is not copied at each view
            monkeypatch.setattr(record, "KEPT_S", 0.0)
            page = (await client.get("/console/record")).text
            assert "cannot be read as a record. It does not answer" in page


async def test_a_damaged_record_is_not_sound(start, upstream):
    gateway = await start(one_route(await upstream()))
    for end in ("", "-wal", "-shm"):
        (gateway.state_dir / f"{FILE}{end}").unlink(missing_ok=True)
    (gateway.state_dir / FILE).write_bytes(b"nothing of the kind")
    async with gateway.client() as client:
        data = {"form": form_of((await client.get("/console/record")).text), "quarter": quarters()[0]}
        page = (await client.post("/console/record/report", data=data)).text
    assert "the record is sound" not in page
    assert 'role="alert"' in page or "not sound" in page


async def test_a_window_is_opened_by_whoever_may_and_closed_by_whoever_operates(start, upstream):
    gateway = await start(one_route(await upstream(), callers() + "\n" + MORE))
    async with gateway.client() as client:
        await sign_in(client, "reader")
        form = form_of((await client.get("/console/record")).text)
        data = {"form": form, "reason": "at-risk", "minutes": "15"}
        assert (await client.post("/console/record/open", data=data)).status_code == 403
        await sign_in(client, "chief")
        page = (await client.get("/console/record")).text
        assert "No window is open." in page
        data["form"] = form_of(page)
        for wrong in ({"minutes": "99"}, {"minutes": "x"}, {"reason": "CANARY"}):
            refused = await client.post("/console/record/open", data={**data, **wrong})
            assert refused.status_code == 400
            assert "CANARY" not in refused.text
        assert (await client.post("/console/record/open", data={**data, "form": ""})).status_code == 403
        assert (await client.post("/console/record/open", data=data)).status_code == 303
        page = (await client.get("/console/record")).text
        assert "Close<span" in page
        assert [one.caller for one in gateway.gateway.holders.emergencies.listed()] == ["chief"]
        answer = await client.post("/console/record/close", data={"form": form_of(page), "caller": "chief"})
        assert answer.status_code == 303
        assert gateway.gateway.holders.emergencies.listed() == ()


async def test_the_command_is_told_where_the_record_and_its_checkpoints_are(open_, tmp_path):
    settings = open_.gateway.settings
    command = report_command("2026Q4", settings)
    assert command[command.index("--state-dir") + 1] == settings.state_dir
    assert command[command.index("--quarter") + 1] == "2026Q4"


def test_quarters_go_back_from_the_present_one():
    listed = quarters()
    assert len(listed) == 4
    assert listed == sorted(listed, reverse=True)
    assert all(re.fullmatch(r"20\d\dQ[1-4]", one) for one in listed)
