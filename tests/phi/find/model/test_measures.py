from __future__ import annotations

import pytest

from gateway.domain import Carrier, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.model.measures import counted, measured, no_number


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("created", "1686089970"),
        ("duration_ms", "1234567"),
        ("totalTokens", "1234567"),
        ("bytes", "41152736"),
        ("offset", "4294967296"),
        ("build", "20260304"),
        ("max_rows", "1,000,000"),
        ("currency", "EUR"),
        ("type", "Point"),
        ("color", "#0f172a"),
        ("maximum", "9007199254740991"),
        ("exclusiveMinimum", "-2147483648"),
    ],
)
def test_a_key_that_measures_or_labels_makes_no_identifier(key, value):
    assert measured(key, value)
    [look] = load_engine().detect([Passage(value, key, Carrier.TOOL_RESULT)])
    assert look.findings == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", "1686089970"),
        ("id", "8675309"),
        ("patient", "8675309"),
        ("line", "Margaret Holloway coughs"),
        ("time", "Margaret Holloway"),
        ("type", "Margaret Holloway"),
        ("count_id", "8675309"),
    ],
)
def test_other_keys_and_other_values_say_nothing(key, value):
    assert not measured(key, value)


@pytest.mark.parametrize(
    ("key", "value"), [("size", "123-45-6789"), ("total", "(415) 867-5309"), ("mrn_count", "536-22-8745")]
)
def test_what_has_a_shape_of_its_own_is_found_under_any_key(key, value):
    [look] = load_engine().detect([Passage(value, key, Carrier.TOOL_RESULT)])
    assert look.findings


@pytest.mark.parametrize("unit", ["ms", " ms", " tokens", "-character", " bytes", "%"])
def test_a_bare_number_before_a_unit_counts_it(unit):
    text = f"It defaults to 600000{unit}, or less."
    start = text.index("6")
    assert counted(text, start, start + 6)


@pytest.mark.parametrize("text", ["for patient 600000 msg", "600000", "600000-ab", "600000 Mstr"])
def test_what_follows_else_is_no_unit(text):
    start = text.index("6")
    assert not counted(text, start, start + 6)


@pytest.mark.parametrize(
    ("text", "value", "none"),
    [
        ("issues #4388 and more", "4388", True),
        ("from table(generator(rowcount => 20000))", "20000", True),
        ("chart 44881", "44881", False),
        ("read the bits 0101101 from", "0101101", True),
        ("read the number 0101102 from", "0101102", False),
        ("#448812 on the chart", "448812", False),
        ("15:40:57 +0100 13) let", "+0100 13) let", True),
    ],
)
def test_a_number_of_an_issue_or_of_a_program_is_nobodys(text, value, none):
    start = text.index(value)
    assert no_number(text, start, start + len(value)) is none


@pytest.mark.parametrize(
    "before", ["max ", "(max ", "up to ", "at most ", "a limit of ", "defaults to ", "maximum: ", "Default: "]
)
def test_a_bare_number_behind_the_word_for_a_bound_is_one(before):
    text = f"{before}600000)"
    assert counted(text, len(before), len(before) + 6)


@pytest.mark.parametrize("before", ["Max ", "patient ", "climax ", "id 4, up ", "MRN: "])
def test_what_stands_before_else_is_no_bound(before):
    text = f"{before}600000)"
    assert not counted(text, len(before), len(before) + 6)
