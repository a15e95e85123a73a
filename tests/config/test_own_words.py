"""Own words are read with line and remedy, or refused with both."""

from __future__ import annotations

import pytest

from gateway.config import parse
from gateway.document import DocumentInvalid
from gateway.domain import Kind
from gateway.phi.find.own_words import Also, Never, OwnWords


def scan(text):
    return parse(f"version: 1\nscan:\n{text}", file="c.yaml", environ={}).own_words


def problem(text):
    with pytest.raises(DocumentInvalid) as caught:
        scan(text)
    (one,) = caught.value.problems
    return one


def also(pattern, kind="mrn"):
    quoted = pattern.replace("'", "''")
    return f"  also:\n    - {{kind: {kind}, why: x,\n       pattern: '{quoted}'}}\n"


def test_entries_are_read_in_their_order():
    own = scan(also(r"RX\d{6}") + "  never: [{text: Mercy Street Protocol, why: Ours.}]")
    assert own == OwnWords((Also(Kind.MRN, r"RX\d{6}", "x"),), (Never("Mercy Street Protocol", "Ours."),))


@pytest.mark.parametrize(
    "pattern",
    [r"RX\d{6}", r"(?i)\brx-?\d{4,8}\b", r"\bK[A-Z]{2}\d{4}(/\d{2})?", r"(LOT|SER)\s?[0-9A-F]{8}", r"STUDY-\w+"],
)
def test_patterns_of_identifiers_are_sound(pattern):
    assert scan(also(pattern)).also[0].pattern == pattern


WRONG = {
    r"(\w)RX\1": "refer back",
    r"(?P<a>\w)(?P=a)": "refer back",
    r"(?P<a>RX)\k<a>": "refer back",
    r"RX(?=\d)": "look ahead",
    r"RX(?!\d)": "look ahead",
    r"(?<=RX)\d{6}": "look ahead",
    r"(?<!RX)\d{6}": "look ahead",
    r"(?:RX)?": "matches nothing",
    r"\d*": "matches nothing",
    r"\b": "matches nothing",
    r"^|RX": "matches nothing",
    r"RX\d{5000}": "too large",
    r"((RX\d{100}){9}b){900}": "too large",
    r"(?:\pL{900}x){60}": "too large",
    r".+": "nearly every text",
    r"\w+": "nearly every text",
    r"[^ ]+": "nearly every text",
    r"\d": "nearly every text",
    r"\d+": "nearly every text",
    r"\d{2,}": "nearly every text",
    r"[a-z]{2,}": "nearly every text",
    r"(?s)..+": "nearly every text",
    r"RX(\d{6}": "no pattern",
    r"[RX": "no pattern",
    r"*RX": "no pattern",
    "RX\u00e9": "ASCII",
}


@pytest.mark.parametrize("pattern", WRONG)
def test_a_pattern_that_would_not_do_is_refused_with_its_line_and_what_to_do(pattern):
    one = problem(also(pattern))
    assert WRONG[pattern] in one.message
    assert one.remedy
    assert one.line == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (also("RX1", kind="token"), "pseudonyms"),
        (also("RX1", kind="nonsense"), "kind"),
        ("  also: [{kind: mrn, pattern: RX1}]", "`why`"),
        ("  never: [{text: Mercy Street}]", "`why`"),
        ("  never: [{text: Mercy Street, why: ''}]", "why"),
        ("  never: [{text: '8675309', why: x}]", "no letters"),
        ("  never: [{text: M., why: x}]", "no letters"),
        ("  never: [{text: Mercy, kind: mrn, why: x}]", "kind"),
    ],
)
def test_an_entry_needs_a_kind_that_exists_a_reason_and_letters(text, said):
    one = problem(text)
    assert said in f"{one.message} {one.remedy}"
