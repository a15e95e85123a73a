"""The structural fields of a Messages request, each with all that it may say."""

from __future__ import annotations

from gateway.wire.anthropic import blocks
from gateway.wire.structural import IDENTIFIER, SIGNATURE, Place, Structural, one_of

_BLOCK: Structural = {
    ("type",): one_of(blocks.IN_USER | blocks.IN_ASSISTANT),
    ("cache_control", "type"): one_of({"ephemeral"}),
    ("cache_control", "ttl"): one_of({"5m", "1h"}),
    ("source", "type"): one_of({"base64", "url", "file", "text", "content"}),
    ("source", "media_type"): one_of(blocks.IMAGE_TYPES | {"application/pdf", "text/plain"}),
    ("signature",): SIGNATURE,
    ("id",): IDENTIFIER,
    ("tool_use_id",): IDENTIFIER,
}
_BLOCKS: tuple[Place, ...] = (
    ("system", "*"),
    ("messages", "*", "content", "*"),
    ("messages", "*", "content", "*", "content", "*"),
    ("messages", "*", "content", "*", "source", "content", "*"),
    ("messages", "*", "content", "*", "content", "*", "source", "content", "*"),
)
REQUEST: Structural = {
    ("messages", "*", "role"): one_of({"user", "assistant", "system"}),
    ("service_tier",): one_of({"auto", "standard_only"}),
    ("speed",): one_of({"standard", "fast"}),
    ("thinking", "type"): one_of({"enabled", "disabled", "adaptive", "between_tools"}),
    ("thinking", "display"): one_of({"summarized", "omitted"}),
    ("tool_choice", "type"): one_of({"auto", "any", "tool", "none"}),
    ("output_config", "effort"): one_of({"low", "medium", "high", "xhigh", "max"}),
    ("output_config", "format", "type"): one_of({"json_schema"}),
    ("cache_control", "type"): one_of({"ephemeral"}),
    ("cache_control", "ttl"): one_of({"5m", "1h"}),
    ("tools", "*", "type"): IDENTIFIER,
    ("tools", "*", "cache_control", "type"): one_of({"ephemeral"}),
    ("tools", "*", "cache_control", "ttl"): one_of({"5m", "1h"}),
    **{(*place, *rest): pattern for place in _BLOCKS for rest, pattern in _BLOCK.items()},
}
"""By place: every string there must match in full. Function names are text of the caller and not listed."""
