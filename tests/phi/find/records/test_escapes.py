from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.records import escapes


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), max_codepoint=0xFFFF), max_size=40))
def test_what_was_escaped_comes_back_where_it_stood(text):
    inside = json.dumps(text)[1:-1]
    plain = escapes.undo(inside)
    assert plain.text == text
    assert "".join(inside[slice(*plain.origin(at, at + 1))] for at in range(len(text))) == inside


def test_the_quotes_around_a_string_part_it_from_the_rest():
    assert escapes.undo('{"a": "b\\nc"}').text == "{\na\n: \nb\nc\n}"
