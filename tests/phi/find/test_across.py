from __future__ import annotations

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find import across
from gateway.phi.find.engine import Engine

ENGINE = Engine()


def parts(*texts):
    return [Passage(text) for text in texts]


@pytest.mark.parametrize(
    "texts",
    [
        ("My SSN is 912-04", "-1234 if you need it"),
        ("What is your MRN?", "8675309"),
        ("SSN 9", "12", "-0", "4-", "123", "4"),
        ("the medical record num", "ber is 8675309"),
        ("write to jane.doe@exam", "ple.org please"),
        ("x" * 500 + " MRN 8675", "309 " + "y" * 500),
        tuple("MRN: 8675309"),
    ],
)
def test_an_identifier_cut_in_two_is_found_in_both(texts):
    found = ENGINE.detect(parts(*texts))
    assert any(one.counts for detection in found for one in detection.findings)


def test_each_piece_is_cut_to_its_own_passage():
    found = ENGINE.detect(parts("My SSN is 912-04", "-1234 thanks"))
    assert [[(one.kind, one.start, one.end) for one in detection.findings] for detection in found] == [
        [(Kind.SSN, 10, 16)],
        [(Kind.SSN, 0, 5)],
    ]


@pytest.mark.parametrize(
    "texts", [("I have 2 questions.", "1. What is the dose of metformin 500?"), ("See table 3", "4 mg"), ("a", "b")]
)
def test_neighbours_that_say_nothing_together_are_left_alone(texts):
    assert all(not detection.findings for detection in ENGINE.detect(parts(*texts)))


def test_only_what_is_spoken_has_neighbours():
    schema = Passage("mrn", "", Carrier.TOOL_DEFINITION)
    assert list(across.windows([schema, schema])) == []
    assert list(across.windows([Passage("a"), schema, Passage("b")])) == [(0, 2)]


def test_a_window_is_bounded():
    assert max(map(len, across.windows(parts(*"abc" * 100)))) <= 65


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("Never guess a patient's id", "78 years old"),
        ("You find dates of birth in letters. The last MRN was 867", "5309 is too many steps for a lift"),
        ("Ask for the record number and the telephone number, then close the ticket.", "12 tablets of 81 mg a day"),
        ("Each note has the patient's name on top.", "Which dose is right?"),
        ("SSN 536-22", "8417 admissions in 2025"),
    ],
)
def test_a_system_prompt_is_no_neighbour_of_a_message(prompt, message):
    """It may declare what comes next, but nothing in it goes on in a message."""
    found = ENGINE.detect([Passage(prompt, "", Carrier.SYSTEM), Passage(message)])
    assert not found[1].findings
    assert across.find([Passage(prompt, "", Carrier.SYSTEM), Passage(message)], ([], [])) == {}


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("What is your date of birth?", "ninth of the third sixty-four", Kind.DATE),
        ("When was he born?", "the fourth of july eighty one", Kind.DATE),
        ("To find the booking I need your date of birth.", "uh third of may seventy two", Kind.DATE),
        ("Can you spell your surname?", "k o w a l s k i", Kind.NAME),
        ("And your name is?", "Delacroix", Kind.NAME),
        ("Your postcode, please", "KT four two QZ", Kind.ZIP),
        ("Where do you live?", "twelve orchard close, leith", Kind.ADDRESS),
    ],
)
def test_what_a_message_answers_is_what_the_message_before_asks_for(question, answer, kind):
    found = ENGINE.detect(parts(question, answer))
    assert not found[0].findings
    assert [(one.kind, one.counts) for one in found[1].findings][-1] == (kind, True)
    covered = {at for one in found[1].findings for at in range(one.start, one.end)}
    assert all(at in covered for at in range(len(answer) - 6, len(answer)) if answer[at].isalnum())


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How are you today?", "fine thanks"),
        ("Which drug is he on?", "metformin"),
        ("Your date of birth is on file.", "thanks, what about aspirin"),
        ("What is your name?", "Delacroix wrote a long letter about the colours of Morocco and we quote it here. " * 4),
    ],
)
def test_what_nobody_asked_for_is_no_answer(question, answer):
    assert across.find(parts(question, answer), ([], [])) == {}
