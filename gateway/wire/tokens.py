"""Estimates how many tokens a request has in the words of any dialect, for who cannot be asked; never a promise."""

from __future__ import annotations

import math
from typing import Any

HEADERS = {"x-gateway-token-count": "estimate"}
"""What an answer says that is made of an estimate."""
CHARS_PER_TOKEN = 3.5
"""English prose has about four characters a token in current vocabularies; JSON and clinical text have fewer."""
MESSAGE_TOKENS = 4
IMAGE_TOKENS = 1_600
"""What an image costs at most (Anthropic's vision guide: larger ones are scaled down to this)."""
PDF_BYTES_PER_TOKEN = 40
"""A text page of 1,500 to 3,000 tokens is some 60 to 120 kB in a PDF."""
_IMAGES, _FILES = frozenset({"image", "image_url"}), frozenset({"document", "file"})


def estimate(messages: Any, *more: Any) -> int:
    """Tokens of messages and of what comes with them (prompts, tools): within a third for English, rounded up.

    Text outside ASCII counts a token a character, which is the upper end.
    """
    total = sum(map(_value, more))
    for message in messages:
        total += MESSAGE_TOKENS + _value(message.get("content") or "") + _value(message.get("tool_calls") or [])
    return max(1, math.ceil(total))


def _value(value: Any) -> float:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return sum(_value(item) for item in value)
    if not isinstance(value, dict):
        return _text(str(value))
    kind = value.get("type")
    if kind in _IMAGES:
        return IMAGE_TOKENS
    if kind in _FILES and (data := _data(value)):
        return len(data) * 3 / 4 / PDF_BYTES_PER_TOKEN
    return sum(_text(key) + _value(item) for key, item in value.items() if key != "cache_control")


def _data(part: dict[str, Any]) -> str:
    """The base64 text of a document or file."""
    source, file = part.get("source"), part.get("file")
    if isinstance(source, dict) and source.get("type") == "base64":
        return str(source["data"])
    return str(file.get("file_data") or "") if isinstance(file, dict) else ""


def _text(text: str) -> float:
    ascii_chars = len(text) if text.isascii() else sum(char.isascii() for char in text)
    return ascii_chars / CHARS_PER_TOKEN + (len(text) - ascii_chars)
