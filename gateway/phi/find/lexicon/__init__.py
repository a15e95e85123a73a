"""Which common lists a word is in: names, places, ordinary words, words of medicine; never decides what it means here."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

GIVEN = frozenset("Gg")
FAMILY = frozenset("Ffr")
PLACE = frozenset("Pp")
ORDINARY, DRUG, EPONYM, BODY, TERM, REGION = "w", "D", "E", "O", "A", "R"
PEOPLE: Final = GIVEN | FAMILY
NAMES: Final = PEOPLE | PLACE
ELSE: Final = frozenset({ORDINARY, DRUG, EPONYM, BODY, TERM, REGION})
"""What a word may be beside a name."""
PUBLIC_LINES: Final = frozenset({"8002221222", "8002738255", "8006624357", "8003311222", "8002324636", "8884636332"})
"""Poison control, crisis and public health lines: numbers that everybody may know."""


@cache
def words() -> dict[str, str]:
    """Casefolded word → its marks: `G` frequent or `g` rare given name; `F`, `f`, `r` family names by frequency; `P` US or
    `p` world place; `w` ordinary English word; and of medicine `D` drug, `E` eponym ("parkinson"), `O` organisation,
    standard or firm, `A` abbreviation or heading; `R` word of a state, country or continent. Sources and licences: MODEL_CARD.md.
    """
    marks: dict[str, str] = {}
    folder = resources.files(__name__)
    for line in folder.joinpath("words.txt").read_text(encoding="utf-8").splitlines():
        mark, _, members = line.partition(" ")
        marks.update(dict.fromkeys(members.split(), mark))
    for name in ("medical.txt", "regions.txt"):
        for line in folder.joinpath(name).read_text(encoding="utf-8").splitlines():
            mark, _, members = line.partition(" ")
            marks.update((word, marks.get(word, "") + mark) for word in members.split())
    return marks


def marks(word: str) -> frozenset[str]:
    """All marks of a casefolded word; none where no list has it."""
    return frozenset(words().get(word, ""))


def marked(word: str, mark: str) -> bool:
    """Whether the casefolded word carries `mark` ("rose" is an ordinary word, and a name as well)."""
    return mark in words().get(word, "")


def is_ordinary(word: str) -> bool:
    """Whether the casefolded word is one of everyday English, whatever else it is."""
    return marked(word, ORDINARY)


@cache
def _figures() -> frozenset[str]:
    text = resources.files(__name__).joinpath("figures.txt").read_text(encoding="utf-8")
    return frozenset(line.casefold() for line in text.splitlines() if line)


def is_figure(name: str) -> bool:
    """Whether a casefolded full name is one of history's that everybody may ask about; most of them lived long ago."""
    return name in _figures()
