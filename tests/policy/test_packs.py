"""The packs that lie ready: each keeps its own examples, opens nothing beside the shipped policy, and is off where it lies."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.config.policies import read_folder
from gateway.domain import PRIVATE, Facts, Trait
from gateway.policy.decide import decide
from gateway.policy.examples import destination
from gateway.policy.lint import coverage, lint
from gateway.policy.parse import trials
from gateway.policy.rules import merge
from gateway.policy.widening import places_of, widenings
from tests.kit.source import ROOT

PACKS = sorted((ROOT / "policies" / "packs").glob("*.yaml"))
SHIPPED, _ = trials(read_folder(str(ROOT / "policies")).rules)
SIGNED = destination(frozenset({Trait.BAA, Trait.ZERO_RETENTION}), provider="", target="")
NAMES = ["images-under-a-baa", "part2", "psychotherapy-notes", "research-generalised", "safe-harbor-strict"]


def test_these_packs_lie_ready_and_none_is_in_force():
    assert [pack.stem for pack in PACKS] == NAMES
    folder = read_folder(str(ROOT / "policies"))
    assert not any("packs" in name for name in folder.rules)
    assert "packs" in folder.unread


@pytest.mark.parametrize("pack", PACKS, ids=NAMES)
def test_every_rule_is_decided_by_an_example_and_none_is_doubtful(pack):
    policy, tried = trials({pack.name: pack.read_text()})
    examples = [one.example for one in tried]
    assert [one.complaint for one in tried if one.complaint] == []
    assert [one.rule.id for one in coverage(policy, examples) if not one.decided] == []
    assert lint(policy, examples) == ()


@pytest.mark.parametrize("pack", PACKS, ids=NAMES)
def test_beside_the_shipped_policy_a_pack_opens_nothing(pack):
    policy, _ = trials({pack.name: pack.read_text()})
    both = merge([SHIPPED, policy])
    assert widenings(SHIPPED, both, places_of(SHIPPED, both), days=[date.max]) == ()


@pytest.mark.parametrize(("name", "label"), [("part2", "part2"), ("psychotherapy-notes", "psychotherapy")])
def test_what_is_labelled_stays_whatever_a_provider_has_signed(name, label):
    policy, _ = trials({name: (ROOT / "policies" / "packs" / f"{name}.yaml").read_text()})
    labelled = Facts("soma", "chat", labels=frozenset({label, PRIVATE}))
    assert decide(labelled, [SIGNED], merge([SHIPPED, policy]), today=date.max).egresses == ()
