"""`gateway audit show`, `query`, `export`, `report`, as somebody types them."""

from __future__ import annotations

import json

import pytest

from gateway.cli import main
from tests.kit.records import make_record

REQUEST = f"req_{7:032x}"


@pytest.fixture
def audit(tmp_path):
    made = make_record(tmp_path / "state", 20)
    made.checkpoints.rename(tmp_path / "state" / "ledger.checkpoints")

    def run(*arguments):
        return main(["audit", *arguments, "--state-dir", str(tmp_path / "state")])

    return run


def test_the_story_of_a_request_is_told(audit, capsys):
    assert audit("show", REQUEST) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Request {REQUEST}: chat, asked by soma")
    assert "was about to leave for sonnet (claude-sonnet-4 at anthropic-eu) under a BAA" in said
    assert audit("show", REQUEST, "--json") == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert audit("show", "req_none") == 1
    assert "query" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--agent", "pathologist"], 20),
        (["--agent", "nobody"], 0),
        (["--caller", "soma", "--phase", "outcome"], 20),
        (["--destination", "cloud", "--sensitivity", "phi"], 20),
        (["--since", "2026-09-21T14:13:20Z", "--until", "2026-09-22"], 60),
        (["--since", "2026-09-22"], 0),
        (["--until", "2026-09-21"], 0),
        (["--target", "x' OR '1'='1"], 0),
    ],
)
def test_a_question_is_answered_by_its_rows(audit, capsys, arguments, count):
    assert audit("query", "--json", *arguments) == 0
    assert len(capsys.readouterr().out.splitlines()) == count


def test_rows_are_shown_as_a_table_too(audit, capsys):
    assert audit("query", "--phase", "intent") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[0] == "seq"
    assert len(lines) == 21


@pytest.mark.parametrize("when", ["yesterday", "2026-13-01", "7", "7y"])
def test_a_time_that_is_none_is_said_with_what_is(audit, capsys, when):
    with pytest.raises(SystemExit):
        audit("query", "--since", when)
    assert "2026-11-30" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["jsonl", "ocsf"])
def test_every_row_is_exported(audit, capsys, form):
    assert audit("export", "--format", form) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 60
    assert all(("class_uid" in row) is (form == "ocsf") for row in rows)


def test_a_quarter_is_reported_with_what_the_answer_rests_on(audit, capsys):
    assert audit("report", "--quarter", "2026Q3") == 0
    text = capsys.readouterr().out
    assert "were sent off the premises 20 times" in text
    assert "checked and is sound, held against 1 signed checkpoints" in text
    assert audit("report", "--quarter", "2026Q3", "--json") == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True
    assert audit("report", "--quarter", "2026Q3", "--html") == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert audit("report", "--quarter", "2025Q3") == 0
    assert "says nothing of that time" in capsys.readouterr().out


def test_a_quarter_that_is_none_is_said(audit, capsys):
    with pytest.raises(SystemExit):
        audit("report", "--quarter", "soon")
    assert "2026Q4" in capsys.readouterr().err
