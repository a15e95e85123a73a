from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.document import DocumentInvalid
from gateway.domain import DIRECT, INDIRECT, Content, Kind, Style, Trait, UnknownReason
from gateway.policy.parse import load, parse
from gateway.policy.rules import Policy, Then, To, When

FULL = """
version: 1
rules:
  - id: full
    why: >
      Because
      of this.
    when:
      phi: [direct, date]
      unknown: any
      content: text
      agent: radiologist
      route: [radiology]
      caller: [soma, ops]
      to: {with: [zero_retention], without: on_prem, provider: anthropic, target: [sonnet]}
    then:
      require: baa
      redact: {token: [any], generalise: indirect, remove: [ssn]}
"""

RULE = "  - {id: one, why: Because., then: {deny: true}}\n"
HEAD = "version: 1\nrules:\n"


def complaints(text):
    with pytest.raises(DocumentInvalid) as invalid:
        parse(text, file="p.yaml")
    return invalid.value.problems


def test_every_field_arrives():
    (rule,) = parse(FULL, file="p.yaml").rules
    assert (rule.id, rule.why, rule.file, rule.line) == ("full", "Because of this.", "p.yaml", 4)
    assert rule.when == When(
        kinds=DIRECT | {Kind.DATE},
        unknowns=frozenset(UnknownReason),
        content=frozenset({Content.TEXT}),
        agents=frozenset({"radiologist"}),
        routes=frozenset({"radiology"}),
        callers=frozenset({"soma", "ops"}),
        to=To(
            having=frozenset({Trait.ZERO_RETENTION}),
            lacking=frozenset({Trait.ON_PREM}),
            providers=frozenset({"anthropic"}),
            targets=frozenset({"sonnet"}),
        ),
    )
    styles = dict.fromkeys(DIRECT, Style.TOKEN) | dict.fromkeys(INDIRECT, Style.GENERALISE) | {Kind.SSN: Style.REMOVE}
    assert rule.then == Then(require=frozenset({Trait.BAA}), redact=styles)


def test_a_list_redacts_with_pseudonyms():
    (rule,) = parse(HEAD + "  - {id: a, why: b, then: {redact: [ssn]}}", file="p").rules
    assert rule.then.redact == {Kind.SSN: Style.TOKEN}
    assert rule.when == When()


def test_a_rule_may_ask_for_detectors_and_an_example_says_how_many_there_are():
    text = HEAD + "  - {id: a, why: b, when: {content: text, to: {without: on_prem}}, then: {detectors: 2}}\n"
    (rule,) = parse(text, file="p").rules
    assert rule.then == Then(detectors=2)
    complaint = complaints(text + "examples:\n  - {sent: true, detectors: 2}\n")[0]
    assert complaint.message.endswith("no rule covers `text` for such a destination.")


