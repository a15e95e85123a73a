"""A form with one sound file as the tree that is scanned, and such a tree as the form that is sent; reads no sound.

In the tree the file is base64, like every sound in a request, so that it is walked, judged and digested like all else.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from gateway.domain import JSON, Tree
from gateway.errors import InvalidRequest
from gateway.wire.fields import Either, Field, Flag, Items, Number, Object
from gateway.wire.framing.multipart import Part, written

FILE: Final = "file"
_NAME: Final = re.compile(r"([^\[\]]{1,128})((?:\[[^\[\]]{0,128}\]){0,2})\Z")
_NUMBER: Final = re.compile(r"-?\d{1,18}(\.\d{1,18})?\Z")
_FLAGS: Final = {"true": True, "false": False, "True": True, "False": False}
_HEAD_CHARS: Final = 60
"""Base64 characters of the 44 bytes that a WAVE file begins with."""
_ENDINGS: Final = (
    ((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), "mp3"),
    ((b"OggS",), "ogg"),
    ((b"fLaC",), "flac"),
    ((b"\x1aE\xdf\xa3",), "webm"),
)


def read(parts: Iterable[Part], fields: Object) -> Tree:
    """The tree of a form: texts become what `fields` says of them where they spell it, `a[]` a list, `a[b]` an object.

    Raises:
        InvalidRequest: a name that says neither, or a file that is not `file`.
    """
    tree: Tree = {}
    for part in parts:
        if part.name == FILE:
            name: Tree = {} if part.filename is None else {"name": part.filename}
            tree[FILE] = {"data": base64.b64encode(part.data).decode(), **name}
            continue
        if part.filename is not None:
            raise InvalidRequest("A form may hold one file, under the name `file`.", param=FILE)
        _place(tree, part.name, part.data.decode("utf-8", "replace"))
    return {name: _typed(value, fields.fields.get(name)) for name, value in tree.items()}


def _place(tree: Tree, name: str, text: str) -> None:
    found = _NAME.match(name)
    if found is None:
        raise InvalidRequest("A field of the form has a name that cannot be read.")
    key, steps = found[1], [step.rstrip("]") for step in found[2].split("[")[1:]]
    if not steps:
        tree[key] = text
    elif steps[0]:
        inner = tree.setdefault(key, {})
        if isinstance(inner, dict):
            inner[steps[0]] = text
    else:
        listed = tree.setdefault(key, [])
        if isinstance(listed, list):
            listed.append(text)


def _typed(value: JSON, field: Field | None) -> JSON:
    """What a text of a form stands for, if it is of the field's type; else the text, which the table refuses."""
    match field:
        case Number() if isinstance(value, str) and _NUMBER.match(value):
            return float(value) if "." in value else int(value)
        case Flag() if isinstance(value, str):
            return _FLAGS.get(value, value)
        case Items(item=item):
            return [_typed(one, item) for one in (value if isinstance(value, list) else [value])]
        case Either(other=other) if isinstance(value, dict):
            return _typed(value, other)
        case Either(other=Object() as other) if isinstance(value, str) and value.startswith("{"):
            return _typed(_parsed(value), other)
        case Object(fields=fields) if isinstance(value, dict):
            return {name: _typed(one, fields.get(name)) for name, one in value.items()}
        case _:
            return value


def _parsed(text: str) -> JSON:
    try:
        value: JSON = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value


def form(tree: Tree) -> tuple[str, bytes]:
    """The content type and body that are sent. The file bears a name of ours, which says of what kind its bytes are.

    Raises:
        InvalidRequest: the file is no base64.
    """
    return written(_parts(tree))


def _parts(tree: Tree) -> Iterator[Part]:
    for name, value in tree.items():
        if name == FILE:
            data = _bytes(value)
            yield Part(FILE, f"audio.{ending(data)}", data)
        elif isinstance(value, list):
            yield from (Part(f"{name}[]", None, _spelled(one)) for one in value)
        elif isinstance(value, dict):
            yield from (Part(f"{name}[{key}]", None, _spelled(one)) for key, one in value.items())
        else:
            yield Part(name, None, _spelled(value))


def _spelled(value: JSON) -> bytes:
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


def _bytes(value: JSON) -> bytes:
    data = value.get("data") if isinstance(value, dict) else None
    try:
        return base64.b64decode(data if isinstance(data, str) else "", validate=True)
    except binascii.Error:
        raise InvalidRequest("`file.data` must be base64.", param="file.data") from None


def ending(data: bytes) -> str:
    """How files of this kind of sound are called."""
    if data[4:8] == b"ftyp":
        return "m4a"
    return next((name for signs, name in _ENDINGS if data.startswith(signs)), "wav")


def seconds(tree: Tree) -> float | None:
    """How long the sound of a request is, where its bytes say it: WAVE files do."""
    file = tree.get(FILE)
    data = file.get("data") if isinstance(file, dict) else None
    head = base64.b64decode(data[:_HEAD_CHARS]) if isinstance(data, str) and len(data) >= _HEAD_CHARS else b""
    if head[:4] != b"RIFF" or head[8:16] != b"WAVEfmt ":
        return None
    per_second = int.from_bytes(head[28:32], "little")
    size = len(data) * 3 // 4 - 44 if isinstance(data, str) else 0
    return size / per_second if per_second else None
