"""What this gateway offers, as Ollama lists models: names and constants, nothing about the servers behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from gateway.domain import Dialect
from gateway.errors import PermissionDenied
from gateway.wire.listing import Listing, Refusal

DIALECT = Dialect.OLLAMA
VERSION = "0.32.6"
"""The release of Ollama whose native API this facade follows."""
BANNER = "Ollama is running"
"""What `GET /` answers: clients look for exactly this before they start."""
MODIFIED_AT = "2025-01-01T00:00:00Z"
"""The API wants a date for each model, and our names have none."""
FOREVER = "2318-01-01T00:00:00Z"
"""What Ollama says of a model that it keeps for good."""
SHOW = "/api/show"
"""Where one model is asked about, by a body that names it."""
ADMINISTRATIVE = ("pull", "push", "create", "copy", "delete", "blobs")
"""First path segments under `/api/` that change a server: never proxied."""


def version() -> dict[str, Any]:
    return {"version": VERSION}


def tags(models: Iterable[str]) -> dict[str, Any]:
    """The body of `GET /api/tags`: every route, alias and discovered model that the caller may use."""
    return {"models": [_entry(name) | {"modified_at": MODIFIED_AT} for name in models]}


def running(models: Iterable[str]) -> dict[str, Any]:
    """The body of `GET /api/ps`, of the models that are in memory; how long they stay there only their servers know."""
    return {"models": [_entry(name) | {"expires_at": FOREVER, "size_vram": 0} for name in models]}


def show(*, capabilities: Iterable[str], context: int | None) -> dict[str, Any]:
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
        "modified_at": MODIFIED_AT,
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


LISTINGS = (
    Listing(DIALECT, ("/api/tags",), tags),
    Listing(DIALECT, ("/api/ps",), running, in_memory=True),
    Listing(DIALECT, ("/api/version",), lambda _names: version()),
)
_MANAGED = "Models are not managed through this gateway. Use `ollama` on the machine that serves the model."
REFUSALS = (
    Refusal(DIALECT, ("POST",), tuple(f"/api/{name}" for name in ADMINISTRATIVE), PermissionDenied, _MANAGED),
    Refusal(DIALECT, ("DELETE",), ("/api/delete",), PermissionDenied, _MANAGED),
    Refusal(DIALECT, ("POST", "HEAD"), ("/api/blobs",), PermissionDenied, _MANAGED, below=True),
)
"""Never proxied: what changes a server is done on that server."""
