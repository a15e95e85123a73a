"""What to tell a client that asks for a path which is not served: the setting that would make it right; serves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_UNKNOWN: Final = "There is nothing at this path. The APIs are under /v1 and /api."
_NOT_KEPT: Final = "This gateway keeps nothing for a caller, so it has no files, batches, threads or stored answers."
_TWICE: Final = "The path begins with /v1 twice: leave /v1 off the base URL of this client."
_KNOWN: Final[Sequence[tuple[str, str]]] = (
    ("/v1/v1/", _TWICE),
    ("/v1/api/", "Ollama's API is at /api: leave /v1 off the base URL of this client."),
    ("/api/v1/", "OpenAI's and Anthropic's APIs are at /v1: leave /api off the base URL of this client."),
    ("/api/api/", "The path begins with /api twice: leave /api off the base URL of this client."),
    (
        "/messages",
        "Anthropic's API is at /v1/messages: set the base URL to the address of the gateway, without a path.",
    ),
    ("/v1/messages/batches", _NOT_KEPT),
    *((f"/v1/{name}", _NOT_KEPT) for name in ("files", "batches", "uploads", "assistants", "threads", "vector_stores")),
    *((f"/v1/{name}", _NOT_KEPT) for name in ("conversations", "fine_tuning", "evals", "containers")),
)
"""Beginnings of paths that clients are known to ask for, the longer ones first."""


def advice(path: str, withheld: Sequence[str]) -> str:
    """The message for `path`; `withheld` names the facades that would serve it and that this listener does not offer."""
    if withheld:
        names = " or ".join(f"`{name}`" for name in withheld)
        return f"This listener does not serve the API of this path: add {names} to its `facades` in the configuration."
    return next((said for beginning, said in _KNOWN if path.startswith(beginning)), _UNKNOWN)
