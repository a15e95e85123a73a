from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.jsontext import MAX_LITERALS, LiteralKind, literals

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
TREES = st.lists(VALUES, max_size=4) | st.dictionaries(st.text(), VALUES, max_size=4)


def at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


@given(TREES, st.booleans(), st.sampled_from([None, 2]))
def test_every_literal_is_where_it_says_and_says_what_stands_there(tree, ascii_only, indent):
    text = json.dumps(tree, ensure_ascii=ascii_only, indent=indent)
    for literal in literals(text):
        written = json.loads(text[literal.start : literal.end])
        match literal.kind:
            case LiteralKind.KEY:
                assert literal.path[-1] == literal.value == written
                assert literal.value in at(tree, literal.path[:-1])
            case LiteralKind.STRING:
                assert literal.value == written == at(tree, literal.path)
            case LiteralKind.NUMBER:
                assert written == at(tree, literal.path)


def test_of_two_equal_keys_both_are_seen():
    assert [literal.value for literal in literals('{"a":"x","a":""}')] == ["a", "x", "a", ""]


def test_structure_after_nesting_is_kept():
    text = '{"a": {"b": [1, {"c": 2}], "": 3}, "d": [[], 4]}'
    assert [(literal.value, literal.path) for literal in literals(text) if literal.kind is LiteralKind.NUMBER] == [
        ("1", ("a", "b", 0)),
        ("2", ("a", "b", 1, "c")),
        ("3", ("a", "")),
        ("4", ("d", 1)),
    ]


@pytest.mark.parametrize(
    "text", ["", "x", '"x"', "1", '{"a":', "{'a': 1}", '{"a": NaN}', '{"a": "\ud800"}', "[" * 5_000 + "]" * 5_000]
)
def test_what_is_no_json_object_or_list_has_no_literals(text):
    assert literals(text) is None


def test_there_is_an_end_to_it():
    assert literals(orjson.dumps([1] * (MAX_LITERALS + 1)).decode()) is None
