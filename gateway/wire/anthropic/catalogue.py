"""What this gateway offers, as Anthropic's API lists models: names, and nothing about the servers behind them.

Batches and files do not exist here: they would make the gateway keep something for a caller.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.domain import Dialect, Tree
from gateway.wire.listing import Listing

CREATED_AT = "2025-01-01T00:00:00Z"
"""The API wants a date for each model, and our names have none."""


def page(models: Sequence[str]) -> Tree:
    """The body of `GET /v1/models`: every name at once, whatever page was asked for."""
    return {
        "data": [model(name) for name in models],
        "first_id": models[0] if models else None,
        "last_id": models[-1] if models else None,
        "has_more": False,
    }


def model(name: str) -> Tree:
    """The body of `GET /v1/models/{id}`."""
    return {"type": "model", "id": name, "display_name": name, "created_at": CREATED_AT, "lifecycle": "active"}


LISTINGS = (Listing(Dialect.ANTHROPIC, ("/v1/models",), page, model),)
