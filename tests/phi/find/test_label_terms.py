"""Terms that give a label: found however they are spaced, capitalised or disguised, and only as whole words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Passage, UnknownReason
from gateway.phi.find.label_terms import UNREAD, LabelTerms, labelled, unread

TERMS = LabelTerms((("part2", "methadone"), ("part2", "substance use"), ("hiv", "HIV"), ("genetic", "Muñoz-Test")))


def of(*texts):
    return labelled(TERMS, [Passage(text) for text in texts])


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("She takes methadone.", {"part2"}),
        ("METHADONE 40 mg", {"part2"}),
        ("a history of Substance\n  Use disorder", {"part2"}),
        ("meth\u200badone and HIV-positive", {"part2", "hiv"}),
        ("Muñoz-Test", {"genetic"}),
        ("Munoz-Test", set()),
        ("methadones, archive, hive, substances used", set()),
        ("", set()),
    ],
)
def test_a_term_gives_its_label(text, labels):
    assert of(text) == labels
    assert of("Nothing here.", text) == labels


def test_without_terms_nothing_is_labelled():
    assert labelled(LabelTerms(), [Passage("methadone")]) == frozenset()
    assert not LabelTerms()


@given(st.lists(st.text(max_size=40), max_size=4), st.text(max_size=40))
def test_a_text_more_takes_no_label_away(texts, more):
    assert of(*texts) <= of(*texts, more)


@pytest.mark.parametrize("reason", UnknownReason)
def test_text_that_nobody_could_read_may_hold_every_term(reason):
    assert unread(TERMS, frozenset({reason})) == (TERMS.labels if reason in UNREAD else set())


def test_many_terms_are_told_apart():
    many = LabelTerms(tuple((f"l{at % 7}", f"term{at}word") for at in range(400)))
    assert labelled(many, [Passage("term13word, term21word and term399words")]) == {"l6", "l0"}
