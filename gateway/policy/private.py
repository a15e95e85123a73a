"""The one rule that is always in force: what is labelled `private` stays on the premises; nothing can take it away."""

from __future__ import annotations

from typing import Final

from gateway.document import Problem
from gateway.domain import PRIVATE, Trait
from gateway.policy.rules import Policy, Rule, Then, To, When, merge

RULE: Final = Rule(
    "private-stays-here",
    "What is labelled private stays on our premises.",
    When(labels=frozenset({PRIVATE}), to=To(lacking=frozenset({Trait.ON_PREM}))),
    Then(deny=True),
    file="(built in)",
)


def clashes(policy: Policy) -> list[Problem]:
    """A problem where a rule of `policy` has its id."""
    message, remedy = f"`{RULE.id}` is the id of the rule that is built in.", "Give it another id."
    return [Problem(rule.file, rule.line, message, remedy) for rule in policy.rules if rule.id == RULE.id]


def written(policy: Policy) -> int:
    """How many rules of `policy` somebody wrote."""
    return sum(rule.id != RULE.id for rule in policy.rules)


def with_private(policy: Policy) -> Policy:
    """`policy` and the rule."""
    return merge([policy, Policy((RULE,))])