BAD_RULES = [
    ("rulez: []", "Unknown key", "Did you mean `rules`?"),
    ("{id: a, why: b, wen: {}, then: {deny: true}}", "Unknown key `wen`", "`when`"),
    ("{id: a, why: b, when: {pih: [ssn]}, then: {deny: true}}", "Unknown key `pih`", "`phi`"),
    ("{id: a, why: b, when: {to: {withot: [baa]}}, then: {deny: true}}", "Unknown key `withot`", "`without`"),
    ("{id: a, why: b, then: {requires: [baa]}}", "Unknown key `requires`", "`require`"),
    ("{id: a, why: b, then: {redact: {tokn: [ssn]}}}", "Unknown key `tokn`", "`token`"),
    ("{id: a, why: b, when: {phi: [snn]}, then: {deny: true}}", "no kind", "`ssn`"),
    ("{id: a, why: b, then: {redact: [dirct]}}", "no kind", "`direct`"),
    ("{id: a, why: b, when: {unknown: [imge]}, then: {deny: true}}", "no reason", "`image`"),
    ("{id: a, why: b, then: {require: [bba]}}", "then.require.0", "'baa'"),
    ("{id: a, why: b, when: {to: {with: [bba]}}, then: {deny: true}}", "to.with.0", "'baa'"),
    ("{id: a, why: b, when: {content: [txt]}, then: {deny: true}}", "content.0", "'text'"),
    ("{id: a, why: b, when: {phi: []}, then: {deny: true}}", "when.phi", "empty"),
    ("{id: a, why: b, when: {unknown: []}, then: {deny: true}}", "when.unknown", "empty"),
    ("{id: a, why: b, when: {content: []}, then: {deny: true}}", "when.content", "empty"),
    ("{id: a, why: b, when: {agent: []}, then: {deny: true}}", "when.agent", "empty"),
    ("{id: a, why: b, when: {to: {with: []}}, then: {deny: true}}", "when.to.with", "empty"),
    ("{id: a, why: b, when: {to: {}}, then: {deny: true}}", "when.to", "empty"),
    ("{id: a, why: b, then: {redact: []}}", "redact", "empty"),
    ("{id: a, why: b, then: {redact: {}}}", "redact", "empty"),
    ("{id: a, why: b, when: {phi: }, then: {deny: true}}", "when.phi", "array"),
    ("{id: a, why: b, when: {to: }, then: {deny: true}}", "when.to", "object"),
    ("{id: a, why: b, when: , then: {deny: true}}", "when", "object"),
    ("{id: a, why: b, then: {require: }}", "require", "array"),
    ("{id: a, why: b, then: {}}", "then", "does nothing"),
    ("{id: a, why: b}", "`then` is missing", "Add `then:`"),
    ("{id: a, why: b, then: {deny: false}}", "deny", "only narrow"),
    ("{id: a, why: b, then: {detectors: 0}}", "detectors", "greater than or equal to 1"),
    ("{id: a, why: b, then: {detectors: 3}}", "detectors", "less than or equal to 2"),
    ("{id: a, why: b, when: {phi: [ssn]}, then: {detectors: 2}}", "nothing was found as well", "remove `phi`"),
    ("{id: a, why: b, when: {unknown: [image]}, then: {detectors: 2}}", "nothing was found", "rule of their own"),
    ("{id: a, why: b, then: {deny: true, require: [baa]}}", "then", "`deny` refuses already"),
    ("{id: a, why: b, then: {deny: true, redact: [ssn]}}", "then", "`deny` refuses already"),
    ("{id: a, then: {deny: true}}", "`why` is missing", "Add `why:`"),
    ("{id: a, why: ' ', then: {deny: true}}", "why", "in a sentence"),
    ('{id: a, why: "a\\u0007b", then: {deny: true}}', "why", "in a sentence"),
    ("{why: b, then: {deny: true}}", "`id` is missing", "Add `id:`"),
    ("{id: A b, why: b, then: {deny: true}}", "id", "lower-case"),
    ("{id: '', why: b, then: {deny: true}}", "id", "lower-case"),
    ("{id: a, why: b, when: {agent: '*'}, then: {deny: true}}", "agent", "leave the condition out"),
    ("{id: a, why: b, when: {route: ' x'}, then: {deny: true}}", "route", "plain text"),
    ("{id: a, why: b, when: {caller: 7}, then: {deny: true}}", "caller", "array"),
]


@pytest.mark.parametrize(("line", "place", "remedy"), BAD_RULES)
def test_a_rule_that_cannot_be_meant_is_reported_with_its_line_and_what_to_do(line, place, remedy):
    text = f"version: 1\n{line}\nrules:\n{RULE}" if line.startswith("rulez") else f"{HEAD}{RULE}  - {line}\n"
    (problem,) = complaints(text)
    assert problem.file == "p.yaml"
    assert problem.line == (2 if line.startswith("rulez") else 4)
    assert place in problem.message
    assert remedy in problem.message + problem.remedy


def test_all_problems_come_at_once():
    text = HEAD + "".join(f"  - {line}\n" for line, _, _ in BAD_RULES[1:])
    found = complaints(text)
    assert {problem.line for problem in found} == set(range(3, len(BAD_RULES) + 2))
    # The same id many times over is reported beside all the rest.
    assert sum("the same id" in problem.message for problem in found) == text.count("id: a,") - 1


@pytest.mark.parametrize(
    "text", ["", "version: 1", "version: 1\nrules: []", "version: 2\nrules:\n" + RULE, "rules:\n" + RULE]
)
def test_a_file_without_version_or_rules_is_refused(text):
    assert complaints(text)


