"""The report as somebody reads it, of configurations that are sound, and of each thing that can be wrong around them."""

from __future__ import annotations

import json

import pytest

from gateway.cli import main
from tests.kit.toy import CONFIG, RULE

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "rules.yaml").write_text(RULE)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


def doctor(folder, capsys, *options):
    """The exit status, and the report as a tree."""
    config = ["--config", str(folder / "config.yaml")]
    status = main(["doctor", *config, "--prometheus", NOBODY, "--json", *options])
    return status, json.loads(capsys.readouterr().out)


def test_what_is_sound_fails_nowhere_and_names_every_check(folder, capsys):
    status, told = doctor(folder, capsys)
    assert status == 0
    names = {one["check"] for one in told["checks"]}
    wanted = {
        "configuration",
        "port",
        "files",
        "disk",
        "clock",
        "agreement",
        "policies",
        "record",
        "model",
        "prometheus",
        "key",
    }
    assert wanted <= names
    assert told["worst"] in {"ok", "warn"}


def test_each_line_that_is_not_ok_says_what_to_do(folder, capsys):
    _, told = doctor(folder, capsys)
    wrong = [one for one in told["checks"] if one["state"] != "ok"]
    assert wrong  # nobody listens for Prometheus
    assert [one for one in wrong if not one["remedy"]] == []


def test_no_configuration_fails_and_says_how_to_get_one(tmp_path, capsys):
    status, told = doctor(tmp_path, capsys)
    assert status == 1
    assert [(one["check"], "gateway init" in one["remedy"]) for one in told["checks"]] == [("configuration", True)]


def test_a_configuration_with_a_mistake_is_the_one_finding(folder, capsys):
    (folder / "config.yaml").write_text(CONFIG + "unknown: 1\n")
    status, told = doctor(folder, capsys)
    assert status == 1
    assert "unknown" in told["checks"][0]["says"]


def test_lines_are_for_people_and_plain_where_no_terminal_is(folder, capsys):
    assert main(["doctor", "--config", str(folder / "config.yaml"), "--prometheus", NOBODY]) == 0
    said = capsys.readouterr().out
    assert "ok    configuration" in said
    assert "\x1b" not in said
    assert said.rstrip().splitlines()[-1].endswith("warn.")
