"""Everything that has a shape or a cue, found in one normalised text; knows nothing of the rest of the request."""

from __future__ import annotations

from functools import cache

from gateway.domain import Kind
from gateway.phi import (
    structured_contact,
    structured_dates,
    structured_ids,
    structured_national,
    structured_numbers,
    structured_places,
)
from gateway.phi.normalise import Normalised
from gateway.phi.rules import Hit, Rule, RuleSet

RULES: tuple[Rule, ...] = (
    *structured_numbers.RULES,
    *structured_national.RULES,
    *structured_ids.RULES,
    *structured_contact.RULES,
    *structured_dates.RULES,
    *structured_places.RULES,
)
COVERS = frozenset(rule.kind for rule in RULES) - {Kind.PLACE}
"""Kinds that rules alone find; places and names need a model."""


@cache
def _compiled() -> RuleSet:
    return RuleSet(RULES)


def find(normalised: Normalised) -> list[Hit]:
    """All hits in `normalised`, overlaps included."""
    return list(_compiled().find(normalised.shape))
