from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.talk.listen import find, heard, labelled, nobody
from gateway.phi.find.text.normalise import normalise

TALK = """Doctor: Morning, Fehintola, come in.
Patient: Morning.
Doctor: And your date of birth?
Patient: The ninth of the third, uh, sixty-four.
Doctor: Post code?
Patient: KT four two QZ.
Doctor: Count back from ten for me.
Patient: Ten, nine, eight, seven, six, five.
"""


def detected(text):
    return {(one.kind, text[one.start : one.end]) for one in load_engine().detect([Passage(text)])[0].findings}


def test_a_talk_is_read_as_talk():
    found = detected(TALK)
    assert {(Kind.NAME, "Fehintola"), (Kind.ZIP, "KT four two QZ")} <= found
    assert any(kind is Kind.DATE and "ninth of the third, uh, sixty-four" in value for kind, value in found)
    assert not any("eight" in value for _, value in found)


def test_so_is_one_in_small_letters_without_labels():
    small = (
        "so adetayo tells me the pain is worse um at night\nthat's right yeah\nand what's your surname\nit's okonkwo\n"
    )
    assert {value for _, value in detected(small)} >= {"adetayo", "okonkwo"}


@pytest.mark.parametrize("reply", ["Good.", "Phew.", "Six, seven at night.", "Ta.", "Oh good."])
def test_a_label_makes_no_name_of_what_follows_it(reply):
    text = f"Doctor: That's normal.\nPatient: {reply}\nDoctor: Okay.\nPatient: Bye now.\n"
    assert detected(text) == set()


def test_a_name_after_a_label_stays_one():
    text = "Doctor: Who is it?\nPatient: Martin Ashgrove.\n"
    at = text.index("Martin")
    assert not labelled(Hit(Kind.NAME, at, at + 15, 0.9, Evidence.CUE), heard(normalise(text)), text)


@pytest.mark.parametrize(
    ("value", "kind", "nothing"),
    [
        ("00:01:31.900", Kind.PLACE, True),
        ("ninety nine", Kind.MRN, True),
        ("night", Kind.PLACE, True),
        ("Look", Kind.NAME, True),
        ("Leeds", Kind.PLACE, False),
        ("Rasheed", Kind.NAME, False),
        ("nineteen sixty", Kind.DATE, False),
    ],
)
def test_what_only_its_context_made_a_finding_may_be_nobody(value, kind, nothing):
    text = f"Doctor: all right\n00:01:31.000 --> 00:01:31.900\nPatient: {value} at my place\nDoctor: yes\n"
    at = text.index(value)
    assert nobody(Hit(kind, at, at + len(value), 0.9, Evidence.CONTEXT), text, heard(normalise(text))) == nothing


@pytest.mark.parametrize(
    "text", ["", "def f(x):\n    return x", "Sodium 141, potassium 4.2.", "A note of some length."]
)
def test_other_texts_are_silent(text):
    folded = normalise(text)
    assert find(folded, heard(folded)) == []
