"""How much a model can hold, read from what its server says of itself; pure: asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.domain import Tree
from gateway.kinds.ollama_models import same_model

Read = Callable[[Tree, str], int | None]


@dataclass(frozen=True, slots=True)
class Window:
    """Where a server tells it: `path` stands behind its root, `read` takes the answer and the model's name to tokens.

    `read` is None for a model of which nothing is said, such as one that is not loaded.
    """

    path: str
    read: Read


def _entries(tree: Tree, name: str) -> Iterator[Tree]:
    listed = tree.get(name)
    yield from (item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()


def _tokens(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _llama_cpp(tree: Tree, _model: str) -> int | None:
    """`data[0].meta.n_ctx`: it has one model, whatever it is called."""
    meta = next((entry.get("meta") for entry in _entries(tree, "data")), None)
    return _tokens(meta.get("n_ctx")) if isinstance(meta, dict) else None


def _vllm(tree: Tree, model: str) -> int | None:
    return next(
        (_tokens(entry.get("max_model_len")) for entry in _entries(tree, "data") if entry.get("id") == model), None
    )


def _ollama(tree: Tree, model: str) -> int | None:
    """`context_length` of a loaded model: what it was really given, not what it was trained for."""
    loaded = (entry for entry in _entries(tree, "models") if same_model(model, entry))
    return next((_tokens(entry.get("context_length")) for entry in loaded), None)


def _lm_studio(tree: Tree, model: str) -> int | None:
    """`loaded_context_length` of a loaded model (LM Studio's REST API, v0)."""
    loaded = (entry for entry in _entries(tree, "data") if entry.get("id") == model)
    return next((_tokens(entry.get("loaded_context_length")) for entry in loaded), None)


LLAMA_CPP = Window("v1/models", _llama_cpp)
VLLM = Window("v1/models", _vllm)
OLLAMA = Window("api/ps", _ollama)
LM_STUDIO = Window("api/v0/models", _lm_studio)
