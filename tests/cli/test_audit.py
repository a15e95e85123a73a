"""`gateway audit tail`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3

import pytest

from gateway.cli import audit
from gateway.domain import Destination, Dialect, Kind, Operation, Outcome, ProviderKind, Sensitivity, Settlement, Style
from gateway.events import ReloadResult
from gateway.ports import IntentRow
from gateway.state.sqlite.ledger import Ledger
from gateway.testing import RecordingSink
from tests.kit.rows import make_config

REQUEST = "req_00000000000000000000000000000001"


@pytest.fixture
def state(tmp_path):
    ledger = Ledger(
        tmp_path / "state", words=["soma", "pathologist", "sonnet", "claude", "anthropic"], sink=RecordingSink()
    )
    intent = IntentRow(
        at_us=1_790_000_000_000_000,
        request_id=REQUEST,
        attempt=1,
        operation=Operation.CHAT,
        dialect=Dialect.OPENAI,
        caller="soma",
        route="",
        agent="pathologist",
        target="sonnet",
        provider="anthropic",
        provider_kind=ProviderKind.ANTHROPIC,
        model="claude",
        sensitivity=Sensitivity.PHI,
        policy_hash="c0ffee00",
        body_digest=bytes(32),
        body_bytes=100,
        redacted={Kind.MRN: Style.TOKEN},
    )
    asyncio.run(ledger.intend(intent))
    ledger.settle(
        Settlement(
            at_us=1_790_000_001_000_000,
            request_id=REQUEST,
            operation=Operation.CHAT,
            dialect=Dialect.OPENAI,
            outcome=Outcome.OK,
            status=200,
            duration_us=1_000_000,
            overhead_us=1_000,
            caller="soma",
            target="sonnet",
            sensitivity=Sensitivity.PHI,
            destination=Destination.CLOUD,
            found={Kind.MRN: 1},
        )
    )
    ledger.close()
    return tmp_path / "state"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    audit.register(parser.add_subparsers())
    options = parser.parse_args(["audit", "tail", *arguments])
    return options.run(options)


def test_what_came_into_force_is_told_by_its_hashes(tmp_path, capsys):
    ledger = Ledger(tmp_path / "state", words=[], sink=RecordingSink())
    ledger.configured(make_config(0))
    ledger.configured(make_config(1, result=ReloadResult.STOPPED, config_before="", policy_before=""))
    ledger.close()
    assert run("--state-dir", str(tmp_path / "state")) == 0
    _, reloaded, stopped = capsys.readouterr().out.splitlines()
    policy = make_config().policy_after[:8]
    assert reloaded.split()[3] == "config"
    assert f"config aaaaaaaa -> bbbbbbbb, policy cccccccc -> {policy}  ok" in reloaded
    assert f"config bbbbbbbb, policy {policy}" in stopped
    assert stopped.endswith("stopped")


def test_the_table_says_who_sent_what_where(state, capsys):
    assert run("--state-dir", str(state)) == 0

    header, intent, outcome = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["seq", "time", "(UTC)"]
    assert intent.split() == [
        *("1", "2026-09-21", "14:13:20", "intent", REQUEST, "soma/pathologist", "sonnet"),
        *("phi", "without", "mrn:token", "-"),
    ]
    assert outcome.split()[3:] == ["outcome", REQUEST, "soma", "sonnet", "cloud", "phi", "found", "mrn:1", "ok", "200"]


def test_json_has_every_column_of_the_last_rows(state, capsys):
    assert run("--state-dir", str(state), "-n", "1", "--json") == 0

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["seq"] == 2
    assert line["phase"] == "outcome"
    assert line["duration_us"] == 1_000_000
    assert line["found"] == ["mrn:1"]


def test_following_shows_what_comes_later_and_nothing_twice(state, capsys, monkeypatch):
    steps = iter([lambda: add_attempt(state), lambda: None, interrupt])
    monkeypatch.setattr(audit.time, "sleep", lambda _seconds: next(steps)())

    with pytest.raises(KeyboardInterrupt):
        run("--state-dir", str(state), "--follow")

    phases = [line.split()[3] for line in capsys.readouterr().out.splitlines()[1:]]
    assert phases == ["intent", "outcome", "attempt"]


def add_attempt(state) -> None:
    row = (1_790_000_002_000_000, "attempt", REQUEST, 1, "chat")
    writer = sqlite3.connect(state / "ledger.db")
    with writer:
        writer.execute("INSERT INTO entry (at_us, phase, request_id, attempt, operation) VALUES (?, ?, ?, ?, ?)", row)
    writer.close()


def interrupt() -> None:
    raise KeyboardInterrupt


def test_no_record_is_an_answer_and_not_a_traceback(tmp_path, capsys):
    assert run("--state-dir", str(tmp_path)) == 1

    assert "There is no record" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-3", "many", "1000000"])
def test_a_number_of_rows_that_is_none_is_refused(number, capsys):
    with pytest.raises(SystemExit):
        run("-n", number)

    said = capsys.readouterr().err
    assert "-n" in said
    assert "N is a number from 1 to 100000" in said
