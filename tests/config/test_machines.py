"""Meters measure the computer that the gateway runs on, so the configuration may say so of one, and of what runs there only."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.config import parse
from gateway.config.settings import Metering
from gateway.document import DocumentInvalid
from gateway.events import MeterKind

CONFIG = """
version: 1
server: {on_prem_networks: [10.0.0.0/8]}
pricing: {tariff_usd_per_kwh: 0.2}
machines: {here: {meters: [rapl, nvml, rapl], idle_w: 12, amortise: {usd: 730, years: 2, busy_hours_a_day: 1}}, there: {}}
providers:
  p: {kind: ollama, base_url: "http://localhost:11434", traits: [on_prem], machine: here}
  toy: {kind: scripted, machine: here}  # on nobody's premises
  far: {kind: ollama, base_url: "http://10.0.0.9:11434", traits: [on_prem], machine: there}
"""


def read(*changes):
    text = CONFIG
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse(text, file="c.yaml", environ={})


def test_one_machine_is_measured_and_costs_by_the_hour_that_it_works():
    settings = read()
    assert settings.metering == Metering("here", (MeterKind.RAPL, MeterKind.NVML), idle_w=12)
    costs = {name: provider.usd_per_busy_hour for name, provider in settings.providers.items()}
    assert costs == {"p": Decimal(1), "toy": None, "far": None}
    assert settings.machines["here"].memory_gb is None


def test_without_meters_nothing_is_measured():
    assert read(("meters: [rapl, nvml, rapl], idle_w: 12, ", "")).metering is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("there: {}", "there: {meters: [nvml]}", "`here` is said to be that"),
        ("machine: there", "machine: here", "Provider `far` is not at a loopback address"),
        ("meters: [rapl, nvml, rapl], ", "", "`idle_w` is taken off what `meters` measure"),
        ("pricing: {tariff_usd_per_kwh: 0.2}", "", "nobody says the price of electricity"),
        ("traits: [on_prem], machine: here", "machine: here", "Provider `p` is not at a loopback address"),
        ("meters: [rapl, nvml, rapl]", "meters: [plug]", "meters"),
        ("years: 2", "years: 0", "years"),
        ("busy_hours_a_day: 1", "busy_hours_a_day: 25", "busy_hours_a_day"),
        ("machine: there", "machine: nowhere", "No provider runs on this machine"),
    ],
)
def test_what_cannot_be_so_is_refused(old, new, said):
    with pytest.raises(DocumentInvalid) as caught:
        read((old, new))
    assert any(said in str(problem) for problem in caught.value.problems), caught.value.problems
