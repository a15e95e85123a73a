from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.records.trees import Node, elements, json_trees

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def scalars(node: Node, text: str) -> list[str]:
    return [
        piece
        for _, child in node.inside
        for piece in ([text[child.start : child.end]] if child.scalar else scalars(child, text))
    ]


def expected(value: object) -> list[str]:
    if isinstance(value, dict):
        return [piece for inner in value.values() for piece in expected(inner)]
    if isinstance(value, list):
        return [piece for inner in value for piece in expected(inner)]
    return [json.dumps(value)[1:-1] if isinstance(value, str) else json.dumps(value)]


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, min_size=1, max_size=3))
def test_every_scalar_of_an_object_is_found_where_it_stands(value):
    text = f"before {json.dumps(value)} after"
    assert [piece for tree in json_trees(text) for piece in scalars(tree.root, text)] == expected(value)


@given(st.text("{}[]\":,\\'ab1 <>/=!-", max_size=80))
def test_no_text_stops_the_readers(text):
    for tree in json_trees(text):
        assert 0 <= tree.start <= tree.end <= len(text)
    found, signs = elements(text)
    assert all(
        0 <= start <= end <= len(text) for start, end in [*signs, *(span for one in found for span in one.texts)]
    )


def test_prose_after_a_cut_object_is_not_a_part_of_it():
    text = '{"a": "b", \nThis is what we have so far and it goes on for a while.'
    (tree,) = json_trees(text)
    assert tree.end < len(text)


def test_elements_keep_their_places_without_prefixes():
    text = '<c:a x="1"><b>two</b><d/></c:a>'
    found, _ = elements(text)
    assert [(one.name, one.parent.name if one.parent else None) for one in found] == [
        ("a", None),
        ("b", "a"),
        ("d", "a"),
    ]
    assert text[slice(*found[1].texts[0])] == "two"
    assert found[0].said("x", text) == "1"


def test_entities_are_never_expanded():
    text = '<!DOCTYPE a [<!ENTITY b "' + "c" * 50 + '">]><a>&b;&b;</a>'
    assert [text[slice(*span)] for one in elements(text)[0] for span in one.texts if one.name == "a"][-1] == "&b;&b;"


@pytest.mark.parametrize(
    "text", ['{"a":' * 5_000, '<a b="' * 20_000, '{"a": "' + "x" * 200_000, "<a " + 'b="c" ' * 40_000, "<a>" * 20_000]
)
def test_hostile_nesting_costs_linear_time_and_no_stack(text):
    list(json_trees(text))
    elements(text)
