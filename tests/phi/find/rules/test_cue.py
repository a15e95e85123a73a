from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules.cue import STRICT, announced, cued, identifies
from gateway.phi.find.rules.rule import RuleSet

STRONG = RuleSet([cued(Kind.MRN, "mrn")])
WEAK = RuleSet([cued(Kind.OTHER_ID, "order", STRICT, digits=3)])


@pytest.mark.parametrize(
    "text",
    [
        "mrn 12345", "MRN: 12345", "mrn#12345", "MRN no. 12345", "mrn (hospital): 12345", "MRN of this patient is 12345", 'mrn": "12345',
        "MRN is currently 12345", "<b>MRN</b> 12345", "MRN | 12345", "mrn_12345", "MRN ending in 12345",
    ],
)  # fmt: skip
def test_what_may_stand_between_a_cue_and_its_value(text):
    assert [hit.end for hit in STRONG.find(text.encode())] == [text.index("12345") + 5]


@pytest.mark.parametrize("text", ["order 12345 tests", "in order to see 123 cases", "order of 300"])
def test_a_weak_cue_alone_is_not_enough(text):
    assert list(WEAK.find(text.encode())) == []


@pytest.mark.parametrize("text", ["order #12345", "order no. 12345", "Order: 12345", "order number is AB-12345"])
def test_a_weak_cue_with_a_word_for_number_is(text):
    assert [text[hit.start : hit.end][-5:] for hit in WEAK.find(text.encode())] == ["12345"]


@pytest.mark.parametrize(
    ("value", "before", "after", "is_one"),
    [
        ("12345", "MRN ", "", True),
        ("500", "order: ", " mg", False),
        ("45", "patient: ", "-year-old", False),
        ("2021", "medical records ", "", False),
        ("2021", "MRN: ", "", True),
        ("2021-03-04", "case ", "", False),
        ("12-34-56", "MRN ", "", True),
        ("1", "case ", "", False),
        ("200", "sample #", " patients", False),
        ("5000/gateway", "registry.internal:", "", False),
        ("CP-112", "Policy number ", ", version 4.1", False),
        ("CP-112", "Policy number ", ", version as of", True),
        ("CP-112", "Member number ", ", version 4.1", True),
    ],
)
def test_measures_dates_and_bare_years_are_no_identifiers(value, before, after, is_one):
    assert identifies(value, before, after, digits=2) is is_one


@pytest.mark.parametrize(
    ("value", "before", "is_one"),
    [
        ("10.8.0.23", "client: ", False),
        ("10.8.0.230.4", "client: ", True),
        ("310.8.0.23", "client: ", True),
        ("5000/gateway", "registry: ", True),
        ("RIS-4410", "Ticket ", False),
        ("RIS-4410", "case ", True),
        ("RIS-441022", "ticket: ", True),
        ("INC0048812", "ticket no. ", True),
    ],
)
def test_after_a_weak_cue_a_machine_and_an_entry_of_a_tracker_are_none(value, before, is_one):
    assert identifies(value, before, "", digits=2, weak=True) is is_one
    assert identifies(value, before, "", digits=2)


def test_a_uuid_is_one_only_where_allowed():
    uuid = b"order id 550e8400-e29b-41d4-a716-446655440000"
    assert list(RuleSet([cued(Kind.OTHER_ID, "order", STRICT)]).find(uuid))
    assert not list(RuleSet([cued(Kind.OTHER_ID, "order", STRICT, uuid=False)]).find(uuid))


def test_a_cue_may_announce_a_grammar_of_its_own():
    rules = RuleSet([announced(Kind.PLATE, "plate", r"[A-Z]{3}-\d{3}")])
    assert [(hit.start, hit.end, hit.patient) for hit in rules.find(b"plate: KXJ-482")] == [(7, 14, True)]
