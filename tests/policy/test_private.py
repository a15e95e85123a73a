"""The rule that is built in: what is labelled private stays, by whatever other rules there are."""

from __future__ import annotations

from hypothesis import given

from gateway.domain import PRIVATE, Facts
from gateway.policy.decide import decide
from gateway.policy.private import RULE, clashes, with_private, written
from gateway.policy.rules import Policy
from tests.kit.policies import ALL, CLEAN, HOME, PHI_NEEDS_BAA, POLICIES, TODAY, rule, sent


@given(POLICIES)
def test_what_is_private_stays_on_the_premises(policy):
    private = Facts("soma", "chat", labels=frozenset({PRIVATE, "part2"}))
    decision = decide(private, ALL, with_private(policy), today=TODAY)
    assert all(egress.target is HOME for egress in decision.egresses)


def test_what_is_not_private_is_not_concerned():
    assert sent(CLEAN, with_private(Policy((PHI_NEEDS_BAA,))).rules) == {"home", "cloud", "baa", "zdr"}


def test_it_covers_nothing_by_itself():
    assert sent(CLEAN, with_private(Policy()).rules) == {"home"}
    assert written(with_private(Policy())) == 0


def test_its_id_is_taken():
    (problem,) = clashes(Policy((rule(RULE.id, deny=True), PHI_NEEDS_BAA)))
    assert "built in" in problem.message
