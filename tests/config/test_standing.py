"""What a configuration lets out that the one before did not: by rules, targets, agreements, own words and labels."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.config import load
from gateway.config.standing import Changed, changed, changed_with, of_standing, standing_of

TODAY = date(2026, 11, 30)
POLICY = """version: 1
rules:
  - {id: phi, why: Under a BAA only., when: {phi: [any], to: {without: [on_prem]}}, then: {require: [baa]}}
  - {id: part2, why: It stays., when: {label: part2, to: {without: [on_prem]}}, then: {deny: true}}
"""
CONFIG = """version: 1
providers:
  home: {kind: openai_compatible, base_url: "http://127.0.0.1:9", traits: [on_prem]}
  cloud: {kind: openai, base_url: "https://one.example/v1", api_key: k}
targets:
  here: {provider: home, model: m}
  there: {provider: cloud, model: m}
routes: {general: {targets: [here, there]}}
agents: {clinic: {route: general, label: part2}}
labels: {part2: {means: 42 CFR Part 2, terms: [methadone]}}
"""
BAA = "api_key: k, baa: {reference: C-1, expires: 2027-01-31}"


@pytest.fixture
def standing(tmp_path):
    (tmp_path / "policies").mkdir()

    def make(config=CONFIG, policy=POLICY):
        (tmp_path / "config.yaml").write_text(config)
        (tmp_path / "policies" / "p.yaml").write_text(policy)
        return standing_of(load(str(tmp_path / "config.yaml"), {}))

    return make


def test_it_is_kept_as_a_text(standing):
    made = standing(CONFIG.replace("api_key: k", BAA) + "reload: {wider: accept}\n")
    assert of_standing(made.text) == made
    assert made.guarded
    assert len(made.hash) == 16
    assert "api_key" not in made.text
    for broken in ("", "{}", "7", made.text.replace("on_prem", "abacus")):
        assert of_standing(broken) is None


def test_what_an_agreement_excludes_is_kept_and_told(standing):
    images = (
        POLICY + "  - {id: i, why: w, when: {unknown: [image], to: {without: [on_prem]}}, then: {require: [baa]}}\n"
    )
    with_all = CONFIG.replace("api_key: k", BAA)
    without = with_all.replace("2027-01-31}", "2027-01-31, excludes: [vision, stored_files], retention_days: 0}")
    made = standing(without, images)
    assert of_standing(made.text) == made
    opened = changed(made, standing(with_all, images), today=TODAY).opens
    assert any("the agreement excluded image" in said for said in opened)
    assert not any("excluded" in said for said in changed(standing(with_all, images), made, today=TODAY).opens)


def test_the_same_changes_nothing(standing):
    assert changed(standing(), standing(), today=TODAY) == Changed()
    assert changed(standing(), standing(), today=TODAY).lines() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "api_key: k",
            BAA,
            "there (provider cloud, baa): a request with name goes there now; before, rule phi refused it",
        ),
        (BAA, BAA.replace("2027-01-31", "2027-02-28"), "from 2027-02-01 on: a request with name goes there now"),
        ("https://one.example/v1", "https://two.example/v1", "there was no such target"),
        ("there", "yonder", ""),
        ("terms: [methadone]", "terms: [buprenorphine]", "of label part2 is gone."),
        ("label: part2}", "priority: batch}", "label part2 of agent clinic is gone."),
        ("version: 1", "version: 1\nscan: {never: [{text: Mercy Street, why: A protocol.}]}", "scan.never[0] is new"),
        ("version: 1\n", "version: 1\n", ""),
    ],
)
def test_what_opens_is_said(standing, old, new, said):
    before = CONFIG if old in CONFIG else CONFIG.replace("api_key: k", old)
    told = changed(standing(before), standing(before.replace(old, new)), today=TODAY)
    assert any(said in one for one in told.opens) if said else told.opens == ()
    back = changed(standing(before.replace(old, new)), standing(before), today=TODAY)
    assert bool(back.closes) is bool(told.opens)
    assert all(line.startswith("WIDER: ") for line in told.lines()[: len(told.opens)])


def test_rules_open_with_a_counterexample(standing):
    less = POLICY.replace("phi: [any], ", "phi: [ssn], ")
    told = changed(standing(), standing(policy=less), today=TODAY)
    assert any("a request with name goes there now; before, rule phi refused it" in one for one in told.opens)
    assert told.closes == ()
    assert changed(standing(policy=less), standing(), today=TODAY).opens == ()


def test_whoever_takes_the_guard_away_is_noticed(standing):
    told = changed(standing(CONFIG + "reload: {wider: accept}\n"), standing(), today=TODAY)
    assert told.opens == ("`reload: {wider: accept}` is gone: what opens waits for nobody.",)


def test_many_openings_are_cut_short():
    told = Changed(tuple(f"opening {at}" for at in range(20)), ("a", "b"))
    assert told.lines(limit=2) == [
        "WIDER: opening 0",
        "WIDER: opening 1",
        "WIDER: and 18 more; see `gateway policy diff`.",
        "narrower: 2 kinds of request go to fewer targets",
    ]


def test_without_targets_all_places_are_tried(standing):
    from dataclasses import replace

    bare = replace(standing(), targets=())
    told = changed_with(
        bare, replace(bare, policy=standing(policy=POLICY.replace("[any]", "[ssn]")).policy), today=TODAY
    )
    assert told.opens
    assert not told.closes
