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
    ],
)
def test_another_model_is_another(asked, answered):
    assert another(asked, answered)
    assert another(answered, asked)
