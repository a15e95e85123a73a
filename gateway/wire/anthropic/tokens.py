"""Estimates how many tokens a Messages request has, for targets that cannot be asked; never a promise."""

from __future__ import annotations

import math
from typing import Any

CHARS_PER_TOKEN = 3.5
"""English prose has about four characters a token in current vocabularies; JSON and clinical text have fewer."""
MESSAGE_TOKENS = 4
IMAGE_TOKENS = 1_600
"""What an image costs at most (Anthropic's vision guide: larger ones are scaled down to this)."""
PDF_BYTES_PER_TOKEN = 40
"""A text page of 1,500 to 3,000 tokens is some 60 to 120 kB in a PDF."""


def estimate(tree: dict[str, Any]) -> int:
    """Input tokens of a valid request, estimated from characters: within a third for English, rounded up.

    Counts system, messages and tools. Text outside ASCII counts a token a character, which is the upper end.
    """
    parts = [tree.get("system") or "", tree.get("tools") or []]
    total = sum(_value(part) for part in parts)
    for message in tree["messages"]:
        total += MESSAGE_TOKENS + _value(message["content"])
    return max(1, math.ceil(total))


def _value(value: Any) -> float:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return sum(_value(item) for item in value)
    if not isinstance(value, dict):
        return _text(str(value))
    kind, source = value.get("type"), value.get("source")
    if kind == "image":
        return IMAGE_TOKENS
    if kind == "document" and isinstance(source, dict) and source.get("type") == "base64":
        return len(source["data"]) * 3 / 4 / PDF_BYTES_PER_TOKEN
    return sum(_text(key) + _value(item) for key, item in value.items() if key != "cache_control")


def _text(text: str) -> float:
    ascii_chars = len(text) if text.isascii() else sum(char.isascii() for char in text)
    return ascii_chars / CHARS_PER_TOKEN + (len(text) - ascii_chars)
