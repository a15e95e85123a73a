from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.merge import merge

TEXT = "MRN 123-45-6789, 12 Main St, Boston"
HITS = st.lists(
    st.builds(
        lambda kind, start, size, confidence, evidence: Hit(kind, start, min(start + size, 60), confidence, evidence),
        st.sampled_from(Kind),
        st.integers(0, 59),
        st.integers(1, 30),
        st.floats(0.1, 1),
        st.sampled_from(Evidence),
    ),
    max_size=12,
)


def test_a_cue_beats_a_shape():
    shape, cue = Hit(Kind.SSN, 4, 15, 0.99), Hit(Kind.MRN, 4, 15, 0.9, Evidence.CUE)
    assert merge([shape, cue], TEXT) == [cue]


def test_the_longer_wins_and_the_direct_one_among_equals():
    address, place = Hit(Kind.ADDRESS, 17, 35, 0.8), Hit(Kind.PLACE, 29, 35, 0.9)
    assert merge([place, address], TEXT) == [address]
    assert merge([Hit(Kind.DATE, 4, 15, 0.9), Hit(Kind.SSN, 4, 15, 0.9)], TEXT) == [Hit(Kind.SSN, 4, 15, 0.9)]


def test_what_a_loser_covered_alone_is_kept():
    cue, long = Hit(Kind.MRN, 0, 7, 0.9, Evidence.CUE), Hit(Kind.SSN, 4, 15, 0.9)
    assert merge([cue, long], TEXT) == [cue, Hit(Kind.SSN, 8, 15, 0.9)]


def test_a_longer_whole_value_wins_over_a_cue_within_it_and_knows_what_it_knew():
    cue, whole = Hit(Kind.ACCOUNT, 4, 7, 0.9, Evidence.CUE, patient=True), Hit(Kind.EMAIL, 4, 15, 0.9)
    assert merge([cue, whole], TEXT) == [Hit(Kind.EMAIL, 4, 15, 0.9, Evidence.CUE, patient=True)]


def test_a_cue_tells_a_fax_from_a_telephone():
    cue, whole = Hit(Kind.FAX, 8, 15, 0.9, Evidence.CUE), Hit(Kind.PHONE, 4, 15, 0.9)
    assert merge([whole, cue], TEXT) == [Hit(Kind.FAX, 4, 15, 0.9, Evidence.CUE)]


def test_what_identifies_directly_is_no_part_of_what_does_not():
    url, number = Hit(Kind.URL, 0, 15, 0.9), Hit(Kind.MRN, 4, 15, 0.9, Evidence.CUE)
    assert merge([url, number], TEXT) == [Hit(Kind.URL, 0, 3, 0.9), number]


def test_where_a_model_sees_a_longer_value_the_rule_keeps_its_own():
    seen, found = Hit(Kind.NAME, 0, 15, 0.9, Evidence.CONTEXT), Hit(Kind.SSN, 4, 15, 0.9)
    assert merge([seen, found], TEXT) == [Hit(Kind.NAME, 0, 3, 0.9, Evidence.CONTEXT), found]


@given(HITS)
def test_nothing_overlaps_and_no_letter_or_digit_is_lost(hits):
    text = "a1 " * 20
    merged = merge(hits, text)
    assert all(one.end <= other.start for one, other in itertools.pairwise(merged))
    before = {at for hit in hits for at in range(hit.start, hit.end) if text[at].isalnum()}
    after = {at for hit in merged for at in range(hit.start, hit.end) if text[at].isalnum()}
    assert before == after
