"""Folds a text to the plain characters that rules and models know, and remembers where each one stood; decides nothing.

`normalise` gives one text for models (accents kept) and one of ASCII bytes of the same length for RE2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_LOOKALIKES: Final = dict(
    zip(
        "аесорхуіјѕһԁԛԝвкмнтАВЕКМНОРСТУХІЈЅԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορνικτυχϲ",
        "aecopxyijshdqwbkmhtABEKMHOPCTYXIJSGQWABEZHIKMNOPTYXaopviktuxc",
        strict=True,
    )
)
_ASCII_LETTERS: Final = {"ß": "s", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "a", "Æ": "A"} | {
    "œ": "o",
    "Œ": "O",
    "ı": "i",
    "ð": "d",
    "Ð": "D",
    "þ": "t",
    "Þ": "T",
}
_PUNCTUATION: Final = {
    **dict.fromkeys("‘’‚‛′ʼ＇´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("⁄∕⧸", "/"),
    **dict.fromkeys("∶ː꞉", ":"),
    **dict.fromkeys("−⁃‐‑‒–—―﹣－", "-"),
    **dict.fromkeys("․。｡", "."),
    **dict.fromkeys("\u2028\u2029\x0b\x0c\x85", "\n"),
    "∗": "*",
    "ǀ": "|",
    "\u115f": "",
    "\u1160": "",
    "\u3164": "",
    "\u2800": " ",
    "\u034f": "",
}
_ODD = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_WORD = re.compile(r"[^\W_]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAGS = range(0xE0020, 0xE007F)
"""Unicode tag characters: invisible to people, ASCII to a model."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A folded text. `shape` has one ASCII byte per character of `text`; None in `starts` means nothing moved."""

    text: str
    shape: bytes
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where characters [start, end) of `text` stood in the text that was handed in."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Normalised:
    """Fold `text`: NFKC, invisible characters dropped, lookalike letters, digits, dashes, spaces and quotes made plain."""
    if text.isascii() and _CONTROLS.search(text) is None:
        return Normalised(text, text.encode("ascii"))
    runs = [_folded(text, run.start(), run.group()) for run in _ODD.finditer(text)]
    moved = any(len(folded) != size for clusters in runs for _, size, folded in clusters)
    pieces: list[str] = []
    done = 0
    for clusters in runs:
        pieces.append(text[done : clusters[0][0]])
        pieces.extend([folded for _, _, folded in clusters])
        done = clusters[-1][0] + clusters[-1][1]
    pieces.append(text[done:])
    folded_text = _unmask("".join(pieces))
    shape = _NOT_ASCII.sub(_shaped, folded_text).encode("ascii")
    if not moved:
        return Normalised(folded_text, shape)
    return Normalised(folded_text, shape, *_places(runs, len(text)))


def _folded(text: str, at: int, run: str) -> list[tuple[int, int, str]]:
    """The clusters of a run of odd characters: where each starts, its length, and what it folds to."""
    return [(at + start, size, _fold(text[at + start : at + start + size])) for start, size in _clusters(run)]


def _places(runs: Iterable[Sequence[tuple[int, int, str]]], length: int) -> tuple[list[int], list[int]]:
    """Where each character of the folded text started and ended in a text of `length`."""
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for clusters in runs:
        for at, size, folded in clusters:
            starts.extend(range(done, at))
            ends.extend(range(done + 1, at + 1))
            starts.extend([at] * len(folded))
            ends.extend([at + size] * len(folded))
            done = at + size
    starts.extend(range(done, length))
    ends.extend(range(done + 1, length + 1))
    return starts, ends


def _clusters(run: str) -> list[tuple[int, int]]:
    """A run cut into (offset, size): each character with the combining marks that follow it."""
    clusters: list[tuple[int, int]] = []
    for index, char in enumerate(run):
        if clusters and _is_mark(char) and clusters[-1][1] < _LONGEST_CLUSTER:
            at, size = clusters[-1]
            clusters[-1] = (at, size + 1)
        else:
            clusters.append((index, 1))
    return clusters


