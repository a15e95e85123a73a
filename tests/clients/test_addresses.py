"""Addresses that clients take from their environment, or cannot be told at all."""

import re
from pathlib import Path

import anthropic
import httpx
import ollama
import openai
import pytest

HI = [{"role": "user", "content": "hello there"}]
ROOT = Path(__file__).parent.parent.parent
HARD_CODED = """
version: 1
providers:
  house: {kind: scripted, traits: [on_prem], params: {reply: "Echo: {echo}"}}
targets:
  scripted: {provider: house, model: scripted}
routes:
  chat: {targets: [scripted]}
  clinical-text: {targets: [scripted]}
agents:
  phi-detection: {route: clinical-text}
default_route: chat
"""


def test_openai_takes_its_address_from_the_environment(gateway_url, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", f"{gateway_url}/v1")
    with openai.OpenAI(api_key="unused", max_retries=0) as client:
        reply = client.chat.completions.create(model="gpt-4o-mini", messages=HI)
    assert reply.choices[0].message.content == "Echo: hello there"


@pytest.mark.filterwarnings("ignore:The model:DeprecationWarning")  # the one in the field is an old one
def test_anthropic_takes_its_address_from_the_environment(gateway_url, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", gateway_url)
    with anthropic.Anthropic(api_key="unused", max_retries=0) as client:
        reply = client.messages.create(model="claude-sonnet-4-20250514", max_tokens=50, messages=HI)
    assert reply.content[0].text == "Echo: hello there"


def test_ollama_takes_its_address_from_the_environment(gateway_url, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", gateway_url)
    with ollama.Client() as client:
        assert client.chat("qwen3:32b", HI).message.content == "Echo: hello there"


def listeners():
    """The listeners of the README for clients with an address in their code, each on a port that is free here."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n(listeners:.*?)```", text, re.DOTALL)
    return re.sub(r"port: \d+", "port: 0", block)


async def test_a_hard_coded_address_gets_its_dialect_and_its_agent(start):
    gateway = await start(HARD_CODED + listeners())
    _, studio, native = gateway.urls
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(f"{studio}/v1/chat/completions", json={"messages": HI})
        assert reply.json()["choices"][0]["message"]["content"] == "Echo: hello there"
        assert reply.headers["x-gateway-route"] == "clinical-text"
        assert (await client.get(f"{studio}/api/tags")).status_code == 404
        said = await client.post(f"{native}/api/chat", json={"messages": HI, "stream": False})
        assert said.json()["message"]["content"] == "Echo: hello there"
        assert (await client.get(f"{native}/v1/models")).status_code == 404
