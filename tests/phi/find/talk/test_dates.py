from __future__ import annotations

import pytest

from gateway.phi.find.talk.aloud import words
from gateway.phi.find.talk.dates import days

CERTAIN = [
    "«ninth of the third, uh, sixty-four»",
    "born «third of March nineteen fifty two»",
    "«twelve slash four slash eighty one»",
    "«may seventeenth twenty fifteen»",
    "«march the third, um, two thousand and nine»",
    "the «9th of the 3rd 64»",
    "«twenty first of june nineteen hundred and two»",
    "«thirty-first of the twelfth, nineteen, er, ninety nine»",
    "on the «second of december»",
    "«3 of march 64»",
    "«nine, three, nineteen sixty»",
    "«fourth of july two thousand»",
    "«six february nineteen oh four»",
    "moved out on «sunday the twelfth»",
    "see you «thursday the twenty eighth» then",
    "«nineteen thirty-six, first of august»",
    "«nineteen ninety-eight, in october»",
    "the drain came out on «may two»",
    "booked for «ten july» at nine",
    "next is the «nineteenth of the twelfth» for the valve",
    "admitted on «boxing day», oxygen",
]
DOUBTFUL = ["«twenty eight five oh zero»", "«six six eighteen»", "«first of the second»", "«march third»"]
NONE = [
    "two thousand and four patients",
    "one in four",
    "3/4/1964",
    "march",
    "a third of them",
    "may I",
    "forty five three two",
    "ninth",
    "the boxing gym",
]


@pytest.mark.parametrize(("text", "certain"), [(text, True) for text in CERTAIN] + [(text, False) for text in DOUBTFUL])
def test_a_day_is_found_as_people_say_it(text, certain):
    plain = text.replace("«", "").replace("»", "")
    (day,) = days(words(plain))
    assert (plain[day.start : day.end], day.certain) == (text[text.index("«") + 1 : text.index("»")], certain)


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_one_is_none(text):
    assert list(days(words(text))) == []
