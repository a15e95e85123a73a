from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.text import readings
from gateway.phi.find.text.normalise import normalise


def closed_up(text):
    folded = normalise(text)
    return readings.closed_up(folded.text, readings.triggers(folded.shape), {})


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("9 1 2 - 0 4 - 1 2 3 4", "912-04-1234"),
        ("8 6 7 5 3 0 9", "8675309"),
        ("8.6.7.5.3.0.9", "8675309"),
        ("M R N is here", "MRN is here"),
        ("ssn%3A%20912", "ssn: 912"),
        ("912&#45;04", "912-04"),
        ("912\\u002d04", "912-04"),
    ],
)
def test_what_is_pulled_apart_is_closed_up(text, read):
    assert closed_up(text).text == read


def test_each_character_knows_what_it_stands_for():
    text = "x %41%42 y"
    reading = closed_up(text)
    at = reading.text.index("AB")
    assert text[reading.starts[at] : reading.ends[at + 1]] == "%41%42"


def test_ordinary_text_is_not_read_twice():
    assert readings.triggers(b"Take 500 mg twice a day for 10 days.") == frozenset()
    assert closed_up("Take 500 mg twice a day.") is None


@pytest.mark.parametrize(
    "text", ["Ring (202) 555-0142 before 03/04/2026.", "Seen 2024-01-07 and 14.02.2025 in clinic."]
)
def test_what_has_all_its_digits_is_not_read_twice(text):
    assert closed_up(text) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (base64.b64encode(b"MRN: 8675309, seen").decode(), "MRN: 8675309, seen"),
        (base64.b32encode(b"MRN: 8675309, seen").decode(), "MRN: 8675309, seen"),
        (b"MRN: 8675309".hex(), "MRN: 8675309"),
        (b"MRN: 8675309".hex(" "), "MRN: 8675309"),
        (" ".join(str(code) for code in b"MRN: 8675309"), "MRN: 8675309"),
        (base64.b64encode("MRN: 8675309".encode("utf-16-le")).decode(), "MRN: 8675309"),
    ],
)
def test_blobs_say_what_they_hold(value, said):
    text = f"see {value} please"
    folded = normalise(text)
    blobs = list(readings.blobs(folded.text, folded.shape, readings.triggers(folded.shape)))
    assert (text.index(value), said) in {(blob.start, blob.said) for blob in blobs}


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    folded = normalise(text)
    ways = readings.triggers(folded.shape)
    reading = readings.closed_up(folded.text, ways, {})
    if reading is not None:
        assert len(reading.text) == len(reading.starts) == len(reading.ends)
        assert all(
            0 <= start < end <= len(folded.text) for start, end in zip(reading.starts, reading.ends, strict=True)
        )
    for blob in readings.blobs(folded.text, folded.shape, ways):
        assert 0 <= blob.start < blob.end <= len(folded.text)


PIECES = [
    "MRN=208675309 ",
    "9 1 2 - 0 4 - 1 2 3 4 ",
    "5\n5\n5\n0\n1\n",
    "202-\n555-0142 ",
    "<b>Kov</b>alchuk ",
    "[5][2][9]-[3][1] ",
    "&#77;RN ",
    "%4DRN\\u0031 ",
    "O3/l4/196l ",
    "\\textbf{Olena} ",
    "seen on the ward\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.data())
def test_what_was_looked_for_before_is_the_same_when_it_is_looked_for_again(text, data):
    folded = normalise(text)
    ways = sorted(readings.triggers(folded.shape))
    undone: readings.Undone = {}
    for _ in range(3):
        some = frozenset(data.draw(st.sets(st.sampled_from(ways)))) if ways else frozenset()
        assert readings.closed_up(folded.text, some, undone) == readings.closed_up(folded.text, some, {})
