"""What may be used up in a span of time, by whom; whole numbers only, spans in UTC, and no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

MICRO_USD: Final = 1_000_000
"""Of dollars, micro-dollars are counted."""
MILLI_WH: Final = 1_000
"""Of watt-hours, milli-watt-hours are counted."""
DAY_S: Final = 86_400


class Measure(StrEnum):
    """What is counted."""

    DOLLARS = "dollars"
    TOKENS = "tokens"
    WH = "wh"
    REQUESTS = "requests"


UNITS: Final = {Measure.DOLLARS: MICRO_USD, Measure.TOKENS: 1, Measure.WH: MILLI_WH, Measure.REQUESTS: 1}
"""How many of what is counted make one of what people write."""


class Per(StrEnum):
    """Whose use is counted."""

    CALLER = "caller"
    AGENT = "agent"
    ROUTE = "route"


class Every(StrEnum):
    """How long it is counted together."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class Sort(StrEnum):
    """A budget is spent, and more of it comes from somebody who decides; a limit passes by itself."""

    BUDGET = "budget"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So much of one measure for each span of time.

    `name` is a configured name, or "*": each by itself that has no allowance of its own name. `amount` is in micro-dollars,
    tokens, milli-watt-hours or requests.
    """

    sort: Sort
    per: Per
    name: str
    of: Measure
    amount: int
    every: Every

    def account(self, subject: str) -> str:
        """Under which name the use of `subject` is counted."""
        return f"{self.sort}/{self.per}/{subject}/{self.of}/{self.every}"


@dataclass(frozen=True, slots=True)
class Allowances:
    """All that are configured; `by_name` finds them."""

    listed: tuple[Allowance, ...] = ()
    by_name: Mapping[tuple[Per, str], tuple[Allowance, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, listed: Iterable[Allowance]) -> Allowances:
        """Put in order by whom they concern."""
        named: dict[tuple[Per, str], list[Allowance]] = defaultdict(list)
        every = tuple(listed)
        for one in every:
            named[one.per, one.name].append(one)
        return cls(every, {key: tuple(ones) for key, ones in named.items()})

    def __bool__(self) -> bool:
        return bool(self.listed)

    def concerning(self, per: Per, name: str) -> tuple[Allowance, ...]:
        """Those that hold for `name`: its own, and of "*" what it has no own one of the same kind for."""
        own = self.by_name.get((per, name), ())
        others = self.by_name.get((per, "*"), ())
        if not own or not others:
            return own or others
        has = {(one.sort, one.of, one.every) for one in own}
        return (*own, *(one for one in others if (one.sort, one.of, one.every) not in has))


def window(every: Every, at_us: int) -> tuple[int, int]:
    """When the span began that `at_us` (UTC, microseconds) lies in, and when the next begins: UTC in seconds."""
    at_s = at_us // 1_000_000
    match every:
        case Every.MINUTE:
            since_s = at_s - at_s % 60
            return since_s, since_s + 60
        case Every.DAY:
            since_s = at_s - at_s % DAY_S
            return since_s, since_s + DAY_S
        case Every.MONTH:
            day = datetime.fromtimestamp(at_s, UTC)
            began = datetime(day.year, day.month, 1, tzinfo=UTC)
            ends = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=UTC)
            return int(began.timestamp()), int(ends.timestamp())
