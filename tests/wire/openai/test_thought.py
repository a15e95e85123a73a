from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.openai.thought import Thought


def told(*pieces):
    """What is thought and what is said in an answer that comes in these pieces."""
    thought = Thought()
    parts = [*map(thought.feed, pieces), thought.rest()]
    return "".join(one for one, _ in parts), "".join(other for _, other in parts)


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        ("<think>Hm.</think>Hello.", "Hm.", "Hello."),
        ("\n<think>\nHm.\n</think>\n\nHello.", "\nHm.", "Hello."),
        ("<think></think>Hello.", "", "Hello."),
        ("<think>Hm. </thin x", "Hm. </thin x", ""),
        ("<think>a</think> <think>b</think>", "a", "<think>b</think>"),
        ("Hello. <think>Hm.</think>", "", "Hello. <think>Hm.</think>"),
        ("<thinker>", "", "<thinker>"),
        ("<thi", "", "<thi"),
        ("  Hello.", "", "  Hello."),
        ("", "", ""),
    ],
)
def test_what_stands_between_the_marks_at_the_beginning_is_thought(text, thought, said):
    assert told(text) == (thought, said)
    assert told(*text) == (thought, said)


PIECES = st.lists(st.sampled_from(["<think>", "</think>", "<", "/", "th", "ink>", " ", "\n", "word"]), max_size=12)


@given(PIECES, st.lists(st.integers(0, 80)))
def test_pieces_make_no_difference(parts, cuts):
    text = "".join(parts)
    at = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    assert told(*(text[a:b] for a, b in itertools.pairwise(at))) == told(text)


def test_a_server_that_tells_reasoning_apart_is_believed():
    thought = Thought()
    thought.told_apart()
    assert thought.feed("<think>") == ("", "<think>")
