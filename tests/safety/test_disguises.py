"""A value is found through the realistic disguises: marks over characters, codings of mail, tags, one character a line."""

from __future__ import annotations

import base64
import gzip
import quopri

import pytest

from gateway.domain import Passage
from gateway.phi.find.engine import load_engine

ENGINE = load_engine()
VALUES = ["SSN 536-22-8417", "MRN 8675309", "phone (202) 555-0142", "DOB 03/14/1962"]
NOTE = "Patient Maria Gonzalez, MRN 8675309, SSN 536-22-8417, came with a cough."


def cut(value: str) -> tuple[str, str]:
    """The label and the value."""
    label, _, said = value.partition(" ")
    return f"{label} ", said


def counts(text: str, start: int, end: int) -> bool:
    """Whether every letter and digit there lies in a finding that counts, or the text cannot be told from an encoded one."""
    (said,) = ENGINE.detect([Passage(text)])
    found = [finding for finding in said.findings if finding.counts]
    return bool(said.unknowns) or all(
        any(one.start <= at < one.end for one in found) for at in range(start, end) if text[at].isalnum()
    )


MARKS = {
    "struck through": "\u0336",
    "a variation": "\U000e0106",
    "a keycap": "\u20e3",
    "an enclosing mark": "\u0488",
    "an accent": "\u0301",
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("value", VALUES)
def test_marks_over_characters_hide_nothing(value, mark):
    label, said = cut(value)
    written = label + "".join(one + mark if one.isalnum() else one for one in said)
    assert counts(written, len(label), len(written))


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("gap", ["\n", " \n", "\n ", "\r\n"], ids=repr)
def test_one_character_a_line_is_read_across(value, gap):
    label, _ = cut(value)
    written = gap.join(value)
    assert counts(written, len(gap.join(label)), len(written))


@pytest.mark.parametrize("value", VALUES[:2])
def test_tags_and_stars_within_a_value_hide_nothing(value):
    label, said = cut(value)
    for opening, closing in (("<b>", "</b>"), ("**", "**"), ("<i>", "</i>"), ("<span style='x'>", "</span>")):
        written = f"{label}{said[0]}{opening}{said[1:3]}{closing}{said[3:]}"
        assert counts(written, len(label), len(written)), written


@pytest.mark.parametrize(
    "coded",
    [
        quopri.encodestring(NOTE.replace("cough", "caf\u00e9").encode()).decode(),
        "".join(f"={ord(one):02X}" for one in NOTE),
        base64.b64encode(NOTE.encode()).decode(),
        base64.b64encode(gzip.compress(NOTE.encode())).decode(),
        "data: " + " ".join(base64.b64encode(NOTE.encode()).decode()[at : at + 4] for at in range(0, 96, 4)),
    ],
    ids=["quoted-printable", "all quoted", "base64", "gzip in base64", "base64 in groups"],
)
def test_what_mail_and_programs_encode_is_read(coded):
    (said,) = ENGINE.detect([Passage(coded)])
    assert said.unknowns or any(finding.counts for finding in said.findings)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            '{"resourceType":"Patient","id":"5f2b3c1e-9d4a-4b7e-8c11-0a2b3c4d5e6f"}',
            "5f2b3c1e-9d4a-4b7e-8c11-0a2b3c4d5e6f",
        ),
        ("Patient/88213377 was updated", "88213377"),
        ("Encounter/5f2b3c1e-9d4a-4b7e-8c11-0a2b3c4d5e6f was closed", "5f2b3c1e-9d4a-4b7e-8c11-0a2b3c4d5e6f"),
        ("patient guid: 5f2b3c1e-9d4a-4b7e-8c11-0a2b3c4d5e6f", "5f2b3c1e-9d4a-4b7e-8c11-0a2b3c4d5e6f"),
        ("Study UID 1.2.840.113619.2.55.3.604688119", "1.2.840.113619.2.55.3.604688119"),
        ("email_abcdefghij.maria.gonzalez@example.org", "email_abcdefghij.maria.gonzalez@example.org"),
        ("write to mrn_abcdefghij@example.org", "mrn_abcdefghij@example.org"),
    ],
)
def test_ids_of_health_software_count_and_what_looks_like_a_pseudonym_hides_nothing(text, value):
    at = text.index(value)
    assert counts(text, at, at + len(value))
