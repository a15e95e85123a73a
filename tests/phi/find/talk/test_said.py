from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.talk.said import across, values
from gateway.phi.find.talk.turns import Turn, labelled


def found(text, *, held=False):
    return {(hit.kind, text[hit.start : hit.end]) for hit in values(text, [Turn(0, len(text), "")], held=held)}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("reach me on five oh three five five five oh one nine three please", Kind.PHONE, "five oh three five five five oh one nine three"),
        ("It's Blue, H one oh four four eight two one", Kind.OTHER_ID, "H one oh four four eight two one"),
        ("my mrn is eight six seven five", Kind.MRN, "eight six seven five"),
        ("my social is nine one two dash zero four dash one two three four", Kind.SSN, "nine one two dash zero four dash one two three four"),
        ("I was born six six eighteen", Kind.DATE, "six six eighteen"),
        ("the post code is a 4 2 b c", Kind.ZIP, "a 4 2 b c"),
        ("she's over at eighty six, the paddocks", Kind.ADDRESS, "eighty six, the paddocks"),
        ("forty two acacia avenue, leeds", Kind.ADDRESS, "forty two acacia avenue, leeds"),
        ("Mr Ng, 16 Larkspur Way, CW5 to renal", Kind.ADDRESS, "16 Larkspur Way, CW5"),
        ("forty two acacia avenue, nine oh two one oh", Kind.ZIP, "nine oh two one oh"),
        ("write to m j reyes at example dot org", Kind.EMAIL, "m j reyes at example dot org"),
        ("can you spell it, e n d o endo", Kind.NAME, "endo"),
    ],
)  # fmt: skip
def test_a_value_shows_by_how_it_is_said(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "count back: twenty, nineteen, eighteen, seventeen, sixteen",
        "my sugars were seven eight six nine seven six",
        "one two three four five six seven",
        "five, six, seven, six, five, six",
        "options A, B, D, E, G",
        "the first of the second batch",
        "take one or two, up to eight a day",
        "six six eighteen",
    ],
)
def test_what_is_counted_measured_or_listed_is_no_value(text):
    assert found(text) == set()


def test_letters_alone_are_a_name_only_in_a_talk():
    assert found("r t y o p") == set()
    assert found("r t y o p", held=True) == {(Kind.NAME, "r t y o p")}


def test_a_number_goes_on_after_a_word_of_the_other_speaker():
    text = "Doctor: go on\nPatient: oh seven seven\nDoctor: yes\nPatient: nine hundred one two\nDoctor: thanks a lot\nPatient: four five\n"
    assert [text[hit.start : hit.end] for hit in across(text, labelled(text))] == [
        "oh seven seven",
        "nine hundred one two",
    ]
