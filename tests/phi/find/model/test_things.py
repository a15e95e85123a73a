from __future__ import annotations

import pytest

from gateway.domain import Carrier, Kind, Part, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.model import things


def counted(key, value):
    [detection] = load_engine().detect([Passage(value, key, Carrier.TOOL_ARGS, part=Part.VALUE)])
    return {finding.kind for finding in detection.findings if finding.counts}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("city", "Bergen"),
        ("arrival destination", "Denver"),
        ("state", "Georgia"),
        ("month", "June"),
        ("weekday", "Wednesday"),
        ("base", "CHF"),
        ("departure", "ORD"),
        ("stock", "TSLA"),
        ("pair", "GBP/NOK"),
        ("zip", "60601"),
        ("origin", "Lyon"),
    ],
)
def test_a_thing_under_its_own_key_is_nobody(key, value):
    assert counted(key, value) == set()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patient", "Georgia"),
        ("name", "Denver"),
        ("patient city", "Bergen"),
        ("home town", "Bergen"),
        ("patient zip", "60601"),
        ("month", "Georgia"),
        ("location", "Marcus Johnson"),
        ("place", "Jordan Lee"),
        ("note", "KIM"),
    ],
)
def test_a_person_under_such_a_key_is_one(key, value):
    assert counted(key, value)


def test_a_place_is_taken_out_all_the_same():
    [hit] = things.at_home("destination", "Denver", [Hit(Kind.NAME, 0, 6, 0.9, Evidence.CONTEXT)])
    assert hit.kind is Kind.PLACE


def test_what_follows_county_is_a_place():
    text = "Unit 4, Shannon, Co. Clare, Ireland"
    at = text.index("Clare")
    hit = Hit(Kind.NAME, at, at + 5, 0.9, Evidence.CONTEXT)
    assert things.in_counties([hit], text) == [hit._replace(kind=Kind.PLACE)]
    assert things.in_counties([hit], text.replace("Co.", "Ms.")) == [hit]
    assert things.in_counties([hit._replace(evidence=Evidence.CUE)], text)[0].kind is Kind.NAME


def test_what_was_not_seen_by_the_tagger_stays():
    cued = [Hit(Kind.NAME, 0, 3, 0.9, Evidence.CUE)]
    assert things.at_home("base", "CHF", cued) == cued
    assert things.at_home("", "CHF", cued) == cued


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ('"Viet Nam","259.9"', "Viet Nam", Kind.NAME),
        ('"Côte d\'Ivoire",16.4', "Ivoire", Kind.NAME),
        ("Monday to Friday 9am to 5pm", "Friday 9am", Kind.PLACE),
        ("Von Willebrand type 2B: desmopressin?", "Von Willebrand", Kind.NAME),
        ("and the sheets hot wash", "the sheets", Kind.NAME),
    ],
)
def test_countries_hours_diseases_and_things_are_nobody(text, value, kind):
    start = text.index(value)
    assert things.nowhere_near(Hit(kind, start, start + len(value), 0.9, Evidence.CONTEXT), text)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("Viet Tran has a cough", "Viet Tran", Kind.NAME),
        ("Von Trapp type 2 diabetic", "Von Trapp", Kind.NAME),
        ("Friday Okoro 9am", "Friday Okoro", Kind.NAME),
        ("seen with the okoros", "the okoros", Kind.NAME),
        ("Willebrand fell", "Willebrand", Kind.NAME),
    ],
)
def test_people_who_are_called_nearly_so_are_somebody(text, value, kind):
    start = text.index(value)
    assert not things.nowhere_near(Hit(kind, start, start + len(value), 0.9, Evidence.CONTEXT), text)
