"""`gateway report usage`, as somebody types it, over a record that a ledger wrote."""

from __future__ import annotations

import json

import pytest

from gateway.cli import main
from gateway.domain import Usage
from gateway.state.sqlite.ledger import Ledger
from gateway.testing import RecordingSink
from tests.kit.rows import WORDS, make_outcome


@pytest.fixture
def report(tmp_path):
    ledger = Ledger(tmp_path / "state", words={*WORDS, "pacs"}, sink=RecordingSink())
    usage = Usage(100, 20, reported=True)
    for number in range(3):
        ledger.settle(make_outcome(number, usage=usage, cost_nano_usd=1_500_000, energy_nwh=None))
    ledger.settle(make_outcome(3, usage=usage, cost_nano_usd=None, energy_nwh=250_000_000, caller="pacs"))
    ledger.close()

    def run(*arguments):
        return main(["report", "usage", *arguments, "--state-dir", str(tmp_path / "state")])

    return run


def test_sums_are_told_by_whom(report, capsys):
    assert report("--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "caller": "pacs",
        "requests": 1,
        "input_tokens": 100,
        "output_tokens": 20,
        "usd": "0",
        "wh": "0.25",
        "unpriced": 1,
    }
    assert (second["requests"], second["input_tokens"], second["usd"]) == (3, 300, "0.0045")


@pytest.mark.parametrize("by", ["caller", "agent", "route"])
def test_they_are_told_as_a_table_too(report, capsys, by):
    assert report("--by", by, "--since", "2000-01-01") == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[0] == by
    assert sum(int(row.split()[1]) for row in rows) == 4


def test_what_ended_before_or_after_is_left_out(report, capsys):
    assert report("--json", "--since", "2200-01-01") == 0
    assert report("--json", "--until", "2000-01-01") == 0
    assert capsys.readouterr().out.strip() == ""


def test_a_record_that_is_not_there_is_said(capsys, tmp_path):
    assert main(["report", "usage", "--state-dir", str(tmp_path)]) == 1
    assert "no record" in capsys.readouterr().err
