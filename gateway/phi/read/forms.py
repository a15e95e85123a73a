"""What programs write instead of a text within a longer one: base64, hexadecimal, percent signs, entities; finds nothing.

Only what stands for a text as a whole is decoded, once and not again, so that reading is linear.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

_PERCENT: Final = re.compile(r"(?<![A-Za-z0-9._~%-])[A-Za-z0-9._~-]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9._~-]*)+")
_ENTITIES: Final = re.compile(r"(?:&\#[xX]?[0-9A-Fa-f]{2,6};){4,}")
_CODED: Final = re.compile(
    r"(?<![A-Za-z0-9+/_=-])(?![A-Z]?[a-z]+(?:-[A-Z]?[a-z]+)*(?![A-Za-z0-9+/_=-]))[A-Za-z0-9+/_-]{8,}={0,2}"
)
"""A run that may be base64 or hexadecimal; words are neither, however long, and make nearly all of a text."""
_HEXADECIMAL: Final = re.compile(r"(?:0x)?((?:[0-9A-Fa-f]{2}){5,})")
_MIXED: Final = re.compile(r"(?=.*[A-Z])(?=.*[a-z0-9]).")
"""Base64 of a name or a number has capitals and others; nearly all words and numbers have not."""
_LARGEST: Final = 200_000
"""Characters of one run that are decoded."""


def said(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something stands encoded in `text`, and the text that it stands for."""
    if "%" in text:
        for run in _PERCENT.finditer(text):
            yield (*run.span(), unquote(run[0][:_LARGEST], errors="replace"))
    if "&#" in text:
        for run in _ENTITIES.finditer(text):
            yield (*run.span(), html.unescape(run[0][:_LARGEST]))
    for run in _CODED.finditer(text):
        if told := _decoded(run[0][:_LARGEST]):
            yield (*run.span(), told)


def _decoded(run: str) -> str:
    hexadecimal = _HEXADECIMAL.fullmatch(run)
    told = _told(bytes.fromhex(hexadecimal[1])) if hexadecimal is not None else ""
    if not told and _MIXED.match(run) is not None:
        told = _told(_base64(run))
    return told


def _base64(run: str) -> bytes:
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare[: len(bare) - (len(bare) % 4 == 1)] + "=" * (-len(bare) % 4 % 3))
    except (binascii.Error, ValueError):
        return b""


def _told(raw: bytes) -> str:
    """What bytes say as UTF-8; nothing where they are no text."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return ""
    return text if text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() else ""
