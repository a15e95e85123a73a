from __future__ import annotations

import time

import pytest

from gateway.domain import Kind
from gateway.phi.find.records.inserts import find

ROWS = (
    'INSERT INTO public.patients (first_name, "last_name", dob, acc_no, city, note) VALUES\n'
    "  ('Ann', 'O''Neill', DATE '1951-03-04', '24-118-00342', 'Salem', 'calm, (quiet)'),\n"
    "  ('Bo', N'Lindqvist', '1962-01-02'::date, 7741209, NULL, NULL);"
)


def found(text: str) -> list[tuple[Kind, str]]:
    return [(hit.kind, text[hit.start : hit.end]) for hit in find(text)]


def test_the_columns_say_what_each_row_holds():
    assert found(ROWS) == [
        (Kind.NAME, "Ann"),
        (Kind.NAME, "O''Neill"),
        (Kind.DATE, "1951-03-04"),
        (Kind.OTHER_ID, "24-118-00342"),
        (Kind.PLACE, "Salem"),
        (Kind.NAME, "Bo"),
        (Kind.NAME, "Lindqvist"),
        (Kind.DATE, "1962-01-02"),
        (Kind.OTHER_ID, "7741209"),
    ]


def test_a_number_in_a_row_that_names_somebody_is_theirs():
    text = "insert into referrals (ref_no, surname, floor, bed_no) values ('R-20988', 'Lindqvist', 2209, '12')"
    assert found(text) == [(Kind.OTHER_ID, "R-20988"), (Kind.NAME, "Lindqvist")]
    assert found(text.replace("surname", "shade")) == []


@pytest.mark.parametrize(
    "text",
    [
        "insert into visit_reasons (code, label) values (1, 'Fever'), (2, 'Cough');",
        "INSERT INTO t (mrn, dob) VALUES (?, ?)",
        "INSERT INTO t (mrn) VALUES ('1', '2', '3')",
        "INSERT INTO patients (mrn, first_name, dob) VALUES ('000000', 'Jane', '1970-01-01')",
        "insert the tube into the left (main) bronchus",
    ],
)
def test_codes_places_of_values_and_rows_that_do_not_fit_are_nobodys(text):
    assert found(text) == []


@pytest.mark.parametrize("row", ["''" * 20_000, "a'" * 20_001, "('a''b')," * 4_000, "1," * 20_000])
def test_time_is_linear_in_the_text(row):
    began = time.process_time()
    found(f"INSERT INTO a (mrn) VALUES ({row}")
    assert time.process_time() - began < 1
