from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.talk.parts import asks, told


def parts(*turns):
    return [turns[part.turn][part.start : part.end] for part in told(turns)]


@pytest.mark.parametrize(
    ("turns", "values"),
    [
        (["last 4 of SSN?", "it is 8417"], ["8417"]),
        (["What's the last four of your social, please?", "8417 I think"], ["8417"]),
        (["What is your SSN?", "starts with 536", "ok and then?", "22", "and the last four", "8417"], ["536", "22", "8417"]),
        (["First three of your SSN?", "536", "Middle two?", "22", "Last four?", "8417"], ["536", "22", "8417"]),
        (["Date of birth?", "March", "which day?", "the 4th", "and the year?", "1961"], ["March", "4th"]),
        (["Birth month?", "03", "Day?", "04"], ["03", "04"]),
        (["What's your phone number?", "area code 202", "go on", "555", "and?", "0142"], ["202", "555", "0142"]),
        (["MRN?", "the first part is 8675", "and the rest?", "309"], ["8675", "309"]),
        (["How old?", "91"], ["91"]),
        (["How old is she?", "she turned 93"], ["93"]),
        (["Patient's age, please", "about 94"], ["94"]),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_known_in_few_words_and_in_parts(turns, values):
    assert parts(*turns) == values


@pytest.mark.parametrize(
    "turns",
    [
        ["How many retries?", "it is 3176"],
        ["What port?", "8080"],
        ["How old is the building?", "91"],
        ["How old should the entries of the cache be?", "91"],
        ["Age?", "45"],
        ["What's the deadline?", "March", "which day?", "4th"],
        ["What is an SSN?", "a number with 9 digits, see form 8417"],
        ["What's the last value?", "31", "and then?", "7642"],
        ["I have your SSN.", "it is 8417 lines long"],
        ["Last 4 of SSN?", "why do you need it for 8417 rows"],
        ["How many digits has an SSN?", "9"],
    ],
)
def test_what_nobody_asked_for_is_nobodys(turns):
    assert parts(*turns) == []


def test_a_turn_asks_at_its_end():
    assert asks("We have all we need. And your date of birth?")
    assert not asks("Your date of birth is on file. Is there anything else?" + " No." * 80)
    assert [part.kind for part in told(["DOB?", "March 4"])] == [Kind.DATE, Kind.DATE]


@pytest.mark.parametrize("asked", ["How old are you, Winston?", "how old are you, mr Ng?"])
def test_how_old_somebody_is_may_be_asked_by_name(asked):
    assert [(part.kind, part.turn) for part in told([asked, "Ninety-one."])] == [(Kind.AGE, 1)]
