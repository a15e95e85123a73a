"""The decision as tables, and laws 2 to 5 as properties."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import (
    DIRECT,
    INDIRECT,
    Content,
    Facts,
    Kind,
    Sensitivity,
    Style,
    Trait,
    UnknownReason,
)
from gateway.policy.decide import Egress, RefusalReason, decide
from gateway.policy.parse import parse
from gateway.policy.rules import Policy, To, merge
from tests.kit.policies import (
    ALL,
    BAA,
    CLEAN,
    CLOUD,
    CONTENT,
    EXPIRES,
    HOME,
    KINDS,
    NAMES,
    OPEN,
    PHI_NEEDS_BAA,
    POLICIES,
    SSN,
    TODAY,
    WHO,
    facts,
    requests,
    rule,
    rules,
    sent,
    some,
)

IMAGE, LANGUAGE, FAILED = UnknownReason.IMAGE, UnknownReason.LANGUAGE, UnknownReason.SCAN_FAILED

PHI_REDACTED = rule("redact", kinds=DIRECT, redact=DIRECT)
TEXT_REDACTED = rule("text", kinds=DIRECT, content=[Content.TEXT], redact=DIRECT)
IMAGES_NEED_BAA = rule("images", unknowns=[IMAGE], require=[Trait.BAA])
TWO_LOOK = rule("two", detectors=2)
TWO_READ = rule("two", detectors=2, content=[Content.TEXT])
COVERS = rule("covers", require=[Trait.BAA], to=To(targets=some("nowhere")))
WITH_IMAGE = facts(unknowns=[IMAGE], content=[Content.TEXT, Content.IMAGE])


@pytest.mark.parametrize(
    ("request_", "rules", "permitted"),
    [
        # With no rules nothing leaves; what is in the house may always be used, unless a rule says no.
        (CLEAN, [], {"home"}),
        (SSN, [], {"home"}),
        (SSN, [rule(kinds=DIRECT, deny=True, to=To())], set()),
        (SSN, [rule(kinds=DIRECT, deny=True, to=To(targets=some("home")))], set()),
        # A rule on `phi` covers the clean request, and holds back the other.
        (CLEAN, [PHI_NEEDS_BAA], {"home", "cloud", "baa", "zdr"}),
        (SSN, [PHI_NEEDS_BAA], {"home", "baa", "zdr"}),
        (facts(kinds=[Kind.DATE]), [PHI_NEEDS_BAA], {"home", "cloud", "baa", "zdr"}),
        (facts(kinds=[Kind.DATE]), [rule(kinds=INDIRECT, require=[Trait.BAA])], {"home", "baa", "zdr"}),
        # Requirements unite; deny wins.
        (SSN, [PHI_NEEDS_BAA, rule("z", require=[Trait.ZERO_RETENTION])], {"home", "zdr"}),
        (SSN, [PHI_NEEDS_BAA, rule("no", kinds=[Kind.SSN], deny=True)], {"home"}),
        # What could not be checked is PHI.
        (facts(unknowns=[FAILED]), [PHI_NEEDS_BAA], {"home", "baa", "zdr"}),
        (facts(unknowns=[LANGUAGE]), [PHI_REDACTED], {"home"}),
        (facts(covered=set(Kind) - {Kind.NAME}), [PHI_NEEDS_BAA], {"home", "baa", "zdr"}),
        (facts(covered=set(Kind) - {Kind.NAME}), [PHI_REDACTED], {"home"}),
        (
            facts(covered=set(Kind) - {Kind.NAME}),
            [rule(kinds=[Kind.SSN], redact=[Kind.SSN])],
            {"home", "cloud", "baa", "zdr"},
        ),
        (facts(kinds=[Kind.SSN], covered=[Kind.SSN]), [rule(kinds=[Kind.SSN], redact=DIRECT)], {"home"}),
        # What covers exactly what a rule names is enough for that rule.
        (
            facts(kinds=[Kind.SSN], covered=[Kind.SSN]),
            [rule(kinds=[Kind.SSN], redact=[Kind.SSN])],
            {"home", "cloud", "baa", "zdr"},
        ),
        (
            facts(covered=[Kind.SSN]),
            [rule(kinds=[Kind.SSN], require=[Trait.BAA])],
            {"home", "cloud", "baa", "zdr"},
        ),
        (facts(covered=[]), [rule(redact=[Kind.SSN])], {"home"}),
        # `content: text` leaves media to other rules, and to nobody else: without one they are not covered.
        (CLEAN, [TEXT_REDACTED], {"home", "cloud", "baa", "zdr"}),
        (WITH_IMAGE, [TEXT_REDACTED], {"home"}),
        (WITH_IMAGE, [IMAGES_NEED_BAA], {"home"}),
        (WITH_IMAGE, [TEXT_REDACTED, IMAGES_NEED_BAA], {"home", "baa", "zdr"}),
        (facts(unknowns=[IMAGE]), [TEXT_REDACTED], {"home"}),
        (facts(unknowns=[IMAGE, LANGUAGE]), [TEXT_REDACTED, IMAGES_NEED_BAA], {"home"}),
        (facts(unknowns=[UnknownReason.AUDIO]), [TEXT_REDACTED, IMAGES_NEED_BAA], {"home"}),
        (facts(unknowns=[UnknownReason.TOKEN_IDS]), [TEXT_REDACTED], {"home"}),
        (
            facts(unknowns=[UnknownReason.TOKEN_IDS], content=[Content.TOKEN_IDS]),
            [rule(kinds=DIRECT, content=[Content.TEXT], require=[Trait.BAA])],
            {"home", "baa", "zdr"},
        ),
        (facts(content=[]), [], {"home"}),
        (WITH_IMAGE, [PHI_REDACTED], {"home"}),
        (WITH_IMAGE, [rule(content=[Content.IMAGE], deny=True), TEXT_REDACTED], {"home"}),
        (CLEAN, [rule(content=[Content.IMAGE], deny=True), TEXT_REDACTED], {"home", "cloud", "baa", "zdr"}),
        # Rules on `unknown`: by reason, with kinds that nothing detects among them.
        (facts(unknowns=[LANGUAGE]), [PHI_NEEDS_BAA, rule("u", unknowns=[LANGUAGE], deny=True)], {"home"}),
        (facts(unknowns=[LANGUAGE]), [rule("u", unknowns=[FAILED], deny=True)], {"home"}),
        (facts(unknowns=[LANGUAGE]), [PHI_NEEDS_BAA, rule("u", unknowns=[FAILED], deny=True)], {"home", "baa", "zdr"}),
        (
            facts(covered=DIRECT - {Kind.NAME}),
            [PHI_NEEDS_BAA, rule("u", unknowns=[UnknownReason.UNDETECTABLE], deny=True)],
            {"home"},
        ),
        # Who asks.
        (CLEAN, [PHI_NEEDS_BAA, rule("a", agents=["qc"], deny=True)], {"home", "cloud", "baa", "zdr"}),
        (facts(agents=["qc"]), [PHI_NEEDS_BAA, rule("a", agents=["qc"], deny=True)], {"home"}),
        (facts(agents=["qc", "writer"]), [PHI_NEEDS_BAA, rule("a", agents=["qc"], deny=True)], {"home"}),
        (facts(agent_unclear=True), [PHI_NEEDS_BAA, rule("a", agents=["qc"], deny=True)], {"home"}),
        (facts(agents=["writer"]), [rule(agents=["writer"], require=[Trait.BAA])], {"home"}),
        (facts(route="x"), [PHI_NEEDS_BAA, rule("a", routes=["x"], deny=True)], {"home"}),
        (facts(route="y"), [rule(routes=["x"], require=[Trait.BAA])], {"home"}),
        (facts(route="x"), [rule(routes=["x"], require=[Trait.BAA])], {"home", "baa", "zdr"}),
        (facts(caller="x"), [PHI_NEEDS_BAA, rule("a", callers=["x"], deny=True)], {"home"}),
        (facts(caller="y"), [rule(callers=["x"], require=[Trait.BAA])], {"home"}),
        # What it is labelled: only ever more rules, and no cover.
        (CLEAN, [PHI_NEEDS_BAA, rule("l", labels=["part2"], deny=True)], {"home", "cloud", "baa", "zdr"}),
        (facts(labels=["part2"]), [PHI_NEEDS_BAA, rule("l", labels=["part2"], deny=True)], {"home"}),
        (facts(labels=["part2", "hiv"]), [PHI_NEEDS_BAA, rule("l", labels=["part2"], deny=True)], {"home"}),
        (
            facts(labels=["hiv"]),
            [PHI_NEEDS_BAA, rule("l", labels=["part2"], require=[Trait.BAA])],
            {"home", "cloud", "baa", "zdr"},
        ),
        (facts(labels=["part2"]), [rule(labels=["part2"], require=[Trait.BAA])], {"home"}),
        # How many detectors looked: where a rule asks for two, one is not enough, whatever it found.
        (CLEAN, [PHI_NEEDS_BAA, TWO_LOOK], {"home"}),
        (SSN, [PHI_NEEDS_BAA, TWO_LOOK], {"home"}),
        (facts(detectors=2), [PHI_NEEDS_BAA, TWO_LOOK], {"home", "cloud", "baa", "zdr"}),
        (facts(detectors=2, kinds=[Kind.SSN]), [PHI_NEEDS_BAA, TWO_LOOK], {"home", "baa", "zdr"}),
        (CLEAN, [PHI_NEEDS_BAA, rule(detectors=1)], {"home", "cloud", "baa", "zdr"}),
        (
            CLEAN,
            [PHI_NEEDS_BAA, rule(detectors=2, to=To(lacking=some(Trait.BAA), having=some(Trait.ON_PREM)))],
            {"cloud", "baa", "zdr"},
        ),
        (CLEAN, [PHI_NEEDS_BAA, rule(detectors=2, to=To(targets=some("cloud")))], {"home", "baa", "zdr"}),
        (CLEAN, [PHI_NEEDS_BAA, rule(detectors=2, to=To())], set()),
        # At what could not be checked nobody looked; media may be left to other rules.
        (facts(detectors=2, unknowns=[FAILED]), [PHI_NEEDS_BAA, TWO_LOOK], {"home"}),
        (facts(detectors=2, unknowns=[FAILED]), [PHI_NEEDS_BAA, rule(detectors=1)], {"home"}),
        (facts(detectors=2, unknowns=[LANGUAGE]), [PHI_NEEDS_BAA, TWO_READ], {"home"}),
        (
            facts(detectors=2, unknowns=[IMAGE]),
            [TEXT_REDACTED, IMAGES_NEED_BAA, TWO_LOOK],
            {"home"},
        ),
        (
            facts(detectors=2, unknowns=[IMAGE]),
            [TEXT_REDACTED, IMAGES_NEED_BAA, TWO_READ],
            {"home", "baa", "zdr"},
        ),
        # Such a rule covers nothing by itself.
        (facts(detectors=2), [TWO_LOOK], {"home"}),
        (facts(detectors=2), [rule(detectors=1)], {"home"}),
        (CLEAN, [rule(detectors=1, require=[Trait.BAA])], {"home", "baa", "zdr"}),
        (CLEAN, [rule(detectors=1, redact=[Kind.SSN])], {"home", "cloud", "baa", "zdr"}),
        (facts(detectors=2), [TWO_LOOK, rule(require=[Trait.BAA])], {"home", "baa", "zdr"}),
        # Which targets: what a rule does not select it does not cover.
        (CLEAN, [rule(kinds=DIRECT, deny=True, to=To(providers=some("cloud-provider")))], {"home", "cloud"}),
        (CLEAN, [rule(kinds=DIRECT, deny=True, to=To(targets=some("zdr")))], {"home", "zdr"}),
        (
            CLEAN,
            [rule(kinds=DIRECT, deny=True, to=To(having=some(Trait.ZERO_RETENTION, Trait.BAA)))],
            {"home", "baa", "zdr"},
        ),
        (CLEAN, [rule(deny=True, to=To(lacking=some(Trait.ZERO_RETENTION, Trait.BAA)))], set()),
        (CLEAN, [COVERS], {"home"}),
    ],
)
def test_who_may_see_what(request_, rules, permitted):
    assert sent(request_, rules) == permitted


@pytest.mark.parametrize(
    ("rules", "reason", "name", "missing"),
    [
        ([], "uncovered", "", set()),
        ([rule("b", deny=True), rule("a", kinds=[Kind.SSN], require=[Trait.BAA])], "denied", "b", set()),
        ([rule("b", redact=[Kind.NAME]), rule("a", require=[Trait.BAA])], "unredactable", "b", set()),
        ([rule("b", require=[Trait.BAA]), rule("a", require=[Trait.ON_PREM])], "trait_missing", "a", {Trait.ON_PREM}),
        ([rule("z", deny=True), rule("y", deny=True)], "denied", "y", set()),
        ([rule("b", detectors=2), rule("a", require=[Trait.BAA])], "unconfirmed", "b", set()),
        ([rule("b", redact=[Kind.NAME]), rule("a", detectors=2)], "unredactable", "b", set()),
        ([rule("q", content=[Content.TEXT], kinds=[Kind.SSN], redact=[Kind.SSN])], "uncovered", "", set()),
    ],
)
def test_a_refusal_names_the_gravest_reason_and_its_rule(rules, reason, name, missing):
    request = facts(
        kinds=[Kind.SSN], unknowns=[IMAGE] if rules and rules[0].id == "q" else [], covered=DIRECT - {Kind.NAME}
    )
    (refusal,) = decide(request, [CLOUD], Policy(tuple(rules)), today=TODAY).refusals
    assert (refusal.target, refusal.reason, refusal.rule, refusal.missing) == (CLOUD, reason, name, missing)
    assert refusal.why == f"why {name}" if name else "No rule" in refusal.why


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (CLEAN, True),
        (facts(unknowns=[FAILED]), True),
        (facts(detectors=2, unknowns=[FAILED]), False),  # a detector more would not help
    ],
)
def test_a_refusal_for_want_of_a_detector_says_what_to_do(request_, told):
    (refusal,) = decide(request_, [CLOUD], Policy((TWO_LOOK,)), today=TODAY).refusals
    assert (refusal.reason, refusal.rule) == (RefusalReason.UNCONFIRMED, "two")
    assert ("scan: {second: presidio}" in refusal.remedy) is told


@pytest.mark.parametrize(
    ("request_", "sensitivity"),
    [
        (CLEAN, Sensitivity.CLEAN),
        (SSN, Sensitivity.PHI),
        (facts(kinds=[Kind.SSN], unknowns=[FAILED]), Sensitivity.PHI),
        (facts(kinds=[Kind.DATE]), Sensitivity.SUSPECTED),
        (facts(kinds=[Kind.DATE], unknowns=[FAILED]), Sensitivity.UNKNOWN),
        (facts(unknowns=[IMAGE]), Sensitivity.UNKNOWN),
        (facts(covered=[]), Sensitivity.UNKNOWN),
        (facts(covered=DIRECT), Sensitivity.CLEAN),
    ],
)
def test_sensitivity_sums_a_request_up(request_, sensitivity):
    assert decide(request_, [], Policy((PHI_NEEDS_BAA,)), today=TODAY).sensitivity is sensitivity


def test_a_baa_holds_through_its_last_day_and_no_longer():
    assert sent(SSN, [PHI_NEEDS_BAA], [BAA], today=EXPIRES) == {"baa"}
    assert sent(SSN, [PHI_NEEDS_BAA], [BAA], today=date(2027, 7, 1)) == set()


def test_what_no_rule_covers_is_said():
    images = Facts("soma", "r", content=frozenset({Content.TEXT, Content.IMAGE}))
    (refusal,) = decide(images, [BAA], Policy((rule("t", kinds=DIRECT, content=[Content.TEXT]),)), today=TODAY).refusals
    assert refusal.uncovered == {Content.IMAGE}
    assert "(image)" in refusal.why


def test_an_egress_says_what_goes_out_without_what_and_why():
    rules = (
        rule("b", kinds=DIRECT, require=[Trait.BAA], redact={Kind.SSN: Style.TOKEN, Kind.NAME: Style.REMOVE}),
        rule("a", kinds=[Kind.SSN], redact={Kind.SSN: Style.REMOVE, Kind.DATE: Style.GENERALISE}),
        rule("c", agents=["qc"], deny=True),
    )
    policy = Policy(rules)
    decision = decide(SSN, [CLOUD, HOME, BAA], policy, today=TODAY)
    home, baa = decision.egresses
    assert (home.target, dict(home.redact), home.rules, home.required) == (HOME, {}, (), frozenset())
    assert baa.redact == {Kind.SSN: Style.REMOVE, Kind.NAME: Style.REMOVE, Kind.DATE: Style.GENERALISE}
    assert (baa.rules, baa.required) == (("a", "b"), {Trait.BAA})
    assert baa.policy_hash == policy.hash == decision.policy_hash
    assert [refusal.target for refusal in decision.refusals] == [CLOUD]


def egress():
    return decide(SSN, [HOME], Policy(), today=TODAY).egresses[0]


def test_an_egress_cannot_be_made_elsewhere():
    made = egress()
    known = {field.name: made.__getattribute__(field.name) for field in dataclasses.fields(Egress)}
    with pytest.raises(TypeError, match="made by"):
        Egress(**known, seal=object())
    with pytest.raises(TypeError, match="seal"):
        Egress(**known)


def test_an_egress_cannot_be_altered():
    with pytest.raises(dataclasses.FrozenInstanceError):
        egress().target = CLOUD
    with pytest.raises((ValueError, TypeError), match="seal"):
        dataclasses.replace(egress(), target=CLOUD)
    with pytest.raises(TypeError):
        decide(SSN, [BAA], Policy((PHI_REDACTED,)), today=TODAY).egresses[0].redact[Kind.SSN] = Style.TOKEN


def test_an_egress_does_not_travel():
    with pytest.raises(TypeError):
        pickle.dumps(decide(SSN, [BAA], Policy((PHI_REDACTED,)), today=TODAY).egresses[0])


# --- laws ------------------------------------------------------------------------------------------------------------


def outcome(request, policy, *, today=TODAY):
    return {egress.target.name: egress for egress in decide(request, ALL, policy, today=today).egresses}


STRICTNESS = list(Style)


def at_least_as_strict(strict, lenient):
    return strict.keys() <= lenient.keys() and all(
        kind in strict[name].redact and STRICTNESS.index(strict[name].redact[kind]) >= STRICTNESS.index(style)
        for name in strict
        for kind, style in lenient[name].redact.items()
    )


@given(requests(), OPEN, rules())
def test_adding_a_rule_only_narrows(request_, policy, added):
    after = merge([policy, Policy((added,))])
    assert at_least_as_strict(outcome(request_, after), outcome(request_, policy))


@given(requests(), POLICIES, WHO)
def test_a_label_more_never_widens(request_, policy, more):
    labelled = dataclasses.replace(request_, labels=request_.labels | more)
    assert at_least_as_strict(outcome(labelled, policy), outcome(request_, policy))


@given(requests(), POLICIES, rules())
def test_a_rule_more_opens_only_what_nothing_covered(request_, policy, added):
    before = decide(request_, ALL, policy, today=TODAY)
    uncovered = {refusal.target.name for refusal in before.refusals if refusal.reason is RefusalReason.UNCOVERED}
    opened = outcome(request_, merge([policy, Policy((added,))])).keys() - outcome(request_, policy).keys()
    assert opened <= uncovered


@given(requests(), POLICIES, st.randoms(use_true_random=False))
def test_order_is_irrelevant(request_, policy, random):
    shuffled = list(policy.rules)
    random.shuffle(shuffled)
    other = Policy(tuple(shuffled))
    assert other.hash == policy.hash
    assert decide(request_, ALL, other, today=TODAY) == decide(request_, ALL, policy, today=TODAY)


@given(requests(), OPEN, st.sampled_from(UnknownReason))
def test_an_unknown_never_widens(request_, policy, reason):
    worse = dataclasses.replace(request_, unknowns=request_.unknowns | {reason})
    assert at_least_as_strict(outcome(worse, policy), outcome(request_, policy))


@given(requests(), OPEN, KINDS)
def test_a_failed_scan_is_at_least_as_strict(request_, policy, found):
    scanned = dataclasses.replace(request_, kinds=found, unknowns=frozenset(), content=frozenset())
    failed = dataclasses.replace(scanned, kinds=frozenset(), unknowns=frozenset({FAILED}))
    strict, lenient = outcome(failed, policy), outcome(scanned, policy)
    # A rule on an image, say, is about neither; a rule on `phi` is about the failed one, whatever was found.
    assert at_least_as_strict(strict, lenient)


@given(requests(), OPEN, KINDS)
def test_a_finding_more_never_widens(request_, policy, found):
    worse = dataclasses.replace(request_, kinds=request_.kinds | found)
    assert at_least_as_strict(outcome(worse, policy), outcome(request_, policy))


@given(requests(), OPEN, CONTENT)
def test_content_more_never_widens(request_, policy, content):
    worse = dataclasses.replace(request_, content=request_.content | content)
    assert at_least_as_strict(outcome(worse, policy), outcome(request_, policy))


@given(requests(), OPEN, KINDS)
def test_a_kind_that_nothing_detects_never_widens(request_, policy, blind):
    worse = dataclasses.replace(request_, covered=request_.covered - blind)
    assert at_least_as_strict(outcome(worse, policy), outcome(request_, policy))


@given(requests(), POLICIES)
def test_a_detector_less_never_widens(request_, policy):
    both = dataclasses.replace(request_, detectors=2)
    one = dataclasses.replace(request_, detectors=1)
    assert at_least_as_strict(outcome(one, policy), outcome(both, policy))


@given(requests(), POLICIES, st.sampled_from(NAMES))
def test_a_claimed_agent_never_helps(request_, policy, claimed):
    worse = dataclasses.replace(request_, agents=request_.agents | {claimed})
    assert at_least_as_strict(outcome(worse, policy), outcome(request_, policy))


@given(requests(), POLICIES)
def test_saying_nothing_is_at_least_as_strict_as_any_claim(request_, policy):
    silent = dataclasses.replace(request_, agents=frozenset(), agent_unclear=True)
    assert at_least_as_strict(outcome(silent, policy), outcome(request_, policy))


@given(requests(), st.lists(rules(having=False), max_size=4))
def test_an_expired_baa_never_widens(request_, written):
    policy = Policy(tuple(written))
    late = outcome(request_, policy, today=date(2028, 1, 1))
    # A rule on targets without a BAA now also covers those that had one; what it refuses or takes out is no less.
    before = decide(request_, ALL, policy, today=TODAY)
    uncovered = {refusal.target.name for refusal in before.refusals if refusal.reason is RefusalReason.UNCOVERED}
    now = {egress.target.name: egress for egress in before.egresses}
    assert at_least_as_strict({name: late[name] for name in late.keys() - uncovered}, now)


@given(requests(), POLICIES)
def test_every_candidate_is_answered_once_and_in_order(request_, policy):
    decision = decide(request_, ALL, policy, today=TODAY)
    permitted = [egress.target for egress in decision.egresses]
    refused = [refusal.target for refusal in decision.refusals]
    assert permitted == [one for one in ALL if one in permitted]
    assert refused == [one for one in ALL if one in refused]
    assert len(permitted) + len(refused) == len(ALL)
    assert all(refusal.why for refusal in decision.refusals)


@given(requests(), POLICIES)
def test_nothing_is_sent_that_a_rule_wants_out_and_nobody_can_find(request_, policy):
    for name, permitted in outcome(request_, policy).items():
        assert permitted.redact.keys() <= request_.covered, name


@pytest.mark.parametrize("counted", ["", ", counted: all"])
def test_a_rule_may_speak_of_what_does_not_count_by_itself(counted):
    text = f"""
version: 1
rules:
  - id: names-stay
    why: No name leaves, not even an author's.
    when: {{phi: [name]{counted}, to: {{without: [on_prem]}}}}
    then: {{deny: true}}
  - id: rest
    why: The rest may go.
    when: {{to: {{without: [on_prem]}}}}
    then: {{redact: [ssn]}}
examples:
  - {{reported: [name], traits: [], sent: {"false" if counted else "true, redacted: [ssn]"}}}
  - {{phi: [name], traits: [], sent: false}}
"""
    assert len(parse(text, file="a.yaml").rules) == 2
