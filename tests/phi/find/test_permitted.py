from __future__ import annotations

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.permitted import permitted


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
        (Kind.DATE, "the second"),
        (Kind.DATE, "the spring of eighty-one"),
        (Kind.DATE, "Boxing Day"),
        (Kind.AGE, "90"),
        (Kind.AGE, "his 90s"),
        (Kind.PLACE, "Boston"),
        (Kind.MRN, "2021"),
        (Kind.ZIP, "02139"),
    ],
)
def test_what_is_more_exact_may_not(kind, value):
    assert not permitted(hit(kind, value, value), value)


def test_a_day_with_a_dot_is_no_hour_when_a_rule_says_so():
    assert not permitted(hit(Kind.DATE, "sent 17.05", "17.05"), "sent 17.05")


@pytest.mark.parametrize(
    "value",
    [
        "[PATIENT NAME]",
        "<<NAME>>",
        "LASTNAME^FIRSTNAME",
        "000-00-0000",
        "MRN000000",
        "YYYYMMDD",
        "XXX-XX",
        "n/a",
        "E3V4M6",
    ],
)
def test_what_stands_where_a_value_would_may_stand(value):
    assert permitted(Hit(Kind.NAME, 0, len(value), 0.97, Evidence.CUE, patient=True), value)


@pytest.mark.parametrize("value", ["Name, Anna", "John Doe", "000-12-0000", "Nyx", "Ida Hospital"])
def test_a_value_that_is_nearly_a_placeholder_may_not(value):
    assert not permitted(Hit(Kind.NAME, 0, len(value), 0.97, Evidence.CUE, patient=True), value)


@pytest.mark.parametrize(
    "text",
    [
        "Call (555) 555-5555 for a demo.",
        "SSN like 123-45-6789",
        "The format is 123-45-6789, for example.",
        "e.g. (555) 123-4567",
        '<input type="tel" placeholder="555-123-4567">',
        "use the test card 4242 4242 4242 4242",
        "as in 123-45-6789 (for example)",
    ],
)
def test_a_number_that_shows_what_one_looks_like_is_nobodys(text):
    [said] = load_engine().detect([Passage(text, "", Carrier.MESSAGE)])
    assert not [finding for finding in said.findings if finding.counts]


@pytest.mark.parametrize(
    "text",
    [
        "Her SSN is 123-45-6789.",
        "Phone: 555-123-4567",
        "card 4242 4242 4242 4242, please refund",
        "e.g. her SSN was 536-22-8417",
        "SSN like 536-22-8417",
    ],
)
def test_a_number_that_is_told_of_somebody_counts_as_before(text):
    [said] = load_engine().detect([Passage(text, "", Carrier.MESSAGE)])
    assert [finding for finding in said.findings if finding.counts]
