from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.text.marks import Marks

MARKS = Marks(r"\bed(?:ition|ited)\b", r"^\[\d\]", r"€ ?\d", r"(?:^|\s)--[a-z]+", any_case=True)


def test_marks_stand_where_they_stand_in_a_text_with_letters_of_any_script():
    text = "Größe 病院 — Edition\n[2] für € 5 --all"
    assert [(text[at], word) for at, word in MARKS.find(text)] == [
        ("E", "edition"),
        ("[", "[2]"),
        ("€", "€ 5"),
        (" ", "--all"),
    ]


@given(st.text())
def test_any_text_can_be_searched_and_places_are_in_it_and_in_order(text):
    places = [at for at, _ in MARKS.find(text)]
    assert places == sorted(places)
    assert all(0 <= at < len(text) for at in places)
