"""What was decided is remembered, and says what would be decided anew: of the same facts, targets, policy and day only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline import judge
from gateway.pipeline.judge import Decisions
from gateway.policy.decide import decide
from gateway.policy.rules import Policy
from tests.kit.policies import ALL, BAA, EXPIRES, HOME, PHI_NEEDS_BAA, POLICIES, SSN, TODAY, facts, requests

POLICY = Policy((PHI_NEEDS_BAA,))


@given(POLICIES, st.lists(requests(), min_size=1, max_size=4), st.data())
def test_what_is_remembered_is_what_would_be_decided(policy, asked, data):
    decisions = Decisions()
    for _ in range(8):
        about = data.draw(st.sampled_from(asked))
        targets = data.draw(st.sampled_from([ALL, ALL[:1], ALL[::-1], ()]))
        day = data.draw(st.sampled_from([TODAY, EXPIRES, EXPIRES + timedelta(days=1)]))
        assert decisions(about, targets, policy, today=day) == decide(about, targets, policy, today=day)


def test_equal_facts_are_decided_once():
    decisions = Decisions()
    first = decisions(replace(SSN), [HOME, BAA], POLICY, today=TODAY)
    assert decisions(replace(SSN), (HOME, BAA), POLICY, today=TODAY) is first
    assert decisions(facts(), [HOME, BAA], POLICY, today=TODAY) is not first


def test_what_was_configured_anew_is_decided_anew_though_it_is_equal():
    decisions = Decisions()
    first = decisions(facts(), [HOME], POLICY, today=TODAY)
    other = replace(HOME)
    assert decisions(facts(), [other], POLICY, today=TODAY).egresses[0].target is other
    assert decisions(facts(), [HOME], replace(POLICY), today=TODAY) is not first


def test_an_agreement_that_ended_overnight_is_not_remembered():
    decisions = Decisions()
    assert decisions(replace(SSN), [BAA], POLICY, today=EXPIRES).egresses
    assert decisions(replace(SSN), [BAA], POLICY, today=EXPIRES + timedelta(days=1)).refusals


def test_no_more_are_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(judge, "MAX_DECISIONS", 2)
    decisions = Decisions()
    first = decisions(facts(), [HOME], POLICY, today=TODAY)
    decisions(replace(SSN), [HOME], POLICY, today=TODAY)
    assert decisions(facts(), [HOME], POLICY, today=TODAY) == first
    assert len(vars(decisions)["_made"]) <= 2
