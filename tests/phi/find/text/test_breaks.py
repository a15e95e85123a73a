from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.text.breaks import joins


def joined(text: str) -> str:
    pieces, done = [], 0
    for start, end, read in joins(text):
        pieces += [text[done:start], read]
        done = end
    return "".join(pieces) + text[done:]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Maria Hol-\nloway", "Maria Holloway"),
        ("Maria Hol-\n    loway", "Maria Holloway"),
        ("> Maria Hol-\n> loway", "> Maria Holloway"),
        ("MARIA HOL-\nLOWAY", "MARIA HOLLOWAY"),
        ("Anne Smith-\nJones", "Anne Smith-Jones"),
        ("Maria Gonza\nlez", "Maria Gonzalez"),
        ("MRN 8675-\n309", "MRN 8675309"),
        ("536-22-\n8417", "536-22-8417"),
        ("536-\n22-8417", "536-22-8417"),
        ("536-22\n-8417", "536-22-8417"),
        ("536-22-84-\n17", "536-22-8417"),
        ("SSN 53622\n8417", "SSN 536228417"),
        ("MRN: 8675\n309", "MRN: 8675309"),
        ("(202) 555-\n0142", "(202) 555-0142"),
        ("(202) 5-\n55-0142", "(202) 555-0142"),
        ("03/14/\n1962", "03/14/1962"),
        ("03/14/19\n62", "03/14/1962"),
        ("202.555.\n0142", "202.555.0142"),
        ("maria.gonza-\nlez@example.org", "maria.gonzalez@example.org"),
        ("maria.gonza\nlez@example.org", "maria.gonzalez@example.org"),
        ("maria@exam\nple.org", "maria@example.org"),
        ("maria@example.\norg", "maria@example.org"),
        ("maria@\nexample.org", "maria@example.org"),
        ("maria.gonzalez\n@example.org", "maria.gonzalez@example.org"),
    ],
)
def test_a_value_that_a_line_cuts_is_read_whole(text, read):
    assert joined(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "MRN: 5512098\n81 mg aspirin daily",
        "MRN 86753\n45 y/o male",
        "DOB 03/14/19\n62 y/o male",
        "12345\n67890\n24680",
        "seen in 2019.\n3. Next of all",
        "- one\n- two",
        "Write to\nmaria@example.org",
        "anna@example.org\nmaria@example.org",
        "see example.org\nmaria@example.org",
        "written by maria@example.org.\nThe end",
        "Marga\nthe horse",
        "The Mayor\nof Ulm",
        "at 10:15\n11:20 later",
        "2026-03-04\n2026-03-05",
        "536-22-8417\n202-555-0142",
        "import app.models\n@app.route('/x')",
        "    return self.users\n    @pytest.fixture",
        "    pass\n@dataclass",
        "root@web01\nindex.html",
        "root@web01\nsystemctl status nginx",
        "git@github\nmain.py",
        "see x.y\n@angular/core.io",
    ],
)
def test_what_ends_with_its_line_is_left_alone(text):
    assert joined(text) == text


@given(st.text(alphabet="aZ19-/.@ \n>", max_size=120))
def test_joins_stand_in_order_and_hold_a_break_each(text):
    done = 0
    for start, end, read in joins(text):
        assert done <= start < end
        assert "\n" in text[start:end]
        assert len(read) <= 1
        done = end
