from __future__ import annotations

from gateway.phi.find import propagate


def test_a_name_is_known_again_by_its_parts():
    known = propagate.parts(["Dr. Olena Kovalchuk-Reyes"])
    assert known == {"olena", "kovalchuk", "reyes"}
    text = "OLENA felt better; Mr Reyes called."
    assert [text[start:end] for start, end in propagate.find(text, known)] == ["OLENA", "Reyes"]


def test_common_words_are_no_parts():
    assert propagate.parts(["Dr. May Young", "the patient"]) == frozenset()


def test_a_part_is_a_whole_word():
    assert propagate.find("Reyesian", frozenset({"reyes"})) == []


def test_words_of_a_text_are_casefolded():
    assert propagate.words("Straße, OLENA 5") == {"strasse", "olena"}
