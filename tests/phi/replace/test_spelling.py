from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Kind
from gateway.phi.replace.spelling import canonical


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (Kind.PHONE, ["(202) 555-0142", "202-555-0142", "202.555.0142", "2025550142", "+1 202 555 0142", "1-202-555-0142"]),
        (Kind.FAX, ["(202) 555-0143", "202 555 0143"]),
        (Kind.SSN, ["912-04-1234", "912 04 1234", "912041234", "912\u2011041234", "９１２041234"]),
        (Kind.MRN, ["8675309", "867-5309", "8 675 309", "867\u200b5309"]),
        (Kind.PLAN_MEMBER, ["XG-77-12", "xg7712", "XG 77/12"]),
        (Kind.NAME, ["Maria Lopez", "MARIA LOPEZ", "maria  lopez", "Lopez, Maria", "LOPEZ,MARIA", "María López", "Maria-Lopez"]),
        (Kind.NAME, ["García", "GARCIA", "garcía", "Garci\u0301a"]),
        (Kind.NAME, ["Strauß", "STRAUSS"]),
        (Kind.EMAIL, ["Jane.Doe@Example.org", "jane.doe@example.org"]),
        (Kind.DATE, ["03/04/1980", "3/4/1980", "3-4-1980", "3.4.1980"]),
        (Kind.DATE, ["March 4, 1980", "march 04 1980", "MARCH 4 1980"]),
        (Kind.ADDRESS, ["12 Main St., Salem", "12 MAIN ST SALEM"]),
        (Kind.IBAN, ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000"]),
        (Kind.PLACE, ["São Paulo", "SAO PAULO"]),
    ],
)  # fmt: skip
def test_spellings_of_one_value_are_one(kind, spellings):
    assert len({canonical(kind, spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Kind.DATE, "1/12/2021", "11/2/2021"),
        (Kind.DATE, "10/1/2021", "1/1/2021"),
        (Kind.NAME, "Ann Alopez", "Anna Lopez"),
        (Kind.NAME, "Lopez", "Lopes"),
        (Kind.MRN, "008675309", "8675309"),
        (Kind.MRN, "A8675309", "8675309"),
        (Kind.EMAIL, "jane.doe@example.org", "janedoe@example.org"),
        (Kind.PHONE, "202-555-0142", "202-555-0143"),
        (Kind.PHONE, "44 202 555 0142", "202 555 0142"),
        (Kind.URL, "https://x.org/a1", "https://x.org/a/1"),
        (Kind.ADDRESS, "1 23rd St", "12 3rd St"),
        (Kind.NAME, "--", "..."),
    ],
)
def test_other_values_stay_others(kind, one, other):
    assert canonical(kind, one) != canonical(kind, other)


@given(st.sampled_from(Kind), st.text(min_size=1, max_size=20))
def test_every_value_has_a_form(kind, surface):
    assert canonical(kind, surface)


@given(st.sampled_from(Kind), st.text("abzABZ 019-./", min_size=1, max_size=20))
def test_case_makes_no_other_value(kind, surface):
    assert canonical(kind, surface.upper()) == canonical(kind, surface.lower())
