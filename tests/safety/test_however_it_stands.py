"""An identifier is found however a program wrote it down: cut by the end of a line, or with markup in and around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Carrier, Passage
from gateway.phi.find.engine import load_engine

ENGINE = load_engine()
FEW = 1
"""Characters of a value that may stay: one letter or digit tells nobody's name or number."""
VALUES = {
    "Patient: ": ["Margaret Holloway", "Maria Gonzalez"],
    "MRN ": ["8675309", "20417733"],
    "SSN: ": ["536-22-8417", "536228417"],
    "call ": ["(202) 555-0142", "202-555-0142"],
    "e-mail ": ["maria.gonzalez@example.org"],
    "DOB: ": ["03/14/1962", "1962-03-14"],
    "NHS number ": ["943 476 5919"],
}


def left(text: str, start: int, end: int) -> str:
    """The letters and digits of [start, end) that no finding covers."""
    [said] = ENGINE.detect([Passage(text, "", Carrier.MESSAGE)])
    spans = [(finding.start, finding.end) for finding in said.findings if finding.counts]
    return "".join(
        text[at] for at in range(start, end) if text[at].isalnum() and not any(low <= at < high for low, high in spans)
    )


@pytest.mark.parametrize("broken", ["-\n", "-\n      ", "-  \r\n"], ids=repr)
@pytest.mark.parametrize(("cue", "value"), [(cue, value) for cue, values in VALUES.items() for value in values])
def test_nothing_of_a_value_leaves_wherever_a_line_cuts_it_with_a_hyphen(cue, value, broken):
    """The law of a break within a value: both halves are one finding, so that no half is left."""
    cuts = [at for at in range(1, len(value)) if value[at - 1].isalnum() and value[at].isalnum()]
    assert cuts
    for at in cuts:
        text = f"{cue}{value[:at]}{broken}{value[at:]} as before."
        assert len(left(text, len(cue), len(text) - len(" as before."))) <= FEW, text


@pytest.mark.parametrize(
    ("cue", "value"),
    [
        ("SSN: ", "536-22-\n8417"),
        ("SSN: ", "536-\n 22-8417"),
        ("SSN ", "53622\n8417"),
        ("MRN: ", "8675\n309"),
        ("call ", "202-555-\n0142"),
        ("e-mail ", "maria.gonzalez@exam\nple.org"),
        ("e-mail ", "maria.gonzalez@example.\norg"),
        ("e-mail ", "maria.gon\nzalez@example.org"),
        ("DOB ", "03/14/\n1962"),
        ("Patient ", "Maria Gonza\nlez"),
    ],
)
def test_nothing_of_a_value_leaves_that_is_cut_without_a_hyphen(cue, value):
    text = f"{cue}{value}, as before."
    assert left(text, len(cue), len(cue) + len(value)) == ""


LABELS = [
    "{{\\b {label}:}} {value}",
    "\\textbf{{{label}:}} {value}",
    "{{\\rtf1\\ansi {{\\b {label}:}}\\tab {value}\\par}}",
    "\\section*{{{label}}} {value}",
    "{label}\\par {value}",
    "<b>{label}:</b> {value}",
    "<p><strong>{label}</strong>: <em>{value}</em></p>",
    "<tr><th>{label}</th>\n  <td class='x'>{value}</td></tr>",
    "<dt>{label}</dt><dd>{value}</dd>",
    "<w:r><w:t>{label}:</w:t></w:r><w:r w:rsidR='00A'><w:rPr><w:b/></w:rPr><w:t xml:space='preserve'> {value}</w:t></w:r>",
    "<a:r><a:t>{label}: </a:t></a:r><a:r><a:t>{value}</a:t></a:r>",
    "**{label}**: {value}",
    "**{label}:** {value}",
    "__{label}__ {value}",
    "`{label}`: `{value}`",
    "| {label} | {value} |",
    "> {label}: {value}",
]


@pytest.mark.parametrize("form", LABELS)
@pytest.mark.parametrize(("label", "value"), [("MRN", "8675309"), ("SSN", "536228417"), ("Account number", "44712093")])
def test_markup_between_a_label_and_its_value_hides_neither(form, label, value):
    text = form.format(label=label, value=value)
    start = text.index(value)
    assert left(text, start, start + len(value)) == ""


