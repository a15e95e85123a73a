from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules import catalogue
from gateway.phi.find.text.normalise import normalise


def found(text):
    return {text[hit.start : hit.end] for hit in catalogue.find(normalise(text)) if hit.kind is Kind.SSN}


@pytest.mark.parametrize(
    "text",
    [
        "SSN ends in 8745",
        "his SSN ends with 8745",
        "social ending 8745",
        "last four of social 8745",
        "last 4 of her SSN: 8745",
        "SSN (last 4): 8745",
        "ssn_last4=8745",
        "ssn4: 8745",
        "last4_ssn: 8745",
        "L4SSN 8745",
        "SS# last four 8745",
    ],
)
def test_the_last_four_are_found_after_every_way_to_announce_them(text):
    assert found(text) == {"8745"}


@pytest.mark.parametrize(
    "text", ["ssn4 is a column", "the last four weeks of 2019", "SSN ends the list", "socially 8745 people"]
)
def test_what_announces_no_number_finds_none(text):
    assert found(text) == set()


def believed(text):
    return max(hit.confidence for hit in catalogue.find(normalise(text)) if hit.kind is Kind.SSN)


def test_an_ssn_never_issued_is_believed_less_but_with_a_cue_fully():
    assert believed("123-45-6789") > believed("912-04-1234") > 0
    assert believed("SSN 912-04-1234") > 0.9
