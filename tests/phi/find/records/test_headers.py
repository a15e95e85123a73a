from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import headers


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Pt Name", Kind.NAME), ("Surname", Kind.NAME), ("lastName", Kind.NAME), ("FIRST_NAME", Kind.NAME), ("Nachname", Kind.NAME), ("Prénom", Kind.NAME), ("consultant", Kind.NAME), ("attending_name", Kind.NAME),
        ("DOB", Kind.DATE), ("Geburtsdatum", Kind.DATE), ("Date de naissance", Kind.DATE), ("BIRTH_DT", Kind.DATE), ("appointment_date", Kind.DATE), ("NHS No", Kind.NATIONAL_ID), ("Pat. Nr.", Kind.MRN), ("PLZ", Kind.ZIP),
        ("Code postal", Kind.ZIP), ("Straße", Kind.ADDRESS), ("Ville", Kind.PLACE), ("Tel.", Kind.PHONE), ("e-mail", Kind.EMAIL), ("Member ID", Kind.PLAN_MEMBER), ("hba1c", None), ("age_band", None), ("median_los", None), ("patients", None),
    ],
)  # fmt: skip
def test_a_header_says_what_stands_under_it(name, kind):
    column = headers.column(name)
    assert column is not None
    assert column.kind is kind


@pytest.mark.parametrize("name", ["", "42", "Gxabhashe", "x" * 60])
def test_an_unknown_word_is_no_header(name):
    assert headers.column(name) is None


def test_two_known_words_make_a_header_and_a_value_makes_none():
    def is_header(*names: str) -> bool:
        return headers.is_header([headers.column(name) for name in names], names)

    assert is_header("code", "display")
    assert is_header("zone", "patient")
    assert not is_header("Okafor", "Jane", "was", "here")
    assert not is_header("name", "12")
