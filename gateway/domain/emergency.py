"""Emergency access: what an administrator allows of it, and a window that a caller opened; no clock, and no rule knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EmergencyTerms:
    """The reason codes a window may be opened for, each with what it means, and how long one lasts at most. No reasons: none."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    longest_minutes: int = 60


@dataclass(frozen=True, slots=True)
class Window:
    """Emergency access of `caller`, for `reason`, a code. Times are UTC in microseconds."""

    caller: str
    reason: str
    opened_us: int
    until_us: int
