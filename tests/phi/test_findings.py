from __future__ import annotations

from gateway.domain import Carrier, Content, Finding, Kind, Part, Passage, UnknownReason
from gateway.phi.findings import Findings, Leaves, Located
from gateway.phi.leaf import Leaf, Unknown

PAYLOAD = {"messages": [{"role": "user", "content": "of Anna", "note": {"Anna": 8675309}}]}
SAID = Leaf(("messages", 0, "content"), "of Anna", Carrier.MESSAGE)
NOTED = Leaf(("messages", 0, "note", "Anna"), "8675309", Carrier.MESSAGE, "Anna")


def findings(*located, unknowns=()):
    places = tuple(located), tuple(Unknown(reason, ()) for reason in unknowns), ()
    return Findings(PAYLOAD, [SAID, NOTED], *places, frozenset(Kind))


def test_passages_are_the_leaves_in_order_with_what_a_detector_may_know():
    leaves = Leaves(PAYLOAD, [SAID, NOTED], [], [])
    assert leaves.passages == (Passage("of Anna"), Passage("8675309", "Anna", part=Part.VALUE))


def test_only_findings_that_count_make_a_kind():
    day, name = Finding(Kind.DATE, 0, 2, counts=False), Finding(Kind.NAME, 3, 7)
    assert findings(Located(SAID, day)).kinds == frozenset()
    assert findings(Located(SAID, day), Located(SAID, name)).kinds == {Kind.NAME}


def test_what_is_never_sent_keeps_nothing_back_and_is_reported():
    kept = Located(SAID._replace(withheld=True), Finding(Kind.NAME, 3, 7))
    assert findings(kept).kinds == frozenset()
    assert findings(kept).reported == {Kind.NAME}
    assert findings(kept, Located(NOTED, Finding(Kind.NAME, 0, 4))).kinds == {Kind.NAME}


def test_a_request_has_text_and_the_medium_of_each_unknown_that_is_one():
    assert findings().content == {Content.TEXT}
    some = findings(unknowns=[UnknownReason.IMAGE, UnknownReason.LANGUAGE])
    assert some.unknowns == {UnknownReason.IMAGE, UnknownReason.LANGUAGE}
    assert some.content == {Content.TEXT, Content.IMAGE}


def test_a_place_shows_known_names_only():
    located = Located(NOTED, Finding(Kind.MRN, 0, 7))
    assert (located.shown, located.carrier) == ("messages[0].*.*", Carrier.MESSAGE)


def test_nothing_of_a_request_shows_when_it_is_printed():
    shown = repr(findings(Located(NOTED, Finding(Kind.MRN, 0, 7)))) + repr(Leaves(PAYLOAD, [SAID, NOTED], [], []))
    assert "8675309" not in shown
    assert "Anna" not in shown
