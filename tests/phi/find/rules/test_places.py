from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules.places import RULES
from gateway.phi.find.rules.rule import RuleSet
from gateway.phi.find.text.normalise import normalise

SET = RuleSet(RULES)


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in SET.find(normalise(text).shape)}


@pytest.mark.parametrize(
    "address",
    [
        "12 Elm Street", "4410 N. Oak Ridge Drive, Apt 4B, Salem, OR 97301", "350 Fifth Avenue, 21st Floor, New York, NY 10118", "15 MAPLE AVENUE, TULSA, OK 74103", "P.O. Box 4412",
        "RR 2 Box 44, Salem OR", "1200 County Road 5", "22 High Street, Leeds LS1 4AB", "Hauptstraße 12, 10115 Berlin", "12 rue de la Paix, 75002 Paris", "Via Roma 12, 00184 Roma",
        "Prinsengracht 263", "Flat 4, 22 High Street", "100 n main st, dayton, oh 45402",
        "3377 rue Saint-Hubert, app. 204", "Rua das Oliveiras, 42 ap 7", "Calle Mayor 5, piso 3", "4410 Marlow Rd, upstairs", "The Old Forge, Hilltop Farm, KY14 6NG", "Willow Surgery, 5 Market Cross, Leeds, LS1 4AB",
        "Flat 7, Mill House, North Street, Leeds LS1 4AB", "Plot 14, Sector 9, Dwarka 110075", "Flat No. 302, Sai Residency, Kharghar", "forty-two Heron Way",
    ],
)  # fmt: skip
def test_an_address_is_found_whole(address):
    assert (Kind.ADDRESS, address) in found(f"address {address}")


@pytest.mark.parametrize(
    "text",
    [
        "20 mg/day",
        "100 Patients Dr. Jones",
        "5 Stage Way",
        "3 days in the way",
        "take 2 of the road",
        "HR 64 RR 14 T 36",
        "Type 2 diabetes",
        "a 45 year old street artist",
        "Block A, Grade 2, Table 3",
        "HER2, PD-L1, COVID-19",
        "corner of the room and the wall",
        "one way or another",
        "the 2023 Supreme Court ruling",
        "Postcode LS1 4AB = out of area",
    ],
)
def test_what_is_no_address_is_left_alone(text):
    assert not [value for kind, value in found(text) if kind is Kind.ADDRESS]


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("employed by Copper Ridge Logistics, fit", "Copper Ridge Logistics"),
        ("he works for Copper Ridge Logistics", "Copper Ridge Logistics"),
        ("dialyses at the Heron Point dialysis unit.", "the Heron Point dialysis unit"),
        ("attends St. Brendan parish school daily", "St. Brendan parish school"),
        ("stays around Mill Street underpass", "Mill Street underpass"),
    ],
)
def test_where_somebody_works_or_goes_is_a_facility(text, house):
    assert (Kind.FACILITY, house) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Metformin works for Polycystic Ovary Syndrome",
        "attends Monday",
        "works at night",
        "employed by Crohn's Disease",
    ],
)
def test_what_a_drug_works_for_is_none(text):
    assert not [value for kind, value in found(text) if kind is Kind.FACILITY]


def test_a_corner_is_an_address_and_a_village_is_a_place():
    assert (Kind.ADDRESS, "5th Ave and Ludlow") in found("picked up at the corner of 5th Ave and Ludlow.")
    assert (Kind.PLACE, "Hosakere") in found("from village Hosakere by bus")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("zip 02139", "02139"),
        ("Boston, MA 02115", "02115"),
        ("OR 97301-1234", "97301-1234"),
        ("SW1A 1AA", "SW1A 1AA"),
        ("K1A 0B1", "K1A 0B1"),
        ("PLZ 10115", "10115"),
        ("eircode T12 Y8K3", "T12 Y8K3"),
        ("CEP 86010-220", "86010-220"),
        ("lives in 60614", "60614"),
    ],
)
def test_a_post_code_is_found(text, code):
    assert (Kind.ZIP, code) in found(text)


@pytest.mark.parametrize("text", ["12345", "CPT 99213", "B12 5MG", "vitamin B12 5 mg", "WBC 12000"])
def test_five_digits_alone_are_none(text):
    assert not [value for kind, value in found(text) if kind is Kind.ZIP]


@pytest.mark.parametrize(
    ("text", "is_place"),
    [("from Salem, OR", True), ("in Springfield, Illinois", True), ("Jane Reyes, MD", False), ("Reyes, DO", False)],
)
def test_a_town_with_its_state_is_a_place_and_a_degree_is_none(text, is_place):
    assert any(kind is Kind.PLACE for kind, _ in found(text)) is is_place


@pytest.mark.parametrize(
    ("text", "is_place"),
    [
        ("drives in from Marion IN twice a week", True),
        ("she is staying near Boulder CO", True),
        ("moved to Telemetry OR recovery", False),
        ("switched to Metformin OR glipizide", False),
    ],
)
def test_a_town_and_a_state_need_no_comma_after_a_preposition(text, is_place):
    assert any(kind is Kind.PLACE for kind, _ in found(text)) is is_place
