from __future__ import annotations

from datetime import date

import pytest

from gateway.domain import DIRECT, Content, Facts, Kind, Trait, UnknownReason
from gateway.policy.decide import decide
from gateway.policy.examples import destination
from gateway.policy.explain import explain
from gateway.policy.parse import parse

POLICY = parse(
    """
version: 1
rules:
  - id: identifiers
    why: Only pseudonyms leave.
    when: {phi: [direct], content: text, to: {without: [on_prem]}}
    then: {require: [baa], redact: {token: [direct, date], remove: [ssn], generalise: [age]}}
  - id: images
    why: Images stay.
    when: {unknown: [image], to: {without: [on_prem]}}
    then: {deny: true}
  - id: reviewer
    why: The reviewer stays.
    when: {agent: [qc], route: [chat], caller: [soma], to: {without: [on_prem]}}
    then: {require: [zero_retention]}
  - id: one-provider
    why: This one is not reviewed.
    when: {to: {provider: [unreviewed]}}
    then: {deny: true}
""",
    file="p.yaml",
)
HOME = destination(frozenset({Trait.ON_PREM}), provider="ollama", target="home")
BAA = destination(frozenset({Trait.BAA}), provider="anthropic", target="sonnet")
CLOUD = destination(frozenset(), provider="openai", target="mini")
SSN = frozenset({Kind.SSN})


def told(facts, *targets, policy=POLICY):
    decision = decide(facts, targets, policy, today=date(2026, 11, 21))
    return explain(decision, facts, policy)


def test_it_tells_what_was_found_what_applies_and_what_may_go_where():
    told_ = told(Facts("soma", "chat", agents=frozenset({"writer"}), kinds=SSN), CLOUD, BAA, HOME)
    assert (
        told_.text()
        == f"""\
Request
  Caller: soma. Route: chat. Agent: writer.
  Carries: text.
  Found: ssn.
  Could not be checked: nothing. Detectors: 1.

Rules about it
  identifiers: Only pseudonyms leave.
    because ssn was found; it carries text.
  one-provider: This one is not reviewed.
    because it is about every request.

Targets, in order
  1. sonnet (anthropic): permitted
     Wherever they occur, account, address, biometric, card, date, dea, device, email, fax, iban, licence, mrn, name, \
national_id, npi, other_id, phone, photo, plan_member, plate, token, vehicle are replaced by pseudonyms first.
     Wherever they occur, age are made coarser first.
     Wherever they occur, ssn are removed first.
     It has what is required: baa.
     Rules that apply: identifiers.
  2. home (ollama): permitted
     It stays on the premises.
  3. mini (openai): refused
     Rule identifiers requires baa, which is not there today: Only pseudonyms leave.

Policy {POLICY.hash[:12]}"""
    )


@pytest.mark.parametrize(
    ("facts", "rule", "because"),
    [
        (
            Facts("soma", "chat", unknowns=frozenset({UnknownReason.LANGUAGE})),
            "identifiers",
            "language could not be checked and counts as PHI; it carries text.",
        ),
        (
            Facts("soma", "chat", covered=DIRECT - {Kind.NAME}),
            "identifiers",
            "no detector in use finds name, so it may be there; it carries text.",
        ),
        (
            Facts("soma", "chat", covered=frozenset()),
            "identifiers",
            "no detector in use finds direct identifiers, so it may be there; it carries text.",
        ),
        (
            Facts("soma", "chat", unknowns=frozenset({UnknownReason.IMAGE})),
            "images",
            "image could not be checked.",
        ),
        (
            Facts("soma", "chat", agents=frozenset({"qc"})),
            "reviewer",
            "it claims to come from qc; its route is chat; its caller is soma.",
        ),
        (
            Facts("soma", "chat", agent_unclear=True),
            "reviewer",
            "it is unclear which agent asks; its route is chat; its caller is soma.",
        ),
    ],
)
def test_a_rule_says_what_in_the_request_makes_it_apply(facts, rule, because):
    (applied,) = (applied for applied in told(facts, HOME).rules if applied.rule == rule)
    assert applied.because == because


def test_a_refusal_names_every_rule_that_refuses():
    facts = Facts(
        "soma",
        "chat",
        agents=frozenset({"qc"}),
        kinds=SSN,
        unknowns=frozenset({UnknownReason.IMAGE, UnknownReason.SCAN_FAILED}),
        content=frozenset({Content.IMAGE}),
    )
    (outlook,) = told(facts, CLOUD).targets
    assert outlook.reasons == (
        "Rule identifiers wants something taken out of what could not be checked for it: Only pseudonyms leave.",
        "Rule images denies it: Images stay.",
        "Rule reviewer requires zero_retention, which is not there today: The reviewer stays.",
    )


def test_a_rule_that_wants_a_second_detector_says_what_to_do():
    policy = parse(
        """
version: 1
rules:
  - {id: two, why: Two must look., when: {to: {without: [on_prem]}}, then: {detectors: 2}}
""",
        file="p",
    )
    (alone,) = told(Facts("", ""), CLOUD, policy=policy).targets
    [refused] = alone.reasons
    assert refused.startswith("Rule two asks for detectors: 2, and fewer could look at all of it: Two must look. It")
    assert refused.endswith("set `scan: {second: presidio}` and start the gateway again.")
    unread = Facts("", "", detectors=2, unknowns=frozenset({UnknownReason.SCAN_FAILED}))
    (late,) = told(unread, CLOUD, policy=policy).targets
    assert late.reasons == ("Rule two asks for detectors: 2, and fewer could look at all of it: Two must look.",)


def test_a_target_that_no_rule_covers_is_told_so():
    from gateway.policy.rules import Policy

    explanation = told(Facts("", ""), CLOUD, policy=Policy())
    assert "No rule of the policy covers" in explanation.text()
    assert "Rules about it\n  none" in explanation.text()
    assert "Targets, in order\n  none" in told(Facts("", "")).text()


def test_the_tree_says_the_same_to_programs():
    tree = told(Facts("soma", "chat", kinds=SSN), BAA, CLOUD).tree()
    assert tree["sensitivity"] == "phi"
    assert tree["policy"] == POLICY.hash
    assert [(one["target"], one["permitted"]) for one in tree["targets"]] == [("sonnet", True), ("mini", False)]
    assert tree["targets"][0]["redact"]["ssn"] == "remove"
    assert [one["rule"] for one in tree["rules"]] == ["identifiers", "one-provider"]
