"""Builds budgets and limits: amounts in whole units, names that exist, nothing said twice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gateway.config.draft import Draft
from gateway.config.schema import AllowanceSection
from gateway.domain import EVERY, Path
from gateway.domain.quota import UNITS, Allowance, Allowances, Measure, Per, Sort

_PARTS: Final = {Measure.DOLLARS: "six decimals", Measure.WH: "three decimals"}
_SECTIONS: Final = {Per.CALLER: "callers", Per.AGENT: "agents", Per.ROUTE: "routes"}
ANONYMOUS: Final = "anonymous"


def build_allowances(draft: Draft) -> Allowances:
    """All budgets and limits; problems go into the draft."""
    config = draft.config
    return Allowances.of(
        [*_built(draft, "budgets", config.budgets, Sort.BUDGET), *_built(draft, "limits", config.limits, Sort.LIMIT)]
    )


def _built(draft: Draft, key: str, sections: Sequence[AllowanceSection], sort: Sort) -> list[Allowance]:
    made: list[Allowance] = []
    seen: set[tuple[object, ...]] = set()
    for index, one in enumerate(sections):
        path: Path = (key, index)
        amount = one.amount * UNITS[one.of]
        if amount != int(amount):
            finest = _PARTS.get(one.of)
            message = f"`amount` of {one.of} has at most {finest}." if finest else f"There are only whole {one.of}."
            draft.problem((*path, "amount"), message, "Round it.")
            continue
        if one.name != EVERY and not (one.per is Per.CALLER and one.name == ANONYMOUS):
            draft.known(_SECTIONS[one.per], one.name, (*path, "name"))
        same = (one.per, one.name, one.of, one.every)
        if same in seen:
            message = f"{one.of} for {one.per} `{one.name}` every {one.every} are said twice."
            draft.problem(path, message, "Keep one of them.")
        seen.add(same)
        made.append(
            Allowance(sort=sort, per=one.per, name=one.name, of=one.of, amount=int(Decimal(amount)), every=one.every)
        )
    return made
