"""What was used up, and what was refused because nothing is left."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from gateway.domain.quota import Allowance, Every, Measure, Per, Sort


class SharedLoss(StrEnum):
    """Why what replicas count together cannot be counted."""

    UNREACHABLE = "unreachable"  # it does not answer
    REFUSED = "refused"  # user and password, or what it was told
    CLOCK = "clock"  # its clock and ours differ
    ELSEWHERE = "elsewhere"  # its name leads off the premises
    FORGOT = "forgot"  # it says less than it said before: somebody emptied it


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSeen:
    """What counts for all replicas is away, or (`loss` is None) counts again; `lost` settlements were lost so far."""

    event: ClassVar[str] = "shared.seen"
    loss: SharedLoss | None = None
    lost: int = 0


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
