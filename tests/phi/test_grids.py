from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.grids import MOST, read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab0", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["columns", "rows", "name", "value", "word", "S", "0"]), inner, max_size=3)
    ),
    max_leaves=16,
)


def at(value, path):
    for step in path:
        value = value[step]
    return value


@given(JSON)
def test_whatever_is_read_stands_where_it_says(value):
    found = read(value)
    for path in (*found.names, *(path for text in found.texts for path in text)):
        assert not isinstance(at(value, path), dict | list)
    assert all(isinstance(at(value, path), str) for text in found.texts for path in text)


@given(
    st.lists(st.sampled_from(["mrn", "dob", "ward", "x", "y"]), min_size=1, max_size=4, unique=True),
    st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=4),
)
def test_each_cell_has_the_name_of_its_column(names, rows):
    rows = [row[: len(names)] for row in rows]
    found = read({"columns": names, "rows": rows}).names
    assert found == {("rows", r, c): name for r in range(len(rows)) for c, name in enumerate(names)}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"columns": ["a", "b"], "values": [[1, 2, 3], [4, 5, 6]]}, ["a", "a", "a", "b", "b", "b"]),
        ([["a", "b"], [1, 2]], ["a", "b"]),
        ({"columns": ["a", "b"], "rows": [[1, None], [None, 2]]}, ["a", "b"]),
        ({"name": "a", "value": {"inner": 1}}, ["a"]),
        ({"a": {"$date": {"$numberLong": "1"}}}, ["a"]),
        ([{"columns": ["a"], "rows": [[1]]}, {"columns": ["b"], "rows": [[2]]}], ["a", "b"]),
        ({"tags": ["a", "b"], "rows": [[1, 2, 3]]}, []),
        ({"value": 1}, []),
        ({"a": {"ward": 1}}, []),
        ("text", []),
    ],
    ids=lambda value: json.dumps(value)[:48],
)
def test_names_are_found_where_they_stand(value, names):
    assert sorted(read(value).names.values()) == names


def test_a_text_is_the_words_of_one_member():
    said = [
        {"word": "my", "punctuated_word": "My", "start": 1},
        {"word": "name", "punctuated_word": "name", "start": 2},
    ]
    assert read({"words": said}).texts == [
        [("words", 0, "word"), ("words", 1, "word")],
        [("words", 0, "punctuated_word"), ("words", 1, "punctuated_word")],
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"items": [{"content": "a whole sentence of one"}, {"content": "and of another"}]},
        {"tags": ["red", "green"]},
        {"words": [{"word": "one", "start": 1}]},
    ],
    ids=json.dumps,
)
def test_what_stands_for_itself_is_no_word_of_a_text(value):
    assert not read(value).texts


def test_a_list_beyond_all_bounds_is_passed_over():
    assert not read({"columns": ["a"], "rows": [[1]] * (MOST + 1)}).names
