import pytest

from gateway.domain import Finding, Kind
from gateway.phi import veto


def spared(text, value, kind=Kind.NAME):
    start = text.index(value)
    return bool(veto.spared([Finding(kind, start, start + len(value))], text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("known Parkinson's disease", "Parkinson"),
        ("a Foley catheter was placed", "Foley"),
        ("positive Murphy sign", "Murphy"),
        ("Graves' disease since 2019", "Graves"),
        ("a ruptured Baker cyst", "Baker"),
        ("takes Metformin daily", "Metformin"),
        ("as shown by Marik et al. in 2017", "Marik"),
        ("according to Marik and colleagues (2017)", "Marik"),
        ("Zhang Y, Kim H, Patel R. Sepsis bundles. Lancet 2019; 398: 112", "Zhang Y, Kim H, Patel R"),
        ("the Robert Wood Johnson Foundation", "Robert Wood Johnson"),
        ("Every Thursday at noon", "Every Thursday"),
    ],
)
def test_what_only_looks_like_a_person_is_taken_back(text, value):
    assert not spared(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Dr. Parkinson saw her", "Parkinson"),
        ("Mr. Foley has a catheter", "Foley"),
        ("patient Murphy was signed out", "Murphy"),
        ("John Baker has a cyst", "John Baker"),
        ("Georgia called about her scan", "Georgia"),
        ("her brother Graves agrees", "Graves"),
    ],
)
def test_a_person_stays_a_person(text, value):
    assert spared(text, value)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("rates in Ohio and Kentucky", "Ohio and Kentucky", Kind.PLACE),
        ("more frequent than in Spain", "Spain", Kind.NAME),
        ("seen at a community clinic", "a community clinic", Kind.FACILITY),
        ("Mon clinic, Tue OR", "Mon clinic", Kind.FACILITY),
        ("policy 14.3.2 says", "14.3.2", Kind.OTHER_ID),
        ("Catalog no. 11875-093", "11875-093", Kind.OTHER_ID),
        ("pattern ^[0-9]{6}$", "^[0-9]{6}$", Kind.OTHER_ID),
    ],
)
def test_no_place_and_no_number_of_anybody(text, value, kind):
    assert not spared(text, value, kind)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("admitted to General Hospital", "General Hospital", Kind.FACILITY),
        ("lives in Boston", "Boston", Kind.PLACE),
        ("chart AB-12345", "AB-12345", Kind.OTHER_ID),
        ("on 3/4/2024", "3/4/2024", Kind.DATE),
    ],
)
def test_places_houses_numbers_and_dates_stay(text, value, kind):
    assert spared(text, value, kind)
