from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.records.apart import counted, read


def marked(text):
    return [text[hit.start : hit.end] for hit in read(text)[0].hits]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"cols": ["mrn"], "rows": [[8675309]]}', ["8675309"]),
        ("{'cols': ('mrn', 'n'), 'rows': [(8675309, 4)]}", ["8675309"]),
        ('so: [["mrn", "n"], ["8675309", 4], ["551209', ["8675309", "551209"]),
        ('{"columns": ["surname", "ward"], "rows": [["Orlowska", "3B"]]}', ["Orlowska"]),
        ('{"name": "mrn", "value": "unknown"}', []),
        ('{"properties": {"mrn": {"title": "Mrn"}, "patient_name": {"title": "Patient Name"}}}', []),
        ('{"properties": {"mrn": {"S": "8675309"}, "patient_name": {"S": "Orlowska"}}}', ["8675309", "Orlowska"]),
        ('{"columns": ["ward", "beds"], "rows": [["3B", 14]]}', []),
        ('{"a": 1, "a": 2, "columns": ["mrn"], "rows": [[1], [22]], "rows": [[333]]}', ["1", "22", "333"]),
    ],
)
def test_values_are_marked_by_names_that_stand_apart(text, values):
    assert sorted(marked(text)) == sorted(values)


def test_words_are_told_in_order():
    text = '{"words": [{"word": "my", "start": 0.1}, {"word": "ssn", "start": 0.2}]}'
    [words] = read(text)[1]
    assert [text[start:end] for start, end in words] == ["my", "ssn"]


@given(st.text("{}[]()\":,'ab1 <>", max_size=80))
def test_no_text_stops_the_reader(text):
    sheet, texts = read(text)
    for start, end in [*((hit.start, hit.end) for hit in sheet.hits), *(word for words in texts for word in words)]:
        assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("rows|requests", "8675309", True),
        ("rows|mrn", "8675309", False),
        ("rows|id", "8675309", False),
        ("rows|params", "8675309 x", False),
    ],
)
def test_a_number_is_counted_where_its_name_is_nobodys(name, value, expected):
    assert counted(name, value) is expected
