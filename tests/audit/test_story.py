"""A request as sentences, and as events of OCSF."""

from __future__ import annotations

from gateway.audit.story import ocsf, story

ID = "req_" + "0" * 32
OUTCOME = {
    "seq": 3,
    "phase": "outcome",
    "at_us": 1_790_000_002_000_000,
    "request_id": ID,
    "attempt": 0,
    "operation": "chat",
    "caller": "soma",
    "agent": "pathologist",
    "route": "triage",
    "target": "sonnet",
    "model": "claude",
    "provider": "a",
    "sensitivity": "phi",
    "destination": "cloud",
    "result": "ok",
    "status": 200,
    "duration_us": 1_250_000,
    "found": ["mrn:2"],
    "unknown": ["image"],
    "input_tokens": 100,
    "output_tokens": 0,
    "label": "part2",
}
INTENT = {
    "seq": 1,
    "phase": "intent",
    "at_us": 1_790_000_000_000_000,
    "request_id": ID,
    "attempt": 1,
    "operation": "chat",
    "target": "sonnet",
    "model": "claude",
    "provider": "a",
    "sensitivity": "phi",
    "trait": ["baa"],
    "rule": ["no-phi"],
    "baa_ref": "contract 7",
    "baa_end": 20270630,
    "redacted": ["mrn:token"],
    "body_bytes": 812,
    "body_digest": "ab",
    "policy_hash": "c0ffee00",
    "caller": "soma",
}
ATTEMPT = {
    "seq": 2,
    "phase": "attempt",
    "at_us": 1_790_000_001_000_000,
    "request_id": ID,
    "attempt": 1,
    "operation": "chat",
    "target": "sonnet",
    "model": "claude",
    "provider": "a",
    "result": "ok",
    "status": 200,
    "destination": "cloud",
}


def test_the_whole_story_is_told_in_order():
    lines = story([OUTCOME, ATTEMPT, INTENT])
    assert lines[0] == f"Request {ID}: chat, asked by soma, as pathologist, on route triage, labelled part2."
    assert "about to leave for sonnet (claude at a) under contract 7, which holds until 2027-06-30" in lines[1]
    assert "taken out: mrn:token; 812 bytes" in lines[1]
    assert lines[2].endswith("ended: ok (HTTP 200); it may have arrived there.")
    assert "after 1.250 s; it left the premises, answered by sonnet (claude at a); judged phi, found: mrn:2" in lines[3]
    assert "not checked: image" in lines[3]
    assert "0 out" in lines[3]


def test_a_sending_without_an_agreement_says_so():
    assert "under no BAA;" in story([{**INTENT, "trait": [], "baa_end": None}])[1]
    assert "under no BAA any more (contract 7, which holds until 2027-06-30)" in story([{**INTENT, "trait": []}])[1]


def test_a_request_without_an_end_says_so_and_nothing_is_no_story():
    assert "There is no outcome" in story([INTENT, ATTEMPT])[-1]
    assert story([]) == []


def test_an_event_has_what_the_class_asks_for():
    event = ocsf(INTENT, origin="triage-gateway/ledger/00")
    assert {"metadata", "class_uid", "category_uid", "activity_id", "type_uid", "time", "severity_id"} <= set(event)
    assert {"actor", "api", "src_endpoint", "dst_endpoint"} <= set(event)
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["time"] == 1_790_000_000_000
    assert event["unmapped"]["body_digest"] == "ab"
    assert ocsf({**OUTCOME, "result": "upstream_error"}, origin="x")["status_id"] == 2


def test_a_reason_is_told_of_what_it_is_the_reason_of():
    kept_out = {**OUTCOME, "reason": "trait_missing"}
    assert "another target kept out for trait_missing" in "\n".join(story([kept_out]))
    for row in ({**kept_out, "destination": "denied"}, {**OUTCOME, "reason": "redacted"}):
        assert f"by the decision {row['reason']}" in "\n".join(story([row]))
