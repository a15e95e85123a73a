"""What a reload changed, and what waits for a restart."""

from __future__ import annotations

import dataclasses

import pytest

from gateway.config import parse
from gateway.config.changes import RuleChanges, WordChanges, awaits_restart, rule_changes, word_changes
from gateway.domain import Kind
from gateway.events import AwaitsRestart
from gateway.phi.find.own_words import Also, Never, OwnWords
from gateway.policy.rules import Policy, Rule, Then, When


def settings(text=""):
    return parse(f"version: 1\n{text}", file="c.yaml", environ={})


WAITING = {
    "server: {host: localhost}": AwaitsRestart.HOST,
    "server: {port: 9000}": AwaitsRestart.PORT,
    "server: {tls: {cert: a, key: b}}": AwaitsRestart.TLS,
    "server: {header_timeout_s: 3}": AwaitsRestart.HEADER_TIMEOUT,
    "server: {write_timeout_s: 3}": AwaitsRestart.WRITE_TIMEOUT,
    "server: {drain_s: 3}": AwaitsRestart.DRAIN,
    "listeners: [{port: 9001}]": AwaitsRestart.LISTENERS,
    "state_dir: elsewhere": AwaitsRestart.STATE_DIR,
    "shared: {redis: 'redis://127.0.0.1:6379/0'}": AwaitsRestart.SHARED,
    "ledger: {url: 'postgresql://gateway@127.0.0.1/x'}": AwaitsRestart.LEDGER,
    "ledger: {checkpoints: elsewhere}": AwaitsRestart.LEDGER,
    "scan: {deadline_ms: 7}": AwaitsRestart.SCAN_DEADLINE,
    "scan: {second: presidio}": AwaitsRestart.SCAN_SECOND,
    "traces: {otlp: 'http://127.0.0.1:4318'}": AwaitsRestart.TRACES,
    "machines: {p: {meters: [rapl]}}\nproviders: {p: {kind: embedded}}": AwaitsRestart.METERS,
}


def test_every_setting_that_waits_is_tried_here():
    assert set(WAITING.values()) == set(AwaitsRestart)


@pytest.mark.parametrize("text", WAITING)
def test_what_only_a_start_takes_up_is_named(text):
    assert awaits_restart(settings(), settings(text)) == (WAITING[text],)


@pytest.mark.parametrize(
    "text",
    [
        *("", "server: {hosts: [a.example]}", "server: {max_body_mb: 3}", "server: {commit_s: 2}"),
        *("ledger: {local: refuse}", "server: {on_prem_networks: [10.0.0.0/8]}", "pricing: {tariff_usd_per_kwh: 1}"),
        'callers: {a: {key_sha256: "' + "0" * 64 + '"}}',
    ],
)
def test_what_a_reload_takes_up_is_not(text):
    assert awaits_restart(settings(), settings(text)) == ()


def policy(*rules):
    return Policy(tuple(Rule(name, why, When(), Then(deny=True)) for name, why in rules)).text


def test_rules_that_came_went_and_say_something_else_are_told_apart():
    before, after = policy(("a", "x"), ("b", "x"), ("c", "x")), policy(("b", "x"), ("c", "y"), ("d", "x"))
    made = rule_changes(before, after)
    assert made == RuleChanges(added=("d",), removed=("a",), changed=("c",))
    assert made.lines() == ["rules new: d", "rules gone: a", "rules changed: c"]


def test_where_a_rule_is_written_is_no_change():
    rule = Rule("a", "x", When(), Then(deny=True), file="one.yaml", line=3)
    moved = dataclasses.replace(rule, file="two.yaml", line=9)
    assert rule_changes(Policy((rule,)).text, Policy((moved,)).text).lines() == []


ALSO, NEVER = Also(Kind.MRN, "RX1", "x"), Never("Mercy Street", "x")
NONE = OwnWords()
WORDS = [
    (NONE, OwnWords(never=(NEVER,)), ("scan.never[0] is new",), ()),
    (OwnWords(never=(NEVER,)), NONE, (), ("scan.never[0] is gone",)),
    (NONE, OwnWords(also=(ALSO,)), (), ("scan.also[0] is new",)),
    (OwnWords(also=(ALSO,)), NONE, ("scan.also[0] is gone",), ()),
    (
        OwnWords(also=(ALSO,)),
        OwnWords(also=(Also(Kind.DATE, "RX1", "x"),)),
        ("scan.also[0] is gone",),
        ("scan.also[0] is new",),
    ),
    (OwnWords(never=(NEVER,)), OwnWords(never=(Never("Mercy Street", "y"),)), (), ()),
    (OwnWords((ALSO,), (NEVER,)), OwnWords((Also(Kind.DATE, "a", "x"), ALSO), (NEVER,)), (), ("scan.also[0] is new",)),
]


@pytest.mark.parametrize(("before", "after", "wider", "narrower"), WORDS)
def test_a_grant_that_is_new_and_a_pattern_that_is_gone_are_wider(before, after, wider, narrower):
    made = word_changes(before, after)
    assert made == WordChanges(wider, narrower)
    assert len(made.lines()) == bool(wider) + bool(narrower)
