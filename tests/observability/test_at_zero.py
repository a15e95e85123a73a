"""What an alert must see move is there before it happens, and nothing else is."""

from __future__ import annotations

from gateway.observability.at_zero import start_at_zero
from gateway.observability.families import Families


def lines(families):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families.registry.collect()
        for sample in family.samples
        if sample.labels and not sample.name.endswith("_created")
    }


def test_a_few_closed_sets_begin_at_nothing():
    families = Families()
    before = lines(families)
    start_at_zero(families)
    made = {key: value for key, value in lines(families).items() if key not in before}
    assert set(made.values()) == {0.0}
    assert ("gateway_audit_ledger_losses_total", "no_space") in made
    assert ("gateway_config_reloads_total", "refused") in made
    assert not any(name.startswith("gateway_requests") for name, *_ in made)
    assert len(made) < 100
