from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.domain import GROUPS, Kind, UnknownReason
from gateway.policy.schema import ThenForm, WhenForm, kinds, reasons


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
