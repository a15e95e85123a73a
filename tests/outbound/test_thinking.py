from __future__ import annotations

import pytest

from gateway.domain import ProviderKind, Thinking
from gateway.kinds import PROFILES
from gateway.outbound.thinking import with_thinking
from gateway.wire.ollama import chat as ollama_chat
from gateway.wire.openai import chat, embeddings

ASK = {"messages": [], "reasoning_effort": "high"}
OFF = Thinking(wanted=False)
TEMPLATE = {"messages": [], "chat_template_kwargs": {"enable_thinking": False}}


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (ProviderKind.OLLAMA, {"messages": [], "reasoning_effort": "none"}),
        (ProviderKind.LLAMA_CPP, TEMPLATE),
        (ProviderKind.LM_STUDIO, TEMPLATE),
        (ProviderKind.MLX, TEMPLATE),
        (ProviderKind.VLLM, TEMPLATE),
        (ProviderKind.OPENAI_COMPATIBLE, TEMPLATE),
        (ProviderKind.OPENAI, {"messages": [], "reasoning_effort": "none"}),
        (ProviderKind.ANTHROPIC, {"messages": []}),
    ],
)
def test_a_route_without_thinking_is_understood_by_each_kind(kind, sent):
    before = repr(ASK)
    assert with_thinking(ASK, OFF, kind, chat.ENDPOINT) == sent
    assert repr(ASK) == before


def test_every_kind_that_chats_outside_has_a_way_to_answer_at_once():
    assert {kind for kind, known in PROFILES.items() if known.at_once is None} == {
        ProviderKind.EMBEDDED,
        ProviderKind.WHISPER,
        ProviderKind.SCRIPTED,
    }


def test_what_else_a_template_is_told_stays():
    made = with_thinking({"messages": [], "chat_template_kwargs": {"a": 1}}, OFF, ProviderKind.VLLM, chat.ENDPOINT)
    assert made["chat_template_kwargs"] == {"a": 1, "enable_thinking": False}


def test_ollamas_own_api_has_a_word_for_it():
    assert with_thinking({"messages": []}, OFF, ProviderKind.OLLAMA, ollama_chat.ENDPOINT)["think"] is False


@pytest.mark.parametrize(
    ("thinking", "asked", "sent"),
    [
        (Thinking(budget=300), {"max_tokens": 100}, {"max_tokens": 400}),
        (Thinking(budget=300), {"max_completion_tokens": 100}, {"max_completion_tokens": 400}),
        (Thinking(), {"max_tokens": 100, "thinking_budget": 200}, {"max_tokens": 300, "thinking_budget": 200}),
        (
            Thinking(budget=300),
            {"max_tokens": 100, "thinking_budget": 200},
            {"max_tokens": 400, "thinking_budget": 200},
        ),
        (Thinking(budget=300), {}, {}),
        (Thinking(), {"max_tokens": 100}, {"max_tokens": 100}),
        (Thinking(wanted=False, budget=300), {"max_tokens": 100}, {"max_tokens": 100, **TEMPLATE}),
    ],
)
def test_room_to_think_comes_on_top_of_the_limit_of_an_answer(thinking, asked, sent):
    made = with_thinking({"messages": [], **asked}, thinking, ProviderKind.LM_STUDIO, chat.ENDPOINT)
    assert made == {"messages": [], **sent}


def test_the_limit_of_ollamas_own_api_grows_too_unless_there_is_none():
    def limit(tokens):
        body = {"messages": [], "options": {"num_predict": tokens, "seed": 1}}
        return with_thinking(body, Thinking(budget=300), ProviderKind.OLLAMA, ollama_chat.ENDPOINT)["options"]

    assert limit(100) == {"num_predict": 400, "seed": 1}
    assert limit(-1) == {"num_predict": -1, "seed": 1}


def test_vectors_are_not_thought_about():
    body = {"input": "x", "max_tokens": 1}
    assert with_thinking(body, Thinking(budget=300), ProviderKind.OLLAMA, embeddings.ENDPOINT) == body
