"""`gateway audit show`, `query`, `export`, `report`, as somebody types them."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing

import pytest

from gateway.cli import main
from gateway.state.sqlite.store import Store
from tests.kit.records import make_record, tampered
from tests.kit.rows import WORDS, make_config

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
        (["--caller", "soma", "--since", "2026-09-21T14:13:20Z", "--until", "2026-09-22"], 40),
        (["--since", "2026-09-22", "--phase", "outcome"], 0),
        (["--until", "2026-09-21", "--phase", "intent"], 0),
        (["--target", "x' OR '1'='1"], 0),
        (["--phase", "config"], 1),
        (["--phase", "event"], 2),
        (["--result", "ok", "--phase", "config"], 1),
        ([], 63),
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
    assert len(rows) == 63
    if form == "jsonl":
        assert len({(row["table"], row["seq"]) for row in rows}) == 63
    else:
        assert len({row["metadata"]["uid"] for row in rows}) == 63
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


@pytest.fixture
def opened(tmp_path):
    """A record in which a reload opened something."""
    made = make_record(tmp_path / "opened", 5)
    made.checkpoints.rename(made.ledger.with_name("ledger.checkpoints"))
    store = Store(made.ledger, words=WORDS)
    store.write([make_config(at_us=1_790_000_500_000_000, opens=("psychotherapy notes may go to sonnet",))])
    store.close()
    return made.ledger.parent


def test_what_opened_stands_in_tail_query_export_and_report(opened, capsys):
    place = ["--state-dir", str(opened)]
    for command in (
        ["tail"],
        ["query", "--phase", "config"],
        ["export"],
        ["report", "--quarter", "2026Q3"],
        ["report", "--quarter", "2026Q3", "--html"],
    ):
        assert main(["audit", *command, *place]) == 0
        assert "psychotherapy notes may go to sonnet" in capsys.readouterr().out, command


def test_a_row_is_the_same_thing_to_every_command(opened, capsys, tmp_path):
    place = ["--state-dir", str(opened)]

    def told(*arguments):
        assert main(["audit", *arguments]) == 0
        return capsys.readouterr().out

    size = json.loads(told("verify", "--json", *place))["size"]
    assert len(told("export", *place).splitlines()) == size
    assert len(told("tail", "-n", "100", "--json", *place).splitlines()) == size
    assert f"holds {size} rows" in told("backup", str(tmp_path / "copy.db"), *place)
    lines = told("tail", "-n", "100", *place).splitlines()[1:]
    assert len({line.split()[0] for line in lines}) == size


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["--destination", "clouds"], "Did you mean cloud?"),
        (["--sensitivity", "phii"], "Did you mean phi?"),
        (["--phase", "intents"], "Did you mean intent?"),
        (["--result", "time_out"], "Did you mean timeout?"),
        (["--result", "PHI"], "There are: ok"),
    ],
)
def test_a_word_that_no_row_can_hold_is_refused(audit, capsys, arguments, meant):
    with pytest.raises(SystemExit) as ended:
        audit("query", *arguments)
    assert ended.value.code == 2
    assert meant in capsys.readouterr().err


def test_a_name_that_no_row_holds_is_noted(audit, capsys):
    assert audit("query", "--target", "sonet", "--agent", "pathologist") == 0
    said = capsys.readouterr().err
    assert "no row of this record names that target. Did you mean sonnet?" in said
    assert "agent" not in said


@pytest.mark.parametrize("how", ["a number altered", "the end cut off", "a row deleted"])
def test_the_answer_is_withheld_where_the_record_is_not_sound(tmp_path, capsys, how):
    made = make_record(tmp_path / "broken", 60)
    made.checkpoints.rename(made.ledger.with_name("ledger.checkpoints"))
    tampered(made, how, random.Random(how))
    for form in ([], ["--json"], ["--html"]):
        assert main(["audit", "report", "--quarter", "2026Q3", "--state-dir", str(made.ledger.parent), *form]) == 1
        said = capsys.readouterr().out
        assert "NO ANSWER" in said
        assert "none was sent without one" not in said


def test_a_file_that_is_damaged_has_a_verdict_and_a_remedy(tmp_path, capsys):
    made = make_record(tmp_path / "damaged", 60)
    content = bytearray(made.ledger.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    made.ledger.write_bytes(content)
    place = ["--state-dir", str(made.ledger.parent)]
    assert main(["audit", "report", "--quarter", "2026Q3", *place]) == 1
    assert "NO ANSWER" in capsys.readouterr().out
    assert main(["audit", "tail", *place]) == 1
    assert "gateway audit backup" in capsys.readouterr().err


def test_a_row_of_a_table_that_is_none_ends_in_a_verdict(tmp_path, capsys):
    made = make_record(tmp_path / "zero", 20)
    with closing(sqlite3.connect(made.ledger, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("DROP TRIGGER leaf_UPDATE")
        connection.execute("UPDATE leaf SET of = 0 WHERE idx = 10")
    place = ["--state-dir", str(made.ledger.parent)]
    assert main(["audit", "verify", *place]) == 1
    assert "NOT SOUND" in capsys.readouterr().out
    assert main(["audit", "report", "--quarter", "2026Q3", *place]) == 1
    assert "NO ANSWER" in capsys.readouterr().out
