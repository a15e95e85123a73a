from __future__ import annotations

import pytest

from gateway.domain import Passage
from gateway.phi.find.engine import load_engine


def found(*texts):
    detections = load_engine().detect([Passage(text) for text in texts])
    return [
        {text[one.start : one.end] for one in detection.findings if one.counts}
        for text, detection in zip(texts, detections, strict=True)
    ]


@pytest.mark.parametrize(
    ("first", "second", "pieces"),
    [
        ("mrn starts 448", "and ends 1907", ["448", "1907"]),
        ("her nhs number first half 943 47", "second half 65919", ["943 47", "65919"]),
    ],
)
def test_each_message_that_tells_a_piece_of_a_number_is_found(first, second, pieces):
    assert all(piece in "".join(values) for piece, values in zip(pieces, found(first, second), strict=True))


def test_the_letters_of_a_name_are_one_name():
    assert "s k a r s g a a r d t" in "".join(*found("name of the patient s k a r s g a a r d t"))


@pytest.mark.parametrize(
    "text", ["port starts 80", "and ends 80", "version starts 3.11", "the patient has a b c symptoms"]
)
def test_what_else_starts_and_ends_is_nobodys(text):
    assert found(text) == [set()]


@pytest.mark.parametrize("asked", ["Who is it about?", "Whose results are these?", "Which patient?"])
@pytest.mark.parametrize("answer", ["skarsgaardt", "skarsgaardt, f, 61", "skarsgaardt bed 4"])
def test_who_it_is_about_is_a_name_in_small_letters_too(asked, answer):
    assert "skarsgaardt" in "".join(found(asked, answer)[1])
