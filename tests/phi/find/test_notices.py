from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.notices import Notice

POLICY = (
    "Retrieved from the intranet:\n\n[1] Cold chain policy, version 3, approved 4 May 2025. Staff should log each alarm. "
    "The storage officer is Ottilie Brandvold, ext 4471. Questions to the pharmacy office on 0345 120 0450.\n"
    "[2] Training: next course 9 June, please book with Lorcan in Education. {}\n\nQuestion: {}"
)


def hit(kind, text, value, evidence=Evidence.CONTEXT, *, patient=False):
    start = text.index(value)
    return Hit(kind, start, start + len(value), 0.9, evidence, patient)


def notice(said="", asked="how often?"):
    return POLICY.format(said, asked)


@pytest.mark.parametrize(
    ("kind", "value", "evidence"),
    [
        (Kind.NAME, "Ottilie Brandvold", Evidence.SHAPE),
        (Kind.NAME, "Lorcan", Evidence.CONTEXT),
        (Kind.PHONE, "4471", Evidence.CUE),
        (Kind.DATE, "9 June", Evidence.SHAPE),
    ],
)
def test_who_answers_for_a_task_in_a_notice_is_nobody_in_care(kind, value, evidence):
    assert Notice(notice()).explains(hit(kind, notice(), value, evidence, patient=kind is Kind.PHONE))


@pytest.mark.parametrize(
    "said",
    [
        "Harriet Lindqvist waits for transport.",
        "Label for Harriet Lindqvist came out blank.",
        "The team rescheduled Harriet Lindqvist.",
        "The manager: Harriet Lindqvist was admitted.",
        "Methotrexate for Harriet Lindqvist is weekly.",
        "Counsel Harriet Lindqvist on methotrexate in plain words.",
        "Could I get more tramadol? Thanks Harriet Lindqvist.",
        "Interview, speaker Harriet Lindqvist: 'I stopped the tablets because of the cramps.'",
    ],
)
def test_a_name_that_nothing_says_works_there_is_not_of_the_notice(said):
    text = notice(said)
    assert not Notice(text).explains(hit(Kind.NAME, text, "Harriet Lindqvist"))
    (detection,) = load_engine().detect([Passage(text)])
    assert any(finding.counts and finding.kind is Kind.NAME for finding in detection.findings)


def test_the_question_asked_about_a_notice_is_not_of_it():
    text = notice(asked="can the manager, Harriet Lindqvist, go home?")
    assert not Notice(text).explains(hit(Kind.NAME, text, "Harriet Lindqvist"))


@pytest.mark.parametrize("kind", [Kind.PHONE, Kind.FAX, Kind.EMAIL, Kind.ADDRESS])
@pytest.mark.parametrize(
    "said", ["Contact the storage office: {}.", "Out of hours call {} (ext 12).", "Service desk, {}, Mon-Fri"]
)
def test_how_to_reach_somebody_counts_in_a_notice(kind, said):
    text = notice(said.format("01632 960451"))
    assert not Notice(text).explains(hit(kind, text, "01632 960451", Evidence.SHAPE))


def test_a_field_of_a_record_and_what_a_cue_calls_a_patients_count_in_a_notice():
    text = notice("Seen 3 May in the ward.")
    assert not Notice(text).explains(hit(Kind.NAME, text, "Lorcan", Evidence.FIELD))
    assert not Notice(text).explains(hit(Kind.DATE, text, "3 May", Evidence.CUE, patient=True))
    assert not Notice(text).explains(hit(Kind.DATE, text, "3 May", Evidence.SHAPE, patient=True))


@pytest.mark.parametrize(
    "text",
    [
        "Please book with Lorcan in Education.",
        "Contact the manager, Lorcan, about the refill. " * 2,
    ],
)
def test_a_short_message_is_no_notice(text):
    assert not Notice(text).explains(hit(Kind.NAME, text, "Lorcan"))


def test_no_alarm_for_a_policy_that_names_its_staff():
    (detection,) = load_engine().detect([Passage(notice())])
    assert not any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize("kind", [Kind.SSN, Kind.MRN, Kind.ACCOUNT])
def test_no_number_of_somebody_is_of_a_notice(kind):
    text = notice("8675309")
    assert not Notice(text).explains(hit(kind, text, "8675309", Evidence.SHAPE))
