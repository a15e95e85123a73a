"""A text that somebody tries: what is told of it, and that it is nowhere afterwards."""

from __future__ import annotations

import html
import json
import re

import pytest

from gateway.console.playground import question_of
from gateway.errors import InvalidRequest
from tests.kit.console import KEYS, callers, form_of, sign_in
from tests.kit.running import one_route
from tests.kit.two_places import POLICY

CANARY = "Quendolyn Farquhar-Zzyzx"
TEXT = f"Patient {CANARY}, MRN 8675309, was seen for a cough."
SPAN = re.compile(r'data-start="(\d+)" data-end="(\d+)" data-kind="(\w+)" data-place="([^"]+)"')


async def tried(client, **fields):
    page = await client.get("/console/try")
    return await client.post("/console/try", data={"form": form_of(page.text), **fields})


async def test_what_is_found_is_told_by_place_and_kind_and_the_text_is_not_in_the_page(open_):
    async with open_.client() as client:
        answer = await tried(client, text=TEXT)
    assert answer.status_code == 200
    spans = [(TEXT[int(start) : int(end)], kind, place) for start, end, kind, place in SPAN.findall(answer.text)]
    assert ("8675309", "mrn", "messages[0].content") in spans
    assert any(kind == "name" and "Farquhar" in value for value, kind, _ in spans)
    told = re.sub(r"<pre.*?</pre>", "", answer.text, flags=re.DOTALL)  # what a target would get is his to see
    assert "Farquhar" not in told
    assert "8675309" not in told
    assert "Would be tried: chat" in told


async def test_a_text_that_was_tried_is_sent_kept_and_logged_nowhere(start, upstream):
    server = await upstream()
    gateway = await start(one_route(server))
    async with gateway.client() as client:
        for text in (TEXT, json.dumps({"messages": [{"role": "user", "content": TEXT}]}), "{" + TEXT):
            assert (await tried(client, text=text)).status_code == 200
        for path in ("/console", "/console/try", "/console/start", "/metrics"):
            assert "Farquhar" not in (await client.get(path)).text
    assert server.sent == []
    assert gateway.settled() == []
    assert "Farquhar" not in gateway.log.getvalue()
    for file in gateway.state_dir.rglob("*"):
        assert not file.is_file() or b"Farquhar" not in file.read_bytes(), file


async def test_each_target_is_shown_with_what_it_would_get_or_why_it_would_not(start, upstream):
    server = await upstream()
    config = (
        one_route(server)
        .replace(
            "targets:\n",
            "targets:\n  away: {provider: cloud, model: m}\n",
        )
        .replace("providers:\n", 'providers:\n  cloud: {kind: openai, api_key: "k"}\n')
        .replace("targets: [chat]}", "targets: [away, chat]}")
    )
    gateway = await start(config, {"p.yaml": POLICY})
    async with gateway.client() as client:
        page = html.unescape((await tried(client, text=TEXT)).text)
    assert "refused" in page
    assert "off the premises" in page
    assert '"model":"test-model"' in page.replace(" ", "")
    assert "<dt><code>" in page


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"text": "  "}, 400, "There is no text to try."),
        ({"text": "Hello.", "route": "CANARY"}, 404, "CANARY"),
        ({"text": '{"messages": []}'}, 400, "messages"),
        ({"text": "Hello.", "caller": "CANARY"}, 400, "no such caller"),
    ],
)
async def test_what_cannot_be_tried_is_said_on_the_page_and_repeats_nothing(open_, fields, status, said):
    async with open_.client() as client:
        answer = await tried(client, **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert (said in answer.text) == (said != "CANARY")


async def test_it_takes_a_key_that_may_explain(start, upstream):
    gateway = await start(one_route(await upstream(), callers()))
    async with gateway.client() as client:
        await sign_in(client, "reader")
        assert (await tried(client, text="Hello.")).status_code == 403
        headers = {"authorization": f"Bearer {KEYS['chief']}"}
        page = await client.get("/console/try", headers=headers)
        assert "disabled" not in page.text


def test_a_text_in_braces_is_a_request_only_if_it_is_one():
    request, whole = question_of({"text": ' {"messages": [], "model": "m"}', "route": "r", "agent": ""})
    assert (whole, request["route"], "agent" in request) == (True, "r", False)
    for text in ("{curly}", '{"a": 1}', "Hello."):
        tree, whole = question_of({"text": text})
        assert not whole
        assert tree["request"]["messages"][0]["content"] == text
    with pytest.raises(InvalidRequest):
        question_of({})


def test_lines_end_as_they_do_in_the_page():
    tree, _ = question_of({"text": "one\r\ntwo"})
    assert tree["request"]["messages"][0]["content"] == "one\ntwo"
