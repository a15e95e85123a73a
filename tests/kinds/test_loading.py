from __future__ import annotations

import pytest

from gateway.kinds.loading import LLAMA_CPP, LM_STUDIO, OLLAMA

OLLAMAS = {"models": [{"name": "llama3:latest", "model": "llama3:latest"}, {"name": "qwen3:32b"}, {"size": 5}, "x"]}
LM_STUDIOS = {"data": [{"id": "qwen3-32b", "state": "loaded"}, {"id": "phi-4", "state": "not-loaded"}, {"id": 5}]}
ROUTERS = {"data": [{"id": "a", "status": {"value": "loaded"}}, {"id": "b", "status": {"value": "loading"}}]}


@pytest.mark.parametrize(
    ("loading", "said", "there"),
    [
        (OLLAMA, OLLAMAS, {"llama3", "llama3:latest", "qwen3:32b"}),
        (OLLAMA, {"models": []}, set()),
        (LM_STUDIO, LM_STUDIOS, {"qwen3-32b"}),
        (LLAMA_CPP, ROUTERS, {"a"}),
        (LLAMA_CPP, {"data": [{"id": "only"}]}, {"only"}),
        *((one, said, None) for one in (OLLAMA, LM_STUDIO, LLAMA_CPP) for said in ({}, [], None, "x", {"error": "no"})),
    ],
)
def test_what_is_in_memory(loading, said, there):
    assert loading.in_memory(said) == there


@pytest.mark.parametrize(
    ("loading", "load", "unload"),
    [
        (OLLAMA, ("/api/generate", {"keep_alive": "30m"}), ("/api/generate", {"keep_alive": 0})),
        (LM_STUDIO, ("/api/v1/models/load", {"model": "m"}), ("/api/v1/models/unload", {"instance_id": "m"})),
        (LLAMA_CPP, ("/models/load", {"model": "m"}), ("/models/unload", {"model": "m"})),
    ],
)
def test_the_orders_name_the_model_and_carry_no_prompt(loading, load, unload):
    for order, (path, said) in ((loading.load("m"), load), (loading.unload("m"), unload)):
        assert order.path == path
        assert order.body.items() >= said.items()
        assert "m" in order.body.values()
        assert not {"prompt", "messages", "input"} & order.body.keys()
