from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.rules import Hit
from gateway.phi.safe_harbor import counted, permitted


def hit(kind: Kind, text: str, value: str, *, patient: bool = False) -> Hit:
    start = text.index(value)
    return Hit(kind, start, start + len(value), 0.9, patient=patient)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.DATE, "2021"), (Kind.DATE, "'21"), (Kind.DATE, "3 weeks"), (Kind.DATE, "two days ago"), (Kind.DATE, "10:30 am"), (Kind.DATE, "last week"),
        (Kind.DATE, "yesterday"), (Kind.DATE, "the 1990s"[4:]), (Kind.AGE, "45"), (Kind.AGE, "89 years"), (Kind.PLACE, "Texas"), (Kind.PLACE, "New Hampshire"),
        (Kind.DATE, "Monday"),
    ],
)  # fmt: skip
def test_years_durations_hours_states_and_ages_under_90_may_stand(kind, value):
    assert permitted(hit(kind, value, value), value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.DATE, "March 2021"),
        (Kind.DATE, "3/4"),
        (Kind.AGE, "90"),
        (Kind.AGE, "his 90s"),
        (Kind.PLACE, "Boston"),
        (Kind.MRN, "2021"),
        (Kind.ZIP, "02139"),
    ],
)
def test_what_is_more_exact_may_not(kind, value):
    assert not permitted(hit(kind, value, value), value)


PATIENT = [
    (Kind.DATE, "The patient was admitted on March 3, 2021.", "March 3, 2021"),
    (Kind.DATE, "Seen on 3/4/2021 for chest pain.", "3/4/2021"),
    (Kind.FACILITY, "previously treated at Methodist Hospital", "Methodist Hospital"),
    (Kind.DATE, "Guidelines for a 60-year-old man seen on March 3, 2021?", "March 3, 2021"),
    (Kind.FACILITY, "a 67-year-old female with a surgical history at Jefferson Memorial", "Jefferson Memorial"),
    (Kind.URL, "her page https://x.org/jane", "https://x.org/jane"),
    (Kind.URL, "see https://hosp.org/patients/8812", "https://hosp.org/patients/8812"),
    (Kind.IP, "his login came from 10.2.3.4", "10.2.3.4"),
]
PUBLIC = [
    (Kind.DATE, "Today is 2026-11-21.", "2026-11-21"),
    (Kind.DATE, "You are an assistant. Current date: 2026-11-21", "2026-11-21"),
    (Kind.DATE, "The FDA approved lecanemab on July 6, 2023.", "July 6, 2023"),
    (Kind.DATE, "In patients with diabetes, what did the guideline published March 3, 2021 say?", "March 3, 2021"),
    (Kind.DATE, "What is advised for a 45-year-old by the guideline updated on March 3, 2021?", "March 3, 2021"),
    (Kind.DATE, "SELECT * FROM visits WHERE day > '2024-01-01'", "2024-01-01"),
    (Kind.DATE, "The cohort was enrolled between January 2015 and 2019", "January 2015"),
    (Kind.FACILITY, "What does the Mayo Clinic say about gout?", "Mayo Clinic"),
    (Kind.URL, "Documentation: https://docs.example.org/api", "https://docs.example.org/api"),
    (Kind.AGE, "Is aspirin useful in adults over 90 years of age?", "90 years"),
]


@pytest.mark.parametrize(("kind", "text", "value"), PATIENT)
def test_an_indirect_finding_counts_beside_a_patient_cue(kind, text, value):
    assert counted([hit(kind, text, value)], text) == [True]


@pytest.mark.parametrize(("kind", "text", "value"), PUBLIC)
def test_a_public_date_place_or_link_does_not(kind, text, value):
    assert counted([hit(kind, text, value)], text) == [False]


def test_everything_counts_beside_a_direct_finding():
    text = "Today is 2026-11-21. MRN 8675309"
    assert counted([hit(Kind.DATE, text, "2026-11-21"), hit(Kind.MRN, text, "8675309")], text) == [True, True]


def test_a_hit_whose_cue_speaks_of_a_patient_counts():
    text = "DOB 1980-01-01"
    assert counted([hit(Kind.DATE, text, "1980-01-01", patient=True)], text) == [True]
