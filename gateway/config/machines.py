"""Builds machines: what each can bear, how the energy of this one is measured, and what an hour of work of each costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from gateway.access.origin import is_loopback
from gateway.config.draft import Draft
from gateway.config.schema import AmortiseSection
from gateway.config.settings import Metering
from gateway.domain import Provider
from gateway.kinds import profile
from gateway.scheduling.machine import Limits

_DAYS: Final = 365
_BORNE: Final = ("memory_gb", "max_queue", "max_wait_s", "turn_s")


def build_machines(draft: Draft) -> dict[str, Limits]:
    """What each machine can bear; one that no provider runs on is a slip of the pen."""
    used = {section.machine or name for name, section in draft.config.providers.items()}
    for name in draft.config.machines:
        if name not in used:
            draft.problem(
                ("machines", name),
                "No provider runs on this machine.",
                f"Write `machine: {name}` on the providers that do, or give it the name of one.",
            )
    sections = draft.config.machines.items()
    return {name: Limits(**section.model_dump(include=set(_BORNE))) for name, section in sections}


def build_metering(draft: Draft, providers: dict[str, Provider]) -> Metering | None:
    """How the energy of the machine that the gateway runs on is measured; None where the configuration does not say."""
    metered = [name for name, section in draft.config.machines.items() if section.meters]
    for name, section in draft.config.machines.items():
        if section.idle_w is not None and not section.meters:
            draft.problem(("machines", name, "idle_w"), "`idle_w` is taken off what `meters` measure.", "Remove it.")
    for name in metered[1:]:
        message = f"Meters measure the computer that the gateway runs on, and `{metered[0]}` is said to be that."
        draft.problem(("machines", name, "meters"), message, f"Write `machine: {metered[0]}` on its providers.")
    for name, provider in providers.items():
        if provider.machine_name in metered and not _is_here(provider):
            message = f"Provider `{name}` is not at a loopback address, and meters measure this computer only."
            draft.problem(("machines", provider.machine_name, "meters"), message, "Give it a machine of its own.")
    if not metered:
        return None
    section = draft.config.machines[metered[0]]
    return Metering(metered[0], tuple(dict.fromkeys(section.meters)), idle_w=section.idle_w)


def busy_hours(draft: Draft) -> dict[str, Decimal]:
    """What an hour costs in which the machine works, beside its electricity, by the name of the machine."""
    made = {}
    for name, section in draft.config.machines.items():
        if section.amortise is None:
            continue
        made[name] = _usd_per_hour(section.amortise)
        if draft.config.pricing.tariff_usd_per_kwh is None:
            message = (
                "What the machine cost is only part of what an answer costs: nobody says the price of electricity."
            )
            draft.problem(("machines", name, "amortise"), message, "Write `pricing: {tariff_usd_per_kwh: 0.15}`.")
    return made


def _usd_per_hour(section: AmortiseSection) -> Decimal:
    hours = Decimal(str(section.years)) * _DAYS * Decimal(str(section.busy_hours_a_day))
    return section.usd / hours


def _is_here(provider: Provider) -> bool:
    """Whether its models run on this computer, as far as its address says."""
    if profile(provider.kind).in_process or profile(provider.kind).demonstration:
        return True
    return provider.at_home and is_loopback((urlsplit(provider.base_url).hostname or "").lower())
