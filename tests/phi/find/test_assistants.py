from __future__ import annotations

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.assistants import nobody
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Hit

INTRODUCED = (
    "You are Claude Code, Anthropic's official CLI for Claude.",
    "You are ChatGPT, a large language model trained by OpenAI.",
    "Hello, I am Claude, an assistant made by Anthropic.",
    "I'm Claude, an AI model made by Anthropic. How can I help?",
    "I am Llama, an open model by Meta AI.",
    "I'm Alexa, your voice assistant.",
    "I'm Qwen, a model made by Alibaba Cloud.",
    "I am Grok, an AI built by xAI.",
    "As Claude, I can't browse the web.",
    "My name is Claude. I am an AI assistant.",
    "I'm Cortana, a digital assistant by Microsoft.",
    "Hi! I'm Claude Code, Anthropic's CLI. I can help with the failing test.",
    "You are Gemini, an AI assistant. Gemini answers in one sentence.",
)
PERSONS = (
    "Claude Bernard, 54, has a cough",
    "patient Claude has a cough",
    "My name is Claude. I am 54 and my chest hurts.",
    "I am Claude Bernard and I have a cough",
    "I'm Alexa Novak, a medical assistant, and I have a rash",
    "I am Claude, an assistant at a bakery, and my chest hurts",
    "I am Claude, an AI researcher at Google, and my chest hurts",
    "I'm Alexa, a voice model in Milan, and I have asthma",
    "I am Claude, and I take metformin",
    "I am Claude, an AI model developer, with chest pain since Monday",
    "You are Claude, an AI assistant. Claude coughs at night and is 54 years old.",
    "You are Claude, an assistant made by Anthropic. Summarise: patient Claude Bernard, 54, has a cough",
    "You are Claude Code, Anthropic's CLI. The patient is Claude, who coughs at night.",
)


def counts(text: str, carrier: Carrier) -> bool:
    (detection,) = load_engine().detect([Passage(text, carrier=carrier)])
    return any(one.counts for one in detection.findings)


@pytest.mark.parametrize("carrier", [Carrier.SYSTEM, Carrier.MESSAGE])
@pytest.mark.parametrize("text", INTRODUCED)
def test_an_assistant_that_is_introduced_is_nobody(text, carrier):
    assert not counts(text, carrier)


@pytest.mark.parametrize("text", PERSONS)
def test_a_person_who_is_called_like_an_assistant_counts(text):
    assert counts(text, Carrier.MESSAGE)


@pytest.mark.parametrize(
    ("text", "value", "gone"),
    [
        ("You are Claude, an AI assistant.", "Claude", True),
        ("You are Claude Bernard, an AI assistant.", "Claude Bernard", False),
        ("I fixed it with Claude Code today", "Claude Code", True),
        ("patient Claude Code, 54", "Claude Code", False),
        ("I am Claude, a nurse", "Claude", False),
    ],
)
def test_only_the_names_of_products_are_taken_back(text, value, gone):
    hit = Hit(Kind.NAME, text.index(value), text.index(value) + len(value), 0.9)
    assert (hit in nobody([hit], text)) is gone


def test_an_assistant_in_the_system_prompt_says_nothing_of_other_passages():
    system = Passage("You are Claude Code, Anthropic's official CLI for Claude.", carrier=Carrier.SYSTEM)
    found = load_engine().detect([system, Passage("Fix the failing test.")])
    assert not any(one.counts for detection in found for one in detection.findings)
