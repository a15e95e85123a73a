"""What this gateway offers, as Ollama lists models: names and constants, nothing about the servers behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

VERSION = "0.32.6"
"""The release of Ollama whose native API this facade follows."""
BANNER = "Ollama is running"
"""What `GET /` answers: clients look for exactly this before they start."""
ADMINISTRATIVE = ("pull", "push", "create", "copy", "delete", "blobs")
"""First path segments under `/api/` that change a server: never proxied."""


def version() -> dict[str, Any]:
    return {"version": VERSION}


def tags(models: Iterable[str], *, modified_at: str) -> dict[str, Any]:
    """The body of `GET /api/tags`: every route, alias and discovered model that the caller may use."""
    return {"models": [_entry(name) | {"modified_at": modified_at} for name in models]}


def running() -> dict[str, Any]:
    """The body of `GET /api/ps`, which lists what is loaded: a gateway loads nothing."""
    return {"models": []}


def show(*, modified_at: str, capabilities: Iterable[str], context: int | None) -> dict[str, Any]:
    """The body of `POST /api/show` for one model; `context` in tokens, None where nobody said."""
    info: dict[str, Any] = {"general.architecture": "gateway"}
    if context is not None:
        info["gateway.context_length"] = context
    return {
        "modelfile": "",
        "parameters": "",
        "template": "",
        "details": _details(),
        "model_info": info,
        "capabilities": list(capabilities),
        "modified_at": modified_at,
    }


def _entry(name: str) -> dict[str, Any]:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {"name": name, "model": name, "size": 0, "digest": digest, "details": _details()}


def _details() -> dict[str, Any]:
    """Unknown, in the form clients parse: a route may lead to several models."""
    return {
        "parent_model": "",
        "format": "",
        "family": "",
        "families": [],
        "parameter_size": "",
        "quantization_level": "",
    }
