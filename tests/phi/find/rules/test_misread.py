from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import load_engine


@pytest.mark.parametrize("label", ["PAT1ENT", "P4TIENT NAME", "Pat1ent Narne", "Surnarne", "patlent", "pt nanne"])
@pytest.mark.parametrize("name", ["TVE1T", "H0LLOWAY Marg4ret", "Ratchet Moss", "Tveit, Ingrid"])
def test_a_name_is_found_behind_a_label_that_was_misread(label, name):
    text = f"Ward 4\n{label}: {name}\nBed 2"
    (detection,) = load_engine().detect([Passage(text)])
    at = text.index(name)
    found = [one for one in detection.findings if one.kind is Kind.NAME and one.counts]
    assert all(
        any(one.start <= place < one.end for one in found)
        for place in range(at, at + len(name))
        if text[place].isalnum()
    )


@pytest.mark.parametrize("text", ["name: v2-build3", "name: web1\nimage: x", "filename: a1b2.txt", "hostname: db1a"])
def test_no_name_of_a_program_is_somebodys_for_its_digits(text):
    (detection,) = load_engine().detect([Passage(text)])
    assert not any(finding.counts and finding.kind is Kind.NAME for finding in detection.findings)
