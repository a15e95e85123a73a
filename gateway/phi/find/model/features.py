"""Cuts a text into tokens and describes each by its own form and its neighbours; knows nothing of labels or models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

Feature = bytes

_TOKEN: Final = re.compile(
    r"(\s*)("
    r"['’]s\b"
    r"|[^\W_]+(?:[-/][^\W_]+|(?<=\d)[.:,](?=\d)[^\W_]+|['’](?!s\b)[^\W_]+)*"
    r"|[^\w\s]|_)"
)
"""Space, and after it a word, a possessive ending, a sign, or one token of digits joined by - / . : ("04/21/2023", "SJH-123456")."""
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


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text in order: what each is, where it starts, and the line breaks (1 or 2) right before some."""

    words: Sequence[str]
    starts: Sequence[int]
    breaks: Mapping[int, int]

    def end(self, at: int) -> int:
        """Where token `at` ends, exclusive."""
        return self.starts[at] + len(self.words[at])


def tokens(text: str) -> Tokens:
    """Tokens of `text`; every character but space stands in one. Linear in its length."""
    pairs = _TOKEN.findall(text)
    if "-" in text or "/" in text:
        pairs = list(_pieces(pairs))
    words = [word for _, word in pairs]
    ends = accumulate([len(space) + len(word) for space, word in pairs])
    breaks = {at: min(2, space.count("\n")) for at, (space, _) in enumerate(pairs) if "\n" in space}
    return Tokens(words, [end - len(word) for end, word in zip(ends, words, strict=True)], breaks)


