"""The tables of words: levels that do not hold each other's words, in lower case, found where they are meant."""

from __future__ import annotations

import pytest

from gateway.routing import asked

TABLES = {name: getattr(asked, name) for name in ("THOUGHT", "WORK", "FIRM", "HARDER", "LITTLE", "LEAST")}


@pytest.mark.parametrize("name", TABLES)
def test_no_table_finds_anything_in_nothing(name):
    assert TABLES[name].search("") is None
    assert TABLES[name].search("the patient sat on a chair.") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("THOUGHT", "give a differential for this"),
        ("THOUGHT", "find the root cause"),
        ("THOUGHT", "write a detailed migration plan"),
        ("WORK", "please summarize this"),
        ("WORK", "how does it work"),
        ("FIRM", "what are the main differences"),
        ("HARDER", "and justify each step"),
        ("LITTLE", "classify this"),
        ("LITTLE", "hello."),
        ("LEAST", "answer yes or no"),
        ("LEAST", "in one word"),
    ],
)
def test_words_are_found(name, text):
    assert TABLES[name].search(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("THOUGHT", "in proof of address"[3:]),  # a document
        ("WORK", "how do you spell it"),
        ("FIRM", "the difference in days"),
        ("LITTLE", "a long list"),  # a thing, and no order
        ("FIRM", "the patient was lying on the table"),
    ],
)
def test_words_that_only_look_like_it_are_not(name, text):
    assert TABLES[name].search(text) is None
