"""Tells by its bytes what an attachment is: a picture, a sound, a text in disguise, or a file nobody here can read."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from gateway.domain import UnknownReason

_PICTURES: Final = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*"),
    *(b"\x00\x00\x00\x0cJXL ", b"\xff\x0a"),
)
_SOUNDS: Final = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
_HEAD_CHARS: Final = 64
"""Base64 characters in which every signature stands."""
_PLAIN_HEAD: Final = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,80}(?:;charset=[A-Za-z0-9-]{1,20})?(?:;base64)?\Z")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]*={0,2}\Z")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """What an attachment is taken for, and the texts that can be read in it: its own, and parameters of its type."""

    reason: UnknownReason
    texts: tuple[str, ...] = ()


def attachment(given: str, claimed: UnknownReason) -> Attachment:
    """What a `data:` URL or a base64 text is. `claimed` is believed of bytes that bear it out, and of raw sound.

    Only a raster image whose bytes are one counts as an image: `image/svg+xml` is a text, and so is a `text/plain` that
    calls itself a picture. Source of the form: RFC 2397.
    """
    head, data = _parted(given)
    texts = (head,) if head and _PLAIN_HEAD.match(head) is None else ()
    if head and not head.endswith(";base64"):
        return Attachment(UnknownReason.FILE, (*texts, unquote(data)) if data else texts)
    if _BASE64.match(data) is None:
        return Attachment(UnknownReason.FILE, (*texts, data))
    start = _decoded(data[:_HEAD_CHARS]) or b""
    if _is_picture(start):
        return Attachment(UnknownReason.IMAGE, texts)
    if start.startswith(_SOUNDS) or (start[:4] == b"RIFF" and start[8:12] == b"WAVE"):
        return Attachment(UnknownReason.AUDIO, texts)
    said = _text(data, start)
    if said:
        return Attachment(UnknownReason.FILE, (*texts, said))
    sound = claimed is UnknownReason.AUDIO or head.startswith("data:audio/")  # raw samples have no signature
    return Attachment(UnknownReason.AUDIO if sound else UnknownReason.FILE, texts)


def _parted(given: str) -> tuple[str, str]:
    """The head of a `data:` URL ("" where it is none) and its data."""
    if not given.startswith("data:"):
        return "", given
    head, _, data = given.partition(",")
    return head, data


def _is_picture(start: bytes) -> bool:
    if start.startswith(_PICTURES):
        return True
    return (start[:4] == b"RIFF" and start[8:12] == b"WEBP") or start[4:12] in {b"ftypavif", b"ftypheic", b"ftypmif1"}


def _decoded(data: str) -> bytes | None:
    plain = data.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return None


def _text(data: str, start: bytes) -> str:
    """What the bytes say, where they are a text at all; "" for any others."""
    if not _reads(start[:-3], partial=True):
        return ""
    raw = _decoded(data) or b""
    return raw.decode("utf-8", "replace") if _reads(raw) else ""


def _reads(raw: bytes, *, partial: bool = False) -> bool:
    try:
        said = raw.decode("utf-8", "ignore" if partial else "strict")
    except UnicodeDecodeError:
        return False
    return bool(said or partial) and _CONTROL.search(said) is None
