"""Cuts a text into tokens and describes each by its own form and its neighbours; knows nothing of labels or models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

Feature = bytes

_TOKEN: Final = re.compile(
    r"['’]s\b"
    r"|[^\W_]+(?:[-/][^\W_]+|(?<=\d)[.:,](?=\d)[^\W_]+|['’](?!s\b)[^\W_]+)*"
    r"|[^\w\s]|_"
)
"""A word, a possessive ending, a sign, or one token of digits joined by - / . : ("04/21/2023", "SJH-123456", "65-year-old")."""
_PIECE: Final = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)*|[-/]")
_DIGIT: Final = re.compile(r"\d")
_RUN: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")

_CLASSES: Final[Mapping[str, str]] = {
    "title": "dr doctor mr mrs ms miss mx prof professor nurse rev sr sra srta mme herr frau sir madam attorney officer sgt capt judge",
    "person": "patient pt name named called client resident veteran subject attn signed cc dear hi hello from by with per contact "
    "spoke saw provider physician surgeon attending pcp referring oncologist cardiologist neurologist",
    "kin": "wife husband son daughter mother father mom dad sister brother aunt uncle cousin partner spouse fiance niece nephew "
    "grandson granddaughter grandmother grandfather neighbor friend caregiver guardian boss employer roommate girlfriend boyfriend",
    "care": "seen admitted treated visited evaluated presented diagnosed hospitalized transferred discharged followed referred consulted "
    "examined scheduled monitored operated attending attends receiving received",
    "house": "hospital hospitals hosp clinic clinics center centre ctr medical med health healthcare institute infirmary memorial general "
    "medicine hospice rehab rehabilitation pavilion university community regional children's women's surgery care nursing pharmacy "
    "laboratory labs practice associates urgent dialysis sanatorium county va campus ward manor",
    "live": "lives living resides residing resident home address located moved native born zip",
    "street": "street st avenue ave road rd drive lane ln boulevard blvd court ct way place pl circle terrace parkway pkwy highway hwy apt "
    "suite unit floor box trail loop square plaza",
    "month": "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept "
    "oct nov dec",
    "id": "mrn id no number num # ssn account acct member policy record chart insurance license licence serial plan claim group case "
    "medicaid medicare encounter accession specimen study participant enrollee subscriber confirmation badge passport vin plate "
    "identifier csn fin dea npi emr ehr ref",
    "when": "dob born birth admitted admission discharge discharged date dated visit since until appointment appt surgery died deceased",
    "kind": "disease syndrome sign score scale test reflex criteria classification procedure palsy fracture phenomenon virus trial study "
    "guideline guidelines stage grade index catheter tube questionnaire maneuver lymphoma sarcoma tumor thyroiditis anemia contracture "
    "ulcer cyst gangrene law method equation formula protocol nodes esophagus angina diverticulum aneurysm chorea",
}
_CLASS: Final = {word: name for name, words in _CLASSES.items() for word in words.split()}


class Token(NamedTuple):
    """Characters [start, end) of a text. `broken` counts the line breaks (at most 2) right before it."""

    text: str
    start: int
    end: int
    broken: int = 0


def tokens(text: str) -> list[Token]:
    """Tokens of `text` in order; every character but space stands in one or is a control. Linear in its length."""
    found: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if end - start > 1 and ("-" in (word := match.group()) or "/" in word) and not _DIGIT.search(word):
            found.extend((start + piece.start(), start + piece.end()) for piece in _PIECE.finditer(word))
        else:
            found.append((start, end))
    bounds = [0, *(end for _, end in found)]
    return [
        Token(text[start:end], start, end, min(2, text.count("\n", before, start)))
        for before, (start, end) in zip(bounds, found, strict=False)
    ]


class _Word(NamedTuple):
    """What one word says: of its own place, and of the four places around it."""

    word: Feature
    group: Feature
    own: tuple[Feature, ...]
    before2: tuple[Feature, ...]
    before1: tuple[Feature, ...]
    after1: tuple[Feature, ...]
    after2: tuple[Feature, ...]


_EDGE: Final = _Word(b"^", b"^", (), (b"-2w=^",), (b"-1w=^",), (b"+1w=^",), (b"+2w=^",))


def _shape(word: str) -> str:
    """`65-year-old` → `2-x-x`, `SJH-123456` → `X-6`: runs of digits by length, runs of letters by case."""
    if word.isalpha():
        return _case(word)
    marks = _RUN.sub(lambda run: str(min(9, run.end() - run.start())), word)
    return _LETTERS.sub(lambda run: _case(run.group()), marks.replace("'", "").replace("’", ""))[:14]


def _case(word: str) -> str:
    if word.islower():
        return "x"
    if len(word) == 1:
        return "I"
    if word.isupper():
        return "X"
    return "Xx" if word[0].isupper() and word[1:].islower() else "xX"


class Describer:
    """Turns tokens into features by the marks of a lexicon; remembers its work for words of the lexicon that are no names."""

    def __init__(self, marks: Mapping[str, str]) -> None:
        self._marks = marks
        self._ordinary: dict[str, _Word] = {}
        self._sketched: dict[_Sketch, _Word] = {}

    def features(self, sequence: Sequence[Token]) -> list[list[Feature]]:
        """One list of features per token."""
        seen: dict[str, _Word] = {}
        words = [self._ordinary.get(token.text) or self._word(token.text, seen) for token in sequence]
        framed = [_EDGE, _EDGE, *words, _EDGE, _EDGE]
        rows = [
            [
                *here.own,
                *before2.before2,
                *before1.before1,
                *after1.after1,
                *after2.after2,
                b"a" + before1.word + b"|" + here.group,
                b"b" + here.group + b"|" + after1.word,
                b"c" + before2.word + b"|" + before1.word,
                b"d" + before1.group + b"|" + here.group + b"|" + after1.group,
            ]
            for before2, before1, here, after1, after2 in zip(
                framed, framed[1:], words, framed[3:], framed[4:], strict=False
            )
        ]
        for at, token in enumerate(sequence):
            if token.broken and at:
                rows[at - 1].append(b"eol")
                rows[at].append(b"nl2" if token.broken > 1 else b"nl")
        if rows:
            rows[0].append(b"nl2")
        if (style := _style(sequence)) is not None:
            for row, word in zip(rows, words, strict=True):
                row.append(style + word.group)
        return rows

    def _word(self, text: str, seen: dict[str, _Word]) -> _Word:
        known = seen.get(text)
        if known is not None:
            return known
        lower = text.casefold()
        marks = self._marks.get(lower) or self._marks.get(lower.replace("'", ""), "")
        sketch = _sketch(text, lower, marks)
        if sketch.word == lower and lower[0].isalnum():
            word = _frame(sketch)
            (self._ordinary if marks and not _NAMES & set(marks) and len(text) == len(lower) else seen)[text] = word
            return word
        word = seen[text] = self._sketched.get(sketch) or _frame(sketch)
        if len(self._sketched) < _KEPT:
            self._sketched[sketch] = word
        return word


def _style(sequence: Sequence[Token]) -> Feature | None:
    """Said of every token where capitals tell nothing, because all letters are small or all are capitals."""
    letters = [token.text for token in sequence if token.text[0].isalpha()]
    if all(map(str.islower, letters)):
        return b"small|"
    return b"capital|" if all(map(str.isupper, letters)) else None


class _Sketch(NamedTuple):
    """All that the model is told of a word. `word` is the word itself, or what stands for it: `<gf>` for a name, `#2-2-4` for digits."""

    word: str
    shape: str = ""
    lists: str = ""
    kind: str = ""


_KEPT: Final = 20_000
"""Sketches remembered; none tells a name or a number."""


def _sketch(text: str, lower: str, marks: str) -> _Sketch:
    if not text[0].isalnum():
        return _Sketch(text)
    shape = _shape(text)
    if not text.isalpha() and _DIGIT.search(text):
        year = "Y" if len(text) == 4 and text.isdecimal() and text[:2] in {"19", "20"} else ""
        return _Sketch(f"#{shape}{year}", shape, kind=_unit(lower) if shape[-1:] == "x" else "")
    lists = "".join(sorted({_MERGED.get(mark, mark) for mark in marks}))
    kind = _CLASS.get(lower, "")
    return _Sketch(f"<{lists}>" if not kind and _is_name(marks) else lower, shape, lists, kind)


def _unit(lower: str) -> str:
    """`65-year-old` → `-year-old`, `12th` → `th`: what is said of a number, if it is short."""
    unit = _RUN.sub("", lower)
    return unit if len(unit) < 10 and unit.isascii() else ""


def _is_name(marks: str) -> bool:
    """Whether a word says nothing but that it is a name: the model shall learn from its place, not from who it is."""
    return (
        "G" in marks or "g" in marks or (marks[:1] in {"F", "f", "r"} and "P" not in marks and "p" not in marks)
    ) and not ({"w", "D", "O", "A"} & set(marks))


_NAMES: Final = frozenset("GgFfrPp")
_MERGED: Final = {"G": "g", "g": "g", "F": "f", "f": "f", "r": "f", "P": "p", "p": "p"}


def _frame(sketch: _Sketch) -> _Word:
    word, shape, lists, kind = sketch
    if not word[0].isalnum() and word[0] not in "#<":
        own, around, group = [f"w={word}", f"g={word}"], [f"w={word}"], word
    elif word[0] == "#":
        group = f"#{shape[:6]}"
        own, around = [f"w={word}", f"g={group}", f"t={kind}"], [f"w={word}"]
    else:
        group = kind or shape + lists
        own = [f"w={word}", f"g={group}", f"h={shape}", f"l={lists}"]
        around = [f"w={word}", f"h={shape}{lists}"]
        if word[0] != "<":
            own += [f"p={word[:3]}", f"s={word[-3:]}", f"z={word[-4:]}"]
        if kind:
            own.append(f"hl={shape}{lists}")
            around.append(f"k={kind}")
    near = [feature.encode() for feature in around]
    return _Word(
        word[:12].encode(),
        group.encode(),
        tuple([feature.encode() for feature in own]),
        tuple([b"-2" + feature for feature in near]),
        tuple([b"-1" + feature for feature in near]),
        tuple([b"+1" + feature for feature in near]),
        tuple([b"+2" + feature for feature in near]),
    )
