"""An administrator's own words: `also` only adds, `never` takes back what nothing but its looks made a name."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Carrier, Detection, Finding, Kind, Passage
from gateway.phi.find import own_words
from gateway.phi.find.engine import load_engine
from gateway.phi.find.own_words import Also, Never, OwnWords, canonical, joined, said, taken_back

ENGINE = load_engine()
ALSO = OwnWords(also=(Also(Kind.MRN, r"RX-?\d{6}", "Numbers of our pharmacy."),))
GRANT = OwnWords(never=(Never("Mercy Street Protocol", "A protocol of ours."),))


def looked(own, text, carrier=Carrier.MESSAGE):
    """What is found in a text by itself, with own words."""
    passage = Passage(text, carrier=carrier)
    one = said(own, ENGINE, passage, ENGINE.look(passage))
    return joined(text, one.look.detection, one.also, one.spared)


def shown(text, detection):
    return [(one.kind.value, text[one.start : one.end]) for one in detection.findings]


def test_what_a_pattern_matches_is_found_by_the_entry_that_says_so():
    (found,) = looked(ALSO, "Refill RX123456 today.").findings
    assert found == Finding(Kind.MRN, 7, 15, entry="scan.also[0]")


def test_a_pattern_sees_through_what_every_rule_sees_through():
    text = "Refill R\u200bX\u201112\u200b3456 today."
    (found,) = looked(ALSO, text).findings
    assert text[found.start : found.end] == "R\u200bX\u201112\u200b3456"


@pytest.mark.parametrize("carrier", Carrier)
def test_a_pattern_looks_at_every_part_of_a_request(carrier):
    assert [one.kind for one in looked(ALSO, "Refill RX123456 today.", carrier).findings] == [Kind.MRN]


def test_a_direct_find_makes_count_what_stands_beside_it():
    text = "Refill RX123456 today, the protocol is of 2026-03-04."
    assert [(one.kind, one.counts) for one in looked(ALSO, text).findings] == [(Kind.MRN, True), (Kind.DATE, True)]


def test_an_indirect_find_counts_only_beside_another():
    own = OwnWords(also=(Also(Kind.FACILITY, r"Pavilion [A-F]\b", "Our buildings."),))
    assert [one.counts for one in looked(own, "Which floors has Pavilion B?").findings] == [False]
    assert all(one.counts for one in looked(own, "Maria Lopez, MRN 8675309, Pavilion B.").findings)


def test_nothing_of_ours_is_displaced_shortened_or_called_something_else():
    own = OwnWords(also=(Also(Kind.OTHER_ID, r"(?i)mrn \d{7} and more", "x"), Also(Kind.AGE, r"(?i)lopez", "x")))
    text = "Maria Lopez, MRN 8675309 and more."
    ours = ENGINE.look(Passage(text)).detection.findings
    assert set(ours) <= set(looked(own, text).findings)
    assert ("other_id", " and more") in shown(text, looked(own, text))


SAID = "Maria Lopez MRN 8675309 RX123456 seen 2026-03-04 Mercy Hospital a@b.org , . and on"
WORDS = st.sampled_from(SAID.split())


@given(
    st.lists(WORDS, max_size=14),
    st.sampled_from([r"RX\d{6}", r"\w+ \w+", r"\d{4}", r"[A-Z]\w+"]),
    st.sampled_from(Kind),
)
def test_own_patterns_only_ever_add(words, pattern, kind):
    text = " ".join(words)
    before = ENGINE.look(Passage(text)).detection
    after = looked(OwnWords(also=(Also(kind, pattern, "x"),)), text)
    assert {(one.kind, one.start, one.end) for one in before.findings} <= {
        (one.kind, one.start, one.end) for one in after.findings
    }
    assert after.unknowns == before.unknowns
    assert {one.kind for one in before.findings if one.counts} <= {one.kind for one in after.findings if one.counts}
    spans = [(one.start, one.end) for one in after.findings]
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_what_a_text_can_be_found_to_hold_is_unchanged():
    assert ENGINE.covers == load_engine().covers  # law 4: an own pattern is no detector for its kind


# --- never -----------------------------------------------------------------------------------------------------------

NAMED = "The Mercy Street Protocol was written by the ward."


def detection_of(text, *spans):
    return Detection(tuple(Finding(kind, text.index(value), text.index(value) + len(value)) for kind, value in spans))


def test_a_name_that_is_all_within_the_text_is_taken_back_and_told():
    passage = Passage(NAMED)
    found = taken_back(GRANT, passage, detection_of(NAMED, (Kind.NAME, "Mercy Street")))
    assert (found.findings, found.spared[0].entry) == ((), "scan.never[0]")


@pytest.mark.parametrize("text", ["MERCY STREET PROTOCOL", "Mercy  Street\nProtocol", "Mercy\u00a0Street Protocol"])
def test_spaces_and_capitals_make_no_difference(text):
    passage = Passage(f"The {text} was written.")
    assert taken_back(GRANT, passage, Detection((Finding(Kind.PLACE, 4, 4 + len(text)),))).findings == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Mercy Street was written by Mercy Street.", "Mercy Street"),
        ("The Mercy Street Protocol Lopez wrote", "Protocol Lopez"),
        ("The Mercy Street Protocols", "Mercy Street"),
    ],
)
def test_what_reaches_beyond_the_text_or_stands_without_it_stays(text, value):
    before = detection_of(text, (Kind.NAME, value))
    assert taken_back(GRANT, Passage(text), before).findings == before.findings


@pytest.mark.parametrize("kind", sorted(set(Kind) - own_words.FORGIVEN))
def test_no_other_kind_is_ever_taken_back(kind):
    before = detection_of(NAMED, (kind, "Mercy Street"))
    assert taken_back(GRANT, Passage(NAMED), before).findings == before.findings


def test_letters_that_only_fold_alike_are_another_text():
    own = OwnWords(never=(Never("東京 Protocol", "x"),))
    text = "The 大阪 Protocol was written."
    before = detection_of(text, (Kind.NAME, "大阪"))
    assert taken_back(own, Passage(text), before).findings == before.findings


MARIA = OwnWords(never=(Never("Maria Lopez", "The name of our demonstration patient."), Never("8675309", "x")))


def test_the_engines_own_find_is_taken_back():
    text = "Maria Lopez called the ward about her results."
    assert shown(text, ENGINE.look(Passage(text)).detection) == [("name", "Maria Lopez")]
    after = looked(MARIA, text)
    assert (after.findings, [one.kind for one in after.spared]) == ((), [Kind.NAME])


@pytest.mark.parametrize(
    "text",
    [
        "Patient name: Maria Lopez",
        "PID|1||8675309^^^H^MR||Lopez^Maria||19700101|F",
        "Mrs. Maria Lopez-Garcia called.",
        "MRN 8675309",
        "Call maria.lopez@example.org",
    ],
)
def test_what_a_cue_a_field_or_a_shape_says_stays(text):
    before = ENGINE.look(Passage(text)).detection
    assert before.findings
    assert looked(MARIA, text).findings == before.findings


def test_a_name_that_stands_elsewhere_too_is_found_within_the_text_as_everywhere():
    own = OwnWords(never=(Never("Lopez", "A product."),))
    text = "Lopez is new.\n\nPatient name: Maria Lopez"
    assert shown(text, looked(own, text)) == [("name", "Lopez"), ("name", "Maria Lopez")]


# --- both --------------------------------------------------------------------------------------------------------------


def test_other_entries_have_another_digest():
    one, two = Also(Kind.MRN, "RX1", "x"), Also(Kind.MRN, "RX2", "x")
    sets = [OwnWords(), OwnWords(also=(one,)), OwnWords(also=(two,)), OwnWords(also=(one, two)), GRANT]
    assert len({own.digest for own in sets}) == len(sets)
    assert OwnWords().digest == ""


@pytest.mark.parametrize("own", [OwnWords(), ALSO, GRANT, MARIA])
def test_what_is_written_down_is_read_again(own):
    assert own_words.of(canonical(own)) == own


@pytest.mark.parametrize("text", ["", "{", "[]", '{"also": [["none", "a", "b"]], "never": []}'])
def test_what_is_no_such_text_says_nothing(text):
    assert own_words.of(text) == OwnWords()


def test_no_pattern_makes_a_text_take_more_than_its_length():
    own = OwnWords(also=(Also(Kind.OTHER_ID, r"a[^b]*b|aa", "x"),))

    def took(size):
        text = "a" * size
        began = time.thread_time()
        said(own, ENGINE, Passage(text), EMPTY)
        return time.thread_time() - began

    took(20_000)
    assert took(160_000) < 30 * max(took(20_000), 0.001)  # quadratic would be 64 times


EMPTY = ENGINE.look(Passage(""))


def test_a_match_over_the_border_of_two_searches_is_found_once():
    text = "x" * 4_090 + " RX123456 " + "y" * 5_000
    one = said(ALSO, ENGINE, Passage(text), EMPTY)
    assert [(found.start, found.end) for found in one.also] == [(4_091, 4_099)]
