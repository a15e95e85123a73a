from __future__ import annotations

import re

import pytest

from gateway.domain import Kind
from gateway.phi.find.talk.aloud import words
from gateway.phi.find.talk.names import TITLES, name
from gateway.phi.find.talk.questions import ASKS, OPENINGS, asked, place_asked


@pytest.mark.parametrize(("ask", "text"), [(ask, text) for ask in ASKS for text in ask.hits], ids=str)
def test_a_question_is_known_by_its_words(ask, text):
    plain = text.replace("«", "").replace("»", "")
    found = re.search(ask.pattern, plain)
    assert found is not None
    assert found.end() <= text.index("»")


@pytest.mark.parametrize(("ask", "text"), [(ask, text) for ask in ASKS for text in ask.misses], ids=str)
def test_a_sentence_with_like_words_asks_for_nothing(ask, text):
    assert re.search(ask.pattern, text) is None


@pytest.mark.parametrize(("opening", "text"), [(one, text) for one in OPENINGS for text in one.hits], ids=str)
def test_a_person_is_named_after_an_opening(opening, text):
    plain, start, end = text.replace("«", "").replace("»", ""), text.index("«"), text.index("»") - 1
    heard = words(plain, split=False)
    for match in re.finditer(opening.pattern, plain):
        at = next(index for index, word in enumerate(heard) if word.start >= match.end())
        while heard[at].text in TITLES:
            at += 1
        for span in name(heard, at, plain, asked=opening.asked, known=opening.known):
            if not opening.ending or re.compile(opening.ending).match(plain, span[1]):
                assert span == (start, end)
                return
    pytest.fail("no name found")


def test_every_question_and_opening_has_an_example():
    assert all(one.hits for one in (*ASKS, *OPENINGS))


def test_one_question_may_ask_for_two_things():
    assert {kind for kind, _ in asked("name and date of birth, and what's your name?")} == {Kind.NAME, Kind.DATE}


@pytest.mark.parametrize(
    ("text", "asks"),
    [("which surgery are you with?", True), ("where did they treat you?", True), ("where does it hurt?", False)],
)
def test_a_house_is_asked_for(text, asks):
    assert (place_asked(text) is not None) == asks
