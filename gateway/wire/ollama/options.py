"""Ollama's `options`: what the hub calls them; never sets one that nobody asked for."""

from __future__ import annotations

from typing import Any

from gateway.wire.fields import Number
from gateway.wire.ollama.fields import OPTIONS

KNOWN = frozenset(OPTIONS.fields)
_INTEGERS = frozenset(name for name, field in OPTIONS.fields.items() if isinstance(field, Number) and field.whole)
SHARED = frozenset({"temperature", "top_p", "top_k", "min_p", "seed", "stop", "presence_penalty", "frequency_penalty"})
"""Options that the hub, or the local servers that speak it, know by the same name."""
OWN = KNOWN - SHARED - {"num_predict", "repeat_penalty"}
"""Options that mean something to Ollama only: in a hub request they stand at the top level under their own names."""


def to_hub(options: dict[str, Any] | None) -> dict[str, Any]:
    """The same wishes as fields of a hub request; a negative `num_predict` (no limit) is the hub's default."""
    given = {name: value for name, value in (options or {}).items() if name in KNOWN and value is not None}
    limit = given.pop("num_predict", -1)
    if limit > 0:
        given["max_tokens"] = int(limit)
    for name in _INTEGERS & given.keys():
        given[name] = int(given[name])
    if not given.get("stop", True):
        del given["stop"]
    return given


def from_hub(tree: dict[str, Any]) -> dict[str, Any]:
    """`options` out of a hub request: its own names, and those that other local servers use for the same thing."""
    options = {name: tree[name] for name in KNOWN if tree.get(name) is not None}
    if isinstance(options.get("stop"), str):
        options["stop"] = [options["stop"]]
    limit = tree.get("max_completion_tokens") or tree.get("max_tokens")
    if limit is not None:
        options["num_predict"] = limit
    if tree.get("repetition_penalty") is not None:
        options.setdefault("repeat_penalty", tree["repetition_penalty"])
    return options
