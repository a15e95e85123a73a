"""Other ways to read a text: escapes undone, spaced characters closed up, blobs decoded; finds nothing."""

from __future__ import annotations

import base64
import binascii
import html
import re
import sys
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.phi.find.text import combs
from gateway.phi.find.text.breaks import BREAK, Edit, joins
from gateway.phi.find.text.gate import Gate

_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,24});")
_BACKSLASHED: Final = r"\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[nrt\"/.@-]"
_COUNTED: Final = r"\\[01][0-7]{2}|(?:\\[23][0-7]{2})+|\\u\{[0-9A-Fa-f]{1,6}\}|\(cid:\d{2,5}\)"
"""Characters by their number: in octal (git, C, PDF), in braces (JavaScript, Rust), of a font without a map. Bytes beyond ASCII
are one letter together, so a run of them is read at once, and every other number by itself, whatever its width.
"""
_ESCAPE: Final = re.compile(rf"(?:{_BACKSLASHED})+|{_COUNTED}")
_ONE_ESCAPE: Final = re.compile(rf"{_BACKSLASHED}|{_COUNTED}")
_QUOTED: Final = re.compile(r"(?:=(?:[0-9A-Fa-f]{2}|\r?\n))+")
_INLINE: Final = (
    r"</?(?:b|i|u|em|strong|span|font|mark|a|sub|sup|wbr|br|small|code|tt|s|strike|del|ins|o:p)\b[^<>\n]{0,120}>"
)
_RUNS: Final = r"</(w|a):t>(?:\s{0,40}<(?!/?\1:(?:p|br|tab|tc|t)\b)[^<>]{0,300}>){0,16}\s{0,40}<\1:t(?:\s[^<>]{0,60})?>"
"""What stands between two runs of one paragraph in Word and PowerPoint (ECMA-376, 17.3.2): they cut words anywhere."""
_IN_LINE: Final = re.compile(rf"(?:{_INLINE})+|{_RUNS}|(?<=[^\W\d_])(?:\*{{1,3}}|~~)(?=[^\W\d_])", re.IGNORECASE)
_MARKED_UP: Final = re.compile(
    r"(?<=[\w@.-])(?:\*{1,3}|_{2}|~~|`)(?=[\w@.-])|(?<=\w)\*{1,3}(?=[-.@])|(?<=[-.@])\*{1,3}(?=\w)"
)
_TAGS: Final = re.compile(r"(?:</?[A-Za-z][\w:.-]{0,40}(?:\s[^<>]{0,300})?/?>\s{0,40})+")
_COMMAND: Final = r"\\(?:[a-mo-qsv-z][A-Za-z]{0,31}|(?:text|tiny|title|tab|trowd|row|rm|ref|rsid|rtf|rtlch|rquote|no|new|normal|ul|un|url)[a-z]{0,24})"
"""A control word of RTF or LaTeX; `\\n`, `\\r`, `\\t` and `\\u` with anything else are escapes of programs."""
_TYPESET: Final = re.compile(
    rf"{_COMMAND}\*?(?:-?\d{{1,6}})?(?:\[[^\[\]\n]{{0,80}}\])?(?: ?\{{| |(?=[\\{{}}\r\n]))|(?<!\\)[{{}}]"
)
_SPACES: Final = re.compile(r"\\(?:par|line|tab|cell|row|newline|quad|hfill|item)\b")
_LIKE: Final = "0-9OoQDlI|iSsBZzGgT"
_TAKEN_FOR: Final = str.maketrans("OoQDlI|iSsBZzGgT", "0000111155822997")
"""What recognisers of print take digits for: O and Q for 0, l and I and | for 1, S for 5, B for 8, Z for 2, g for 9, T for 7."""
_SCANNED: Final = re.compile(
    rf"(?<![\w./-])(?:\(?[{_LIKE}]{{3}}\)?[ .-]{{1,2}}[{_LIKE}]{{3}}[ .-][{_LIKE}]{{4}}|[{_LIKE}]{{3}}-[{_LIKE}]{{2}}-[{_LIKE}]{{4}}|"
    rf"[{_LIKE}]{{1,2}}([/.-])[{_LIKE}]{{1,2}}\1(?:[{_LIKE}]{{4}}|[{_LIKE}]{{2}})|[12lIZ][{_LIKE}]{{3}}-[{_LIKE}]{{2}}-[{_LIKE}]{{2}})(?![\w/-]|\.\w)"
)
_STACKED: Final = re.compile(r"(?<!\S)(?:[A-Za-z0-9:#,./@()-][ \t]*(?:\r?\n[ \t]*){1,3}){4,}[A-Za-z0-9)](?!\S)")
_SPACED: Final = re.compile(r"(?<![\w.'])(?:[A-Za-z0-9][ \t_.*~-]{1,3}){4,}[A-Za-z0-9](?!\w)")
_ACRONYMS: Final = ("mrn", "ssn", "dob", "vin", "npi", "dea")
_LETTERED: Final = re.compile(rf"(?i)\b(?:{'|'.join('[ .]{1,2}'.join(letters) for letters in _ACRONYMS)})\b")

