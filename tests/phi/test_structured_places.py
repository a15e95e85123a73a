from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.normalise import normalise
from gateway.phi.rules import RuleSet
from gateway.phi.structured_places import RULES

SET = RuleSet(RULES)


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in SET.find(normalise(text).shape)}


@pytest.mark.parametrize(
    "address",
    [
        "12 Elm Street", "4410 N. Oak Ridge Drive, Apt 4B, Salem, OR 97301", "350 Fifth Avenue, 21st Floor, New York, NY 10118", "15 MAPLE AVENUE, TULSA, OK 74103", "P.O. Box 4412",
        "RR 2 Box 44, Salem OR", "1200 County Road 5", "22 High Street, Leeds LS1 4AB", "Hauptstraße 12, 10115 Berlin", "12 rue de la Paix, 75002 Paris", "Via Roma 12, 00184 Roma",
        "Prinsengracht 263", "Flat 4, 22 High Street", "100 n main st, dayton, oh 45402",
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
    ],
)
def test_what_is_no_address_is_left_alone(text):
    assert not [value for kind, value in found(text) if kind is Kind.ADDRESS]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("zip 02139", "02139"),
        ("Boston, MA 02115", "02115"),
        ("OR 97301-1234", "97301-1234"),
        ("SW1A 1AA", "SW1A 1AA"),
        ("K1A 0B1", "K1A 0B1"),
        ("PLZ 10115", "10115"),
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
