from __future__ import annotations

import pytest

from gateway.upstream.embedded.models import CHAT, EMBEDDING

CONFIG = f"""
version: 1
state_dir: ./state
providers:
  embedded: {{kind: embedded}}
targets:
  demo-chat:   {{provider: embedded, model: {CHAT.name}}}
  demo-minilm: {{provider: embedded, model: {EMBEDDING.name}, capabilities: [embeddings]}}
routes:
  demo:           {{targets: [demo-chat]}}
  demo-embedding: {{targets: [demo-minilm], operation: embeddings}}
default_route: demo
default_embedding_route: demo-embedding
"""
ASK = {"model": "demo", "messages": [{"role": "user", "content": "Say hello in five words."}], "max_tokens": 16}


@pytest.fixture
def with_models(tmp_path, models_folder):
    """The gateway of this test finds the fetched models in its state directory."""
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "models").symlink_to(models_folder)


@pytest.mark.embedded
async def test_a_request_starts_the_model_and_the_second_finds_it_running(start, with_models):
    gateway = await start(CONFIG)
    async with gateway.client() as client:
        first = await client.post("/v1/chat/completions", json=ASK)
        second = await client.post("/v1/chat/completions", json=ASK)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["choices"][0]["message"]["content"]
    assert first.headers["x-gateway-target"] == "demo-chat"


@pytest.mark.embedded
async def test_a_tool_that_has_to_be_called_is_told_not_to_be(start, with_models):
    gateway = await start(CONFIG)
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
    async with gateway.client() as client:
        reply = await client.post("/v1/chat/completions", json=ASK | {"tools": [tool], "tool_choice": "required"})
    assert (reply.status_code, reply.headers["x-gateway-not-carried"]) == (200, "tool_choice")


@pytest.mark.embedded
async def test_embeddings_have_384_dimensions(start, with_models):
    gateway = await start(CONFIG)
    async with gateway.client() as client:
        reply = await client.post("/v1/embeddings", json={"model": "demo-embedding", "input": ["a cough", "a fever"]})
    assert [len(item["embedding"]) for item in reply.json()["data"]] == [384, 384]


async def test_without_the_models_the_answer_is_an_error_that_names_the_provider(start):
    gateway = await start(CONFIG)
    async with gateway.client() as client:
        reply = await client.post("/v1/chat/completions", json=ASK)
    assert reply.status_code == 503
    assert "embedded" in reply.json()["error"]["message"]
    assert "gateway models fetch" in gateway.gateway.demonstration_problem()
