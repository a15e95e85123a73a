"""What a request cost in dollars and in energy; an unknown price stays unknown and is never taken for free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gateway.domain import Price, Quality, Target, Usage

TOKENS_PER_MTOK = 1_000_000
WH_PER_KWH = 1000
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Terms:
    """By what is reckoned beside a target's own price: the tariff of its electricity, and the price that things are held
    against; None where nobody says.
    """

    usd_per_kwh: Decimal | None = None
    baseline: Price | None = None


UNSAID: Final = Terms()


@dataclass(frozen=True, slots=True)
class Bill:
    """Dollars and watt-hours of one request, and how each came about; None where nobody can say.

    `baseline_usd` is what the same tokens cost by the price that things are held against, where all of it is known.
    """

    cost_usd: Decimal | None = None
    energy_wh: float | None = None
    cost_quality: Quality | None = None
    energy_quality: Quality | None = None
    baseline_usd: Decimal | None = None


def bill(
    target: Target,
    usage: Usage,
    *,
    busy_s: float,
    terms: Terms,
    measured_wh: float | None = None,
    worked_s: float | None = None,
) -> Bill:
    """The bill of one answer that kept `target` busy for `busy_s` seconds.

    A configured or published price per token wins; then what the provider itself says; a local target without either costs
    its electricity, at the tariff: what a meter `measured`, else `power_w` for the time it was busy; and its part of what its
    machine cost, where that is spread over the hours that it works: for its part of that time (`worked_s`), or all of its own.
    """
    energy = energy_wh(target.power_w, busy_s) if measured_wh is None else measured_wh
    usd, quality = _money(target, usage, _running_usd(target, energy, busy_s if worked_s is None else worked_s, terms))
    return Bill(
        cost_usd=usd,
        energy_wh=energy,
        cost_quality=None if usd is None else quality,
        energy_quality=_energy_quality(target, energy, measured_wh),
        baseline_usd=None if usd is None else cost(usage, terms.baseline),
    )


def _energy_quality(target: Target, energy: float | None, measured_wh: float | None) -> Quality | None:
    """How the energy came about; of what is made elsewhere nobody asks."""
    if energy is None:
        return Quality.UNKNOWN if target.provider.on_prem else None
    return Quality.MODELLED if measured_wh is None else Quality.MEASURED


def _running_usd(target: Target, energy: float | None, worked_s: float, terms: Terms) -> Decimal | None:
    """What it costs to have the machine of `target` work so long; None where its electricity is unknown."""
    electricity, hour = electricity_usd(energy, terms.usd_per_kwh), target.provider.usd_per_busy_hour
    if electricity is None or hour is None:
        return electricity
    return electricity + hour * Decimal(str(max(worked_s, 0.0))) / SECONDS_PER_HOUR


def _money(target: Target, usage: Usage, running_usd: Decimal | None) -> tuple[Decimal | None, Quality]:
    if target.price is not None:
        return cost(usage, target.price), Quality.ESTIMATED if usage.estimated else Quality.REPORTED
    if usage.told_nano_usd is not None:
        return Decimal(usage.told_nano_usd).scaleb(-9), Quality.REPORTED
    return running_usd, Quality.REPORTED


def cost(usage: Usage, price: Price | None) -> Decimal | None:
    """Dollars for `usage`; None without a price, or where nobody reported or estimated its tokens.

    Counts as in OpenAI's usage object: input includes what came from the provider's cache, what went there, and sound; output
    includes reasoning and sound. What has no price of its own costs as much as other input, or output.
    """
    if price is None or not (usage.reported or usage.estimated):
        return None
    given = (
        (usage.cached_input_tokens, price.cached_input_usd_per_mtok),
        (usage.cache_write_tokens, price.cache_write_usd_per_mtok),
        (usage.audio_input_tokens, price.audio_input_usd_per_mtok),
    )
    made = (
        (usage.reasoning_tokens, price.reasoning_usd_per_mtok),
        (usage.audio_output_tokens, price.audio_output_usd_per_mtok),
    )
    per_mtok = _parts(usage.input_tokens, price.input_usd_per_mtok, given)
    per_mtok += _parts(usage.output_tokens, price.output_usd_per_mtok, made)
    return per_mtok / TOKENS_PER_MTOK


def _parts(whole: int, usual: Decimal, parts: Iterable[tuple[int, Decimal | None]]) -> Decimal:
    """Each part of `whole` at its own price, as far as it is part of it, and the rest at the usual one."""
    total, rest = Decimal(0), whole
    for tokens, price in parts:
        if tokens and price is not None:
            of_it = min(tokens, rest)
            total, rest = total + of_it * price, rest - of_it
    return total + rest * usual


def energy_wh(power_w: float | None, seconds: float) -> float | None:
    """Watt-hours of `power_w` watts for `seconds`; None where no power is configured."""
    if power_w is None:
        return None
    return power_w * max(seconds, 0.0) / SECONDS_PER_HOUR


def electricity_usd(energy: float | None, usd_per_kwh: Decimal | None) -> Decimal | None:
    """Dollars for `energy` watt-hours at a tariff; None where either is unknown."""
    if energy is None or usd_per_kwh is None:
        return None
    return Decimal(str(energy)) * usd_per_kwh / WH_PER_KWH
