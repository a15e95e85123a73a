"""`gateway reload`: the running gateway is found, told, and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gateway.cli import main
from gateway.state import in_force
from gateway.state.holder import Holder
from gateway.state.in_force import InForceNote

CONFIG = """
version: 1
providers:
  toy: {kind: scripted, traits: [on_prem]}
targets:
  toy: {provider: toy, model: toy}
routes:
  toy: {targets: [toy]}
default_route: toy
"""
RULE = "version: 1\nrules: [{id: %s, why: Nothing leaves., when: {phi: [any]}, then: {deny: true}}]\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "old.yaml").write_text(RULE % "old")
    return tmp_path


@pytest.fixture
def serving(folder):
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "config.yaml"), "--port", "0"]
    environ = {**os.environ, "COLUMNS": "80"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--log", "json"], stdout=subprocess.PIPE, stderr=log, text=True, env=environ
        )
        with process:
            for line in process.stdout:
                if "messages" in line:  # the last line of the picture
                    break
            while in_force.read(folder / "state") is None:
                assert process.poll() is None
            yield process
            process.terminate()


def reload(folder, capsys, *more):
    code = main(["reload", "--config", str(folder / "config.yaml"), *more])
    said = capsys.readouterr()
    return code, said.out, said.err


def events(folder):
    """The log, which must be JSON to the last line."""
    return [json.loads(line) for line in (folder / "log").read_text().splitlines()]


def test_what_changed_is_printed_and_the_log_tells_it_in_one_event(serving, folder, capsys):
    (folder / "policies" / "old.yaml").unlink()
    (folder / "policies" / "new.yaml").write_text(RULE % "new")
    (folder / "config.yaml").write_text(CONFIG + "server: {header_timeout_s: 3}\nstate_dir: ./elsewhere\n")
    code, out, _ = reload(folder, capsys, "--state-dir", str(folder / "state"))
    assert code == 0
    assert "rules new: new" in out
    assert "rules gone: old" in out
    assert "needs a restart, and stays as it was: server.port, server.header_timeout_s, state_dir" not in out
    assert "server.header_timeout_s, state_dir" in out
    (told,) = [event for event in events(folder) if event["event"] == "config.reloaded"]
    assert (told["result"], told["rules_added"], told["rules_removed"]) == ("ok", 1, 1)
    assert told["policy_before"] != told["policy_after"]
    assert told["restart"] == ["server.header_timeout_s", "state_dir"]


def test_what_is_wrong_is_printed_and_the_old_one_stays(serving, folder, capsys):
    (folder / "config.yaml").write_text(CONFIG + "unknown: 1\n")
    (folder / "policies" / "x.yml").write_text(RULE % "x")
    code, out, err = reload(folder, capsys)
    assert (code, out) == (1, "")
    assert f"{folder / 'config.yaml'}:" in err
    assert "x.yml" in err
    assert "The old configuration stays in force." in err
    (told,) = [event for event in events(folder) if event["event"] == "config.reloaded"]
    assert (told["result"], told["problems"], told["level"]) == ("refused", 2, "error")
    assert told["config_before"] == told["config_after"]


def test_a_second_gateway_on_the_same_state_does_not_start(serving, folder, capsys):
    assert main(["serve", "--config", str(folder / "config.yaml"), "--port", "0"]) == 1
    assert f"process {serving.pid}" in capsys.readouterr().err


def test_a_check_says_which_rules_came_and_went_since(serving, folder, capsys):
    (folder / "policies" / "new.yaml").write_text(RULE % "new")
    (folder / "policies" / "notes.txt").write_text("notes")
    assert main(["check", "--config", str(folder / "config.yaml")]) == 0
    out = capsys.readouterr().out
    assert "rules new: new" in out
    assert "not read: notes.txt" in out


def test_without_a_gateway_there_is_nothing_to_tell(folder, capsys):
    code, _, err = reload(folder, capsys)
    assert code == 1
    assert "No gateway runs" in err


def test_a_gateway_that_is_still_starting_is_not_disturbed(folder, capsys):
    (folder / "state").mkdir()
    in_force.write(folder / "state", InForceNote(pid=0, reading=9, ok=True, said=(), policy_text="[]"))
    with Holder(folder / "state"):
        code, _, err = reload(folder, capsys)
    assert code == 1
    assert "still starting" in err


def test_a_configuration_that_is_no_yaml_is_said(folder, capsys):
    (folder / "config.yaml").write_text("{")
    code, _, err = reload(folder, capsys)
    assert code == 1
    assert "config.yaml:" in err
