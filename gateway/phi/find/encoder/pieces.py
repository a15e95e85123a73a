"""Cuts a text into word pieces for the encoder, and these into segments of a bounded length; knows no meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 62
"""Pieces of a segment, without the two marks around it."""
SHAPES: Final = 26
"""How a piece is written: eight forms of a word after nothing, a space or a line break; then what continues a word, and marks."""
WORDS: Final = 8
"""Forms of a word."""
CONTINUED: Final = 24
_MARK: Final = 25

_WORD: Final = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST_WORD: Final = 60
"""Characters of a word beyond which it is one unknown piece, so that no word costs more than a known time."""
_ENDS: Final = frozenset(".!?;")


@dataclass(frozen=True, slots=True)
class Segment:
    """Some neighbouring words. `heads[i]` is the place in `ids` of the first piece of word i, which spans `starts[i]` to `ends[i]`."""

    ids: tuple[int, ...]
    shapes: tuple[int, ...]
    heads: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class WordPiece:
    """Greedy longest match over a list of pieces, of which those that continue a word begin with "##" (BERT, uncased)."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids: Final = {piece: at for at, piece in enumerate(vocabulary)}
        self._unknown: Final = self._ids["[UNK]"]
        self._first: Final = self._ids["[CLS]"]
        self._last: Final = self._ids["[SEP]"]

    @property
    def ends(self) -> frozenset[int]:
        """The pieces that end a sentence."""
        return frozenset(self._ids[mark] for mark in _ENDS if mark in self._ids)

    def segments(self, text: str) -> Iterator[Segment]:
        """The words of `text` in order, in as few segments as the limits and the ends of lines and sentences allow."""
        words = [match.span() for match in _WORD.finditer(text)]
        read: dict[str, tuple[Sequence[int], int]] = {}  # a text says most of its words more than once
        pieces: list[Sequence[int]] = []
        forms: list[int] = []
        for start, end in words:
            word = text[start:end]
            if (known := read.get(word)) is None:
                known = read[word] = (self._pieces(word), _form(word))
            pieces.append(known[0])
            forms.append(known[1])
        first = 0
        while first < len(words):
            last = _fitting(pieces, first)
            if last < len(words):
                last = _cut(text, words, first, last)
            before = words[first - 1][1] if first else 0
            yield self._segment(text, words[first:last], pieces[first:last], forms[first:last], before)
            first = last

    def _segment(
        self,
        text: str,
        words: Sequence[tuple[int, int]],
        pieces: Sequence[Sequence[int]],
        forms: Sequence[int],
        before: int,
    ) -> Segment:
        ids, shapes, heads = [self._first], [_MARK], []
        for (start, end), parts, form in zip(words, pieces, forms, strict=True):
            heads.append(len(ids))
            ids += parts
            shapes.append(form + WORDS * _gap(text[before:start]))
            if len(parts) > 1:
                shapes += [CONTINUED] * (len(parts) - 1)
            before = end
        return Segment(
            (*ids, self._last),
            (*shapes, _MARK),
            tuple(heads),
            tuple([start for start, _ in words]),
            tuple([end for _, end in words]),
        )

    def _pieces(self, word: str) -> list[int]:
        if not word.isascii():
            word = "".join(char for char in unicodedata.normalize("NFD", word) if unicodedata.category(char) != "Mn")
        word = word.lower()
        known = self._ids
        whole = known.get(word)
        if whole is not None:
            return [whole]
        if not word or len(word) > _LONGEST_WORD:  # a vowel sign that stands as a word of its own leaves nothing
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            while end > start:
                piece = known.get("##" + word[start:end] if start else word[start:end])
                if piece is not None:
                    break
                end -= 1
            else:
                return [self._unknown]
            found.append(piece)
            start = end
        return found


def _fitting(pieces: Sequence[Sequence[int]], first: int) -> int:
    """The word before which a segment that begins with `first` must end."""
    room, at = LONGEST, first
    while at < len(pieces) and (len(pieces[at]) <= room or at == first):
        room -= len(pieces[at])
        at += 1
    return at


def _cut(text: str, words: Sequence[tuple[int, int]], first: int, last: int) -> int:
    """A better place to end a segment of words [first, last): the last line's or sentence's end in its second half."""
    middle = (first + last) // 2
    sentence = last
    for at in range(last, middle, -1):
        gap = text[words[at - 1][1] : words[at][0]]
        if "\n" in gap:
            return at
        if sentence == last and gap and text[words[at - 1][1] - 1] in _ENDS:
            sentence = at
    return sentence


def _gap(between: str) -> int:
    if not between:
        return 0
    return 2 if "\n" in between else 1


def _form(word: str) -> int:
    if word.isalpha():
        if word.islower():
            return 0
        if len(word) == 1:
            return 1
        if word[0].isupper() and word[1:].islower():
            return 2
        return 3 if word.isupper() else 4
    if word.isdigit():
        return 5
    return 6 if word.isalnum() else 7
