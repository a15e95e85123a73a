"""A command asks the gateway that runs on its configuration, at whatever port that listens."""

from __future__ import annotations

import argparse
import os

import pytest

from gateway.cli import main
from gateway.cli.running import USUAL, add_running, address, url_of
from gateway.state import in_force
from gateway.state.holder import Holder
from gateway.state.in_force import InForceNote


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.yaml").write_text("version: 1\nstate_dir: ./here\n")
    (tmp_path / "here").mkdir()
    return tmp_path


def url(folder, *more):
    parser = argparse.ArgumentParser()
    add_running(parser)
    return url_of(parser.parse_args(["--config", str(folder / "config.yaml"), *more]))


def noted(folder, pid, where):
    in_force.write(folder / "here", InForceNote(pid, 1, True, (), "[]", url=where))


def test_the_one_that_runs_is_asked(folder):
    with Holder(folder / "here"):
        noted(folder, os.getpid(), "http://127.0.0.1:9000")
        assert url(folder) == "http://127.0.0.1:9000"
        assert url(folder, "--url", "https://elsewhere:1") == "https://elsewhere:1"
        assert url(folder.parent, "--state-dir", str(folder / "here")) == "http://127.0.0.1:9000"
        noted(folder, os.getpid(), "")  # of an older version
        assert url(folder) == USUAL
        noted(folder, os.getpid() + 1, "http://127.0.0.1:9000")  # of one that went away
        assert url(folder) == USUAL
    noted(folder, os.getpid(), "http://127.0.0.1:9000")
    assert url(folder) == USUAL


def test_without_a_configuration_it_is_the_usual_one(tmp_path):
    assert url(tmp_path / "nowhere") == USUAL


@pytest.mark.parametrize("command", [["emergency", "list"], ["bench", "agents"]])
def test_commands_name_the_address_that_they_asked(folder, capsys, command):
    with Holder(folder / "here"):
        noted(folder, os.getpid(), "http://127.0.0.1:9")
        assert main([*command, "--config", str(folder / "config.yaml")]) != 0
    assert "http://127.0.0.1:9 " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "tls", "called"),
    [
        ("127.0.0.1", False, "http://127.0.0.1:7"),
        ("0.0.0.0", True, "https://127.0.0.1:7"),
        ("::", False, "http://[::1]:7"),
        ("10.0.0.5", False, "http://10.0.0.5:7"),
    ],
)
def test_where_it_listens_is_called_from_this_machine(host, tls, called):
    assert address(host, 7, tls=tls) == called
