from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.hit import Hit
from gateway.phi.find.trim import trim


def trimmed(value, kind=Kind.NAME):
    text = f"so {value} says"
    return [text[hit.start : hit.end] for hit in trim([Hit(kind, 3, 3 + len(value), 0.9)], text)]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Lopez, MRN", "Lopez"),
        ("GONZALEZ, SSN", "GONZALEZ"),
        ("I'm Maria Lopez", "Maria Lopez"),
        ("hi I'm Dontrell", "Dontrell"),
        ("fitzroy dob", "fitzroy"),
        ("Maria Lopez and", "Maria Lopez"),
    ],
)
def test_a_name_loses_the_words_beside_it_that_are_nobodys(value, name):
    assert trimmed(value) == [name]


@pytest.mark.parametrize("value", ["I'm", "Hi", "MRN", "hello, I'm"])
def test_nothing_is_left_of_words_that_are_nobodys(value):
    assert trimmed(value) == []


@pytest.mark.parametrize(
    "value",
    ["Olsen, I.", "My Nguyen", "Vin Doe", "Dob, Anna", "Maria (Lopez)", "O'Brien", "[PATIENT NAME]", "Im", "--"],
)
def test_a_name_stays_as_it_is(value):
    assert trimmed(value) == [value]


def test_idaho_at_the_end_of_an_address_is_no_label():
    assert trimmed("44 Elm St, Boise, ID", Kind.ADDRESS) == ["44 Elm St, Boise, ID"]
    assert trimmed("Boise, ID", Kind.NAME) == ["Boise"]


def test_a_day_of_the_week_is_no_town():
    assert trimmed("14 High Street, Saturday", Kind.ADDRESS) == ["14 High Street"]


def test_hours_in_brackets_are_no_part_of_a_telephone_number():
    text = "+31 30 555 0144 (24h)"
    assert [hit.end for hit in trim([Hit(Kind.PHONE, 0, 19, 0.9)], text)] == [15]
    assert [hit.end for hit in trim([Hit(Kind.PHONE, 0, 19, 0.9)], "+31 30 555 0144 (24 01)")] == [19]


def test_other_kinds_stay_as_they_are():
    assert trimmed("MRN 8675309 is", Kind.MRN) == ["MRN 8675309 is"]