def test_two_rules_of_one_id_are_refused_within_a_file_and_across_files():
    (within,) = complaints(HEAD + RULE + RULE)
    assert (within.line, within.remedy) == (4, "Give each rule its own id.")
    with pytest.raises(DocumentInvalid) as across:
        load({"b.yaml": HEAD + RULE, "a.yaml": HEAD + RULE})
    (problem,) = across.value.problems
    assert (problem.file, problem.line) == ("b.yaml", 3)
    assert "line 3 of a.yaml" in problem.message


def test_a_policy_that_breaks_its_own_example_is_refused_at_its_line():
    text = HEAD + RULE + "examples:\n  - {traits: [on_prem], sent: false}\n  - {traits: [on_prem], sent: true}\n"
    (problem,) = complaints(text)
    assert problem.line == 6
    assert "rule `one` refuses it (denied)" in problem.message


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("{sent: yes}", "boolean"),
        ("{}", "`sent` is missing"),
        ("{sent: false, redacted: [ssn]}", "not sent"),
        ("{sent: false, phi: [bogus]}", "no kind"),
        ("{sent: false, tratis: [baa]}", "Unknown key `tratis`"),
    ],
)
def test_an_example_that_says_nothing_clear_is_refused(example, said):
    (problem,) = complaints(f"{HEAD}{RULE}examples:\n  - {example}\n")
    assert problem.line == 5
    assert said in problem.message


def test_several_files_are_one_policy():
    one, two = HEAD + RULE, HEAD + RULE.replace("one", "two")
    assert [rule.id for rule in load({"b": two, "a": one}).rules] == ["one", "two"]
    assert load({}) == Policy()


def test_the_problems_of_all_files_come_at_once():
    with pytest.raises(DocumentInvalid) as invalid:
        load({"a": "version: 1", "b": "[", "c": HEAD + RULE})
    assert [problem.file for problem in invalid.value.problems] == ["a", "b"]


def test_tests_are_tried_on_all_files_together():
    stays = "  - {id: stays, why: Because., when: {phi: [any], to: {without: [on_prem]}}, then: {deny: true}}\n"
    clean = "version: 1\nexamples:\n  - {traits: [], sent: true}\n"
    assert load({"a": HEAD + stays}, tests={"t": clean})
    with pytest.raises(DocumentInvalid) as invalid:
        load({"a": HEAD + stays, "b": HEAD + RULE}, tests={"t": clean, "u": "version: 1\nexamples: []\n"})
    assert [(problem.file, problem.line) for problem in invalid.value.problems] == [("t", 3), ("u", 2)]


WORDS = st.sampled_from(
    [
        *(
            "version: 1",
            "rules:",
            "examples:",
            "  - ",
            "    ",
            "\n",
            "id: ",
            "why: ",
            "when: ",
            "then: ",
            "phi: ",
            "to: ",
        ),
        *(
            "{",
            "}",
            "[",
            "]",
            ", ",
            "deny: true",
            "redact: ",
            "require: ",
            "any",
            "direct",
            "baa",
            "sent: true",
            "'",
            "a",
        ),
    ],
)


def attempt(text):
    try:
        return parse(text, file="p.yaml"), ()
    except DocumentInvalid as invalid:
        return Policy(), invalid.problems


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=30).map("".join)))
def test_any_text_is_a_policy_or_a_list_of_problems(text):
    policy, problems = attempt(text)
    assert policy.rules or problems
    assert all(problem.line >= 1 for problem in problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "why", "when", "then", "phi", "to", "deny", "redact", "x"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_rule_is_a_policy_or_a_list_of_problems(tree):
    policy, problems = attempt(json.dumps({"version": 1, "rules": [tree], "examples": [tree]}))
    assert policy.rules or problems


@pytest.mark.parametrize(
    ("when", "then", "remedy"),
    [
        ("phi: [ssn], to: {without: [on-prem]}", "deny: true", "Did you mean `on_prem`?"),
        ("phi: [SSN]", "deny: true", "Did you mean `ssn`?"),
        ("phi: [ssn]", "deny: yes", "Write `true`."),
        ("phi: [ssn]", "deny: perhaps", "Write `true` or `false`."),
    ],
)
def test_a_word_that_is_nearly_right_is_told_what_is(when, then, remedy):
    text = f"version: 1\nrules:\n  - {{id: a, why: It stays., when: {{{when}}}, then: {{{then}}}}}\n"
    with pytest.raises(DocumentInvalid) as refused:
        parse(text, file="p.yaml")
    assert any(remedy in str(problem) for problem in refused.value.problems)
