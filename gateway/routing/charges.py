"""What one request is held for before it is sent, and charged when it is over; whole numbers, rounded up; pure."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gateway.domain import EVERY, Caller, Quality, Settlement, Target
from gateway.domain.quota import MILLI_WH, Allowance, Allowances, Measure, Per
from gateway.routing.price import SECONDS_PER_HOUR
from gateway.routing.resolve import Resolution

NOBODY: Final = "-"
"""Whose use is counted where no agent is named: no configured name is so."""
_NANO_PER_MICRO: Final = 1_000
_NANO_PER_MILLI: Final = 1_000_000
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Held:
    """One allowance that a request is held against, and whose use it counts as."""

    allowance: Allowance
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a request can get at `target`: tokens in and out at the most, seconds at the longest."""

    target: Target
    input_tokens: int
    output_tokens: int
    seconds: float


def concerned(allowances: Allowances, caller: Caller, resolution: Resolution) -> tuple[Held, ...]:
    """All allowances that a request counts against.

    One that claims no agent, and whose caller may be several, counts as each of them that has an allowance of its own, as it
    does for rules; where "*" counts agents, as one without a name.
    """
    found = [(one, caller.name) for one in allowances.concerning(Per.CALLER, caller.name)]
    found += [(one, resolution.route.name) for one in allowances.concerning(Per.ROUTE, resolution.route.name)]
    for agent in sorted(resolution.agents) or _unnamed(allowances, caller, resolution):
        found += [(one, agent) for one in allowances.concerning(Per.AGENT, agent)]
    return tuple(Held(one, one.account(name)) for one, name in found)


def _unnamed(allowances: Allowances, caller: Caller, resolution: Resolution) -> list[str]:
    if not resolution.agent_unclear:
        return [NOBODY]
    named = {one.name for one in allowances.listed if one.per is Per.AGENT} - {EVERY}
    granted = named if EVERY in caller.agents or not caller.agents else named & caller.agents
    return [*sorted(granted), NOBODY]


def unknown(measures: AbstractSet[Measure], target: Target) -> Measure | None:
    """A measure that is limited and of which nobody can say what `target` takes: its price, or the power it draws.

    What is answered on the premises costs no dollars here, and what is answered elsewhere none of our energy.
    """
    if Measure.DOLLARS in measures and not target.provider.on_prem and target.price is None:
        return Measure.DOLLARS
    if Measure.WH in measures and target.provider.on_prem and target.power_w is None:
        return Measure.WH
    return None


def amount_of(measure: Measure, size: Size) -> int:
    """What a request of this size takes at the most."""
    target = size.target
    match measure:
        case Measure.REQUESTS:
            return 1
        case Measure.TOKENS:
            return size.input_tokens + size.output_tokens
        case Measure.DOLLARS:
            dearest, output = _micro_usd_per_token(target)
            if not dearest and not output:
                return 0
            return math.ceil(size.input_tokens * dearest + size.output_tokens * output)
        case Measure.WH:
            if not target.provider.on_prem:
                return 0
            return math.ceil(Decimal(str((target.power_w or 0.0) * size.seconds)) / SECONDS_PER_HOUR * MILLI_WH)


def output_within(measure: Measure, left: int, size: Size) -> int:
    """How many tokens an answer may have so that the request takes no more than `left`; less than 1: not even one."""
    match measure:
        case Measure.TOKENS:
            return left - size.input_tokens
        case Measure.DOLLARS:
            dearest, output = _micro_usd_per_token(size.target)
            over = left - math.ceil(size.input_tokens * dearest)
            return 0 if over < 0 or not output else int(over / output)
        case _:
            return 0


def bounds_output(measures: AbstractSet[Measure], target: Target) -> bool:
    """Whether the length of an answer matters to any of them, so that it must have an end."""
    return Measure.TOKENS in measures or (Measure.DOLLARS in measures and not target.provider.on_prem)


def used(measure: Measure, held: int, settled: Settlement, *, on_prem: bool) -> int:
    """What a request took that began to be answered; what nobody reported counts as it was `held`."""
    usage = settled.usage
    match measure:
        case Measure.REQUESTS:
            return 1
        case Measure.TOKENS:
            return usage.input_tokens + usage.output_tokens if usage.reported else held
        case Measure.DOLLARS:
            if on_prem:
                return 0
            guessed = settled.cost_quality is Quality.ESTIMATED  # a guess may be too low, and leaving early would pay
            return held if settled.cost_nano_usd is None or guessed else -(-settled.cost_nano_usd // _NANO_PER_MICRO)
        case Measure.WH:
            return held if settled.energy_nwh is None else -(-settled.energy_nwh // _NANO_PER_MILLI)


def _micro_usd_per_token(target: Target) -> tuple[Decimal, Decimal]:
    """The dearest that a token of input is, and one of output: dollars a million tokens are micro-dollars a token."""
    price = target.price
    if price is None or target.provider.on_prem:
        return _NOTHING, _NOTHING
    return price.dearest_input, price.dearest_output
