"""Estimates how many tokens a request has in the words of any dialect, for who cannot be asked; never a promise."""

from __future__ import annotations

import math
from typing import Any

HEADERS = {"x-gateway-token-count": "estimate"}
"""What an answer says that is made of an estimate."""
CHARS_PER_TOKEN = 3.5
"""English prose has about four characters a token in current vocabularies; JSON and clinical text have fewer."""
LEAST_SHARE = 0.7
"""The fewest tokens of a text against the estimate: five characters a token, of scripts other than Latin 1.4."""
MESSAGE_TOKENS = 4
IMAGE_TOKENS = 1_600
"""What an image costs at most (Anthropic's vision guide: larger ones are scaled down to this)."""
PDF_BYTES_PER_TOKEN = 40
"""A text page of 1,500 to 3,000 tokens is some 60 to 120 kB in a PDF."""
_NO_TEXT = frozenset({"images", "data", "url", "input_audio", "audio", "signature", "encrypted_content", "source"})
_IMAGES, _FILES = frozenset({"image", "image_url"}), frozenset({"document", "file"})


def estimate(messages: Any, *more: Any) -> int:
    """Tokens of messages and of what comes with them (prompts, tools): within a third for English, rounded up.

    Text outside ASCII counts a token a character, which is the upper end.
    """
    total = sum(map(_value, more))
    for message in messages:
        total += MESSAGE_TOKENS + _value(message.get("content") or "") + _value(message.get("tool_calls") or [])
    return max(1, math.ceil(total))


def at_least(tree: dict[str, Any]) -> int:
    """Tokens that a request in the words of any dialect has surely: its texts alone, at the fewest that they can be.

    Of several inputs of embeddings it is the longest, since each has the context for itself.
    """
    given = tree.get("input", tree.get("prompt"))
    inputs = given if isinstance(given, list) and not (given and isinstance(given[0], int)) else [given]
    longest = max(map(_texts, inputs), default=0.0) if "messages" not in tree else 0.0
    beside = sum(_texts(tree.get(name)) for name in ("messages", "system", "instructions", "tools"))
    return int((longest + beside) * LEAST_SHARE)


def at_least_in_all(tree: dict[str, Any]) -> int:
    """The same for all inputs of embeddings together, as their servers count them."""
    given = tree.get("input")
    if not isinstance(given, list) or "messages" in tree or (given and isinstance(given[0], int)):
        return at_least(tree)
    return sum(at_least({"input": one}) for one in given)


def about(tree: dict[str, Any]) -> int:
    """Tokens that a request in the words of any dialect may have: its texts alone."""
    return round(at_least_in_all(tree) / LEAST_SHARE)


def _texts(value: Any) -> float:
    """Tokens of the texts within a value, by the same measure as all else here."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return len(value) if value and isinstance(value[0], int) else sum(map(_texts, value))
    if not isinstance(value, dict) or value.get("type") in _IMAGES | _FILES:
        return 0.0
    return sum(_texts(item) for name, item in value.items() if name not in _NO_TEXT)


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
