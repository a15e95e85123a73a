"""A configuration that lets more out is said loudly and recorded; where it has to, it waits until somebody accepts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from gateway.cli import main
from gateway.state import in_force
from gateway.state.sqlite.reader import tail

CONFIG = """version: 1
providers:
  toy: {kind: scripted, traits: [on_prem]}
  cloud: {kind: openai, base_url: "https://one.example/v1", api_key: k}
targets:
  toy: {provider: toy, model: toy}
  big: {provider: cloud, model: m}
routes: {toy: {targets: [toy, big]}}
default_route: toy
"""
GUARD = "reload: {wider: accept}\n"
RULES = """version: 1
rules:
  - {id: covers, why: Under a BAA., when: {phi: [ssn], to: {without: [on_prem]}}, then: {require: [baa]}}
"""
DENIES = "  - {id: names, why: Names stay., when: {phi: [name], to: {without: [on_prem]}}, then: {deny: true}}\n"
OPENED = "WIDER: big (provider cloud, no traits): a request with name goes there now; before, rule names refused it (denied)."


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(RULES + DENIES)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


class Served:
    """A gateway in a process of its own, and what it printed."""

    def __init__(self, folder):
        command = [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "config.yaml"), "--port", "0"]
        before = in_force.read(folder / "state")
        self.out = ""
        with (folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--log", "json"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "COLUMNS": "80"},
            )
        while (note := in_force.read(folder / "state")) is None or note.pid != self.process.pid:
            assert self.process.poll() is None, before
        self.note = note

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.out = self.process.communicate(timeout=60)[0]
        return self.out


@pytest.fixture
def serve(folder):
    running = []

    def start():
        running.append(Served(folder))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.stop()


def reload(folder, capsys):
    code = main(["reload", "--config", str(folder / "config.yaml")])
    told = capsys.readouterr()
    return code, told.out + told.err


def configured(folder):
    """What the record says came into force, oldest first."""
    rows = [row for row in tail(folder / "state" / "ledger.db", 50) if row.phase == "config"]
    return [(row.columns["result"], json.loads(str(row.columns.get("opens", "[]")))) for row in rows]


def widen(folder):
    (folder / "policies" / "p.yaml").write_text(RULES)


def test_a_reload_and_a_start_say_what_opens(folder, serve, capsys):
    served = serve()
    widen(folder)
    code, out = reload(folder, capsys)
    assert code == 0
    assert OPENED in out
    (folder / "policies" / "p.yaml").write_text(RULES + DENIES)
    code, out = reload(folder, capsys)
    assert "WIDER" not in out
    assert "narrower: 1 kinds of request go to fewer targets" in out
    served.stop()
    widen(folder)
    assert OPENED in serve().stop()
    rows = configured(folder)
    assert [result for result, _ in rows] == ["started", "ok", "ok", "stopped", "started", "stopped"]
    assert [OPENED.removeprefix("WIDER: ") in opens for _, opens in rows] == [False, True, False, False, True, False]
    log = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    (loud, _) = [line for line in log if line["event"] == "config.reloaded"]
    assert (loud["level"], loud["opens"]) == ("warning", 1)


def test_where_it_must_be_accepted_the_old_rules_stay_until_it_is(folder, serve, capsys):
    (folder / "config.yaml").write_text(CONFIG + GUARD)
    served = serve()
    widen(folder)
    code, out = reload(folder, capsys)
    assert code == 1
    assert OPENED in out
    assert "which stays in force" in out
    assert "names" in in_force.read(folder / "state").policy_text
    (named,) = re.findall(r"gateway policy accept ([0-9a-f]{16})", out)
    served.stop()

    again = serve()  # a start goes on with what was in force
    assert "names" in again.note.policy_text
    assert "which stays in force" in "\n".join(again.note.said)

    assert main(["policy", "accept", named, "--config", str(folder / "config.yaml")]) == 0
    code, out = reload(folder, capsys)
    assert code == 0, out
    assert "names" not in in_force.read(folder / "state").policy_text
    (folder / "policies" / "p.yaml").write_text(RULES + DENIES)
    assert reload(folder, capsys)[0] == 0
    widen(folder)
    assert reload(folder, capsys)[0] == 1  # it was accepted once
    again.stop()
    assert [result for result, _ in configured(folder)].count("waits") == 3


def test_the_guard_cannot_be_taken_away_together_with_what_it_guards(folder, serve, capsys):
    (folder / "config.yaml").write_text(CONFIG + GUARD)
    serve()
    widen(folder)
    (folder / "config.yaml").write_text(CONFIG)
    code, out = reload(folder, capsys)
    assert code == 1
    assert "`reload: {wider: accept}` is gone" in out


def test_a_start_without_what_was_kept_says_what_to_do(folder, serve):
    (folder / "config.yaml").write_text(CONFIG + GUARD)
    serve().stop()
    widen(folder)
    (folder / "state" / "kept-config.json").unlink()
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "config.yaml"), "--port", "0"]
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert made.returncode == 1
    assert "gateway policy accept" in made.stderr
