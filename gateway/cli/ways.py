"""What recorded answers cost, and would have cost by a cloud alone, by both, and on the premises alone; it reads no file.

What nobody can say stays unknown: a cloud without a price, electricity without a tariff or a measured share of energy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gateway.config import Settings
from gateway.domain import Target, Usage
from gateway.routing.price import cost
from gateway.state.sqlite.usage import Answered

WAYS: Final = ("as it was", "cloud only", "hybrid", "full local")
MONTHLY: Final = 1000
"""Analyses a month, as the founding documents reckon."""
_NANO: Final = Decimal(10) ** 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Dollars of one answer of `name`, on average, by each of `WAYS`; None where nobody can say."""

    name: str
    answers: int
    input_tokens: int
    output_tokens: int
    usd: Mapping[str, Decimal | None]


def ways(answers: Sequence[Answered], settings: Settings, *, baseline: Target | None) -> list[Ways]:
    """For each name, what its answers cost on average. `baseline` is the cloud target whose price counts where the name's own
    route has none. A hybrid leaves where they are those names whose route begins with a cloud, and has all others at home.
    """
    per_token = _wh_per_token([one for one in answers if one.on_prem])
    names = dict.fromkeys(one.name for one in answers)
    return [_of(name, [one for one in answers if one.name == name], settings, baseline, per_token) for name in names]


def one_analysis(listed: Sequence[Ways]) -> Mapping[str, Decimal | None]:
    """One answer of each name together, by each way."""
    return {way: _sum([one.usd[way] for one in listed]) for way in WAYS}


def _of(
    name: str, mine: Sequence[Answered], settings: Settings, baseline: Target | None, usual: Decimal | None
) -> Ways:
    count = sum(one.answers for one in mine)
    usage = Usage(
        input_tokens=sum(one.input_tokens for one in mine),
        output_tokens=sum(one.output_tokens for one in mine),
        cached_input_tokens=sum(one.cached_input_tokens for one in mine),
        reported=True,
    )
    actual = Decimal(sum(one.nano_usd for one in mine)) / _NANO if sum(one.priced for one in mine) == count else None
    cloud, clouds_first = _cloud(name, settings, baseline)
    away = cost(usage, cloud.price) if cloud is not None else None
    home = _at_home(mine, usage, settings.pricing.tariff_usd_per_kwh, usual)
    sums = dict(zip(WAYS, (actual, away, away if clouds_first else home, home), strict=True))
    return Ways(
        name=name,
        answers=count,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        usd={way: None if usd is None else usd / count for way, usd in sums.items()},
    )


def _cloud(name: str, settings: Settings, baseline: Target | None) -> tuple[Target | None, bool]:
    """The cloud target that would answer `name`, an agent or a route, and whether its route begins with a cloud."""
    agent = settings.table.agents.get(name)
    route = settings.table.routes.get(agent.route if agent else name)
    targets = route.targets if route else ()
    away = [target for target in targets if not target.provider.on_prem]
    priced = [target for target in away if target.price is not None]
    return (priced[0] if priced else baseline), bool(targets) and not targets[0].provider.on_prem


def _at_home(mine: Sequence[Answered], usage: Usage, tariff: Decimal | None, usual: Decimal | None) -> Decimal | None:
    """Electricity of all answers: as recorded where they were made here, else by the energy of a token that was made here."""
    here = [one for one in mine if one.on_prem]
    per_token = _wh_per_token(here) or usual
    metered = all(one.metered == one.answers for one in here)
    rest = usage.output_tokens - sum(one.output_tokens for one in here if metered)
    if tariff is None or (rest and per_token is None):
        return None
    recorded = Decimal(sum(one.nano_wh for one in here)) / _NANO if metered else Decimal(0)
    return (recorded + rest * (per_token or Decimal(0))) * tariff / 1000


def _wh_per_token(here: Sequence[Answered]) -> Decimal | None:
    """Watt-hours of one token of output, where both were told."""
    told = [one for one in here if one.metered == one.answers and one.output_tokens]
    tokens = sum(one.output_tokens for one in told)
    return Decimal(sum(one.nano_wh for one in told)) / _NANO / tokens if tokens else None


def _sum(parts: Sequence[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) and parts else None
