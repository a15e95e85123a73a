from __future__ import annotations

import pytest

from gateway.kinds import window

LLAMA = {"data": [{"id": "smollm2", "meta": {"n_ctx": 2048, "n_ctx_train": 8192}}], "models": [{}]}
VLLM = {"data": [{"id": "other", "max_model_len": 1}, {"id": "m", "max_model_len": 32768}]}
PS = {"models": [{"name": "llama3:latest", "model": "llama3:latest", "context_length": 4096, "expires_at": ""}]}
V0 = {
    "data": [
        {"id": "m", "type": "llm", "state": "loaded", "max_context_length": 131072, "loaded_context_length": 4096},
        {"id": "n", "type": "llm", "state": "not-loaded", "max_context_length": 131072},
    ]
}


@pytest.mark.parametrize(
    ("where", "said", "model", "tokens"),
    [
        (window.LLAMA_CPP, LLAMA, "whatever", 2048),
        (window.VLLM, VLLM, "m", 32768),
        (window.OLLAMA, PS, "llama3", 4096),
        (window.OLLAMA, PS, "llama3:8b", None),
        (window.LM_STUDIO, V0, "m", 4096),
        (window.LM_STUDIO, V0, "n", None),
    ],
)
def test_a_server_says_what_its_model_really_holds(where, said, model, tokens):
    assert where.read(said, model) == tokens


@pytest.mark.parametrize("where", [window.LLAMA_CPP, window.VLLM, window.OLLAMA, window.LM_STUDIO])
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"data": None, "models": 3},
        {"data": [3, None], "models": ["m"]},
        {"data": [{"id": "m", "meta": 3, "max_model_len": True, "loaded_context_length": "4096"}]},
        {"models": [{"name": "m", "context_length": -1}]},
        {"error": "Unexpected endpoint or method. (GET /api/v0/models)"},
    ],
)
def test_what_says_nothing_of_it_is_no_window(where, said):
    assert where.read(said, "m") is None
