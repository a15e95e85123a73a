from __future__ import annotations

import pytest

from gateway.policy.names import unmet, unresolved
from gateway.policy.parse import parse

POLICY = parse(
    """
version: 1
rules:
  - id: named
    why: w
    when: {agent: [qc], route: [chat, ollama/llama3.2], caller: [soma], to: {provider: [ollama], target: [sonnet]}}
    then: {deny: true}
""",
    file="p.yaml",
)
KNOWN = {
    "agents": ["qc"],
    "routes": ["chat"],
    "callers": ["soma"],
    "providers": ["ollama"],
    "targets": ["sonnet"],
}


def test_known_names_are_fine_and_so_are_models_that_a_provider_lists():
    assert unresolved(POLICY, **KNOWN) == ()


@pytest.mark.parametrize(("name", "missing"), [("ollama/llama3.2", 0), ("ollama/", 1), ("ollama", 1), ("/llama3.2", 1)])
def test_a_model_that_a_provider_lists_has_both_their_names(name, missing):
    policy = parse(
        f"{{version: 1, rules: [{{id: r, why: w, when: {{route: ['{name}']}}, then: {{deny: true}}}}]}}", file="p.yaml"
    )
    assert len(unresolved(policy, **KNOWN)) == missing


def test_every_unknown_name_is_reported_at_its_rule():
    for what in KNOWN:
        problems = unresolved(POLICY, **{**KNOWN, what: ["sonet", "chatt"]})
        assert {(problem.file, problem.line) for problem in problems} == {("p.yaml", 4)}
        assert any(f"unknown {what.removesuffix('s')}." in problem.message for problem in problems)
    assert len(unresolved(POLICY, agents=[], routes=[], callers=[], providers=[], targets=[])) == 6


def test_a_misspelt_name_is_put_right():
    (problem,) = unresolved(POLICY, **{**KNOWN, "targets": ["sonet"]})
    assert problem.remedy == "Did you mean `sonet`?"


def test_a_rule_that_asks_for_more_detectors_than_there_are_is_a_warning():
    policy = parse(
        """
version: 1
rules:
  - {id: two, why: w, when: {to: {provider: [ollama]}}, then: {detectors: 2}}
  - {id: one, why: w, when: {to: {provider: [ollama]}}, then: {detectors: 1}}
""",
        file="p.yaml",
    )
    (problem,) = unmet(policy, detectors=1)
    assert (problem.file, problem.line) == ("p.yaml", 4)
    assert "`two`" in problem.message
    assert "scan: {second: presidio}" in problem.remedy
    assert unmet(policy, detectors=2) == ()
