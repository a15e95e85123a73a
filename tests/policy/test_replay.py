"""Recorded facts decided by two policies: what stays, what moves, and which way."""

from __future__ import annotations

import time

from gateway.domain import Facts, Kind
from gateway.policy.replay import replay
from gateway.policy.rules import Policy
from tests.kit.policies import ALL, BAA, CLOUD, HOME, PHI_NEEDS_BAA, TODAY, facts, rule

DENIED = Policy((rule("phi", kinds=[Kind.SSN], deny=True),))
LAX = Policy((PHI_NEEDS_BAA,))


def test_it_is_counted_what_would_move():
    recorded = {facts(): 412, facts(kinds=[Kind.SSN]): 3, facts(kinds=[Kind.SSN], route="home"): 2}
    targets = {"chat": [BAA, HOME], "home": [HOME]}
    told = replay(recorded, (DENIED, targets.__getitem__), (LAX, targets.__getitem__), today=TODAY)
    assert (told.same, dict(told.counts())) == (414, {("local", "cloud"): 3})
    (move,) = told.moves
    assert (move.before, move.after, move.count, move.wider) == ("local (home)", "cloud (baa)", 3, True)
    back = replay(recorded, (LAX, targets.__getitem__), (DENIED, targets.__getitem__), today=TODAY)
    assert [(move.wider, move.count) for move in back.moves] == [(False, 3)]


def test_what_is_taken_out_and_what_is_refused_is_told():
    removing = Policy((rule("phi", kinds=[Kind.SSN], redact=[Kind.SSN, Kind.DATE]),))
    told = replay(
        {facts(kinds=[Kind.SSN]): 1}, (Policy(), lambda _: [CLOUD]), (removing, lambda _: [CLOUD]), today=TODAY
    )
    assert [(move.before, move.after) for move in told.moves] == [("refused", "cloud (cloud, without ssn)")]


def test_hundreds_of_sets_of_facts_take_no_time():
    many = {Facts(f"caller-{at}", "chat"): 1000 for at in range(500)}
    began = time.perf_counter()
    assert replay(many, (LAX, lambda _: ALL), (LAX, lambda _: ALL), today=TODAY).same == 500_000
    assert time.perf_counter() - began < 10