SPLITS = [
    "</w:t></w:r><w:r w:rsidR='00A2'><w:t>",
    "</a:t></a:r>\n<a:r><a:t>",
    "<b>",
    "</span><span class='x'>",
    "\\i0 ",
    "{\\b }",
    "**",
]


@given(st.sampled_from(SPLITS), st.integers(1, len("Margaret Holloway") - 1))
def test_markup_within_a_name_hides_no_half_of_it(split, at):
    value = "Margaret Holloway"
    text = f"The patient {value[:at]}{split}{value[at:]} was admitted."
    start = text.index(value[:at])
    before, behind = left(text, start, start + at), left(text, start + at + len(split), start + len(value) + len(split))
    assert len(before) + len(behind) <= FEW, text


COMBS = {
    "square boxes": lambda group: "".join(f"[{one}]" for one in group),
    "bars": lambda group: "|" + "|".join(group) + "|",
    "wide bars": lambda group: "| " + " | ".join(group) + " |",
    "round boxes": lambda group: "".join(f"({one})" for one in group),
    "underscores": "_".join,
    "lines to write on": lambda group: " ".join(f"_{one}_" for one in group),
    "print": "│".join,
    "check boxes": lambda group: "".join(f"☐{one}" for one in group),
}


@pytest.mark.parametrize("comb", COMBS)
@pytest.mark.parametrize("between", ["{}", " {} "], ids=["tight", "wide"])
@pytest.mark.parametrize(
    ("cue", "value", "mark"),
    [
        ("SSN: ", "536-22-8417", "-"),
        ("Social Security Number ", "912-04-1234", "-"),
        ("DOB: ", "03/14/1962", "/"),
        ("Date of birth: ", "1962-03-14", "-"),
        ("MRN: ", "20417733", "-"),
        ("Member ID: ", "XQH778120045", "-"),
        ("Phone: ", "202-555-0142", "-"),
        ("Patient name: ", "GONZALEZ", "-"),
    ],
)
def test_nothing_of_a_value_leaves_that_stands_in_boxes(cue, value, mark, comb, between):
    text = cue + between.format(mark).join(COMBS[comb](group) for group in value.split(mark)) + " as before"
    assert left(text, len(cue), len(text) - len(" as before")) == "", text


@pytest.mark.parametrize(
    "text",
    [
        "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| 4 | 5 | 6 |",
        "x = a[1][2][3] + b[4][5][6][7][8][9]",
        "Sudoku: |5|3|.|.|7|.|.|.|.|",
        "| P | Q | R |\n|---|---|---|\n| T | T | F |\n| F | T | F |",
        "regex: [a][b][c][d]{2} and (a)(b)(c)(d)",
        "1|2|3|4|5|6|7|8|9",
        "ratio 1:2:3:4:5, version 1.2.3.4.5, path a/b/c/d/e",
        "scores | 2 | 0 | 2 | 5 | 5 | 5 | 0 | 1 | 4 | 2 |",
    ],
)
def test_boxes_with_nobodys_value_are_nothing(text):
    [said] = ENGINE.detect([Passage(text, "", Carrier.MESSAGE)])
    assert not [finding for finding in said.findings if finding.counts]


@pytest.mark.parametrize(
    ("cue", "value"),
    [
        ("DOB: ", "O3/l4/196l"),
        ("DOB ", "O3-I4-I96I"),
        ("born ", "l96l-O3-O4"),
        ("Date of birth: ", "14.O3.I962"),
        ("Phone: ", "(2O2) 555-O142"),
        ("call ", "2O2-55S-0l42"),
        ("Tel ", "202.S5S.0l42"),
        ("Fax: ", "2O2 555 Ol43"),
        ("SSN: ", "S36-Z2-84l7"),
    ],
)
def test_nothing_of_a_number_leaves_whose_digits_were_recognised_as_letters(cue, value):
    text = f"{cue}{value} as before"
    assert left(text, len(cue), len(cue) + len(value)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "IO/SO/10 pins of the board",
        "see B12/B6/D3 and T1/T2/T3",
        "IIS-10-2019 is installed, ISO-10-2024 is not",
        "SO2/O2/10 and 10.0.0.l",
        "OS-X-10, I/O/10, Q1/Q2/Q3, Z1-22-3",
        "BIS-12-2020 replaces GOST-12-2014",
    ],
)
def test_letters_that_were_no_digits_stay_what_they_are(text):
    [said] = ENGINE.detect([Passage(text, "", Carrier.MESSAGE)])
    assert not [finding for finding in said.findings if finding.counts]
