"""A running gateway: what a reload changes, and what a missing state directory costs."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from gateway.config import load
from gateway.pipeline.words import vocabulary_of
from gateway.state import reopening
from gateway.state.sqlite.reader import tail
from gateway.state.sqlite.store import FILE
from tests.kit.patience import SOON_S, until
from tests.kit.running import one_route
from tests.kit.servers import hangs
from tests.kit.shapes import check

CLOUD = """
version: 1
providers: {{openai: {{kind: openai, api_key: sk-synthetic}}}}
targets: {{mini: {{provider: openai, model: gpt-4o-mini{more}}}}}
routes: {{cloud: {{targets: [mini]}}}}
default_route: cloud
"""


async def reload(gateway, config: str) -> None:
    file = gateway.state_dir.parent / "config.yaml"
    file.write_text(config, encoding="utf-8")
    gateway.gateway.reload(load(str(file), {}, port=0))


def price(gateway):
    return gateway.gateway.settings.table.routes["cloud"].targets[0].price


async def test_a_cloud_target_has_its_published_price_also_after_a_reload(start):
    gateway = await start(CLOUD.format(more=""))
    before = price(gateway)
    assert before is not None
    assert before.input_usd_per_mtok > 0
    await reload(gateway, CLOUD.format(more=", power_w: 1"))
    assert price(gateway) == before


async def test_a_configured_price_wins_over_the_published_one(start):
    gateway = await start(CLOUD.format(more=", price: {input_usd_per_mtok: 7, output_usd_per_mtok: 8}"))
    assert price(gateway).input_usd_per_mtok == Decimal(7)


async def test_a_reload_serves_new_routes_and_forgets_old_ones(simple):
    gateway, server = simple
    await reload(gateway, one_route(server, "aliases: {gpt-x: general}").replace("general:", "general: ", 1))
    assert (await gateway.chat(model="gpt-x")).status_code == 200
    await reload(gateway, one_route(server))
    check(await gateway.chat(model="gpt-x"), 404, "openai", code="model_not_found")


async def test_a_request_keeps_the_settings_it_started_with(start, upstream):
    first = await upstream(hangs())
    second = await upstream()
    gateway = await start(one_route(first))
    release = asyncio.Event()

    async def answer(request):
        await release.wait()
        return await second.answer(request)

    first.answer = answer
    asked = asyncio.create_task(gateway.chat())
    await first.received.wait()
    await reload(gateway, one_route(second))
    release.set()
    assert (await asked).status_code == 200
    assert second.sent == []
    assert (await gateway.chat()).status_code == 200
    assert len(second.sent) == 1


async def test_discovered_models_of_a_provider_that_changed_are_gone_at_once(start, upstream):
    """What was vouched for a server does not outlive the configuration that said so."""
    server, other = await upstream(), await upstream(models=["other-model"])
    gateway = await start(one_route(server))
    assert (await gateway.chat(model="local/test-model")).status_code == 200
    await reload(gateway, one_route(other))
    check(await gateway.chat(model="local/test-model"), 404, "openai")
    async with asyncio.timeout(SOON_S):
        while "local/other-model" not in gateway.gateway.settings.table.discovered:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the reload wakes the probe


async def test_names_of_a_reloaded_configuration_may_be_logged(simple):
    gateway, server = simple
    await reload(gateway, one_route(server).replace("general", "renamed"))
    assert (await gateway.chat()).headers["x-gateway-route"] == "renamed"
    assert '"route":"renamed"' in gateway.log.getvalue()


def test_the_vocabulary_holds_configured_names_and_no_other(tmp_path):
    (tmp_path / "policies").mkdir()
    file = tmp_path / "config.yaml"
    file.write_text(CLOUD.format(more=""), encoding="utf-8")
    names = vocabulary_of(load(str(file), {})).names
    assert {"cloud", "mini", "openai", "gpt-4o-mini"} <= names
    assert "gpt-4o" not in names


async def test_without_a_place_for_the_record_there_is_a_note_and_local_targets_go_on(start, upstream, tmp_path):
    (tmp_path / "state").write_text("a file where the directory should be", encoding="utf-8")
    gateway = await start(one_route(await upstream()))
    assert any("cannot be written" in note for note in gateway.gateway.notes)
    assert (await gateway.chat()).status_code == 200
    assert '"event":"ledger.lost","level":"critical"' in gateway.log.getvalue()
    assert gateway.metric("gateway_audit_ledger_losses_total", reason="not_writable") == 1


async def test_a_damaged_record_is_called_so_and_one_put_in_its_place_is_taken_up(
    start, upstream, tmp_path, monkeypatch
):
    monkeypatch.setattr(reopening, "RETRY_S", 0.05)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / FILE).write_bytes(b"SQLite format 3\0" + b"damage" * 2000)
    gateway = await start(one_route(await upstream()))
    (note,) = [note for note in gateway.gateway.notes if "no record" in note]
    assert "is damaged" in note
    assert "writable" not in note
    assert '"loss":"damaged","event":"ledger.lost","level":"critical"' in gateway.log.getvalue()
    reply = await gateway.chat()
    assert reply.status_code == 200
    (state / FILE).unlink()
    await until(lambda: gateway.gateway._parts.ledger.available)
    asked = reply.headers["x-gateway-request-id"]
    await until(lambda: asked in {row.columns.get("request_id") for row in tail(state / FILE, 20)})


@pytest.mark.parametrize("facade", ["openai", "anthropic", "ollama"])
async def test_each_facade_is_there(simple, facade):
    gateway, _ = simple
    path = {"openai": "/v1/models", "anthropic": "/v1/messages/count_tokens", "ollama": "/api/tags"}[facade]
    async with gateway.client() as client:
        body = {"messages": [{"role": "user", "content": "Hi"}]}
        response = await (client.post(path, json=body) if facade == "anthropic" else client.get(path))
    assert response.status_code == 200
