"""What a request cost in dollars and in energy; an unknown price stays unknown and is never taken for free."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gateway.domain import Price, Target, Usage

TOKENS_PER_MTOK = 1_000_000
WH_PER_KWH = 1000
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Bill:
    """Dollars and watt-hours of one request; None where nobody can say."""

    cost_usd: Decimal | None
    energy_wh: float | None


def bill(target: Target, usage: Usage, *, busy_s: float, usd_per_kwh: Decimal | None) -> Bill:
    """The bill of one answer that kept `target` busy for `busy_s` seconds.

    A configured or published price per token wins; a local target without one costs its electricity: `power_w` for the
    time it was busy, at the tariff `usd_per_kwh`.
    """
    energy = energy_wh(target.power_w, busy_s)
    if target.price is not None:
        return Bill(cost_usd=cost(usage, target.price), energy_wh=energy)
    return Bill(cost_usd=electricity_usd(energy, usd_per_kwh), energy_wh=energy)


def cost(usage: Usage, price: Price | None) -> Decimal | None:
    """Dollars for `usage`; None without a price or where the provider did not report its tokens.

    Counts as in OpenAI's usage object: input includes what came from the provider's cache, output includes reasoning.
    Cached input without a price of its own costs as much as other input.
    """
    if price is None or not usage.reported:
        return None
    cached = min(usage.cached_input_tokens, usage.input_tokens)
    cached_price = price.cached_input_usd_per_mtok
    if cached_price is None:
        cached_price = price.input_usd_per_mtok
    per_mtok = (
        (usage.input_tokens - cached) * price.input_usd_per_mtok
        + cached * cached_price
        + usage.output_tokens * price.output_usd_per_mtok
    )
    return per_mtok / TOKENS_PER_MTOK


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
