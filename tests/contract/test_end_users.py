"""Fields that tell who asks, or what to repeat: never as they were to a cloud, and never lost without a word."""

from __future__ import annotations

import pytest

from tests.kit.every_dialect import speaks
from tests.kit.programs import POLICIES, TERMS

CONFIG = """
version: 1
providers:
  openai: {{kind: openai, api_key: k, base_url: "{url}/v1", {terms}}}
  claude: {{kind: anthropic, via: direct, api_key: k, base_url: "{url}", {terms}}}
targets:
  gpt: {{provider: openai, model: the-model}}
  claude: {{provider: claude, model: the-model}}
routes:
  gpt: {{targets: [gpt]}}
  claude: {{targets: [claude]}}
default_route: gpt
"""
ASK = [{"role": "user", "content": "Which city?"}]
CHAT, RESPONSES, MESSAGES, OLLAMA = "/v1/chat/completions", "/v1/responses", "/v1/messages", "/api/chat"
BODIES = {
    CHAT: {"model": "gpt", "messages": ASK},
    RESPONSES: {"model": "gpt", "input": "Which city?"},
    MESSAGES: {"model": "claude", "messages": ASK, "max_tokens": 99},
    OLLAMA: {"model": "gpt", "messages": ASK, "stream": False},
}
FIELDS = [
    *((CHAT, name, "u-1") for name in ("user", "safety_identifier", "prompt_cache_key")),
    *((RESPONSES, name, "u-1") for name in ("user", "safety_identifier", "prompt_cache_key")),
    *((path, "metadata", {"desk": "u-1"}) for path in (CHAT, RESPONSES)),
    (MESSAGES, "metadata", {"user_id": "u-1"}),
    (CHAT, "seed", 7),
    (OLLAMA, "options", {"seed": 7}),
]


@pytest.mark.parametrize("terms", TERMS)
@pytest.mark.parametrize(("path", "field", "value"), FIELDS)
async def test_a_field_is_hashed_or_named_off_the_premises_and_kept_or_named_on_them(
    start, upstream, terms, path, field, value
):
    server = await upstream(speaks(), models=["the-model"])
    url = server.base_url.removesuffix("/v1")
    gateway = await start(CONFIG.format(url=url, terms=TERMS[terms]), POLICIES)
    async with gateway.client() as client:
        replies = [await client.post(path, json={**BODIES[path], field: value}) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200], replies[0].text
    first, second = (sent.json for sent in server.sent)
    assert first == second, "a hash of the caller's is the same from day to day"
    sent = first.get("seed" if path == OLLAMA else field)
    named = field in replies[0].headers.get("x-gateway-not-carried", "").split(",")
    given = value["seed"] if path == OLLAMA else value
    if sent is None:
        assert named, replies[0].headers.get("x-gateway-not-carried")
    else:
        assert not named
        assert (sent == given) is (terms == "premises")


@pytest.mark.parametrize("path", [CHAT, MESSAGES, OLLAMA])
async def test_nothing_is_named_that_the_caller_never_sent(start, upstream, path):
    server = await upstream(speaks(), models=["the-model"])
    gateway = await start(CONFIG.format(url=server.base_url.removesuffix("/v1"), terms=TERMS["cloud"]), POLICIES)
    async with gateway.client() as client:
        reply = await client.post(path, json=BODIES[path])
    assert reply.status_code == 200
    assert "x-gateway-not-carried" not in reply.headers
