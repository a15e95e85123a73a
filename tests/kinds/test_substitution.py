from __future__ import annotations

import pytest

from gateway.kinds.substitution import another


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("qwen3-4b", "qwen3-4b"),
        ("qwen3-4b", "Qwen/Qwen3-4B"),
        ("qwen/qwen3-4b", "qwen3-4b:2"),
        ("qwen3-4b", "qwen3-4b-instruct-2507"),
        ("llama3", "llama3:latest"),
        ("gemma-3-4b", "gemma-3-4b@q4_k_m"),
        ("SmolLM2-135M-Instruct.Q4_1", "/models/SmolLM2-135M-Instruct.Q4_1.gguf"),
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
        ("anthropic/claude-3.5-sonnet", "claude-3-5-sonnet-20241022"),
        ("gemini-flash-latest", "gemini-2.5-flash-preview-09-2025"),
        ("omni-moderation-latest", "omni-moderation-2024-09-26"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4-20250514"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514"),
        ("llama3.2:3b", "Llama-3.2-3B-Instruct-Q4_K_M"),
        ("openrouter/auto", "openai/gpt-4o"),
        ("azure/prod-chat", "gpt-4o-2024-08-06"),
        ("anything", ""),
        ("anything", None),
        ("anything", 7),
    ],
)
def test_one_model_has_many_names(asked, answered):
    assert not another(asked, answered)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("qwen3-4b", "qwen3-40b"),
        ("qwen3-4b", "gemma-3-4b"),
        ("llama-3", "llama-31"),
        ("llama3.2:3b", "llama3.2:1b"),
        ("medgemma-27b", "text-embedding-nomic"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
        ("claude-sonnet-4-20250514", "claude-3-5-haiku-20241022"),
        ("gpt-4o", "gpt-4o-mini-2024-07-18"),
        ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
    ],
)
def test_another_model_is_another(asked, answered):
    assert another(asked, answered)
    assert another(answered, asked)


def test_the_newest_of_a_family_is_none_of_another_family():
    assert another("gemini-flash-latest", "gemini-2.5-pro")