_BASE: Final = r"[A-Za-z0-9+/_-]"
_GATE: Final = Gate(
    {
        "percent": r"%[0-9A-Fa-f]{2}",
        "entity": r"&[#A-Za-z][0-9A-Za-z]{1,24};",
        "escape": r"\\[ux][0-9A-Fa-f]{2}|\\[nrt\"/.@-]|\\[0-3][0-7]{2}|\\u\{[0-9A-Fa-f]|\(cid:\d{2}",
        "quoted": r"=[0-9A-Fa-f]{2}|=\r?\n",
        "broken": rf"[A-Za-z0-9@./-]{BREAK}[A-Za-z0-9@./-]|\\\\n",
        "typeset": rf"{_COMMAND}\*?(?:-?\d{{1,6}})?(?:\[[^\[\]\n]{{0,80}}\])?[ {{}}\\]",
        "tagged": r"</?[A-Za-z][\w:.-]{0,40}(?:\s[^<>]{0,300})?/?>",
        "in_line": rf"(?i:{_INLINE})|</(?:w|a):t>|[A-Za-z](?:\*{{1,3}}|~~)[A-Za-z]",
        "marked_up": r"[\w@.-](?:\*{1,3}|__|~~|`)[\w@.-]",
        "stacked": r"(?:^|\s)(?:[A-Za-z0-9:#,./@()-][ \t]*(?:\r?\n[ \t]*){1,3}){4}[A-Za-z0-9)](?:$|\s)",
        "grouped": r"(?:^|[^A-Za-z0-9+/=])([A-Za-z0-9+/]{4}(?: [A-Za-z0-9+/]{4}){4,}(?: [A-Za-z0-9+/]{2,3}={1,2})?)(?:$|[^A-Za-z0-9+/=])",
        "combed": combs.GATE,
        "scanned": rf"(?:[{_LIKE}]{{2,4}}\)?[ ./-]{{1,2}}){{2}}[{_LIKE}]{{2,4}}|[{_LIKE}]{{1,2}}[/.-][{_LIKE}]{{1,2}}[/.-][{_LIKE}]{{2}}",
        "spaced": r"(?:^|[^\w.])(?:[A-Za-z0-9][ \t_.*~-]{1,3}){4}[A-Za-z0-9](?:$|\W)",
        "lettered": r"(?i)\b[msdvn][ .]{1,2}[rsoipe][ .]{1,2}[nbia]\b",
        "base64": rf"(?:^|[^A-Za-z0-9+/=_-])({_BASE}{{16,}}(?:\r?\n{_BASE}{{8,}})*={{0,2}}|{_BASE}{{7,}}={{1,2}})",
        "hexadecimal": r"(?:^|\W)((?:0x|\\x)?[0-9A-Fa-f]{2}(?:[ :,-]?(?:0x)?[0-9A-Fa-f]{2}){5,})(?:$|\W)",
        "asks": r"(?i)\b(?:de-?(?:cod|cipher)|decrypt|encod|encrypt|base ?(?:64|32)|rot-?13|cipher|hexadec|obfuscat|gzip|zlib)",
        "codes": r"(?:^|[^\d.])((?:1[01]\d|12[0-6]|[3-9]\d)(?:[ ,]{1,2}(?:1[01]\d|12[0-6]|[3-9]\d)){8,})(?:$|[^\d.])",
    }
)
_LARGEST_BLOB: Final = 200_000
_PLAIN_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as someone could read it; `starts` and `ends` say which characters of the first text each one stands for."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


