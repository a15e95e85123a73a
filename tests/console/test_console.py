"""The console as a whole: where it is, what every answer of it brings, and that it can be switched off."""

from __future__ import annotations

import pytest

from gateway.state.sqlite.usage import is_used
from tests.kit.console import HTML
from tests.kit.patience import until
from tests.kit.running import one_route
from tests.kit.shapes import CANARY

EVERY = ("/", "/console", "/console/start", "/console/sign-in", "/console/nowhere", "/console/static/console.css")


async def test_a_browser_at_the_root_finds_it_and_ollamas_clients_their_sentence(open_):
    async with open_.client() as client:
        page = await client.get("/", headers=HTML)
        assert (page.status_code, page.headers["location"]) == (303, "/console/start")  # nothing was ever answered
        await open_.chat("Hello.")
        await until(lambda: is_used(open_.state_dir / "ledger.db"))
        assert (await client.get("/", headers=HTML)).headers["location"] == "/console"
        for headers in ({}, {"accept": "*/*"}, {"accept": "application/json"}):
            assert (await client.get("/", headers=headers)).text == "Ollama is running"


@pytest.mark.parametrize("path", EVERY)
async def test_every_answer_lets_nothing_run_that_is_not_ours(open_, path):
    async with open_.client() as client:
        answer = await client.get(path, headers=HTML)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert not {"unsafe-inline", "unsafe-eval", "http:", "https:", "data:", "*"} & set(policy.replace("'", "").split())
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    if "static" not in path and path != "/":
        assert answer.headers["cache-control"] == "no-store"


async def test_what_is_not_there_and_what_it_does_not_take_are_pages_too(open_):
    async with open_.client() as client:
        missing = await client.get(f"/console/{CANARY}", headers=HTML)
        wrong = await client.delete("/console/start")
    assert missing.status_code == 404
    assert CANARY not in missing.text
    assert "no such page" in missing.text
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


async def test_it_can_be_switched_off(start, upstream):
    gateway = await start(one_route(await upstream(), "server: {console: false}"))
    async with gateway.client() as client:
        assert (await client.get("/", headers=HTML)).text == "Ollama is running"
        for path in EVERY[1:]:
            answer = await client.get(path, headers=HTML)
            assert answer.status_code == 404
            assert "text/html" not in answer.headers["content-type"]


async def test_what_it_is_asked_is_no_request_of_the_record(open_):
    async with open_.client() as client:
        for path in EVERY:
            await client.get(path, headers=HTML)
    assert open_.settled() == []
