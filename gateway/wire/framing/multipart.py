"""Forms with files (`multipart/form-data`), read and written whole; opens nothing and keeps no file.

Source: RFC 7578, RFC 2046 section 5.1, and how browsers escape names (WHATWG HTML, "multipart/form-data").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from gateway.errors import InvalidRequest

MAX_PARTS: Final = 200
MAX_HEAD_BYTES: Final = 8_192
_BOUNDARY: Final = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_DISPOSITION: Final = re.compile(rb"(?:\A|\r\n)content-disposition:\s*form-data((?:;[^\r\n]*)?)", re.IGNORECASE)
_PARAMETER: Final = re.compile(rb';\s*(name|filename)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))', re.IGNORECASE)
_BROKEN: Final = "The body is not a valid multipart/form-data."


class Part(NamedTuple):
    """One field of a form; `filename` is None where it is no file."""

    name: str
    filename: str | None
    data: bytes


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form with files."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


def read(body: bytes | bytearray, content_type: str) -> list[Part]:
    """The parts of a body, in order.

    Raises:
        InvalidRequest: it is no form, has more than 200 parts, or one whose headers are longer than 8 KB.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise InvalidRequest("The content type names no boundary of the form.")
    mark = b"--" + (found[1] or found[2]).encode()
    at = 0 if body.startswith(mark) else body.find(b"\r\n" + mark) + 2
    if not body.startswith(mark, at):
        raise InvalidRequest(_BROKEN)
    parts: list[Part] = []
    while not body.startswith(b"--", at + len(mark)):
        head = body.find(b"\r\n", at)
        ends = body.find(b"\r\n\r\n", head)
        following = body.find(b"\r\n" + mark, ends + 2)
        if head < 0 or not 0 <= ends - head <= MAX_HEAD_BYTES or following < 0 or len(parts) == MAX_PARTS:
            raise InvalidRequest(_BROKEN)
        parts.append(_part(bytes(body[head:ends]), bytes(body[ends + 4 : following])))
        at = following + 2
    return parts


def _part(head: bytes, data: bytes) -> Part:
    disposition = _DISPOSITION.search(head)
    if disposition is None:
        raise InvalidRequest(_BROKEN)
    said = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(disposition[1])}
    if b"name" not in said:
        raise InvalidRequest(_BROKEN)
    filename = said.get(b"filename")
    return Part(_text(said[b"name"]), None if filename is None else _text(filename), data)


def _text(raw: bytes) -> str:
    return re.sub(r"\\(.)", r"\1", raw.decode("utf-8", "replace")).replace("%22", '"')


def written(parts: Iterable[Part]) -> tuple[str, bytes]:
    """The content type and the body of a form; names are ours or those of a table, and hold no quote or line end."""
    given = list(parts)
    digest = hashlib.sha256()
    for part in given:
        digest.update(part.data)
    boundary = f"gateway-{digest.hexdigest()[:40]}"  # no file holds its own digest
    pieces: list[bytes] = []
    for part in given:
        file = (
            "" if part.filename is None else f'; filename="{part.filename}"\r\nContent-Type: application/octet-stream'
        )
        name = part.name.replace('"', "%22").replace("\r", "").replace("\n", "")
        pieces += [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode(), part.data]
        pieces.append(b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(pieces)