def _pieces(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """`pairs`, with words cut at - and / unless they contain a digit."""
    for space, word in pairs:
        if len(word) > 1 and ("-" in word or "/" in word) and not _DIGIT.search(word):
            before = space
            for piece in _PIECE.findall(word):
                yield before, piece
                before = ""
        else:
            yield space, word


class _Word(NamedTuple):
    """The features of one word: for its own place, for each place near it, and its parts of features of neighbours together."""

    own: tuple[Feature, ...]
    before2: tuple[Feature, ...]
    before1: tuple[Feature, ...]
    after1: tuple[Feature, ...]
    after2: tuple[Feature, ...]
    group: Feature
    word_and: Feature
    group_and: Feature
    word2_and: Feature
    group2_and: Feature
    and_word: Feature
    and_group: Feature


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
    """Turns tokens into features by the marks of a lexicon. It caches dictionary words and forms of numbers, never names.

    `known` are the features that a model has weights for. It passes over all others, and copying them to it is as dear as
    making them, so they are left out: a third of those of a word, and most of those that words share. None keeps all.
    """

    def __init__(self, marks: Mapping[str, str], known: frozenset[Feature] | None = None) -> None:
        self._marks = marks
        self._known = known
        self._joints = _AllJoints() if known is None else _Joints(known)
        self._edge = self._kept(_EDGE)
        self._ordinary: dict[str, _Known] = {}  # words of the lexicon that are more than a name, and signs
        self._classed: dict[tuple[str, str], _Known] = {}  # names and unknown words, by case and marks alone
        self._numbers: dict[str, _Known] = {}  # by form: every digit is a 0, but for the century of a year

    def features(self, cut: Tokens, start: int = 0, end: int | None = None) -> list[list[Feature]]:
        """One list of features for each of tokens [start, end)."""
        texts = cut.words[start:end]
        ordinary, seen = self._ordinary, dict[str, _Known]()
        words = [ordinary.get(text) or seen.get(text) or self._word(text, seen) for text in texts]
        edge = self._edge
        framed = [edge, edge, *words, edge, edge]
        rows: list[list[Feature]] = []
        for before2, before1, here, after1, after2 in zip(
            framed, framed[1:], words, framed[3:], framed[4:], strict=False
        ):
            row = [*here.own, *before2.before2, *before1.before1, *after1.after1, *after2.after2]
            if (joint := before1.after_word.get(here.and_group)) is not None:
                row.append(joint)
            if (joint := here.after_group.get(after1.and_word)) is not None:
                row.append(joint)
            if (joint := before2.after_word2.get(before1.and_word)) is not None:
                row.append(joint)
            more = before1.after_group2.get(here.and_group)
            if more is not None and (joint := more.get(after1.and_group)) is not None:
                row.append(joint)
            rows.append(row)
        _lined(rows, cut.breaks, start)
        if (style := _style(texts)) is not None:
            for row, word in zip(rows, words, strict=True):
                row.append(style + word.group)
        return rows

    def _word(self, text: str, seen: dict[str, _Known]) -> _Known:
        if not text[0].isalnum():
            word = self._made(text, text)
            (self._ordinary if text.isascii() else seen)[text] = word
            return word
        if not text.isalpha() and _DIGIT.search(text):
            return self._number(text)
        lower, case = text.casefold(), _shape(text)
        marks = self._marks.get(lower) or self._marks.get(lower.replace("'", ""), "")
        kind = _CLASS.get(lower, "")
        if kind or (marks and not _is_name(marks)):
            word = self._made(lower, kind or case + _lists(marks), case + _lists(marks))
            (self._ordinary if marks and case in _USUAL and len(text) == len(lower) else seen)[text] = word
            return word
        alike = self._classed.get((case, marks))
        if alike is None:
            alike = self._made(f"<{_lists(marks)}>", case + _lists(marks))
            if case in _USUAL:
                self._classed[case, marks] = alike
        if marks:
            return alike
        word = seen[text] = alike._replace(own=(*alike.own, *self._only(_endings(lower))))
        return word

    def _number(self, text: str) -> _Known:
        form = text.translate(_ZEROES)
        century = text[:2] if len(text) == _YEAR and text[:2] in {"19", "20"} else ""
        alike = self._numbers.get(century + form)
        if alike is None:
            shape = _shape(text)
            unit = _unit(text.casefold()) if shape[-1:] == "x" else ""
            alike = self._made(f"#{shape}{'Y' if century and text.isdecimal() else ''}", f"#{shape[:6]}", unit=unit)
            if len(self._numbers) < _KEPT:
                self._numbers[century + form] = alike
        return alike

    def _made(self, word: str, group: str, lists: str = "", *, unit: str = "") -> _Known:
        return self._kept(_made(word, group, lists, unit=unit))

    def _kept(self, word: _Word) -> _Known:
        """A word with the features that are known."""
        joints = self._joints
        return _Known(
            self._only(word.own),
            self._only(word.before2),
            self._only(word.before1),
            self._only(word.after1),
            self._only(word.after2),
            word.group,
            joints.after(word.word_and),
            joints.after(word.group_and),
            joints.after(word.word2_and),
            joints.after_two(word.group2_and),
            word.and_word,
            word.and_group,
        )

    def _only(self, features: Iterable[Feature]) -> tuple[Feature, ...]:
        known = self._known
        return tuple(features) if known is None else tuple([feature for feature in features if feature in known])


def _lined(rows: Sequence[list[Feature]], breaks: Mapping[int, int], start: int) -> None:
    """Say in the rows of tokens from `start` on where lines begin and end."""
    for at, lines in breaks.items():
        if start < at < start + len(rows):
            rows[at - start - 1].append(b"eol")
            rows[at - start].append(b"nl2" if lines > 1 else b"nl")
    if rows:
        rows[0].append(b"nl2")


class _After(Protocol):
    """What follows the beginning of a feature that words share: the second part → the feature, if it is known."""

    def get(self, part: Feature, /) -> Feature | None: ...


class _AfterTwo(Protocol):
    """The same for a feature of three parts."""

    def get(self, part: Feature, /) -> _After | None: ...


class _Known(NamedTuple):
    """A `_Word` as far as its features are known."""

    own: tuple[Feature, ...]
    before2: tuple[Feature, ...]
    before1: tuple[Feature, ...]
    after1: tuple[Feature, ...]
    after2: tuple[Feature, ...]
    group: Feature
    after_word: _After
    after_group: _After
    after_word2: _After
    after_group2: _AfterTwo
    and_word: Feature
    and_group: Feature


class _Joints:
    """The known features that words share, by their parts, of which each but the first begins with a bar.

    A word may be a bar itself, so a feature is cut at every one: a cut that no words make is never asked for.
    """

    def __init__(self, known: Iterable[Feature]) -> None:
        self._two: dict[Feature, dict[Feature, Feature]] = {}
        self._three: dict[Feature, dict[Feature, dict[Feature, Feature]]] = {}
        for feature in known:
            bars = [at for at, byte in enumerate(feature) if byte == _BAR and at]
            for first in bars:
                self._two.setdefault(feature[:first], {})[feature[first:]] = feature
                if feature[:1] == b"d":
                    later = self._three.setdefault(feature[:first], {})
                    for second in bars:
                        if second > first:
                            later.setdefault(feature[first:second], {})[feature[second:]] = feature

    def after(self, part: Feature) -> _After:
        return self._two.get(part, _NONE)

    def after_two(self, part: Feature) -> _AfterTwo:
        return self._three.get(part, _NONE_OF_TWO)


class _AllJoints:
    """Joins whatever it is given: for training, when nothing is known yet."""

    def after(self, part: Feature) -> _After:
        return _Joining(part)

    def after_two(self, part: Feature) -> _AfterTwo:
        return _JoiningTwo(part)


class _Joining:
    def __init__(self, part: Feature) -> None:
        self._part = part

    def get(self, part: Feature, /) -> Feature | None:
        return self._part + part


class _JoiningTwo:
    def __init__(self, part: Feature) -> None:
        self._part = part

    def get(self, part: Feature, /) -> _After | None:
        return _Joining(self._part + part)


_NONE: Final[Mapping[Feature, Feature]] = {}
_NONE_OF_TWO: Final[Mapping[Feature, Mapping[Feature, Feature]]] = {}
_BAR: Final = ord("|")
_USUAL: Final = frozenset({"x", "Xx", "X", "I"})
"""Cases of words whose features are cached; the others, like "pATIENT", are too many."""
_YEAR: Final = 4
_ZEROES: Final = str.maketrans("123456789", "000000000")
_KEPT: Final = 5_000


def _style(texts: Sequence[str]) -> Feature | None:
    """A feature for every token of a text in small letters only, or in capitals only, where case tells nothing."""
    letters = [text for text in texts if text[0].isalpha()]
    if all(map(str.islower, letters)):
        return b"small|"
    return b"capital|" if all(map(str.isupper, letters)) else None


@cache
def _lists(marks: str) -> str:
    return "".join(sorted({_MERGED.get(mark, mark) for mark in marks}))


@cache
def _is_name(marks: str) -> bool:
    """Whether a word is nothing but a name. All such words look alike to the model, so that it learns from their place."""
    return (
        "G" in marks or "g" in marks or (marks[:1] in {"F", "f", "r"} and "P" not in marks and "p" not in marks)
    ) and not ({"w", "D", "O", "A"} & set(marks))


_MERGED: Final = {"G": "g", "g": "g", "F": "f", "f": "f", "r": "f", "P": "p", "p": "p"}


def _unit(lower: str) -> str:
    """`65-year-old` → `-year-old`, `12th` → `th`: the letters beside a number; "" if there are many."""
    unit = _RUN.sub("", lower)
    return unit if len(unit) < 10 and unit.isascii() else ""


def _endings(word: str) -> tuple[Feature, ...]:
    """The first and last letters of an unknown word, as features."""
    return f"p={word[:3]}".encode(), f"s={word[-3:]}".encode(), f"z={word[-4:]}".encode()


def _made(word: str, group: str, lists: str = "", *, unit: str = "") -> _Word:
    """The features of a word. `lists` are its case and marks where `group` is not that already; `unit` follows a number."""
    own, near = [f"g={group}"], [f"h={group}"]
    if word[0] != "<" and word != group:
        own.append(f"w={word}")
        near.append(f"w={word}")
    if lists and lists != group:
        own.append(f"hl={lists}")
        near.append(f"l={lists}")
    if unit:
        own.append(f"t={unit}")
    name, shared = word[:12].encode(), group.encode()
    return _Word(
        _encoded("", own),
        _encoded("-2", near),
        _encoded("-1", near),
        _encoded("+1", near),
        _encoded("+2", near),
        shared,
        b"a" + name,
        b"b" + shared,
        b"c" + name,
        b"d" + shared,
        b"|" + name,
        b"|" + shared,
    )


def _encoded(place: str, features: Iterable[str]) -> tuple[Feature, ...]:
    return tuple([f"{place}{feature}".encode() for feature in features])


_EDGE: Final = _made("^", "^")