_LONGEST_CLUSTER: Final = 8
"""No script stacks more marks; an unbounded stack would make folding quadratic."""


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in _MARKS


_MARKS: Final = frozenset({"Mn", "Me"})
"""Marks that take no place of their own: accents, strokes through a letter, enclosing keys, variation selectors."""


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    composed = unicodedata.normalize("NFKC", "".join(map(_visible, cluster)))
    if len(composed) > 1:
        composed = _unmarked(composed)
    elif _is_mark(composed):
        composed = ""  # a mark with nothing before it, or one of a stack taller than any script has
    return "".join(map(_fold_char, composed))


def _unmarked(composed: str) -> str:
    """What NFKC could not join to a Latin letter, a digit or a sign is decoration: `5` with a stroke through it is 5.

    Marks of other scripts are vowels, and stay.
    """
    if not (
        composed[0].isascii() or composed[0] in _ASCII_LETTERS or unicodedata.name(composed[0], "").startswith("LATIN")
    ):
        return composed
    return composed[0] + "".join([char for char in composed[1:] if not _is_mark(char)])


def _visible(char: str) -> str:
    """Tag characters and the letters of flags and of black squares, which NFKC leaves alone, as what they show."""
    code = ord(char)
    if code in _TAGS:
        return chr(code - 0xE0000)
    for first in _PICTURED_LETTERS:
        if first <= code < first + 26:
            return chr(ord("A") + code - first)
    return char


_PICTURED_LETTERS: Final = (0x1F150, 0x1F170, 0x1F1E6)
"""NEGATIVE CIRCLED, NEGATIVE SQUARED and REGIONAL INDICATOR letters, from A on."""


def _fold_char(char: str) -> str:
    plain = _PUNCTUATION.get(char)
    if plain is not None:
        return plain
    category = unicodedata.category(char)
    if category in {"Nd", "No"}:
        digit = unicodedata.digit(char, None)  # also the black circles of a list
        return char if digit is None else str(digit)
    if category == "Pd":
        return "-"
    if category == "Zs":
        return " "
    if category == "Cs":
        return "\ufffd"
    if category == "Cf" or (category == "Cc" and char not in "\t\n\r") or "\ufe00" <= char <= "\ufe0f":
        return ""
    return char


def _unmask(text: str) -> str:
    """Cyrillic and Greek letters that stand in for Latin ones, made Latin; words of those scripts are left alone."""
    if _FOREIGN.search(text) is None:
        return text
    latin = len(_LATIN.findall(text[:4096]))
    foreign = len(_FOREIGN.findall(text[:4096]))

    def unmask(word: re.Match[str]) -> str:
        letters = word.group()
        if letters.isascii() or not all(char.isascii() or char in _LOOKALIKES for char in letters):
            return letters
        if latin > foreign or any(char.isascii() for char in letters):
            return "".join([_LOOKALIKES.get(char, char) for char in letters])
        return letters

    return _WORD.sub(unmask, text)


_LATIN = re.compile(r"[a-zA-Z]")
_FOREIGN = re.compile(r"[Ͱ-ԯ]")


class _Shape(dict[int, str]):
    """Any character to one ASCII character: letters lose their accents, other scripts become `x`, the rest `?`."""

    def __missing__(self, code: int) -> str:
        plain = _ascii_of(chr(code))
        if len(self) < _SHAPE_LIMIT:
            self[code] = plain
        return plain


def _ascii_of(char: str) -> str:
    if char.isascii():
        return char
    known = _ASCII_LETTERS.get(char)
    if known is not None:
        return known
    base = unicodedata.normalize("NFD", char)[0]
    if base.isascii():
        return base
    if char.isalpha():
        return "X" if char.isupper() else "x"
    return "?"


def _shaped(run: re.Match[str]) -> str:
    return run.group().translate(_SHAPE)


_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_SHAPE_LIMIT: Final = 8192
_SHAPE = _Shape()
