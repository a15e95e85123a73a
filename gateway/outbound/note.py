"""Tells a model, in the body that leaves, what our tokens are; says nothing that a caller wrote, and is not scanned."""

from __future__ import annotations

from typing import Final

from gateway.domain import JSON, Tree
from gateway.wire.endpoint import Endpoint

TOKEN_NOTE: Final = (
    "Codes in brackets such as [NAME_abcde23456] stand for details that are withheld. Use each one as if it were the "
    "detail itself, and copy it exactly as it is written, brackets included."
)
"""A constant: it belongs to no caller and holds no value, so it is added after the second look."""
_SYSTEM: Final = frozenset({"system", "developer"})


def with_token_note(body: Tree, endpoint: Endpoint) -> Tree:
    """A chat body in the words of `endpoint` whose first system prompt ends with the note; `body` stays as it is.

    It joins a system prompt that is there, because many chat templates take only one, and only at the beginning.
    """
    if endpoint.spoken is not None and (prompt := endpoint.spoken.system_field):
        return {**body, prompt: _joined(body.get(prompt))}
    if "messages" not in body:  # a text that goes on: nobody there to be told
        return body
    given = body["messages"]
    messages = list(given) if isinstance(given, list) else []
    first = messages[0] if messages else None
    if not isinstance(first, dict) or first.get("role") not in _SYSTEM:
        return {**body, "messages": [{"role": "system", "content": TOKEN_NOTE}, *messages]}
    return {**body, "messages": [{**first, "content": _joined(first.get("content"))}, *messages[1:]]}


def _joined(prompt: JSON) -> JSON:
    """Append the note to a system prompt, so that the provider's prefix cache of the prompt stays valid."""
    if isinstance(prompt, list):
        return [*prompt, {"type": "text", "text": TOKEN_NOTE}]
    return f"{prompt}\n\n{TOKEN_NOTE}" if isinstance(prompt, str) and prompt else TOKEN_NOTE
