from __future__ import annotations

import pytest

from gateway.kinds import PROFILES
from gateway.kinds.wishes import WISHES, unheard

ASKED = {
    "response_format": {"type": "json_schema", "json_schema": {}},
    "tool_choice": "required",
    "logprobs": True,
    "logit_bias": {"1": 1},
    "parallel_tool_calls": False,
    "n": 2,
    "best_of": 2,
    "suffix": "end",
    "echo": True,
}
NOTHING = {
    "response_format": {"type": "text"},
    "tool_choice": "auto",
    "logprobs": False,
    "logit_bias": {},
    "parallel_tool_calls": True,
    "n": 1,
    "best_of": 1,
    "suffix": "",
    "echo": False,
}


def test_every_wish_is_told_from_what_happens_anyway():
    assert unheard(ASKED, frozenset(WISHES)) == tuple(sorted(ASKED))
    assert {wish.partition(".")[0] for wish in WISHES} == ASKED.keys()
    assert unheard(NOTHING, frozenset(WISHES)) == ()
    assert unheard({}, frozenset(WISHES)) == ()


@pytest.mark.parametrize(("choice", "wished"), [("none", False), ({"type": "function"}, True), (None, False)])
def test_a_choice_of_tools_is_a_wish_unless_it_is_left_to_the_model(choice, wished):
    assert bool(unheard({"tool_choice": choice}, frozenset({"tool_choice"}))) is wished


@pytest.mark.parametrize(("form", "wished"), [("json_object", True), ("json_schema", False), ("text", False)])
def test_one_wish_of_a_field_is_told_from_its_others(form, wished):
    ignores = frozenset({"response_format.json_object"})
    assert unheard({"response_format": {"type": form}}, ignores) == (("response_format",) if wished else ())


def test_what_a_kind_ignores_is_known_as_a_wish():
    assert {name for each in PROFILES.values() for name in each.ignores} <= WISHES.keys()
