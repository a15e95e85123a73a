"""Ollama's `options`: which exist, of what type, and what the hub calls them; never sets one that nobody asked for."""

from __future__ import annotations

from typing import Any

from gateway.wire.checks import boolean, integer, mapping, number, strings

INTEGERS = frozenset(
    {
        "num_keep", "seed", "num_predict", "top_k", "repeat_last_n", "mirostat", "num_ctx", "num_batch", "num_gpu",
        "main_gpu", "num_thread", "draft_num_predict",
    }
)  # fmt: skip
NUMBERS = frozenset(
    {
        "temperature", "top_p", "min_p", "tfs_z", "typical_p", "repeat_penalty", "presence_penalty",
        "frequency_penalty", "mirostat_tau", "mirostat_eta",
    }
)  # fmt: skip
BOOLEANS = frozenset(
    {"numa", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mmap", "use_mlock", "embedding_only",
     "penalize_newline"}
)  # fmt: skip
KNOWN = INTEGERS | NUMBERS | BOOLEANS | {"stop"}
SHARED = frozenset({"temperature", "top_p", "top_k", "min_p", "seed", "stop", "presence_penalty", "frequency_penalty"})
"""Options that the hub, or the local servers that speak it, know by the same name."""
OWN = KNOWN - SHARED - {"num_predict", "repeat_penalty"}
"""Options that mean something to Ollama only: in a hub request they stand at the top level under their own names."""


def validate(value: Any) -> None:
    """Raises InvalidRequest where Ollama refuses an option's type; like Ollama, lets unknown options pass unread."""
    options = mapping(value, "options")
    for name in KNOWN & options.keys():
        given, at = options[name], f"options.{name}"
        if given is None:
            continue
        if name in INTEGERS:
            if not (isinstance(given, float) and given.is_integer()):
                integer(given, at)
        elif name in NUMBERS:
            number(given, at)
        elif name in BOOLEANS:
            boolean(given, at)
        else:
            strings(given, at)


def to_hub(options: dict[str, Any] | None) -> dict[str, Any]:
    """The same wishes as fields of a hub request; a negative `num_predict` (no limit) is the hub's default."""
    given = {name: value for name, value in (options or {}).items() if name in KNOWN and value is not None}
    limit = given.pop("num_predict", -1)
    if limit > 0:
        given["max_tokens"] = int(limit)
    for name in INTEGERS & given.keys():
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
