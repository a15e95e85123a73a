"""What this gateway offers, as Anthropic's API lists models: names, and nothing about the servers behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def page(models: Sequence[str], *, created_at: str) -> dict[str, Any]:
    """The body of `GET /v1/models`: every name at once; `created_at` (RFC 3339) is the same for all."""
    return {
        "data": [model(name, created_at=created_at) for name in models],
        "first_id": models[0] if models else None,
        "last_id": models[-1] if models else None,
        "has_more": False,
    }


def model(name: str, *, created_at: str) -> dict[str, Any]:
    """The body of `GET /v1/models/{id}`."""
    return {"type": "model", "id": name, "display_name": name, "created_at": created_at, "lifecycle": "active"}
