"""Reads a file as a text, or says why it is none, by its bytes and never by its name; cuts a text into pieces."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from gateway.phi.find.records import formats
from gateway.phi.find.text.normalise import normalise

STDIN: Final = "-"
_PIECE: Final = 1 << 18
"""Characters of a piece: some hundred milliseconds of work."""
_BACK: Final = 1 << 14
"""Characters before its end in which a piece prefers to end with a line, or else between two words."""
_HEAD: Final = 1 << 13
"""Characters by which a table is known."""
_LONGEST_HEADER: Final = 1 << 12
_PACKED: Final = "an archive or an Office document (.docx, .xlsx, .zip): unpack it, or save it as text or CSV"
_MAGIC: Final = (
    (b"PK\x03\x04", _PACKED),
    (b"PK\x05\x06", _PACKED),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.doc, .xls): save it as text or CSV"),
    (b"\x1f\x8b", "packed with gzip: unpack it first (`gunzip -c FILE | gateway phi scan -`)"),
    (b"BZh", "packed with bzip2: unpack it first"),
    (b"\xfd7zXZ\x00", "packed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"%PDF-", "a PDF: take its text out first (`pdftotext FILE -`)"),
    (b"{\\rtf", "a document in RTF: save it as text"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
)
"""How files begin that hold text which is not there to be read, and what to do."""
_DICOM: Final = slice(128, 132)
_NOT_TEXT: Final = frozenset(range(0x20)) - frozenset(b"\t\n\r\x0b\x0c\x1b\x1c\x1d\x1e\x1f")
"""Control characters that no text has; HL7, X12 and terminals use the others."""


class Unreadable(Exception):
    """A file that is no text; the message says what it is, and what to do, and quotes nothing."""


class Piece(NamedTuple):
    """A part of a text, from character `start` on; the first `repeated` characters of `text` are a table's header."""

    text: str
    start: int
    repeated: int = 0


def read(file: str) -> str:
    """The text of a file, of standard input for `-`.

    Raises:
        Unreadable: it is none, or cannot be opened.
    """
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except IsADirectoryError:
        raise Unreadable("it is a folder: name the files in it") from None
    except OSError as failure:
        raise Unreadable((failure.strerror or "there is no file").lower()) from None
    return decoded(raw)


def decoded(raw: bytes) -> str:
    """Bytes as a text in UTF-8, or in UTF-16 with a mark of it.

    Raises:
        Unreadable: they are none.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return _as_text(raw.removeprefix(mark) if encoding == "utf-8" else raw, encoding)
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            raise Unreadable(f"it is {what}")
    if raw[_DICOM] == b"DICM":
        raise Unreadable("it is a DICOM file: scan what `dcmdump FILE` prints; its pixels cannot be read")
    if not _NOT_TEXT.isdisjoint(raw):
        raise Unreadable("it is binary data, and no text")
    return _as_text(raw, "utf-8")


def _as_text(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("it is no text in UTF-8: convert it first (`iconv -f LATIN1 -t UTF-8 FILE`)") from None


def pieces(text: str) -> Iterator[Piece]:
    """`text` in pieces that end with a line where they can; each of a table begins with its header."""
    header = _header(text) if len(text) > _PIECE else ""
    start = 0
    while start < len(text):
        end = _end(text, start)
        if start:
            yield Piece(header + text[start:end], start, len(header))
        else:
            yield Piece(text[:end], 0)
        start = end


def _header(text: str) -> str:
    """The first line of a table, with its end; "" where the text is none."""
    head = text[:_HEAD]
    line = head[: head.find("\n") + 1]
    if not line or len(line) > _LONGEST_HEADER or not head.strip():
        return ""
    return line if "tables" in formats.recognised(normalise(head)).formats else ""


def _end(text: str, start: int) -> int:
    end = start + _PIECE
    if end >= len(text):
        return len(text)
    for between in ("\n", "\r", " ", ","):
        at = text.rfind(between, end - _BACK, end)
        if at >= 0:
            return at + 1
    return end
