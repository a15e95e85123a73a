from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.records.sheet import Sheet, is_code, is_display, is_house, is_plain, is_type, joined, split


@pytest.mark.parametrize(
    "value", ["2345-7", "mm[Hg]", "10*3/uL", "ABK:I509", "H", "", "2.16.840.1.113883.6.1", "Negative"]
)
def test_a_code_is_one_token(value):
    assert is_code(value)


@pytest.mark.parametrize("value", ["Okafor", "seen by Jane", "OKAFOR"])
def test_a_name_or_a_sentence_is_no_code(value):
    assert not is_code(value)


@pytest.mark.parametrize(
    "value",
    [
        "Systolic blood pressure",
        "Creatinine [Mass/volume] in Serum or Plasma",
        "Heart failure, unspecified",
        "Lisinopril 10 MG Oral Tablet",
        "Parkinson's disease",
    ],
)
def test_a_display_names_a_thing(value):
    assert is_display(value)


@pytest.mark.parametrize(
    "value",
    [
        "Jane Okafor",
        "seen by Dr. Weber",
        "call 555-010-4477",
        "jane@example.org",
        "Mother of Goma Mumbua",
        "born 3/4/1960",
        "Yuxuan's sodium dropped",
        "MRN 8675309",
        "Sarah P.",
    ],
)
def test_what_is_said_of_a_person_is_no_display(value):
    assert not is_display(value)


def test_a_result_of_known_words_is_plain_and_one_with_an_unknown_name_is_not():
    assert is_plain("no growth")
    assert not is_plain("Sample of Gxabhashe")


@pytest.mark.parametrize(
    "value", ["", "  ", "^", "[LAST]", "<MRN>", "ANONYMOUS", "REMOVED", "YYYYMMDD", "LASTNAME", "xxxx", "n/a", "(none)"]
)
def test_what_stands_in_place_of_a_value_is_none(value):
    sheet = Sheet(value)
    sheet.mark(Kind.NAME, 0, len(value))
    assert sheet.hits == []


@pytest.mark.parametrize("value", ["Test", "DOE", "Na", "Patient", "X Æ"])
def test_any_other_value_is_one_whatever_it_looks_like(value):
    sheet = Sheet(f' "{value}" ')
    sheet.mark(Kind.NAME, 0, len(sheet.text))
    assert [(sheet.text[hit.start : hit.end], hit.evidence, hit.patient) for hit in sheet.hits] == [
        (value, Evidence.FIELD, True)
    ]


@given(st.text("ab^", max_size=12))
def test_parts_and_separators_make_the_whole(text):
    assert "^".join(text[start:end] for start, end in split(text, 0, len(text), "^")) == text


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(lambda span: span[0] < span[1]), max_size=8))
def test_joined_spans_cover_the_same_and_touch_nowhere(spans):
    whole = joined(spans)
    assert {at for span in spans for at in range(*span)} == {at for span in whole for at in range(*span)}
    assert all(one[1] < other[0] for one, other in pairwise(whole))


@pytest.mark.parametrize(
    "value",
    [
        "St Brannock's Hospitals",
        "Queen Maud Infirmary",
        "Thornley & Wick Community Trust",
        "Orla Care Home",
        "Medisense GmbH",
    ],
)
def test_a_cell_that_ends_as_houses_do_names_a_house(value):
    assert is_house(value)


@pytest.mark.parametrize(
    "value",
    ["Queenie Maud", "Dr Rosa Clinic", "Trust", "Clinic of Ann Bell", "Okafor, Ada", "Ada Okafor Sunrise Care Home"],
)
def test_a_cell_with_a_person_names_no_house(value):
    assert not is_house(value)


@pytest.mark.parametrize(
    "value",
    [
        "VARCHAR(80) NOT NULL,",
        "CHAR(10) UNIQUE,",
        "date",
        "BIGINT",
        "numeric(10, 2) DEFAULT 0",
        "INT REFERENCES patient(id)",
    ],
)
def test_the_type_of_a_column_is_one(value):
    assert is_type(value)


@pytest.mark.parametrize(
    "value", ["Date Masamune", "VARCHAR(80) DEFAULT 'Ada Okafor'", "Real, Ana", "4471180", "text Ada"]
)
def test_a_value_is_no_type_of_a_column(value):
    assert not is_type(value)
