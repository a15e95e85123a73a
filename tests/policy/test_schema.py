from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.domain import GROUPS, Kind, UnknownReason
from gateway.policy.schema import (
    ExampleForm,
    PolicyForm,
    RedactForm,
    RuleForm,
    SuiteForm,
    ThenForm,
    ToForm,
    WhenForm,
    kinds,
    reasons,
)

RULE = {"id": "r", "why": "w", "then": {"deny": True}}
EXAMPLE = {"sent": False}


def test_groups_are_spelled_out():
    assert kinds(["direct", "date"]) == GROUPS["direct"] | {Kind.DATE}
    assert kinds([]) == frozenset()
    assert reasons(["any"]) == set(UnknownReason)
    assert reasons(["image"]) == {UnknownReason.IMAGE}


def test_one_word_stands_for_a_list_of_one():
    form = WhenForm.model_validate_json('{"phi": "ssn", "agent": "a", "to": {"with": "baa"}}')
    assert (form.phi, form.agent, form.to.having) == (["ssn"], ["a"], ["baa"])


@pytest.mark.parametrize(
    "text",
    [
        '{"detectors": "2"}',
        '{"detectors": 2.0}',
        '{"detectors": true}',
        '{"deny": "true"}',
        '{"deny": 1}',
        '{"redact": 1}',
        '{"require": {}}',
        "[]",
    ],
)
def test_nothing_is_bent_into_another_type(text):
    with pytest.raises(ValidationError):
        ThenForm.model_validate_json(text)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (WhenForm, {"phi": ["ssn"], "counted": "all"}),
        (WhenForm, {"agent": "ward 7"}),
        (WhenForm, {"unknown": ["language", "any"]}),
        (RedactForm, {"remove": "any"}),
        (ThenForm, {"deny": True}),
        (ThenForm, {"detectors": 1}),
        (ThenForm, {"detectors": 2}),
        (ThenForm, {"redact": "ssn", "require": "baa", "detectors": 2}),
        (RuleForm, RULE),
        (RuleForm, RULE | {"id": "r-2"}),
        (RuleForm, RULE | {"id": 64 * "x"}),
        (RuleForm, RULE | {"then": {"detectors": 2}, "when": {"content": "text"}}),
        (RuleForm, RULE | {"when": {"phi": "ssn"}}),
        (ExampleForm, EXAMPLE),
        (ExampleForm, EXAMPLE | {"detectors": 2}),
        (ExampleForm, {"sent": True, "redacted": "ssn"}),
        (PolicyForm, {"version": 1, "rules": [RULE]}),
        (SuiteForm, {"version": 1, "examples": [EXAMPLE]}),
    ],
)
def test_what_is_right_passes(form, value):
    assert form.model_validate(value, strict=False)


@pytest.mark.parametrize(
    ("form", "value", "words"),
    [
        (WhenForm, {"phi": ["snn"]}, "no kind and no group"),
        (WhenForm, {"phi": []}, "the list is empty"),
        (WhenForm, {"unknown": ["picture"]}, "no reason for something to be unknown"),
        (WhenForm, {"agent": "*"}, "no name here"),
        *((WhenForm, {"agent": name}, "plain text without space") for name in ("", " a", "a ", "a\x07")),
        (WhenForm, {"counted": "all"}, "name kinds in `phi`"),
        (WhenForm, {"phi": "ssn", "counted": "some"}, "all"),
        (ToForm, {}, "`to` is empty"),
        (RedactForm, {}, "`redact` is empty"),
        (ThenForm, {}, "the rule does nothing"),
        (ThenForm, {"deny": False}, "rules only narrow"),
        (ThenForm, {"deny": True, "require": "baa"}, "refuses already"),
        (ThenForm, {"deny": True, "detectors": 2}, "refuses already"),
        (ThenForm, {"detectors": 0}, "greater than or equal to 1"),
        (ThenForm, {"detectors": 3}, "less than or equal to 2"),
        *((RuleForm, RULE | {"id": name}, "an id is 1 to 64") for name in ("", "Rule", "a_b", "ä", "a b", 65 * "x")),
        *((RuleForm, RULE | {"why": text}, "say in a sentence") for text in ("", " \n", "a\x07")),
        (RuleForm, RULE | {"then": {"detectors": 1}, "when": {"phi": "ssn"}}, "nothing was found as well"),
        (RuleForm, RULE | {"then": {"detectors": 1}, "when": {"unknown": "any"}}, "nothing was found as well"),
        (ExampleForm, EXAMPLE | {"redacted": "ssn"}, "what is not sent"),
        (ExampleForm, EXAMPLE | {"detectors": 0}, "greater than or equal to 1"),
        (ExampleForm, EXAMPLE | {"detectors": 3}, "less than or equal to 2"),
        (PolicyForm, {"version": 2, "rules": [RULE]}, "should be 1"),
        (PolicyForm, {"version": 1, "rules": []}, "the list is empty"),
        (SuiteForm, {"version": 2, "examples": [EXAMPLE]}, "should be 1"),
        (SuiteForm, {"version": 1, "examples": []}, "the list is empty"),
        *(
            (form, value | {"unheard": 1}, "not permitted")
            for form, value in ((RuleForm, RULE), (ExampleForm, EXAMPLE))
        ),
    ],
)
def test_what_is_wrong_is_told(form, value, words):
    with pytest.raises(ValidationError, match=words):
        form.model_validate(value, strict=False)


def test_what_is_left_out_asks_for_nothing():
    form = RuleForm.model_validate(RULE | {"then": {"require": ["baa"]}}, strict=False)
    assert (form.then.detectors, form.then.deny) == (0, False)
    assert form.then.redact.model_fields_set | form.when.model_fields_set | form.when.to.model_fields_set == set()


def test_an_example_is_looked_at_by_one_detector_unless_it_says_more():
    assert ExampleForm.model_validate(EXAMPLE).detectors == 1


def test_a_list_of_kinds_is_short_for_tokens():
    for short in ("ssn", ["ssn"]):
        assert ThenForm.model_validate_json(f'{{"redact": {short!r}}}'.replace("'", '"')).redact.token == ["ssn"]
    styles = ThenForm.model_validate({"redact": {"remove": ["ssn"]}}).redact
    assert (styles.token, styles.remove) == ([], ["ssn"])


def test_a_reason_is_one_line():
    assert RuleForm.model_validate(RULE | {"why": " Images\n stay  here. "}).why == "Images stay here."


def test_what_was_read_stays_as_it_is():
    form = ToForm(provider=["a"])
    with pytest.raises(ValidationError):
        form.provider = ["b"]
