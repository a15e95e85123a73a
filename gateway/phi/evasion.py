"""Identifiers written so that a plain reading misses them: spaced, spelled out, escaped or encoded; bounded, and no oracle.

What decodes to text is searched again; an opaque blob is suspicious only with evidence that it is meant to be read.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain import Kind, UnknownReason
from gateway.phi import records, structured
from gateway.phi.normalise import Normalised, normalise
from gateway.phi.rules import Evidence, Hit

_DEPTH: Final = 3
"""Encodings inside encodings that are undone; each layer is shorter than the one around it, so the work is linear."""
_OPAQUE: Final = frozenset({UnknownReason.ENCODED})


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as someone could read it: `starts` and `ends` say which characters each of its own stands for."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def find(folded: Normalised, depth: int = _DEPTH) -> list[Hit]:
    """Hits in other readings of a text, over the characters that stand for them."""
    if depth == 0:
        return []
    hits: list[Hit] = []
    text = folded.text
    for reading in _readings(text):
        again = normalise(reading.text)
        for hit in _again(again, depth):
            start, end = again.origin(hit.start, hit.end)
            hits.append(
                Hit(
                    hit.kind,
                    reading.starts[start],
                    reading.ends[end - 1],
                    hit.confidence,
                    Evidence.CHECKED,
                    hit.patient,
                )
            )
    for start, end, decoded in _blobs(text):
        again = normalise(decoded)
        inside = _again(again, depth)
        if inside:
            best = max(inside, key=lambda hit: (hit.evidence, hit.confidence))
            hits.append(
                Hit(best.kind, start, end, best.confidence, Evidence.CHECKED, any(hit.patient for hit in inside))
            )
    return hits


def _again(again: Normalised, depth: int) -> list[Hit]:
    return [*structured.find(again), *records.find(again.text), *find(again, depth - 1)]


# --- readings that keep the place of every character --------------------------------------------------------------

_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,24});")
_ESCAPE: Final = re.compile(r"(?:\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[nrt\"/])+")
_SPACED: Final = re.compile(r"(?<![\w.])(?:[A-Za-z0-9](?:[ \t_.*|,~-]{1,3})){4,}[A-Za-z0-9](?!\w)")
_NUMBER_WORDS: Final = {
    **{
        word: str(index)
        for index, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    },
    "oh": "0",
    "dash": "-",
    "hyphen": "-",
    "dot": ".",
    "niner": "9",
}
_SPOKEN_DIGITS: Final = re.compile(
    rf"(?i)\b(?:(?:{'|'.join(_NUMBER_WORDS)}|double|triple)[\s,-]{{1,3}}){{3,}}(?:{'|'.join(_NUMBER_WORDS)})\b"
)
_WORD: Final = re.compile(r"[A-Za-z]+")


def _readings(text: str) -> Iterator[_Reading]:
    if "%" in text and _PERCENT.search(text):
        yield _replaced(text, _PERCENT, lambda value: bytes.fromhex(value.replace("%", "")).decode("utf-8", "replace"))
    if "&" in text and _ENTITY.search(text):
        yield _replaced(text, _ENTITY, html.unescape)
    if "\\" in text and _ESCAPE.search(text):
        yield _replaced(text, _ESCAPE, _unescaped)
    if _SPACED.search(text):
        yield _replaced(text, _SPACED, _closed)
    if _SPOKEN_DIGITS.search(text):
        yield _replaced(text, _SPOKEN_DIGITS, _spoken)


def _replaced(text: str, pattern: re.Pattern[str], by: Callable[[str], str]) -> _Reading:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        new = by(match.group())
        pieces += (text[done:start], new)
        starts.extend(range(done, start))
        ends.extend(range(done + 1, start + 1))
        size = end - start
        starts.extend([start + index * size // max(1, len(new)) for index in range(len(new))])
        ends.extend([start + (index + 1) * size // max(1, len(new)) for index in range(len(new))])
        done = end
    pieces.append(text[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return _Reading("".join(pieces), starts, ends)


def _unescaped(value: str) -> str:
    def one(match: re.Match[str]) -> str:
        escape = match.group()
        if escape[1] in "ux":
            return chr(int(escape[2:], 16))
        return {"n": "\n", "r": "\r", "t": "\t"}.get(escape[1], escape[1])

    return re.sub(r"\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[nrt\"/]", one, value)


def _closed(value: str) -> str:
    """`9 1 2 - 0 4 - 1 2 3 4` as `912-04-1234`; letters and digits alone are joined, real separators kept once."""
    value = re.sub(r"[ \t]*([-.,|])[ \t]*", r"\1", value)
    alone = re.sub(r"[ \t_*~]+", "", value)
    if re.fullmatch(r"(?:[A-Za-z0-9][-.,|])*[A-Za-z0-9]", alone):
        alone = re.sub(r"[-.,|]", "", alone)
    return re.sub(r"(?<=[A-Za-z])(?=\d)", " ", alone)


def _spoken(value: str) -> str:
    digits: list[str] = []
    times = 1
    for word in _WORD.findall(value.lower()):
        if word in {"double", "triple"}:
            times = 2 if word == "double" else 3
            continue
        digits.append(_NUMBER_WORDS[word] * times)
        times = 1
    return "".join(digits)


# --- blobs that stand for a text as a whole ------------------------------------------------------------------------

_BASE64: Final = re.compile(
    r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{8,}(?:\s?\n[A-Za-z0-9+/_-]{8,})*={0,2}(?![A-Za-z0-9+/=_-])"
)
_BASE32: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z2-7]{16,}={0,6}(?![A-Za-z0-9])")
_HEX: Final = re.compile(r"(?<![A-Za-z0-9])(?:0x)?[0-9A-Fa-f]{2}(?:[ :,-]?(?:0x)?[0-9A-Fa-f]{2}){5,}(?![A-Za-z0-9])")
_CODES: Final = re.compile(
    r"(?<![\d.])(?:1[01]\d|12[0-6]|[3-9]\d)(?:[ ,]{1,2}(?:1[01]\d|12[0-6]|[3-9]\d)){8,}(?![\d.])"
)
_LIKELY_TEXT: Final = 0.9
_BLOB: Final = 200_000


def _blobs(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _BASE64.finditer(text):
        decoded = _base64(match.group())
        if decoded is not None:
            yield (*match.span(), decoded)
    for match in _BASE32.finditer(text):
        decoded = _base32(match.group())
        if decoded is not None:
            yield (*match.span(), decoded)
    for match in _HEX.finditer(text):
        decoded = _hex(match.group())
        if decoded is not None:
            yield (*match.span(), decoded)
    for match in _CODES.finditer(text):
        yield (*match.span(), "".join(chr(int(code)) for code in re.findall(r"\d+", match.group())))


def _base64(value: str) -> str | None:
    if value.isdigit() or (len(value) < 16 and (value.isalpha() or "=" not in value)):
        return None
    bare = re.sub(r"\s", "", value)[:_BLOB].rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        return _readable(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except (binascii.Error, ValueError):
        return None


def _base32(value: str) -> str | None:
    bare = value.rstrip("=")[:_BLOB]
    try:
        return _readable(base64.b32decode(bare + "=" * (-len(bare) % 8)))
    except (binascii.Error, ValueError):
        return None


def _hex(value: str) -> str | None:
    digits = re.sub(r"0x|[^0-9A-Fa-f]", "", value)[:_BLOB]
    return _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _readable(raw: bytes) -> str | None:
    """What bytes say, if they are a text in UTF-8 or UTF-16, else None."""
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = sum(char.isascii() and (char.isprintable() or char in "\n\r\t") for char in text)
        if text and plain >= _LIKELY_TEXT * len(text):
            return text
    return None


# --- what nobody can read --------------------------------------------------------------------------------------------

_ASKS: Final = re.compile(
    r"(?i)\b(?:de-?cod\w*|de-?cipher\w*|decrypt\w*|encod\w*|encrypt\w*|base ?(?:64|32)|rot-?13|cipher\w*|hex(?:adecimal)?|obfuscat\w*|gzip\w*|zlib)\b"
)
_MAGIC: Final = (
    "JVBERi0",
    "iVBORw0KGgo",
    "/9j/",
    "R0lGOD",
    "UEsDB",
    "H4sI",
    "SUkq",
    "TU0A",
    "RElDTQ",
    "T2dnUw",
    "UklGR",
    "eJ",
    "AAAAAA",
    "0M8R4KGx",
)
"""How PDF, PNG, JPEG, GIF, ZIP, gzip, TIFF, DICOM, Ogg, RIFF, zlib and Office files begin in base64."""
_LONG: Final = 256
_ODDS_AND_ENDS: Final = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[A-Za-z0-9+/=_-]{20,}")


def opaque(folded: Normalised, hits: Sequence[Hit]) -> frozenset[UnknownReason]:
    """`encoded` for a blob that does not decode to a text, when it is a file or the text asks for it to be read."""
    text = folded.text
    asked = _ASKS.search(text) is not None
    for match in _BASE64.finditer(text):
        value = match.group()
        if len(value) < 20 or any(hit.start < match.end() and match.start() < hit.end for hit in hits):
            continue
        if len(value) >= _LONG and value.startswith(_MAGIC) and _base64(value) is None:
            return _OPAQUE
        if asked and _ODDS_AND_ENDS.fullmatch(value) and _base64(value) is None and not _HASH.fullmatch(value):
            return _OPAQUE
    if asked and _ROTATED.search(text) and _rotated(text):
        return _OPAQUE
    return frozenset()


_HASH: Final = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
)
_ROTATED: Final = re.compile(r"(?i)rot-?13|caesar|cipher")
_TURN: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM"
)


def _rotated(text: str) -> bool:
    """Whether turning letters by thirteen shows an identifier; turning keeps digits, so only cues can appear."""
    return any(
        hit.evidence is Evidence.CUE and hit.kind is not Kind.DATE
        for hit in structured.find(normalise(text.translate(_TURN)))
    )
