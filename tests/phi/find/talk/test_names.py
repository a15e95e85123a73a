from __future__ import annotations

import pytest

from gateway.phi.find.talk.aloud import words
from gateway.phi.find.talk.names import answered, name, strong


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("yeah, it's vanda kolnik", "vanda kolnik"),
        ("That's my partner Katherine.", "Katherine"),
        ("Um, my name is Eoghan Mac an Iomaire, I'm the son", "Eoghan Mac an Iomaire"),
        ("Aydın. A Y D I N", "Aydın"),
        ("dr massey I think", "massey"),
        ("just me and the cat", None),
        ("I don't know", None),
        ("speaking", None),
        ("My mum.", None),
        ("", None),
    ],
)
def test_the_name_in_an_answer_is_what_follows_the_usual_beginnings(text, who):
    span = answered(words(text, split=False), text)
    assert (text[slice(*span)] if span else None) == who


def test_a_name_may_be_shorter_than_all_the_words_that_may_be_one():
    text = "marisol pop your arm out"
    assert (0, 7) in name(words(text, split=False), 0, text, asked=False)


def test_of_known_names_only_the_listed_will_do():
    text = "kwesi tells me"
    heard = words(text, split=False)
    assert name(heard, 0, text, asked=False) == [(0, 5)]
    assert name(heard, 0, text, asked=False, known=True) == []


def test_a_day_of_the_week_is_nobody():
    assert not name(words("Sunday. Okay.", split=False), 0, "Sunday. Okay.", asked=False)


@pytest.mark.parametrize("word", ["fehintola", "giorgos", "soo-min", "martin"])
def test_a_word_that_is_a_name_and_little_else(word):
    assert strong(word)


@pytest.mark.parametrize("word", ["wheezing", "phew", "six", "okay", "paracetamol", "00"])
def test_a_word_of_everyday_speech_is_none(word):
    assert not strong(word)
