from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.talk.aloud import ALPHABET, NUMBERS, PAUSES, characters, in_order, ordinal, pair, words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eight six seven five three oh nine", ["8675309"]),
        ("double five one two treble three", ["5512333"]),
        ("nine one two dash zero four", ["91204"]),
        ("oh seven 7 double oh, um, nine hundred and twelve", ["07700912"]),
        ("four thousand, two", ["40002"]),
        ("twenty two, nought six", ["2206"]),
        ("four one. yes. two nine", ["4129"]),
        ("s w one a one double a", ["sw1a1aa"]),
        ("S for sugar, M as in mother, Y", ["smy"]),
        ("bravo as in banana kilo four", ["bk4"]),
        ("one tablet", []),
        ("call me on four two or seven eight", ["42", "78"]),
        ("double trouble", []),
        ("", []),
    ],
)
def test_digits_and_letters_are_read_as_the_characters_they_stand_for(text, said):
    assert [one.text for one in characters(words(text))] == said


def test_what_is_said_stands_where_its_words_stand():
    text = "it's oh four, um, double two then"
    (one,) = characters(words(text))
    assert (text[one.start : one.end], one.words) == ("oh four, um, double two", 3)


@pytest.mark.parametrize(
    ("text", "number"),
    [("sixty four", 64), ("sixty-four", 64), ("oh nine", 9), ("twelve", 12), ("twenty", 20), ("7", 7), ("ten", 10)],
)
def test_a_number_under_a_hundred(text, number):
    heard = words(text)
    assert pair(heard, 0) == (number, len(heard))


@pytest.mark.parametrize(("text", "day"), [("ninth", 9), ("twenty first", 21), ("thirty-first", 31), ("9th", 9)])
def test_an_ordinal(text, day):
    heard = words(text)
    assert ordinal(heard, 0) == (day, len(heard))


def test_nothing_stands_behind_the_end():
    assert pair([], 0) is None
    assert ordinal([], 0) is None
    assert ordinal(words("9 th"), 0) is None
    assert pair(words("hundred"), 0) is None


WORDS = st.sampled_from(
    [*sorted(NUMBERS), *sorted(ALPHABET), *sorted(PAUSES)[:8], "double", "for", "a", ",", "\n", "12"]
)


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_runs_are_in_order_and_do_not_overlap(text):
    found = list(characters(words(text)))
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert all(one.text.isalnum() and one.start < one.end for one in found)


@given(st.text(max_size=80))
def test_every_word_is_its_characters(text):
    assert all(len(text[word.start : word.end]) == word.end - word.start > 0 for word in words(text))


def test_what_is_found_does_not_overlap():
    heard = words("a b a b b a")
    pairs = {0: (2,), 1: (3,), 2: (4,), 4: (6,)}
    assert list(in_order(heard, pairs.get)) == [(0, (2,)), (2, (4,)), (4, (6,))]
    assert list(in_order([], pairs.get)) == []
