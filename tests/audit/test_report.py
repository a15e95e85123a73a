"""The answer that an auditor wants, and what it stands on."""

from __future__ import annotations

import json

import pytest

from gateway.audit.report import as_html, as_text, day, quarter, report

START, END = quarter("2026Q4")
AT = START + 1_000_000


def intent(number=1, **changes):
    row = {
        "phase": "intent",
        "at_us": AT + number,
        "request_id": f"req_{number:032x}",
        "attempt": 1,
        "sensitivity": "phi",
        "target": "sonnet",
        "provider": "anthropic",
        "policy_hash": "c0ffee00" * 8,
        "trait": ["baa"],
        "baa_ref": "contract 7",
        "baa_end": 20270630,
        "detector": "rules-1",
    }
    return row | changes


def attempt(number=1, **changes):
    row = {"phase": "attempt", "at_us": AT + number, "request_id": f"req_{number:032x}", "attempt": 1}
    return row | {"result": "ok", "destination": "cloud"} | changes


def outcome(number=1, **changes):
    row = {"phase": "outcome", "at_us": AT + number, "request_id": f"req_{number:032x}", "attempt": 0}
    return row | {"sensitivity": "phi", "destination": "cloud", "policy_hash": "c0ffee00" * 8} | changes


def made(rows, events=()):
    return report(rows, events, since_us=START, until_us=END)


def test_a_quarter_is_three_months_of_utc():
    assert (day(START), day(END)) == ("2026-10-01", "2027-01-01")
    assert quarter("2026-q1")[1] == quarter("2026Q2")[0]
    for text in ("2026", "2026Q5", "Q4 2026", ""):
        with pytest.raises(ValueError, match="2026Q4"):
            quarter(text)


def test_where_every_sending_had_an_agreement_the_sentence_says_so():
    said = made([row for number in range(3) for row in (intent(number), attempt(number), outcome(number))])
    assert said.exceptions == []
    assert "were sent off the premises 3 times" in said.sentence()
    assert "none was sent without one" in said.sentence()
    assert "contract 7 until 2027-06-30" in said.sentence()
    assert said.requests == {("phi", "cloud", "c0ffee00c0ff"): 3}
    assert said.sendings == {("phi", "sonnet at anthropic", "c0ffee00c0ff", "contract 7 until 2027-06-30"): 3}


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([intent(trait=[]), attempt(), outcome()], "no agreement"),
        (
            [intent(sensitivity="unknown", trait=["zero_retention"], redacted=["mrn:token"]), attempt(), outcome()],
            "no agreement",
        ),
        ([intent(baa_end=20260930), attempt(), outcome()], "agreement ended"),
        ([attempt(), outcome()], "no intent"),
    ],
)
def test_a_sending_that_no_agreement_covers_is_an_exception_and_changes_the_sentence(rows, what):
    said = made(rows)
    assert [one.what for one in said.exceptions] == [what]
    assert "none was sent without one" not in said.sentence()
    assert "1 of the sendings are exceptions" in said.sentence()


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([intent(), outcome()], ["no result"]),
        ([intent(), attempt()], ["no end"]),
        ([intent()], ["no result", "no end"]),
    ],
)
def test_what_was_never_finished_is_an_exception(rows, what):
    said = made(rows)
    assert [one.what for one in said.exceptions] == what
    assert said.without == 0


def test_what_stays_needs_no_agreement_and_what_is_clean_is_told_apart():
    local = [attempt(1, destination="local"), outcome(1, destination="local")]
    clean = [intent(2, sensitivity="clean", trait=[]), attempt(2), outcome(2, sensitivity="clean")]
    said = made([*local, *clean])
    assert said.exceptions == []
    assert "no request that holds PHI, or could not be checked, was sent off the premises" in said.sentence()
    assert any("1 sendings were judged to hold no PHI" in line for line in said.rests_on())


def test_only_the_quarter_counts_and_an_end_after_it_belongs_to_its_request():
    before = [intent(1, at_us=START - 5), attempt(1, at_us=START - 4), outcome(1, at_us=START - 3)]
    late = [intent(2, at_us=END - 1), attempt(2, at_us=END + 1), outcome(2, at_us=END + 2)]
    said = made([*before, *late])
    assert sum(said.sendings.values()) == 1
    assert (dict(said.requests), said.exceptions) == ({}, [])


def test_gaps_and_what_happened_to_the_record_are_exceptions():
    said = made([], [{"what": "outage", "at_us": AT, "number": 4}, {"what": "signing_key", "at_us": AT}])
    assert [(one.what, "4 other rows" in one.said) for one in said.exceptions] == [("outage", True)]
    assert "says nothing of that time" in said.sentence()


def test_no_sentence_rests_on_a_record_that_is_not_sound():
    said = made([intent(), attempt(), outcome()])
    said.verified, said.sound = "THE RECORD IS NOT SOUND", False
    for shown in (said.sentence(), as_text(said), as_html(said), json.dumps(said.as_json())):
        assert "NO ANSWER: this record was tampered with or is damaged" in shown
        assert "none was sent without one" not in shown
        assert "agreement in force" not in shown
    assert said.as_json()["answered"] is False
    said.sound = True
    assert said.sentence().startswith("From 2026-10-01")


def test_every_form_says_the_same_and_a_page_loads_nothing():
    said = made([intent(trait=[], target="<b>x</b>"), attempt(), outcome()])
    text, page, tree = as_text(said), as_html(said), said.as_json()
    assert said.sentence() in text
    assert tree["sentence"] == said.sentence()
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    for reference in ("http://", "https://", "src=", "href="):
        assert reference not in page
    assert tree["exceptions"][0]["request_id"] in text


CHANGE = {"phase": "config", "at_us": AT + 5, "config_after": "ab" * 32, "policy_after": "cd" * 32, "result": "ok"}


def test_what_a_change_opened_is_an_exception_in_every_form():
    opens = ["psychotherapy notes may go to sonnet", "images may go to sonnet"]
    said = made([intent(), attempt(), outcome()], [CHANGE | {"opens": opens}, CHANGE | {"result": "stopped"}])
    assert [(one.what, one.said) for one in said.exceptions] == [("opened", text) for text in opens]
    for shown in (as_text(said), as_html(said), json.dumps(said.as_json())):
        assert all(text in shown for text in opens)
        assert "opened 2 ways out" in shown
        assert "stopped" in shown
    assert len(said.changes) == 2


def test_what_waits_to_be_accepted_opened_nothing():
    said = made([], [CHANGE | {"result": "waits", "opens": ["images may go to sonnet"]}])
    assert (said.opened, [one.what for one in said.exceptions]) == (0, ["would open"])


def test_every_event_is_listed():
    said = made([], [{"phase": "event", "what": "caller_added", "subject": "soma", "at_us": AT}])
    assert said.exceptions == []
    assert "caller_added" in as_text(said)
    assert said.as_json()["events"] == [
        {"time": "2026-10-01 00:00:01", "event": "caller_added", "about": "soma", "number": "-"}
    ]


def test_rows_that_were_altered_end_no_report():
    rows = [intent(at_us=None), attempt(at_us=10**30), {"at_us": AT}, outcome(at_us="x")]
    assert as_text(made(rows, [CHANGE | {"at_us": 10**30}]))
