from __future__ import annotations

import pytest

from gateway.domain import Finding, Kind
from gateway.phi.read import recur
from gateway.phi.read.spellings import find, of

WANTED = of(["Hedwig Orlowska", "Maria Elena Gonzalez"], ["03/04/1961", "March 14, 1962"])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("h e d w i g o r l o w s k a", ["h e d w i g o r l o w s k a"]),
        ("login h.e.d.w.i.g.o.r.l.o.w.s.k.a", ["h.e.d.w.i.g.o.r.l.o.w.s.k.a"]),
        ("OrlowskaHedwigNotes.docx", ["OrlowskaHedwig"]),
        ("hedwigorlowska and horlowska, HOrlowska.txt", ["hedwigorlowska", "horlowska", "HOrlowska"]),
        ("orlowskah2024", ["orlowskah"]),
        ("mgonzalez and gonzalezmaria", ["mgonzalez", "gonzalezmaria"]),
        ("3.4.61 or 1961-03-04, 4/3/1961 and 030461", ["3.4.61", "1961-03-04", "4/3/1961", "030461"]),
        ("14.03.62, 19620314", ["14.03.62", "19620314"]),
        ("version 3.4.6, 3.4.61.2 and 5.4.61, port 30461", []),
        ("a b c d e f g", []),
        ("hedge widows and gonzo", []),
        ("", []),
    ],
)
def test_a_second_spelling_is_found_and_no_other_value(text, values):
    assert [text[start:end] for _, start, end in find(text, WANTED)] == values


def test_what_is_known_is_found_in_the_rest_of_a_request():
    wanted = recur.known(
        [("Patient Hedwig Orlowska", Finding(Kind.NAME, 8, 23)), ("DOB 03/04/1961", Finding(Kind.DATE, 4, 14))]
    )
    said = "see OrlowskaHedwig.docx of 3.4.61"
    assert [said[one.start : one.end] for one in recur.find(said, wanted, ())] == ["OrlowskaHedwig", "3.4.61"]


def test_what_does_not_count_has_no_second_spelling():
    wanted = recur.known([("On 03/04/1961", Finding(Kind.DATE, 3, 13, counts=False))])
    assert not wanted.any
