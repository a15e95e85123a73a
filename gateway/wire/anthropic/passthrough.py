"""What the gateway reads and sets in a Claude target's own reply: model name and token counts, nothing else."""

from __future__ import annotations

from typing import Any

from gateway.domain import Usage


def renamed(item: dict[str, Any], *, model: str) -> dict[str, Any]:
    """A reply or a stream event under the model name that the caller asked for; the rest is the same objects."""
    if item.get("type") == "message":
        return item | {"model": model}
    if item.get("type") == "message_start":
        return item | {"message": item["message"] | {"model": model}}
    return item


def usage_of(item: dict[str, Any], so_far: Usage = Usage()) -> Usage:  # noqa: B008 - a frozen value
    """Tokens after this reply or stream event, given those `so_far` (counts in events are cumulative).

    The API counts cached input apart; `Usage.input_tokens` includes it, as the hub's does.
    """
    message = item.get("message") if item.get("type") == "message_start" else item
    counts = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(counts, dict):
        return so_far
    read, written = counts.get("cache_read_input_tokens"), counts.get("cache_creation_input_tokens")
    fresh = counts.get("input_tokens")
    thought = (counts.get("output_tokens_details") or {}).get("thinking_tokens")
    return Usage(
        input_tokens=so_far.input_tokens if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=counts.get("output_tokens") or so_far.output_tokens,
        cached_input_tokens=so_far.cached_input_tokens if read is None else read,
        reasoning_tokens=so_far.reasoning_tokens if thought is None else thought,
        reported=True,
    )
