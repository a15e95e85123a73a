"""`gateway audit verify` and its neighbours, as somebody types them."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys

import pytest

from gateway.audit.timestamp import question
from gateway.audit.verify_ledger import checkpoints_in
from gateway.cli import main
from gateway.state.secret import Purpose, derive, read_or_make
from tests.kit.authority import authority
from tests.kit.records import make_record, tampered


@pytest.fixture
def state(tmp_path):
    made = make_record(tmp_path / "state", 150)
    made.checkpoints.rename(tmp_path / "state" / "ledger.checkpoints")
    (tmp_path / "policies").mkdir()
    (tmp_path / "config.yaml").write_text("version: 1\nstate_dir: ./state\n")
    return made


@pytest.fixture
def audit(tmp_path, state):
    def run(*arguments):
        return main(["audit", *arguments, "--config", str(tmp_path / "config.yaml")])

    return run


def test_a_sound_record_ends_with_0_and_says_what_it_was_held_against(audit, state, capsys):
    assert audit("verify", "--key", state.key) == 0
    said = capsys.readouterr().out
    assert "ledger.checkpoints" in said
    assert "SOUND: every row" in said
    assert "What this cannot see" in said


def test_one_that_was_tampered_with_ends_with_1(audit, state, capsys):
    tampered(state, "the end cut off", random.Random(3))
    assert audit("verify", "--json") == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["sound"] is False
    assert "truncated" in verdict["kinds"]


def test_time_stamps_are_shown_and_one_of_another_root_ends_with_1(audit, state, tmp_path, capsys):
    folder = state.ledger.with_name("ledger.checkpoints.stamps")
    folder.mkdir()
    last = list(checkpoints_in(state.ledger.with_name("ledger.checkpoints").read_text()))[-1]
    file = folder / f"{last.origin.rpartition('/')[2]}-{last.size}.tsr"
    with authority(tmp_path / "tsa") as tsa:
        file.write_bytes(tsa.reply(question(last.root, 1)))
        assert audit("verify") == 0
        said = capsys.readouterr().out
        assert f"stamped    1 times; the last stamp names the root of the first {last.size} rows at 20" in said
        [command] = [line.strip() for line in said.splitlines() if "openssl ts" in line]
        shown = [str(tsa.ca) if part.startswith("CA_OF") else part for part in command.split()]
        assert subprocess.run(shown, check=True, capture_output=True, text=True).stdout.strip() == "Verification: OK"
        file.write_bytes(tsa.reply(question(bytes(32), 1)))
    assert audit("verify") == 1
    assert "is of another root" in capsys.readouterr().out
    assert audit("verify", "--json") == 1
    [told] = json.loads(capsys.readouterr().out)["stamps"]
    assert (told["rows"], told["file"]) == (last.size, str(file))


def test_checkpoints_may_stand_anywhere_and_must_be_there_if_named(audit, tmp_path, capsys):
    shutil.move(tmp_path / "state" / "ledger.checkpoints", tmp_path / "kept")
    assert audit("verify", "--checkpoint", str(tmp_path / "kept")) == 0
    assert audit("verify") == 0
    assert "no checkpoint" in capsys.readouterr().out
    assert audit("verify", "--checkpoint", str(tmp_path / "none")) == 2
    assert audit("verify", "--key", "nonsense") == 2
    assert capsys.readouterr().err


def test_the_verifier_that_is_printed_is_one_that_runs(audit, state, tmp_path, capsys):
    assert audit("verifier") == 0
    alone = tmp_path / "alone.py"
    alone.write_text(capsys.readouterr().out)
    command = [
        sys.executable,
        "-I",
        "-S",
        alone,
        state.ledger,
        "--checkpoints",
        state.ledger.with_name("ledger.checkpoints"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "SOUND" in run.stdout


def test_the_key_is_the_one_that_checks(audit, state, capsys):
    assert audit("key") == 0
    assert capsys.readouterr().out.strip() == state.key


def test_pruning_says_first_and_does_on_demand(audit, state, capsys):
    assert audit("prune") == 0
    assert capsys.readouterr().out.startswith("0 rows")
    assert audit("prune", "--years", "0.0001") == 0  # rows of tests are of September
    assert capsys.readouterr().out.startswith("450 rows")
    assert audit("prune", "--years", "0.0001", "--yes") == 0
    assert audit("verify", "--key", state.key) == 0


def test_an_older_copy_is_continued_only_where_somebody_says_so(audit, state, tmp_path, capsys):
    assert audit("restored") == 1
    assert "--yes" in capsys.readouterr().err
    assert audit("restored", "--yes") == 0
    assert "newest one" in capsys.readouterr().out
    shutil.copy(state.ledger, tmp_path / "kept")
    newer = make_record(tmp_path / "newer", 1)
    tampered(state, "the end cut off", random.Random(3))
    assert audit("restored", "--yes") == 0
    assert "says so" in capsys.readouterr().out
    assert derive(read_or_make(tmp_path / "state"), Purpose.CHECKPOINT)
    assert newer.verdict().problems == []


@pytest.mark.parametrize(
    "action", ["verify", "verifier", "key", "prune", "restored", "show", "query", "export", "report"]
)
def test_each_has_help_with_examples(action, capsys):
    with pytest.raises(SystemExit):
        main(["audit", action, "--help"])
    assert f"gateway audit {action}" in capsys.readouterr().out.split("examples:")[1]


def test_a_record_that_is_not_there_is_said_with_what_to_do(tmp_path, capsys):
    (tmp_path / "policies").mkdir()
    (tmp_path / "config.yaml").write_text("version: 1\nstate_dir: ./state\n")
    for action in (
        ["verify"],
        ["key"],
        ["prune"],
        ["restored", "--yes"],
        ["export"],
        ["report", "--quarter", "2026Q4"],
    ):
        assert main(["audit", *action, "--config", str(tmp_path / "config.yaml")]) in {1, 2}
        assert "ledger.db" in capsys.readouterr().err