@dataclass(frozen=True, slots=True)
class Blob:
    """Characters [start, end) that stand for another text as a whole; `said` is None when they decode to none."""

    way: str
    start: int
    end: int
    value: str
    said: str | None


def triggers(shape: bytes) -> frozenset[str]:
    """What in a normalised text can be read otherwise; empty for nearly every text."""
    return _GATE.open(shape)


Undone: TypeAlias = dict[tuple[str, str], list[Edit]]
"""By a way and a text: what it undoes there. A text is read several times, with these ways and with those."""


def closed_up(text: str, ways: frozenset[str], undone: Undone) -> Reading | None:
    """`text` with everything undone that keeps the place of each character; None when nothing changes.

    Where little of a long text changes, only what stands around is in it: the rest has been read as it is. What is looked
    for is kept in `undone`, and not looked for again.
    """
    reading: Reading | None = None
    touched: list[tuple[int, int]] = []
    for name, edits in _UNDO:
        if name in ways:
            plain = reading or Reading(text, range(len(text)), range(1, len(text) + 1))
            made = undone.get((name, plain.text))
            if made is None:  # a day or a telephone that has all its digits is read as it stands
                made = [edit for edit in edits(plain.text) if edit[2] != plain.text[edit[0] : edit[1]]]
                undone[name, plain.text] = made
            if made:
                touched += [(plain.starts[start], plain.ends[end - 1]) for start, end, _ in made]
                reading = _replaced(plain, made)
    return _around(reading, text, sorted(touched)) if reading is not None else None


def _around(reading: Reading, text: str, touched: Sequence[tuple[int, int]]) -> Reading:
    """What of a reading stands near the places of `text` that were `touched`, in order; apart by `GAP`."""
    windows: list[tuple[int, int]] = []
    for start, end in touched:
        low, high = (
            _at_a_space(text, max(0, start - _NEAR), step=-1),
            _at_a_space(text, min(len(text), end + _NEAR), step=1),
        )
        if windows and low <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(high, windows[-1][1]))
        else:
            windows.append((low, high))
    if len(windows) == 1 and windows[0] == (0, len(text)):
        return reading
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for low, high in windows:
        first, last = bisect_left(reading.starts, low), bisect_left(reading.starts, high)
        if pieces and first < last:
            pieces.append(GAP)
            starts.extend([reading.starts[first]] * len(GAP))
            ends.extend([reading.ends[first]] * len(GAP))
        pieces.append(reading.text[first:last])
        starts.extend(reading.starts[first:last])
        ends.extend(reading.ends[first:last])
    return Reading("".join(pieces), starts, ends)


def _at_a_space(text: str, at: int, *, step: int) -> int:
    """The nearest border of a word in this direction; `at` itself where there is none."""
    if 0 < at < len(text):
        for place in range(at, max(0, min(len(text), at + step * _LONGEST_WORD)), step):
            if text[place].isspace():
                return place
    return at


GAP: Final = "\n\n;\n\n"
"""Between two places of a reading that are no neighbours."""
_NEAR: Final = 120
"""Characters around what is undone that say what it is: a cue, a sentence."""
_LONGEST_WORD: Final = 64


