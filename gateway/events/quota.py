"""What was used up, and what was refused because nothing is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gateway.domain.quota import Allowance, Every, Measure, Per, Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaCounted:
    """A request that is over was counted; amounts are in micro-dollars, tokens, milli-watt-hours or requests."""

    event: ClassVar[str] = "quota.counted"
    amounts: tuple[tuple[Allowance, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRefused:
    """A target was not asked, because a budget or a limit has too little left for it, or nobody can say what it takes."""

    event: ClassVar[str] = "quota.refused"
    sort: Sort
    per: Per
    of: Measure
    every: Every
