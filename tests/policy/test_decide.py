"""The decision as tables, and its laws as properties."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.domain import Adapter, Facts, Provider, ProviderKind, Style, Target, Trait
from gateway.policy.decide import Egress, decide
from gateway.policy.rules import Policy

TODAY = date(2026, 11, 21)


def target(name, *traits):
    provider = Provider(name, ProviderKind.OPENAI_COMPATIBLE, Adapter.DIRECT, traits=frozenset(traits))
    return Target(name, provider, "model")


def test_without_rules_nothing_leaves_the_premises():
    home, cloud = target("home", Trait.ON_PREM), target("cloud")
    decision = decide(Facts("caller", "route"), [home, cloud], Policy(), today=TODAY)
    assert [egress.target for egress in decision.egresses] == [home]
    assert [refusal.reason for refusal in decision.refusals] == ["uncovered"]


def test_an_egress_cannot_be_made_elsewhere():
    with pytest.raises(TypeError):
        Egress(
            target=target("cloud"),
            redact={"ssn": Style.TOKEN},
            rules=(),
            required=frozenset(),
            traits=frozenset(),
            policy_hash="",
            seal=object(),
        )
