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


RULES: Final[tuple[Rule, ...]] = (
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
