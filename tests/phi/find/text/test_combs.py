from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.text.combs import closed


def read(text):
    pieces, done = [], 0
    for start, end, instead in closed(text):
        pieces += (text[done:start], instead)
        done = end
    return "".join([*pieces, text[done:]])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("SSN: [5][3][6]-[2][2]-[8][4][1][7]", "SSN: 536-22-8417"),
        ("DOB: |0|3| / |1|4| / |1|9|6|2|", "DOB: 03/14/1962"),
        ("DOB: 0 3 / 1 4 / 1 9 6 2", "DOB: 03/14/1962"),
        ("DOB: 0_3_/1_4_/1_9_6_2", "DOB: 03/14/1962"),
        ("MRN: {8}{6}{7}{5}{3}{0}{9}.", "MRN: 8675309."),
        ("MRN: ☐8 ☐6 ☐7 ☐5 ☐3 ☐0 ☐9", "MRN: 8675309"),
        ("call [2][0][2] [5][5][5] [0][1][4][2]", "call 202 555 0142"),
        ("Name: |A|N|N| |L|E|E|", "Name: ANN LEE"),
        ("SSN\n+---+---+\n| 5 | 3 | 6 | 2 | 2 |", "SSN 53622"),
    ],
)
def test_boxes_are_read_across_and_groups_stay_apart(text, plain):
    assert read(text) == plain


@pytest.mark.parametrize(
    "text",
    ["8 6 7 5 3 0 9", "a[1][2] = 7", "- [x] done\n- [ ] todo", "f(1)(2)", "1|2|3|44|55|66", "12:30:45 and 1.2.3"],
)
def test_what_is_no_field_of_a_form_stays_as_it_is(text):
    assert read(text) == text


@given(st.text("[](){}|_ 5a/-\n", max_size=60))
def test_what_is_read_instead_is_in_order_and_inside(text):
    done = 0
    for start, end, _ in closed(text):
        assert done <= start < end <= len(text)
        done = end