def blobs(text: str, shape: bytes, ways: frozenset[str]) -> Iterator[Blob]:
    """Runs of characters that look encoded as a whole, with what they say."""
    for name, decode in _DECODERS.items():
        if name in ways:
            for start, end in _GATE.spans(name, shape):
                value = text[start:end]
                yield Blob(name, start, end, value, decode(value[:_LARGEST_BLOB]))


def _each(pattern: re.Pattern[str], by: Callable[[str], str]) -> Callable[[str], Iterator[Edit]]:
    """Every place of a pattern, and what is read there."""
    return lambda text: ((*match.span(), by(match.group())) for match in pattern.finditer(text))


def _replaced(before: Reading, edits: Iterable[Edit]) -> Reading:
    text = before.text
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, new in edits:
        pieces += (text[done:start], new)
        starts.extend(before.starts[done:start])
        ends.extend(before.ends[done:start])
        size, many = end - start, max(1, len(new))
        starts.extend([before.starts[start + index * size // many] for index in range(len(new))])
        ends.extend(
            [before.ends[min(end, max(start + 1, start + (index + 1) * size // many)) - 1] for index in range(len(new))]
        )
        done = end
    pieces.append(text[done:])
    starts.extend(before.starts[done:])
    ends.extend(before.ends[done:])
    return Reading("".join(pieces), starts, ends)


def _unquoted(value: str) -> str:
    return bytes.fromhex(value.replace("%", "")).decode("utf-8", "replace")


def _unescaped(value: str) -> str:
    def one(match: re.Match[str]) -> str:
        escape = match.group()
        if escape[1].isdigit():
            return _decoded(bytes(int(digits, 8) for digits in escape[1:].split("\\")))
        if escape[0] == "(" or escape[2:3] == "{":
            code = int(escape[5:-1]) if escape[0] == "(" else int(escape[3:-1], 16)
            return chr(code) if code <= sys.maxunicode else escape
        if escape[1] in "ux":
            return chr(int(f"0x{escape[2:]}", 0))
        return {"n": "\n", "r": "\r", "t": "\t"}.get(escape[1], escape[1])

    return _ONE_ESCAPE.sub(one, value)


def spelled(text: str, ways: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Where characters stand one by one, with what they say closed up."""
    if "spaced" in ways:
        for match in _SPACED.finditer(text):
            yield *match.span(), _joined(match.group())


def _unquoted_printable(value: str) -> str:
    """Quoted-printable, as mail is written (RFC 2045, section 6.7): `=20` is a space, `=` at an end of line is nothing."""
    return _decoded(bytes.fromhex(re.sub(r"=|\r?\n", "", value)))


def _decoded(raw: bytes) -> str:
    """Bytes as the text that they are, or as the characters that older programs wrote so."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _unstacked(value: str) -> str:
    """One character a line, as a PDF gives a form's boxes, read across; an empty line is the gap between two words."""
    words = re.split(r"[ \t]*\r?\n[ \t]*\r?\n\s*", value)
    return " ".join(re.sub(r"(?<=[A-Za-z])(?=\d)", " ", re.sub(r"\s+", "", word)) for word in words)


def _joined(value: str) -> str:
    """`9 1 2 - 0 4 - 1 2 3 4` as `912-04-1234`: separators between all characters go, those between groups stay."""
    tight = re.sub(r"[ \t]*([-.])[ \t]*", r"\1", value)
    alone = re.sub(r"[ \t_*~]+", "", tight)
    if re.fullmatch(r"(?:[A-Za-z0-9][-.])*[A-Za-z0-9]", alone):
        alone = re.sub(r"[-.]", "", alone)
    return re.sub(r"(?<=[A-Za-z])(?=\d)", " ", alone)


def _plain(command: str) -> str:
    """What a control word of RTF or LaTeX leaves: a gap where it begins a line or a cell, else nothing."""
    return " " if _SPACES.match(command) else ""


def _digits(value: str) -> str:
    """A number as it was printed, where most of it was recognised as digits."""
    seen = sum(map(str.isdigit, value))
    read = value.translate(_TAKEN_FOR)
    likely = 2 * seen >= sum(map(str.isdigit, read))
    return read if likely and all(map(_NUMBERED.search, re.split(r"[^\w|]+", value.strip("()")))) else value


_NUMBERED: Final = re.compile(r"\d|^[OolI|]{1,2}$")
"""What a group of a number holds: `ISO-10-2024` has none that is a word."""


_UNDO: Final = (
    ("quoted", _each(_QUOTED, _unquoted_printable)),
    ("in_line", _each(_IN_LINE, lambda value: " " if value.casefold() in {"<br>", "<br/>", "<br />"} else "")),
    ("marked_up", _each(_MARKED_UP, lambda _: "")),
    ("typeset", _each(_TYPESET, _plain)),
    ("tagged", _each(_TAGS, lambda _: " ")),
    ("stacked", _each(_STACKED, _unstacked)),
    ("combed", combs.closed),
    ("scanned", _each(_SCANNED, _digits)),
    ("percent", _each(_PERCENT, _unquoted)),
    ("entity", _each(_ENTITY, html.unescape)),
    ("escape", _each(_ESCAPE, _unescaped)),
    ("spaced", _each(_SPACED, _joined)),
    ("lettered", _each(_LETTERED, lambda value: re.sub(r"[ .]", "", value))),
    ("broken", joins),
)


_WORDS_OR_NUMBER: Final = re.compile(r"[A-Z]?[a-z]+(?:[-_/][A-Z]?[a-z]+)*|[0-9+/_=-]+")
"""What is no base64, however long: `Hydrochlorothiazide`, `patient_discharge_summary`; sixteen letters of it would mix cases."""


def _base64(value: str) -> str | None:
    if _WORDS_OR_NUMBER.fullmatch(value):
        return None
    bare = re.sub(r"\s", "", value).rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4))
        return _readable(_inflated(raw)) or _base32(value)
    except (binascii.Error, ValueError):
        return None


def _inflated(raw: bytes) -> bytes:
    """What gzip or zlib packed (RFC 1952, RFC 1950), as far as a blob may be long; other bytes as they are."""
    if not raw.startswith((b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")):
        return raw
    try:
        return zlib.decompressobj(wbits=47).decompress(raw, _LARGEST_BLOB)  # 47: either header
    except zlib.error:
        return raw


def _base32(value: str) -> str | None:
    bare = value.rstrip("=")
    if not bare.isupper():
        return None
    try:
        return _readable(base64.b32decode(bare + "=" * (-len(bare) % 8)))
    except (binascii.Error, ValueError):
        return None


def _hexadecimal(value: str) -> str | None:
    digits = re.sub(r"0x|[^0-9A-Fa-f]", "", value)
    return _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _codes(value: str) -> str:
    return "".join(chr(int(code)) for code in re.findall(r"\d+", value))


_MIXED: Final = re.compile(r"[a-z][A-Z0-9]|[A-Z][A-Z]*[0-9]|[0-9][A-Za-z]")
"""A group of base64 that is no word and no number: `test card 4242 4242 4242` has none."""
_DECODERS: Final[dict[str, Callable[[str], str | None]]] = {
    "base64": _base64,
    "grouped": lambda value: _base64(value.replace(" ", "")) if any(map(_MIXED.search, value.split())) else None,
    "hexadecimal": _hexadecimal,
    "codes": _codes,
}


def _readable(raw: bytes) -> str | None:
    """What bytes say, if they are a text in UTF-8 or UTF-16, else None."""
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = sum(char.isascii() and (char.isprintable() or char in "\n\r\t") for char in text)
        if text and plain >= _PLAIN_SHARE * len(text):
            return text
    return None
