from __future__ import annotations

from gateway.domain import (
    Caller,
    Carrier,
    Detection,
    Finding,
    Kind,
    Passage,
    UnknownReason,
)
from gateway.phi.read.scan import failed, gather, walk
from gateway.wire.endpoint import Call
from gateway.wire.openai import chat

PAYLOAD = {
    "messages": [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": "of Anna", "note": {"Anna": 8675309}},
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}],
        },
    ]
}
CALL = Call(chat.ENDPOINT, PAYLOAD, "", False, Caller("soma"), "req_1")
LEAVES = walk(CALL)
ALL = frozenset(Kind)


def said(**at):
    """Detections, by the text they are said of."""
    return [at.get(leaf.text.replace(" ", "_"), Detection()) for leaf in LEAVES.leaves]


def test_passages_are_the_leaves_in_order_with_their_carriers():
    assert LEAVES.passages[:2] == (Passage("be kind", "", Carrier.SYSTEM), Passage("of Anna", "", Carrier.MESSAGE))
    assert len(LEAVES.passages) == len(LEAVES.leaves)


def test_unknowns_of_the_walk_and_of_detectors_are_one():
    findings = gather(LEAVES, said(be_kind=Detection((), frozenset({UnknownReason.LANGUAGE}))), ALL)
    assert findings.unknowns == {UnknownReason.IMAGE, UnknownReason.LANGUAGE}


def test_too_few_detections_are_a_failed_scan():
    findings = gather(LEAVES, [Detection((Finding(Kind.NAME, 0, 1),))], ALL)
    assert findings == failed(LEAVES, ALL)
    assert UnknownReason.SCAN_FAILED in findings.unknowns
    assert findings.kinds == frozenset()


def test_text_that_looks_like_a_token_is_a_finding():
    payload = {"messages": [{"role": "user", "content": "what is [NAME_abcdefgh23]?"}]}
    leaves = walk(Call(chat.ENDPOINT, payload, "", False, Caller("soma"), "req_1"))
    findings = gather(leaves, [Detection()] * len(leaves.leaves), ALL)
    assert findings.kinds == {Kind.TOKEN}


def test_what_a_provider_gave_holds_no_token_but_by_chance():
    thought = {"type": "redacted_thinking", "data": "jTezl-kak84Fvf-ip_kMCkHTLgWR_7qefv-NAME_abcdefgh23-"}
    payload = {"messages": [{"role": "assistant", "content": "yes", "thinking_blocks": [thought]}]}
    leaves = walk(Call(chat.ENDPOINT, payload, "", False, Caller("soma"), "req_1"))
    assert thought["data"] in [leaf.text for leaf in leaves.leaves]
    assert gather(leaves, [Detection()] * len(leaves.leaves), ALL).kinds == frozenset()


def test_a_value_of_a_field_that_is_never_sent_is_still_found_elsewhere():
    body = {"metadata": {"number": "8675309"}, "messages": [{"role": "user", "content": "about 8675309"}]}
    leaves = walk(Call(chat.ENDPOINT, body, "", False, Caller("soma"), "req_1"))
    seen = [
        Detection((Finding(Kind.MRN, 0, 7),), frozenset({UnknownReason.LANGUAGE})) if leaf.withheld else Detection()
        for leaf in leaves.leaves
    ]
    found = gather(
        leaves,
        [found if leaf.text == "8675309" else Detection() for leaf, found in zip(leaves.leaves, seen, strict=True)],
        ALL,
    )
    assert found.kinds == {Kind.MRN}
    assert found.unknowns == frozenset()
