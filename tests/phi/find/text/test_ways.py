"""Ways to write something, as one regular expression."""

from __future__ import annotations

import re
import sys

from gateway.phi.find.text.ways import folded, holds, one_of


def test_every_way_is_found_and_nothing_else():
    pattern = re.compile("(?:" + one_of("mrn", "medical record", r"chart (?:no|number)") + ")")
    assert [bool(pattern.fullmatch(text)) for text in ("mrn", "medical record", "chart no", "chart", "mrn|")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_the_first_way_wins():
    assert re.match(one_of("chart", "chart no"), "chart no")[0] == "chart"


def test_a_folded_text_holds_every_letter_that_any_case_is_taken_for():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    for letter in "abcdefghijklmnopqrstuvwxyz":
        for char in re.findall(letter, every, re.IGNORECASE):
            assert holds(folded(f"-{char}-"), [letter])


def test_one_word_of_several_is_enough():
    assert holds(folded("Signed-Off-By: N."), ("author", "-by:"))
    assert not holds(folded("seen on the ward"), ("author", "-by:"))
