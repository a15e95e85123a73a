from __future__ import annotations

import time

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.declared import told, windows
from gateway.phi.find.text.normalise import normalise

SAID = [
    ("The user message is the patient's surname.", "brandvold", Kind.NAME),
    ("Input: a patient's full name. Output: initials.", "ottilie brandvold", Kind.NAME),
    ("Extract initials from the name given by the user.", "tansy quill", Kind.NAME),
    ("Ask the caller for their name; their next message is it.", "Brandvold", Kind.NAME),
    ("You receive a date of birth and compute the age.", "14 March 1962", Kind.DATE),
    ("You receive a date of birth and compute the age.", "14/03", Kind.DATE),
    ("Normalize the home address in the input.", "14 elm", Kind.ADDRESS),
    ("The user types a phone number of the patient; format it.", "4155550132", Kind.PHONE),
    ("Each message is a social security number. Validate it.", "078051120", Kind.OTHER_ID),
    ("What is the patient's medical record number?", "8821304", Kind.OTHER_ID),
]
NOT_SAID = [
    ("The user gives the name of a drug.", "warfarin"),
    ("The user gives the name of a city, answer with its weather.", "Boston"),
    ("You help staff. Ask for the date of birth if it is missing.", "the second line"),
    ("Never ask for a medical record number or a name.", "8821304"),
    ("You extract the medical record numbers from notes.", "500 mg daily"),
    ("Ask for the patient's name first.", "hello"),
    ("Validate the patient's name in the input.", "no not yet"),
    ("The input is the patient's name.", "date of birth"),
]


def kinds(carrier, declaring, to, value, *, cue="", to_cue=""):
    by, passage = Passage(declaring, cue, carrier=carrier), Passage(value, to_cue, carrier=to)
    return {
        hit.kind
        for hit in told(by, passage, normalise(declaring), normalise(value))
        if value[hit.start : hit.end] == value
    }


@pytest.mark.parametrize(("declaring", "value", "kind"), SAID)
def test_an_instruction_says_what_the_next_text_is(declaring, value, kind):
    for carrier in (Carrier.SYSTEM, Carrier.MESSAGE):
        assert kinds(carrier, declaring, Carrier.MESSAGE, value) == {kind}


@pytest.mark.parametrize(("declaring", "value"), NOT_SAID)
def test_what_says_nothing_of_a_person_declares_nothing(declaring, value):
    assert kinds(Carrier.SYSTEM, declaring, Carrier.MESSAGE, value) == set()


@pytest.mark.parametrize(
    ("declaring", "cue", "value", "kind"),
    [
        ("The patient's last name", "value", "brandvold", Kind.NAME),
        ("Date of birth of the member", "value", "14 March", Kind.DATE),
        ("Patient's date of birth", "value", "1962-03-14", Kind.DATE),
        ("caller's phone number", "value", "4155550132", Kind.PHONE),
        ("Looks somebody up. value: the medical record number.", "", "8821304", Kind.OTHER_ID),
    ],
)
def test_a_description_says_what_an_argument_is(declaring, cue, value, kind):
    definition = Carrier.TOOL_DEFINITION
    assert kinds(definition, declaring, Carrier.TOOL_ARGS, value, cue=cue, to_cue="value") == {kind}
    assert kinds(definition, declaring, Carrier.TOOL_ARGS, value, cue=cue, to_cue="other") == set()


@pytest.mark.parametrize("declaring", ["Name of the file", "The date of the release", "ID of the issue", "A city"])
def test_a_description_of_a_thing_says_nothing(declaring):
    for value in ("Boston", "report", "2026-11-30", "88213"):
        assert kinds(Carrier.TOOL_DEFINITION, declaring, Carrier.TOOL_ARGS, value, cue="q", to_cue="q") == set()


def test_a_tool_says_what_it_returns():
    assert kinds(Carrier.TOOL_DEFINITION, "Returns the patient's surname.", Carrier.TOOL_RESULT, "brandvold") == {
        Kind.NAME
    }
    assert kinds(Carrier.TOOL_DEFINITION, "Returns the name of a drug.", Carrier.TOOL_RESULT, "warfarin") == set()


def test_only_short_texts_are_declared_and_wherever_they_stand():
    system, long = Passage("The input is a surname.", carrier=Carrier.SYSTEM), Passage("long " * 100)
    assert list(windows([long, system])) == []
    assert list(windows([Passage("brandvold"), system])) == [(1, 0)]


@pytest.mark.parametrize("piece", ["ask for the name ", "the user message. ", "patient's ", "value: ", "a"])
def test_reading_takes_no_more_time_in_a_longer_instruction(piece):
    def seconds(times):
        declaring = normalise(piece * times)
        by, passage = Passage(declaring.text, carrier=Carrier.SYSTEM), Passage("brandvold")
        began = time.process_time()
        for _ in range(10):
            told(by, passage, declaring, normalise("brandvold"))
        return time.process_time() - began

    seconds(10)
    assert seconds(2_000) < 0.5 + 40 * seconds(200)
