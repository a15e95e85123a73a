"""How long an answer may get, and how large a request is at the most."""

from __future__ import annotations

import pytest

from gateway.wire.limits import IMAGE_TOKENS, TOOL_TOKENS, answers, at_most, said_limit


@pytest.mark.parametrize(
    ("tree", "limit"),
    [
        ({}, None),
        ({"max_tokens": None}, None),
        ({"max_tokens": 5}, 5),
        ({"max_tokens": 5, "max_completion_tokens": 9}, 9),
        ({"max_output_tokens": 5}, 5),
        ({"options": {"num_predict": 5}}, 5),
        ({"options": {"num_predict": -1}}, None),
        ({"options": None, "max_tokens": True}, None),
    ],
)
def test_the_longest_that_any_dialect_allows(tree, limit):
    assert said_limit(tree) == limit


def test_answers_that_are_made_count_whether_told_or_not():
    assert [answers({}, 1), answers({"n": 3}, 1), answers({}, 3), answers({"n": 2, "best_of": 5}, 1)] == [1, 3, 3, 5]


def test_a_token_takes_a_byte_at_the_least():
    assert at_most(100, 0, tools=False) == 100
    assert at_most(100, 2, tools=True) == 100 + 2 * IMAGE_TOKENS + TOOL_TOKENS
