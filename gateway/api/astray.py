"""What to tell a client that asks for a path which is not served: the setting or the path that would be right; serves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_UNKNOWN: Final = "There is nothing at this path. The APIs are under /v1 and /api."
_BASE: Final = "This is a base URL, to which a client adds the path: /v1/models and /api/tags say what there is."
_CHATS: Final = "This gateway has chats, embeddings, transcriptions, moderations and rerank, and no"
_NOT_KEPT: Final = "This gateway keeps nothing for a caller, so it has no files, batches, threads or stored answers."
_MANAGED: Final = (
    "Accounts, skills and agents of a provider are not managed through this gateway: ask the provider itself."
)
_TWICE: Final = "The path begins with /v1 twice: leave /v1 off the base URL of this client."
_KNOWN: Final[Sequence[tuple[str, str]]] = (
    ("/v1/v1", _TWICE),
    ("/v1/api", "Ollama's API is at /api: leave /v1 off the base URL of this client."),
    ("/api/v1", "OpenAI's and Anthropic's APIs are at /v1: leave /api off the base URL of this client."),
    ("/api/api", "The path begins with /api twice: leave /api off the base URL of this client."),
    (
        "/messages",
        "Anthropic's API is at /v1/messages: set the base URL to the address of the gateway, without a path.",
    ),
    ("/v1/messages/batches", _NOT_KEPT),
    *((f"/v1/{name}", _NOT_KEPT) for name in ("files", "batches", "uploads", "assistants", "threads", "vector_stores")),
    *((f"/v1/{name}", _NOT_KEPT) for name in ("conversations", "fine_tuning", "evals", "containers")),
    ("/v1/images", f"{_CHATS} API that makes pictures: ask the provider itself, or describe them in a chat."),
    ("/v1/videos", f"{_CHATS} API that makes videos: ask the provider itself."),
    ("/v1/audio/speech", f"{_CHATS} API that speaks: ask the speech server itself."),
    ("/v1/realtime", f"{_CHATS} API that listens and speaks at once: transcribe first, then ask in a chat."),
    ("/v1/complete", "Anthropic's older completions are not served: use /v1/messages."),
    ("/v1/edits", "OpenAI's older edits are not served: use /v1/chat/completions."),
    ("/v1/engines", "OpenAI's engines are models now: use /v1/models, and name one as `model`."),
    *(
        (f"/v1/{name}", _MANAGED)
        for name in ("organization", "organizations", "skills", "agents", "chatkit", "experimental")
    ),
)
"""Beginnings of paths that clients are known to ask for, in whole steps, the longer ones first."""


def advice(path: str, withheld: Sequence[str]) -> str:
    """The message for `path`; `withheld` names the facades that would serve it and that this listener does not offer."""
    if withheld:
        names = " or ".join(f"`{name}`" for name in withheld)
        return f"This listener does not serve the API of this path: add {names} to its `facades` in the configuration."
    if path in {"/v1", "/api"}:
        return _BASE
    return next((said for beginning, said in _KNOWN if f"{path}/".startswith(f"{beginning}/")), _UNKNOWN)
