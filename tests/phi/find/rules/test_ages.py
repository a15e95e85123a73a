from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine

ENGINE = load_engine()


def ages(text):
    (detection,) = ENGINE.detect([Passage(text)])
    return [text[found.start : found.end] for found in detection.findings if found.kind is Kind.AGE]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("Bridie is 101 and ready, in her chair.", "101"),
        ("Craig says her mother, 93, went blind.", "93"),
        ("She'll be ninety-four in March.", "ninety-four"),
        ("My nan's 96 and still gardening.", "96"),
        ("mum's ninety three now", "ninety three"),
        ("Mr Tuttle is coming up to ninety-two.", "ninety-two"),
        ("Margot, 95, fell at home.", "95"),
        ("Margot (95) fell at home.", "95"),
        ("Widow, 92, lives alone.", "92"),
        ("She lived to 102.", "102"),
        ("F/93 with hip pain.", "93"),
        ("Female, 94, from home.", "94"),
        ("D: How old is she?\nP: Oh, she's ninety-four.\nD: Okay.", "ninety-four"),
        ("Nurse: How old is he?\nCaller: Um, a hundred and one.\nNurse: OK", "a hundred and one"),
    ],
)
def test_somebody_is_older_than_eighty_nine(text, age):
    assert ages(text) == [age]


@pytest.mark.parametrize(
    "text",
    [
        "Her sats is 92 on air.",
        "Glucose was 101, sodium is 98 and fine.",
        "Troponin is 95 and rising.",
        "Creatinine, 101, up from 92, on ramipril.",
        "He is 92% saturated.",
        "Peter is 92nd in the list.",
        "Clare, 93, 104",
        "In all, 93, were found.",
        "died at 96% saturation",
        "FM 94 radio",
        "D: How old is the leaflet?\nP: Ninety days.\nD: Okay.",
        "My nan's 66 and still gardening.",
    ],
)
def test_another_number_is_no_age(text):
    assert ages(text) == []
