"""Everything that has a shape or a cue, found in one normalised text; knows nothing of the rest of the request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.rules import (
    ages,
    births,
    contact,
    dates,
    days,
    glued,
    ids,
    issued,
    licences,
    misread,
    national,
    people,
    pieces,
    places,
    references,
    roman,
    social_security,
    software,
    whereabouts,
)
from gateway.phi.find.rules.rule import Rule, RuleSet
from gateway.phi.find.text.normalise import Normalised

RULES: tuple[Rule, ...] = (
    *social_security.RULES,
    *issued.RULES,
    *national.RULES,
    *ids.RULES,
    *glued.RULES,
    *licences.RULES,
    *references.RULES,
    *contact.RULES,
    *dates.RULES,
    *days.RULES,
    *roman.RULES,
    *births.RULES,
    *ages.RULES,
    *places.RULES,
    *people.RULES,
    *pieces.RULES,
    *misread.RULES,
    *software.RULES,
    *whereabouts.RULES,
)
COVERS = frozenset(rule.kind for rule in RULES) - {Kind.PLACE, Kind.FACILITY, Kind.NAME}
"""Kinds that rules alone find; places, facilities and names need a model."""


@cache
def _compiled() -> RuleSet:
    return RuleSet(RULES)


_ALSO: Final = re.compile(r"(?:[,;&/+]| and\b| or\b|, and\b| &)\s?#?([A-Za-z0-9][A-Za-z0-9_./-]{2,40})(?![\w/-])")
_DIGITS: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(r"[A-Za-z]+")
_MANY: Final = 8
"""Values after one cue that are followed up."""


def find(normalised: Normalised) -> list[Hit]:
    """All hits in `normalised`, overlaps included."""
    hits = list(_compiled().find(normalised.shape))
    cued = [hit for hit in hits if hit.evidence is Evidence.CUE and hit.kind not in _WORDED]
    if cued:
        text = normalised.shape.decode("ascii")
        for hit in cued:
            hits.extend(_also(hit, text))
    return hits


_WORDED: Final = frozenset({Kind.NAME, Kind.AGE, Kind.DATE, Kind.ADDRESS, Kind.PHONE, Kind.FAX, Kind.EMAIL, Kind.ZIP})


def _also(hit: Hit, text: str) -> Iterator[Hit]:
    """More values of the same build after one that a cue announced: `accession 24-S-101 and 24-S-102`."""
    at = hit.end
    for _ in range(_MANY):
        more = _ALSO.match(text, at)
        if more is None:
            return
        build = _build(more.group(1))
        if "9" not in build or build != _build(text[hit.start : hit.end]):
            return
        at = more.end(1)
        yield Hit(hit.kind, more.start(1), at, hit.confidence, hit.evidence, hit.patient)


def _build(value: str) -> str:
    """`RS_0044` as `A_9999`: letters in a row are one, digits stand for themselves."""
    return _LETTERS.sub("A", _DIGITS.sub(lambda run: "9" * len(run.group()), value))
