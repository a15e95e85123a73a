from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Finding, Kind
from gateway.phi.read import recur

MRN = Finding(Kind.MRN, 4, 11)
WANTED = recur.known([("MRN 8675309", MRN)])


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("And what about 8675309?", [(15, 22)]),
        ("8675309", [(0, 7)]),
        ("8675309, 8675309", [(0, 7), (9, 16)]),
        ("and 8 675 309?", [(4, 13)]),
        ("867-5309 or 867.5309", [(0, 8), (12, 20)]),
        ("8 675 310", []),
        ("18 675 309", []),
        ("patient_8675309_film", [(8, 15)]),
        ("18675309", []),
        ("86753090", []),
        ("id8675309x", [(2, 9)]),
        ("see ODY3NTMwOQ== there", [(4, 16)]),
        ("see ODY3NTMwOQ there", [(4, 14)]),
        ("see 38363735333039 there", [(4, 18)]),
        ("see %38%36%37%35%33%30%39 there", [(4, 25)]),
        ("see &#56;&#54;&#55;&#53;&#51;&#48;&#57; there", [(4, 39)]),
        ("see aWQ9ODY3NTMwOSZ4PTE= there", [(4, 24)]),
        ("see ODY3NTMxMA== there", []),
        ("", []),
    ],
)
def test_a_number_is_found_again_where_it_is_a_word_of_its_own(text, spans):
    assert [(finding.start, finding.end) for finding in recur.find(text, WANTED, ())] == spans
    assert {finding.kind for finding in recur.find(text, WANTED, ())} <= {Kind.MRN}


@pytest.mark.parametrize(
    ("surface", "finding"),
    [
        ("1234", Finding(Kind.MRN, 0, 4)),
        ("Muster", Finding(Kind.NAME, 0, 6)),
        ("2026-03-04", Finding(Kind.DATE, 0, 10)),
        ("192.0.2.77", Finding(Kind.IP, 0, 10, counts=False)),
    ],
)
def test_what_is_short_a_name_a_date_or_counts_for_nothing_is_left_to_detectors(surface, finding):
    assert not recur.known([(surface, finding)]).kinds


@pytest.mark.parametrize(
    "text", ["TWFyaWEgSG9sbG93YXk=", "4d6172696120486f6c6c6f776179", "Maria%20Holloway", "bmFtZT1tYXJpYSBob2xsb3dheQ=="]
)
def test_a_full_name_that_is_known_is_found_where_it_is_encoded(text):
    wanted = recur.known([("Maria Holloway came", Finding(Kind.NAME, 0, 14))])
    assert recur.find(f"see {text}, please", wanted, ()) == [Finding(Kind.NAME, 4, 4 + len(text))]
    assert recur.find("see TWFyYSBIb2xsb3dheQ==, please", wanted, ()) == []


@given(
    st.from_regex(r"[1-9][0-9]{6,11}", fullmatch=True),
    st.sampled_from(["", "id=", "é"]),
    st.sampled_from(["", ";x", " und"]),
)
def test_a_known_number_is_found_in_whatever_base64_says_it(number, before, behind):
    wanted = recur.known([(number, Finding(Kind.MRN, 0, len(number)))])
    blob = base64.b64encode(f"{before}{number}{behind}".encode()).decode()
    [found] = recur.find(f"({blob})", wanted, ())
    assert (found.kind, found.start, found.end) == (Kind.MRN, 1, 1 + len(blob))


def test_what_was_found_there_already_is_not_found_twice():
    assert recur.find("MRN 8675309", WANTED, [MRN]) == []
    assert recur.find("MRN-8675309", WANTED, [Finding(Kind.OTHER_ID, 0, 11)]) == []


def test_of_two_that_begin_alike_the_longer_is_found():
    text = "12345 and 12345-678"
    wanted = recur.known([(text, Finding(Kind.ACCOUNT, 0, 5)), (text, Finding(Kind.MRN, 10, 19))])
    assert recur.find("12345-678 or 12345", wanted, ()) == [Finding(Kind.MRN, 0, 9), Finding(Kind.ACCOUNT, 13, 18)]


@given(st.text(alphabet="12 -a_", max_size=40), st.integers(1, 60))
def test_searching_for_each_and_reading_once_find_the_same(text, more):
    few = recur.known([("MRN 11-22", Finding(Kind.MRN, 4, 9)), ("ID 12121", Finding(Kind.ACCOUNT, 3, 8))])
    others = {f"x{at}": (9,) for at in range(recur.MANY + more)}
    many = recur.Known(few.kinds, {**few.lengths, **others}, few.numbers)
    assert recur.find(text, few, ()) == recur.find(text, many, ())
