"""What is named on one side of a comparison: whatever it is, its rules and its targets."""

from __future__ import annotations

import pytest

from gateway.cli.policy_sides import Unreadable, side

CONFIG = """version: 1
providers: {toy: {kind: scripted, traits: [on_prem]}}
targets: {toy: {provider: toy, model: toy}}
routes: {chat: {targets: [toy]}}
"""
RULE = "version: 1\nrules: [{id: stays, why: It stays., when: {phi: [any]}, then: {deny: true}}]\n"


@pytest.fixture
def config(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(RULE)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return str(tmp_path / "config.yaml")


def test_a_configuration_a_folder_and_a_file_are_told_apart(config, tmp_path):
    named = [config, str(tmp_path / "policies"), str(tmp_path / "policies" / "p.yaml")]
    made = [side(one, config, {}) for one in named]
    assert len({one.standing.policy.hash for one in made}) == 1
    assert [rule.id for rule in made[0].standing.policy.rules] == ["private-stays-here", "stays"]
    assert [[target.name for target in one.targets("chat")] for one in made] == [["toy"]] * 3
    assert made[0].targets("none") == made[0].standing.targets


def test_rules_are_read_without_a_configuration(config, tmp_path):
    made = side(str(tmp_path / "policies"), str(tmp_path / "none.yaml"), {})
    assert (made.standing.targets, len(made.standing.policy.rules)) == ((), 2)


def test_what_is_nothing_of_these_is_said(config):
    with pytest.raises(Unreadable, match="name a file, a folder"):
        side("nothing", config, {})
