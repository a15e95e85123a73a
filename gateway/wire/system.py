"""The system prompt of a request, wherever its dialect keeps it: what agents may be recognised by; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.domain import JSON, Tree

_ROLES = frozenset({"system", "developer"})


def system_text(tree: Tree) -> str:
    """All system texts of a request in any dialect, one per line; "" where there is none."""
    return "\n".join(_texts(tree))


def _texts(tree: Tree) -> Iterator[str]:
    yield from _flat(tree.get("system"))  # Anthropic, and Ollama's generate
    yield from _flat(tree.get("instructions"))  # OpenAI's Responses, whose items are messages too
    messages = tree.get("messages") or tree.get("input")
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("role") in _ROLES:
            yield from _flat(message.get("content"))


def _flat(content: JSON) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else []:
        text = part.get("text") if isinstance(part, dict) else None
        if isinstance(text, str):
            yield text
