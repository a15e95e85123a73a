"""Where a line ends in the middle of a value, as PDF extraction and mail programs cut lines; joins, and finds nothing.

A line that ends after a whole word or a whole number is left alone: what is joined has a hyphen or a separator at the
break, or a piece that is nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from gateway.phi.find import lexicon

Edit: TypeAlias = tuple[int, int, str]
"""Characters [start, end) of a text, and what is read instead of them."""

BREAK: Final = r"[ \t]*\r?\n[ \t>]*"
"""An end of line with the spaces before it, and the indent or the mark of a quoted mail behind it."""
_CUED: Final = (
    r"(?:ssn|social(?: security)?|mrn|chart|record|phone|tel(?:ephone)?|mobile|cell|call(?:ed)?|fax|acc(?:oun)?t|member|subscriber|policy|"
    r"insurance|patient|medicare|medicaid|nhs|card|passport|id|no|num(?:ber)?|#)"
)
_JOINTS: Final = re.compile(
    rf"(?P<word>(?<=[^\W\d_])-{BREAK}(?=[^\W\d_]))"
    rf"|(?P<dash>(?<=\d)(?:-{BREAK}|{BREAK}-)(?=\d))"
    rf"|(?P<slash>(?<=\d)(?:/{BREAK}|{BREAK}/)(?=\d))"
    rf"|(?P<dot>(?<=\d\d\d)\.{BREAK}(?=\d{{3,4}}(?!\d|[.)] )))"
    rf"|(?P<digits>(?<=\d){BREAK}(?=\d))"
    rf"|(?P<other>(?<=[A-Za-z0-9.@]){BREAK}(?=[.@]?[A-Za-z0-9]))"
)
_HEAD: Final = 48
"""Characters before a break that are looked at: a cue and the first piece of its value."""
_BACKWARDS: Final = re.compile(r"[-/. ]{0,2}\)?\d(?:[-/. ]{0,2}[)(]?\d){0,23}")
"""Digits with their separators, read from the end of a line, so that no place is tried twice."""
_RUN_BEHIND: Final = re.compile(r"\d(?:[-/. ]?\d){0,23}")
_CUE_BEFORE: Final = re.compile(
    rf"(?i)(?<![A-Za-z]){_CUED}(?![A-Za-z])[^\w\n]*(?:(?:is|was|id|no|number|num)\b[^\w\n]*)?(?-i:[A-Z]{{0,4}})$"
)
_GOES_ON: Final = re.compile(r"(?:\d[ -]?)+(?:$|[^\w/%][^\w]|[,;)\n])")
"""A number that is all there is before a comma or an end, so that it counts nothing: not the `45` of `45 y/o`."""
_UNIT: Final = re.compile(
    r" ?(?:[mk]?[glm]|mcg|iu|units?|tabs?|caps?|puffs?|x|%|/|y/?o|yrs?|years?|weeks?|days?|hours?|bpm|mm ?hg|cm|lbs?)\b",
    re.IGNORECASE,
)
_COMPLETE: Final = 5
"""Digits with which a number after a cue is complete, so that another one begins behind it (`across` says the same)."""
_MOST: Final = 12
_WHOLE: Final = frozenset({9, 10})
"""Digits of an SSN and of a telephone: pieces that add up to one belong together."""
_SHAPES: Final = frozenset(
    {(3, 2, 4), (3, 3, 4), (1, 3, 3, 4), (4, 2, 2), (2, 2, 4), (1, 2, 4), (2, 1, 4), (1, 1, 4), (4, 4, 4, 4)}
)
"""How many digits the groups of an SSN, a telephone, a day, a card have."""
_LOCAL_NUMBER: Final = (3, 4)
_DOMAIN_HEAD: Final = re.compile(r"[\w.+-]@(?:[A-Za-z0-9-]{1,40}|[A-Za-z0-9.-]{1,60}\.)?$")
"""An address that has no ending yet: `maria@`, `maria@exam`, `maria@example.`"""
_LOCAL_HEAD: Final = re.compile(
    r"(?<![\w@./-])[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)+$|(?i:\be-?mail(?: address)?(?: is)?[: ]{1,2})[A-Za-z0-9._+-]{1,30}$"
)
_TOP: Final = r"(?:com|org|net|edu|gov|mil|info|health|care|clinic|hospital|io|co|us|uk|ca|au|nz|ie|de|at|ch|fr|nl|be|it|es|pt|pl|se|no|dk|fi|in|br|mx|jp)"
_DOMAIN_TAIL: Final = re.compile(rf"[A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*?\.?{_TOP}\b(?![\w(.-]*[\w(])")
"""The end of a domain that people have addresses at: what stands behind `root@web01` in a shell is another file or command."""
_LOCAL_TAIL: Final = re.compile(
    rf"[A-Za-z0-9._+-]{{0,40}}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.{_TOP}\b(?![\w(.-]*[\w(])"
)
"""The end of an address; a decorator in a program (`@app.route(…)`) is none."""
_ENDING: Final = re.compile(r"(?i)\.(?:com|org|net|edu|gov|io|info|co|uk|de|html?|pdf|py|js|json|txt|md)$")
_WORD_BEFORE: Final = re.compile(r"[^\W\d_]+$")
_WORD_BEHIND: Final = re.compile(r"[^\W\d_]+")


def joins(text: str) -> Iterator[Edit]:
    """The breaks of a normalised text that stand within a value, in order, with what is read there instead."""
    for match in _JOINTS.finditer(text):
        joined = _READ[match.lastgroup or ""](text, *match.span())
        if joined is not None:
            yield (*match.span(), joined)


def _word(text: str, start: int, end: int) -> str | None:
    """A hyphen between letters: of the line where the word goes on in small letters, else of a double name."""
    head, tail = _head(text, start), _tail(text, end)
    if tail[0].islower():
        return ""
    return (
        ""
        if head.isupper() and tail.isupper() and not lexicon.PEOPLE.isdisjoint(lexicon.marks((head + tail).casefold()))
        else "-"
    )


def _dash(text: str, start: int, end: int) -> str:
    """A hyphen between digits belongs to the value where its groups need one, else to the line."""
    before, behind = _runs(text, start, end)
    kept, gone = _groups(f"{before}-{behind}"), _groups(before + behind)
    if kept in _SHAPES or kept[-2:] == _LOCAL_NUMBER:
        return "-"
    return "" if len(gone) == 1 or gone in _SHAPES else "-"


def _digits(text: str, start: int, end: int) -> str | None:
    """Digits that go on in the next line: together they have a shape that neither has, or a cue has no whole number yet."""
    before, behind = _runs(text, start, end)
    groups = _groups(before + behind)
    goes_on = _GOES_ON.match(text, end) is not None or end + len(behind) == len(text)
    if groups in _SHAPES and not {_groups(before), _groups(behind)} & _SHAPES:
        return "" if goes_on or text[end + len(behind) : end + len(behind) + 2].strip(".,;) \n") == "" else None
    first, second = (sum(map(str.isdigit, piece)) for piece in (before, behind))
    if first > _MOST or _CUE_BEFORE.search(text[max(0, start - _HEAD) : start - len(before)]) is None:
        return None
    if first < _COMPLETE:
        return "" if second > 1 else None
    whole = first + second in _WHOLE and _UNIT.match(text, end + len(behind)) is None
    return "" if whole or (second < _COMPLETE and goes_on) else None


def _runs(text: str, start: int, end: int) -> tuple[str, str]:
    """The digits with their separators at the end of one line and at the beginning of the next."""
    before, behind = _BACKWARDS.match(text[max(0, start - _HEAD) : start][::-1]), _RUN_BEHIND.match(text, end)
    return before[0][::-1] if before else "", behind[0] if behind else ""


def _groups(run: str) -> tuple[int, ...]:
    return tuple(map(len, re.findall(r"\d+", run)))


def _other(text: str, start: int, end: int) -> str | None:
    """An e-mail address that is not complete where its line ends, or a name that no list has without what follows."""
    before = text[max(0, start - _HEAD) : start]
    if _DOMAIN_HEAD.search(before):
        return "" if _DOMAIN_TAIL.match(text, end) else None
    if _LOCAL_TAIL.match(text, end):
        cut = _LOCAL_HEAD.search(before) is not None and _ENDING.search(before) is None
        return "" if cut and before[-1:].isalnum() else None
    head, tail = _head(text, start), _tail(text, end)
    if (
        not head[:1].isupper()
        or not tail.islower()
        or len(tail) < 2
        or (lexicon.marks(head.casefold()) and lexicon.marks(tail.casefold()))
    ):
        return None
    return "" if not lexicon.PEOPLE.isdisjoint(lexicon.marks((head + tail).casefold())) else None


def _head(text: str, end: int) -> str:
    found = _WORD_BEFORE.search(text, max(0, end - _HEAD), end)
    return found[0] if found else ""


def _tail(text: str, start: int) -> str:
    found = _WORD_BEHIND.match(text, start, start + _HEAD)
    return found[0] if found else ""


_READ: Final = {
    "word": _word,
    "dash": _dash,
    "slash": lambda *_: "/",
    "dot": lambda *_: ".",
    "digits": _digits,
    "other": _other,
}
