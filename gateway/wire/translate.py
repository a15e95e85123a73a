"""A request from the dialect of a caller to that of a target, through the hub; says what did not survive the way."""

from __future__ import annotations

from typing import Any

from gateway.domain import Dialect, Operation
from gateway.errors import InvalidRequest
from gateway.wire.anthropic import request as anthropic
from gateway.wire.hub import Translated
from gateway.wire.ollama import native_request
from gateway.wire.ollama import request as ollama


def translate(
    tree: dict[str, Any],
    *,
    source: Dialect,
    target: Dialect,
    operation: Operation,
    num_ctx: int | None = None,
    keep_alive: str | float | None = None,
) -> Translated:
    """The request in the target's dialect; the same object where both speak the same.

    Ollama's requests with a `prompt` become messages or inputs for Ollama too, because only `/api/chat` and `/api/embed`
    are called.
    `num_ctx` (tokens) and `keep_alive` are an Ollama target's defaults. Raises InvalidRequest for what the target's
    dialect cannot say. `model` is carried as it is: whoever sends sets the target's own.
    """
    if source is target and "prompt" not in tree:
        return Translated(tree)
    hub = to_hub(tree, source=source, operation=operation)
    if target is Dialect.OPENAI:
        return hub
    if target is Dialect.ANTHROPIC:
        raise InvalidRequest("This destination speaks Anthropic's dialect only. POST to /v1/messages.")
    made = from_hub(hub.tree, operation=operation, num_ctx=num_ctx, keep_alive=keep_alive)
    return Translated(made.tree, tuple(sorted({*hub.lost, *made.lost})))


def to_hub(tree: dict[str, Any], *, source: Dialect, operation: Operation) -> Translated:
    """The hub request for a caller's; embeddings come from OpenAI's and Ollama's dialects only."""
    match source, operation:
        case Dialect.ANTHROPIC, _:
            return anthropic.to_hub(tree)
        case Dialect.OLLAMA, Operation.EMBEDDINGS:
            return Translated(ollama.embed_to_hub(tree))
        case Dialect.OLLAMA, _ if "messages" in tree:
            return Translated(ollama.chat_to_hub(tree))
        case Dialect.OLLAMA, _:
            return Translated(ollama.generate_to_hub(tree))
        case _:
            return Translated(tree)


def from_hub(
    hub: dict[str, Any], *, operation: Operation, num_ctx: int | None, keep_alive: str | float | None
) -> Translated:
    """Ollama's native request for a hub request: the body of `/api/chat` or `/api/embed`."""
    model = hub.get("model") or ""
    if operation is Operation.EMBEDDINGS:
        made = native_request.embed_from_hub(hub, model=model, num_ctx=num_ctx, keep_alive=keep_alive)
        return Translated(made)
    return native_request.chat_from_hub(hub, model=model, num_ctx=num_ctx, keep_alive=keep_alive)
