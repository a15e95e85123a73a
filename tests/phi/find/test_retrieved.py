from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.notices import Notice
from gateway.phi.find.retrieved import Retrieved

PASSAGES = (
    "[1] {}\n"
    "[2] Storage policy, clause 4: vaccines are kept at 2 to 8 degrees, and the department writes a log. Revised March 2024.\n"
    "[3] Fridges must be checked twice a day; staff sign for it.\n\n"
    "{}\n"
)
ASKED = "Question: for how long must a log be kept if a visitor asks for her copy?"


def explained(item: str, value: str, question: str = ASKED, kind: Kind = Kind.NAME) -> bool:
    text = PASSAGES.format(item, question)
    start = text.index(value)
    hit = Hit(kind, start, start + len(value), 0.9, Evidence.CONTEXT)
    return Retrieved(text, Notice(text), (), ()).explains(hit)


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("The state epidemiologist Joel Terriquez asks for reports.", "Joel Terriquez"),
        ("Ask the coordinator, Renata Olszewski for theatres, Deshawn Pruitt for wards.", "Renata Olszewski"),
        ("Written by the committee chair: Imogen Tate.", "Imogen Tate"),
    ],
)
def test_whom_a_source_names_with_a_task_is_nobody_in_care(item, value):
    assert explained(item, value)


@pytest.mark.parametrize(
    "item",
    [
        "Vancomycin trough for Bogdana Preda is 24 mg/L.",
        "Type up the letter about Bogdana Preda, knee.",
        "Bogdana Preda.",
    ],
)
def test_a_name_without_a_task_counts_wherever_it_was_looked_up(item):
    assert not explained(item, "Bogdana Preda")


def test_days_and_places_are_of_the_source():
    assert explained("Exposure sites: Mesa, June 14.", "Mesa", kind=Kind.PLACE)
    assert not explained("Call 555 010 9911.", "555 010 9911", kind=Kind.PHONE)


@pytest.mark.parametrize(
    "question", ["Question: when is this patient due?", "Question: what did Mr Reith say?", "Is she due in Mesa?"]
)
def test_what_is_asked_of_one_certain_person_may_be_answered_from_that_persons_chart(question):
    assert not explained("Exposure sites: Mesa, June 14.", "Mesa", question, kind=Kind.PLACE)


def test_one_person_in_the_same_item_takes_it_back():
    text = PASSAGES.format("The chair: Imogen Tate. She was admitted.", ASKED)
    start = text.index("Imogen")
    hit = Hit(Kind.NAME, start, start + 11, 0.9, Evidence.CONTEXT)
    assert Retrieved(text, Notice(text), (), ()).explains(hit)
    assert not Retrieved(text, Notice(text), (text.index("She"),), ()).explains(hit)
    assert Retrieved(text, Notice(text), (text.index("Question"),), ()).explains(hit)


def test_a_plain_text_is_not_one_that_was_looked_up():
    hit = Hit(Kind.PLACE, 10, 14, 0.9, Evidence.CONTEXT)
    text = (
        "We were in Mesa with a cough and a fever, and nobody could tell us how long it would last, so we came home. "
        * 2
    )
    assert not Retrieved(text, Notice(text), (), ()).explains(hit)


@pytest.mark.parametrize(
    "sentence",
    [
        "Consent form wording for Ozioma Yusuf, laparoscopic appendicectomy.",
        "Wound review: Kamran Baloch, left heel grade 2, foam dressing changed.",
        "Ward list: Mi-sook Jeong, NSTEMI day 2, awaiting angio.",
    ],
)
def test_a_lone_name_counts_among_passages_as_it_counts_alone(sentence):
    (found,) = load_engine().detect([Passage(PASSAGES.format(sentence, ASKED))])
    assert any(one.counts and one.kind is Kind.NAME for one in found.findings)


def test_a_lone_question_is_no_passage_and_excuses_no_day():
    question = (
        "Which guidelines on hypertension compare the two tablets for a patient whose case was discussed at the clinic in Ousby "
        "on December 20th, 2022, after months of treatment with neither?"
    )
    start = question.index("December")
    hit = Hit(Kind.DATE, start, start + len("December 20th, 2022"), 0.9, Evidence.SHAPE)
    assert not Retrieved(question, Notice(question), (), ()).explains(hit)
    passage = f"Storage policy: vaccines are kept cold. Revised December 20th, 2022. {'Fridges are checked twice a day. ' * 6}\n{question}"
    start = passage.index("December")
    assert Retrieved(passage, Notice(passage), (), ()).explains(hit._replace(start=start, end=start + 19))
