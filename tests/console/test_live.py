"""What is shown of requests as they are settled: names, kinds and numbers, and never a word that somebody wrote."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re

import pytest

from gateway.config import load
from gateway.console import live
from gateway.domain import Outcome
from tests.kit.console import KEYS, callers, sign_in
from tests.kit.patience import SOON_S, until
from tests.kit.settled import settled
from tests.kit.shapes import CANARY

ID = re.compile(r"/console/story/(req_[0-9a-z]+)")


async def events(client, *, headers=None):
    """The messages of the stream, each as (id, data)."""
    async with client.stream("GET", "/console/events", headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        number = ""
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                number = line[4:]
            elif line.startswith("data: "):
                yield int(number), json.loads(line[6:])


async def test_the_page_begins_with_the_last_requests_and_the_stream_goes_on(open_):
    await open_.chat(f"Patient {CANARY} Smith, MRN 8675309, has a cough.")
    async with open_.client() as client, asyncio.timeout(SOON_S):
        page = (await client.get("/console")).text
        assert page.count("data-story>") == 1
        assert ">mrn<" in page
        assert "stayed" in page
        assert CANARY not in page
        assert "8675309" not in page
        after = re.search(r'data-events="(/console/events\?after=1)"', page)
        assert after
        stream = events(client)
        number, data = await anext(stream)
        assert (number, data["came"], data["shown"]) == (1, 1, 1)
        await open_.chat(f"Another {CANARY}.")
        number, data = await anext(stream)
        assert number == 2
        assert CANARY not in data["rows"]
        await stream.aclose()
        stream = events(client, headers={"last-event-id": "1"})
        assert (await anext(stream))[0] == 2
        await stream.aclose()


async def test_more_than_anybody_can_read_is_sampled_and_said_so(open_):
    for number in range(1, 400):
        where = {"outcome": Outcome.POLICY_DENIED} if number == 200 else {}
        open_.gateway.events.emit(settled(number, **where))
    async with open_.client() as client, asyncio.timeout(SOON_S):
        stream = events(client)
        _, data = await anext(stream)
        await stream.aclose()
    assert (data["came"], data["shown"]) == (399, live.AT_ONCE)
    assert f"{200:032x}" in data["rows"]  # what went wrong is shown first
    assert f"{399:032x}" in data["rows"]  # and the last one


async def test_the_story_is_that_of_the_record_with_the_reasons_of_its_rules(open_):
    answer = await open_.chat("Patient John Smith, MRN 8675309, has a cough.")
    request_id = answer.headers["x-gateway-request-id"]

    async def told():
        async with open_.client() as client:
            return (await client.get(f"/console/story/{request_id}")).text

    await until(open_.settled)
    page = await told()
    async with asyncio.timeout(SOON_S):
        while "It ended" not in page:
            page = await told()
    assert "asked by anonymous, on route general" in page
    assert "it stayed on the premises" in page


async def test_rules_are_told_with_their_why_and_unknown_ones_without():
    class Rule:
        id, why = "stay", "They stay."

    class Policy:
        rules = (Rule,)

    rows = [{"rule": ["stay", "gone"]}, {"rule": ["stay"]}, {}]
    assert live.rules_of(rows, Policy) == [("stay", "They stay."), ("gone", "")]


@pytest.mark.parametrize("name", ["req_0123456789abcdef0123", "nonsense", f"req_{CANARY}", "req_..%2f..%2fetc"])
async def test_an_id_that_is_none_has_no_story(open_, name):
    async with open_.client() as client:
        answer = await client.get(f"/console/story/{name}")
    assert answer.status_code == (200 if name.startswith("req_0") else 404)
    assert CANARY not in answer.text


async def test_so_many_watch_and_no_more_and_whoever_leaves_makes_room(open_):
    async with open_.client() as client, asyncio.timeout(SOON_S):
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(live.WATCHERS):
                await stack.enter_async_context(client.stream("GET", "/console/events"))
            assert (await client.get("/console/events")).status_code == 503
        status = 503
        while status == 503:
            async with client.stream("GET", "/console/events") as answer:
                status = answer.status_code
        assert status == 200


async def test_a_stream_ends_with_the_session(keyed):
    async with keyed.client() as client, asyncio.timeout(SOON_S):
        await sign_in(client, "reader")
        page = (await client.get("/console")).text
        async with client.stream("GET", "/console/events") as answer:
            assert answer.status_code == 200
            form = re.search(r'name="form" value="([0-9a-f]+)"', page)[1]
            await client.post("/console/sign-out", data={"form": form})
            async for _ in answer.aiter_bytes():
                pass


@pytest.mark.parametrize("more", ["server: {console: false}", callers()], ids=["switched off", "keys are needed now"])
async def test_a_stream_ends_with_what_let_it_in(open_, more):
    async with open_.client() as client, asyncio.timeout(SOON_S), client.stream("GET", "/console/events") as answer:
        assert answer.status_code == 200
        file = open_.state_dir.parent / "config.yaml"
        file.write_text(f"{file.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
        open_.gateway.reload(load(str(file), {}, port=0))
        async for _ in answer.aiter_bytes():
            pass


async def test_a_stream_ends_with_its_key(keyed):
    headers = {"x-api-key": KEYS["reader"]}
    async with (
        keyed.client() as client,
        asyncio.timeout(SOON_S),
        client.stream("GET", "/console/events", headers=headers) as answer,
    ):
        file = keyed.state_dir.parent / "config.yaml"
        text = file.read_text(encoding="utf-8").replace("may: [console]}", "may: []}")
        file.write_text(text, encoding="utf-8")
        keyed.gateway.reload(load(str(file), {}, port=0))
        async for _ in answer.aiter_bytes():
            pass


async def test_a_stream_ends_when_the_gateway_stops(open_):
    async with open_.client() as client, asyncio.timeout(SOON_S), client.stream("GET", "/console/events") as answer:
        open_.servers.stop()
        async for _ in answer.aiter_bytes():
            pass
