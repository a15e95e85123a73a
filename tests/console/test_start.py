"""What somebody is told on the first day, as they would do it: every snippet is run against the gateway that shows it."""

from __future__ import annotations

import asyncio
import html
import re
import sys

import pytest

from gateway.console.start import snippets
from tests.kit.console import KEYS, callers
from tests.kit.patience import SOON_S
from tests.kit.running import one_route

BLOCK = re.compile(r'<pre tabindex="0" aria-label="([^"]+)"><code>(.*?)</code></pre>', re.DOTALL)


async def run(*command):
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(), SOON_S * 2)
    return said.decode()


@pytest.mark.parametrize("name", ["curl", "OpenAI, Python", "Anthropic, Python", "Ollama, Python"])
@pytest.mark.parametrize("keys", ["", callers()], ids=["without keys", "with keys"])
async def test_every_snippet_gets_an_answer_as_it_stands(start, upstream, name, keys):
    gateway = await start(one_route(await upstream(), keys))
    headers = {"authorization": f"Bearer {KEYS['reader']}"} if keys else {}
    async with gateway.client() as client:
        page = (await client.get("/console/start", headers=headers)).text
    found = {title: html.unescape(text) for title, text in BLOCK.findall(page)}
    text = found[name].replace("YOUR_KEY", KEYS["app"])
    assert gateway.url in text
    command = ["bash", "-c", text] if name == "curl" else [sys.executable, "-c", text]
    assert "Hello." in await run(*command)


def test_a_snippet_says_a_key_only_where_one_is_needed():
    assert not any("YOUR_KEY" in one.text for one in snippets("http://x", "m", keyed=False))
    assert sum("YOUR_KEY" in one.text for one in snippets("http://x", "m", keyed=True)) == 5
    assert not any("{" in one.text and "}" not in one.text for one in snippets("http://x", "m", keyed=True))


async def test_it_says_what_answers_and_what_waits_for_which_server(start):
    gateway = await start("""
version: 1
providers:
  gone: {kind: openai_compatible, base_url: "http://127.0.0.1:9/v1", traits: [on_prem]}
targets: {chat: {provider: gone, model: m}}
routes: {general: {targets: [chat]}}
default_route: general
""")
    async with gateway.client() as client:
        page = (await client.get("/console/start")).text
    assert "No route can answer yet." in page
    assert "no answer at http://127.0.0.1:9/v1" in page
    assert "1 route waits for a server" in page
    assert "Without keys these pages only show." in page
