"""Names behind labels whose letters recognition of print took for digits or for one another: `PAT1ENT: SM1TH`."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_LABEL: Final = one_of(
    r"p[a4@]t[i1l!|j][e3]n[t7+](?:[\s_.]{0,2}n[a4@](?:m|rn|nn)[e3])?",
    r"(?:s[uv]r|f[i1l]rst[\s_.]{0,2}|l[a4@]st[\s_.]{0,2}|fu[l1i]{2}[\s_.]{0,2}|fore)n[a4@](?:m|rn|nn)[e3]s?",
    r"n[a4@](?:m|rn|nn)[e3](?:[\s_.]{0,2}of[\s_.]{0,2}p[a4@]t[i1l!|j][e3]n[t7+])?",
    r"p[t7+]\.?[\s_.]{0,2}n[a4@](?:m|rn|nn)[e3]",
)
_WORD: Final = r"[A-Za-z0-9][A-Za-z0-9'|!@-]{1,24}"
_CLEAN: Final = re.compile(
    r"(?i)(?:patient|pt\.?)?[\s_.]{0,2}(?:(?:sur|first|last|full|fore)?[\s_.]{0,2}names?)?(?:[\s_.]{0,2}of[\s_.]{0,2}patient)?[\s:.;=_]*"
)
_READ: Final = re.compile(rf"(?i)(?:{_LABEL})[\s:.;=_]*\Z")
_MIXED: Final = re.compile(r"(?=[^\s]*[A-Za-z]{2})(?=[^\s]*[0-9|!@])\S+")


def _misread(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """Whether the label or a word of the value holds what no writer writes there; a number alone is no name."""
    words = value.replace(",", " ").split()
    if not any(sum(map(str.isalpha, word)) > 1 for word in words) or not any(word[:1].isupper() for word in words):
        return 0.0
    label = _READ.search(before)
    spoiled = label is not None and _CLEAN.fullmatch(label[0]) is None
    return 0.9 if spoiled or all(_MIXED.fullmatch(word) for word in words[:1]) else 0.0


_PRINTED: Final = r"[0-9OoQlISBZ|]{1,2}[ ]?[/.-][ ]?[0-9OoQlISBZ|]{1,2}[ ]?[/.-][ ]?[0-9OoQlISBZ|]{2,4}"


def _dated(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """Whether half of it is digits: letters stand for some of them."""
    return 0.95 if 2 * sum(map(str.isdigit, value)) >= sum(map(str.isalnum, value)) - 2 else 0.0


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.DATE,
        rf"\b(?:(?i:d\.?[o0q]\.?[b8]\.?|b[i1l|]rth[ _.-]?(?:d[a4@]t[e3]|d[a4@]y)|d[a4@]t[e3] [o0]f b[i1l|]rth|b[o0]rn))[ \t:.;=_]{{1,6}}({_PRINTED})(?:$|[^\w/-])",
        0.95,
        Evidence.CUE,
        _dated,
        patient=True,
        hits=("D0B: «O9/O3/l964»", "DOB «I4-I2-195l»", "B1rth date: «O3/1I/1958»"),
        misses=("DOB: see/old/file", "D0B: v1.2"),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|[\n\r;|,\t]|[ ]{{2}})[ \t>*-]{{0,6}}(?i:{_LABEL})[ \t_.]{{0,3}}[:;=][ \t_]{{0,6}}({_WORD}(?:,?[ ]{_WORD}){{0,2}})",
        0.9,
        Evidence.CUE,
        _misread,
        patient=True,
        hits=(
            "PAT1ENT: «SM1TH»",
            "Pat1ent Narne: «H0LLOWAY Marg4ret»",
            "P4TIENT NAME: «Holloway, Margaret»",
            "Narne: «Ash»",
            "\nSurnarne; «TVEIT»",
            "Patient: «SM1TH J0HN»",
        ),
        misses=(
            "Name: build2",
            "Patient: stable",
            "name: v2",
            "PAT1ENT: 448812",
            "first name: see below",
            "Patient Name: 12",
        ),
    ),
)
