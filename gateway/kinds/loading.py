"""How servers are told to load and to unload a model, and how they say which are in memory; pure: asks nobody.

No question carries anything of a request. Wire facts: Ollama 0.33 (`/api/generate` without a prompt loads, with
`keep_alive: 0` it unloads; `/api/ps`), LM Studio 0.4 (`/api/v1/models/load`, `/api/v1/models/unload`,
`/api/v0/models`), llama.cpp's router of December 2025 (`/models/load`, `/models/unload`, `/models`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.domain import Tree

KEEP_ALIVE: Final = "30m"
"""How long Ollama keeps a model that we loaded and nobody asks: we evict ourselves, but may end without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A POST of `body` to `path`, which counts from the root of the server."""

    path: str
    body: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """What one kind of server understands. `state` is the path of a GET, whose answer `in_memory` reads."""

    load: Callable[[str], Order]
    pull: Callable[[str], Order] | None = None
    """How it is told to fetch one from its library, which it answers by lines of progress; None where it cannot be."""
    unload: Callable[[str], Order]
    state: str
    in_memory: Callable[[object], frozenset[str] | None]
    """The models in memory by every name they have; None if this is no such answer."""


def _items(tree: object, name: str) -> list[Tree] | None:
    listed = tree.get(name) if isinstance(tree, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else None


def _ollamas(tree: object) -> frozenset[str] | None:
    """`llama3` and `llama3:latest` are one model."""
    items = _items(tree, "models")
    if items is None:
        return None
    names = {name for item in items for name in (item.get("name"), item.get("model")) if isinstance(name, str)}
    return frozenset(names | {name.removesuffix(":latest") for name in names})


def _lm_studios(tree: object) -> frozenset[str] | None:
    items = _items(tree, "data")
    if items is None or (items and not any("state" in item for item in items)):  # the list of another server
        return None
    return frozenset(
        name for item in items if item.get("state") == "loaded" and isinstance(name := item.get("id"), str)
    )


def _llama_cpps(tree: object) -> frozenset[str] | None:
    """A server with one model says nothing of a state, and its model is always there."""
    items = _items(tree, "data")
    if items is None:
        return None
    return frozenset(name for item in items if _is_there(item) and isinstance(name := item.get("id"), str))


def _is_there(item: Tree) -> bool:
    status = item.get("status")
    return not isinstance(status, dict) or status.get("value") == "loaded"


OLLAMA: Final = Loading(
    load=lambda model: Order(path="/api/generate", body={"model": model, "keep_alive": KEEP_ALIVE, "stream": False}),
    unload=lambda model: Order(path="/api/generate", body={"model": model, "keep_alive": 0, "stream": False}),
    state="/api/ps",
    pull=lambda model: Order(path="/api/pull", body={"model": model, "stream": True}),
    in_memory=_ollamas,
)
LM_STUDIO: Final = Loading(
    load=lambda model: Order(path="/api/v1/models/load", body={"model": model}),
    unload=lambda model: Order(path="/api/v1/models/unload", body={"instance_id": model}),
    state="/api/v0/models",
    in_memory=_lm_studios,
)
LLAMA_CPP: Final = Loading(
    load=lambda model: Order(path="/models/load", body={"model": model}),
    unload=lambda model: Order(path="/models/unload", body={"model": model}),
    state="/models",
    in_memory=_llama_cpps,
)
